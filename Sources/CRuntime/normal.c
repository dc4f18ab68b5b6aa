// Replacements for parts of the Swift runtime that the shipped library does not need.
#include <stdint.h>

// The linker replaces the runtime's functions with these two (--wrap). The originals need tables with the name and the
// age of every character, which are a tenth of the library's size, and which the library does not use.
intptr_t __wrap__swift_stdlib_getScalarName(uint32_t scalar, uint8_t *buffer, intptr_t capacity) {
  (void)scalar, (void)buffer, (void)capacity;
  return 0;
}

uint16_t __wrap__swift_stdlib_getAge(uint32_t scalar) {
  (void)scalar;
  return UINT16_MAX;
}

// The symbols of the runtime's crash handler that the rest of the runtime uses, with all settings off. Because of these
// definitions, the linker omits the handler, which would handle the process's signals if SWIFT_BACKTRACE is set.
__attribute__((visibility("hidden"))) const uint64_t _swift_backtraceSettings[32] = {0};
__attribute__((visibility("hidden"))) _Bool _swift_backtrace_isThunkFunction(const char *symbol) {
  (void)symbol;
  return 0;
}
