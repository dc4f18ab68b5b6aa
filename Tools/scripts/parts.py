"""Runs the parts of the tests: four at a time, each as soon as what it needs is there.

    parts.py all|check|library

Nothing is compiled twice: a part that builds something is needed by those that use it, and no two parts write into one
folder at a time. What a part prints is in build/logs/parts/, and on the screen when it ends."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOGS = ROOT / "build/logs/parts"
# Most parts wait as long as they compute: four of them keep two processors busy.
LANES = 4
SLOWEST = 10
# How many lines of a failed part come again at the end.
ENDING = 15


@dataclass
class Part:
    name: str
    command: str
    # The parts that come before.
    after: tuple = ()
    # Resources that no other part may use at the same time, such as a folder of test programs.
    alone: tuple = ()
    # Whether `make check` runs it; or what it runs then.
    check: "bool | str" = False
    # Whether it uses the library through the C interface.
    library: bool = False
    result: "bool | None" = None
    seconds: float = 0
    processor_seconds: float = 0
    text: str = ""


BUILD, TOOLS, SWIFT, THREADS = "build", "tools of Python", "core and sandbox", "thread sanitizer"
COMMAND = "build of the command"
PACKAGES = "tarball and Debian packages"
# Suites without threads that compute much, and take ten times as long under the thread sanitizer. It gets all others, so
# also a new one.
WITHOUT_THREADS = "Authorization|JSONIndex|OperationValidation|OutcomeTable|ResponseScanner|SecretMask|StoreFiles|Text"
NORMAL = "normal library"
# As it would be installed.
NORMAL_SIZE = "strip --strip-unneeded -o build/normal/stripped build/normal/libpeerid.so && " \
    "test $(stat -c %s build/normal/stripped) -le 6200000"
# Both libraries export the same symbols. The C tests compare those of the library that they test with the header.
SAME_EXPORTS = "exports() { nm -D --defined-only $1 | sed 's/.* //' | sort; } && " \
    "exports build/lib/libpeerid.so >build/normal/exports && exports build/normal/libpeerid.so | diff build/normal/exports -"


def in_folder(name):
    """The start of a command whose test programs are in a folder of their own."""
    return f"PEERID_TEST_PROGRAMS=build/tests-{name} "


# Those that others wait for, and long ones, come first.
PARTS = [
    Part(BUILD, "make --no-print-directory -j2 all", check=True, library=True),
    Part("format", "swift format lint --strict --recursive Sources Tests Tools/command", check=True),
    Part("places of the mutants", "Tests/Mutants/run --list", check=True),
    Part("folders of the core", "Tools/scripts/architecture --check", check=True),
    Part(TOOLS, "bindings/python/environment", check=True, library=True),
    Part(COMMAND, "make --no-print-directory command", after=(BUILD,), library=True),
    Part(SWIFT, "swift test", after=(BUILD,), check=True),
    Part("Python wheel", "make --no-print-directory wheel", after=(BUILD,), library=True),
    Part("Python wheel in a Debian without Swift", "bindings/python/test_wheel_in_root", after=("Python wheel",),
         library=True),
    # Both link the library once more.
    Part(PACKAGES, "make --no-print-directory dist", after=(COMMAND, "Python wheel"), library=True),
    Part("the documents, followed by a stranger with the packages", "Tools/docs/stranger",
         after=(PACKAGES, "Python wheel in a Debian without Swift")),
    Part("images of the documentation", "Tools/docs/images",
         after=(PACKAGES, "Python wheel in a Debian without Swift")),
    # After the wheel, whose test makes the root.
    Part("tarball and Debian packages, in a Debian without Swift", "Tests/Packages/run",
         after=(PACKAGES, "Python wheel in a Debian without Swift"), library=True),
    Part(THREADS, "PEERID_WITHOUT_SANDBOX_TESTS=1 PEERID_TEST_THREADS=2 swift test --sanitize=thread "
         f"--scratch-path .build-tsan --skip 'PeerIDTests\\.({WITHOUT_THREADS})Tests'", after=(BUILD,)),
    Part("simulated schedules", "Tests/Simulation/run 50000 && Tests/Simulation/run small quick", after=(BUILD,),
         check="Tests/Simulation/run 2000"),
    Part("faults, with memcheck", in_folder("faults") + "Tests/Faults/run", after=(BUILD,), alone=("certificates",),
         check=in_folder("faults") + "Tests/Faults/run fault_table", library=True),
    Part("C, with memcheck", in_folder("c") + "Tests/C/run", after=(BUILD,),
         check=in_folder("c") + "Tests/C/run arguments errors sessions operations stores", library=True),
    Part("programs of the documentation", "Tools/docs/programs", after=(BUILD, COMMAND), check="Tools/docs/programs README.md"),
    Part("fuzzing", "python3 -B Tests/Fuzz/fuzz.py --seconds 60", after=(BUILD,)),
    Part(NORMAL, f"make --no-print-directory normal && {NORMAL_SIZE} && {SAME_EXPORTS}", after=(BUILD,)),
    Part("fuzzing through the C interface, of both libraries",
         "make --no-print-directory embedded && python3 -B Tests/Fuzz/abi.py", after=(NORMAL, "fuzzing")),
    Part("the same cases in C, Python and Go", "Tests/Conformance/run", after=(BUILD, TOOLS), library=True),
    Part("thread sanitizer, through the C interface", "Tests/ThreadSanitizer/run", after=(BUILD,),
         alone=("certificates",), library=True),
    Part("Python", "bindings/python/check", after=(BUILD, TOOLS), check="bindings/python/check fast", library=True),
    Part("processes", "Tests/Processes/run", after=(BUILD,),
         check="Tests/Processes/run kills disk", library=True),
    Part("Go", "bindings/go/check", after=(BUILD,), check="bindings/go/check fast", library=True),
    Part("command, typed in a terminal and called by scripts", "Tests/Command/run", after=(COMMAND,)),
    Part("calls of C, Python and Go with a fault every second", "Tests/Soak/run 0.75 --seed 1", after=(BUILD,), library=True),
    Part("web applications and the sandbox in a browser", "Tests/Browser/run", after=(BUILD,), library=True),
    # The development build, which is there for the Swift tests.
    Part("demo", "make --no-print-directory demo", after=(SWIFT,)),
    Part("header generator", "python3 -B -m unittest discover Tools/header", after=(BUILD,)),
    Part("header, version script and prototypes are as generated", "python3 -B Tools/header/generate.py --check",
         after=(SWIFT,), check=True),
    Part("tables of the documentation", "Tools/docs/tables --check", after=(BUILD,), check=True),
    Part("documentation site", "make --no-print-directory docs", after=(BUILD,)),
    Part("installed library", "Tools/scripts/test-install", after=(COMMAND,), library=True),
    Part("C interface, compared with the committed one", "Tests/ABI/run", after=(BUILD,), library=True),
    Part("secrets in memory", "python3 -B Tests/Memory/secrets.py", after=(BUILD,), library=True),
    Part("faults of HTTP/2", "Tests/HTTP2/run", after=(BUILD,), library=True),
    Part("every function, called wrongly", "python3 -B Tests/Misuse/misuse.py", after=(BUILD,), library=True),
    Part("the backend's answers from the sandbox", "Tests/Backend/run", after=(BUILD,), library=True),
    Part("demo, with the library that is tested", "Tools/scripts/demo", after=(BUILD,), library=True),
]


class Run:
    """Runs parts in LANES threads."""

    def __init__(self, parts):
        self.parts = parts
        self.names = {part.name: part for part in parts}
        self.changed = threading.Condition()
        self.running = []

    def work(self):
        while part := self.take():
            self.run(part)
            with self.changed:
                self.running.remove(part)
                self.changed.notify_all()

    def take(self):
        """The next part that can run; None when none is left."""
        with self.changed:
            while True:
                waiting = [part for part in self.parts if part.result is None and part not in self.running]
                if not waiting:
                    return None
                for part in waiting:
                    if self.is_ready(part):
                        self.running.append(part)
                        return part
                self.changed.wait()

    def is_ready(self, part):
        needed = [self.names[name] for name in part.after if name in self.names]
        used = {thing for other in self.running for thing in other.alone}
        return all(other.result is not None for other in needed) and not used.intersection(part.alone)

    def run(self, part):
        broken = [name for name in part.after if name in self.names and not self.names[name].result]
        begin = time.monotonic()
        log = LOGS / (re.sub(r"[^a-z0-9]+", "-", part.name.lower()) + ".log")
        if broken:
            log.write_text(f"not run: {', '.join(broken)} failed\n")
            result = False
        else:
            with log.open("w") as file:
                process = subprocess.Popen(
                    part.command, shell=True, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT
                )
                _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            part.processor_seconds = used.ru_utime + used.ru_stime
            result = process.returncode == 0
        part.seconds = time.monotonic() - begin
        text = log.read_text(errors="replace")
        with self.changed:
            part.result, part.text = result, text
            title = f"{part.name}: {part.seconds:.0f} s, {part.processor_seconds:.0f} s of processor time"
            print(f"\n== {title}\n{text}", end="", flush=True)


def main():
    kind = sys.argv[1] if len(sys.argv) == 2 else ""
    if kind not in ("all", "check", "library"):
        sys.exit(__doc__)
    parts = [part for part in PARTS if kind == "all" or getattr(part, kind)]
    for part in parts:
        if kind == "check" and isinstance(part.check, str):
            part.command = part.check
    # A shell starts commands in the background with these signals ignored, and so would every test.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)
    LOGS.mkdir(parents=True, exist_ok=True)
    os.chdir(ROOT)
    begin = time.monotonic()
    run = Run(parts)
    lanes = [threading.Thread(target=run.work) for _ in range(LANES)]
    for lane in lanes:
        lane.start()
    for lane in lanes:
        lane.join()
    slowest = sorted(parts, key=lambda part: -part.seconds)[:SLOWEST]
    print("\nSlowest, with the processor time of each:")
    for part in slowest:
        print(f"  {part.seconds:6.0f} s {part.processor_seconds:6.0f} s  {part.name}")
    print("\nParts:")
    for part in parts:
        print(f"  {'passed' if part.result else 'FAILED'}  {part.name}")
    failed = sum(not part.result for part in parts)
    for part in parts:
        if not part.result:
            print(f"\nThe end of '{part.name}':", *part.text.splitlines()[-ENDING:], sep="\n  ")
    processors = sum(part.processor_seconds for part in parts)
    print(f"\nall of it took {time.monotonic() - begin:.0f} s, and {processors:.0f} s of processor time")
    if kind == "all":
        cases = ROOT / "build/tests/conformance.results/summary"
        lines = cases.read_text().splitlines() if cases.exists() else []
        print(lines[-1] if lines else "conformance: no results")
    print(f"parts: {len(parts) - failed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
