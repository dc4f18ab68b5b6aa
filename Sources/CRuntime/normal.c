// Parts of the Swift runtime that the shipped library leaves out.
#include <stdint.h>

// The linker lets these two take the place of the runtime's own (--wrap): tables with the name and the age of every
// character, a tenth of the library's size, which nothing in it reads.
intptr_t __wrap__swift_stdlib_getScalarName(uint32_t scalar, uint8_t *buffer, intptr_t capacity) {
  (void)scalar, (void)buffer, (void)capacity;
  return 0;
}

uint16_t __wrap__swift_stdlib_getAge(uint32_t scalar) {
  (void)scalar;
  return UINT16_MAX;
}

// What the rest of the runtime needs of its crash handler, whose settings are all off. Because it is here, the linker does
// not take the handler, which the variable SWIFT_BACKTRACE would install for the signals of the process.
__attribute__((visibility("hidden"))) const uint64_t _swift_backtraceSettings[32] = {0};
__attribute__((visibility("hidden"))) _Bool _swift_backtrace_isThunkFunction(const char *symbol) {
  (void)symbol;
  return 0;
}
