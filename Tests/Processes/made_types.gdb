# Prints a line for each type and global that the Swift runtime creates after the client was created.
set pagination off
set print thread-events off
break call_first
run
delete
python
import gdb

FUNCTIONS = [
    "swift_allocateGenericClassMetadata", "swift_allocateGenericValueMetadata", "swift_conformsToProtocolCommon",
    "swift_getExistentialTypeMetadata", "swift_getForeignTypeMetadata", "swift_getTupleTypeMetadata",
    "swift_getTypeByMangledNameInContext2", "swift_getTypeByMangledNameInContextInMetadataState2", "swift_initClassMetadata2",
    # A global is created under a lock as well.
    "swift::threading_impl::once_slow",
]


class Made(gdb.Breakpoint):
    def stop(self):
        names, frame = [], gdb.newest_frame().older()
        while frame and len(names) < 5:
            names.append(str(frame.name()).split("(")[0])
            frame = frame.older()
        print("made:", self.location, "for", ", ".join(names), flush=True)
        return False


for function in FUNCTIONS:
    Made(function)
end
echo watching\n
continue
