// Functions that Embedded Swift expects from the system, and replacements for functions of its runtime that are less
// safe than those of the normal runtime.
#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

// Used only to seed hash tables. The C library has this function since glibc 2.36.
void arc4random_buf(void *target, size_t count) {
  if (getentropy(target, count) == 0) return;
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  uint64_t seed = (uint64_t)time.tv_nsec ^ (uint64_t)getpid() << 32 ^ (uintptr_t)&time;
  for (size_t i = 0; i < count; i++) {
    seed = seed * 6364136223846793005 + 1442695040888963407;
    ((uint8_t *)target)[i] = (uint8_t)(seed >> 56);
  }
}

// Called only to compute the size of hash tables. With this function libm is not needed.
double ceil(double number) {
  double whole = (double)(int64_t)number;
  return whole < number ? whole + 1 : whole;
}

// Called by the runtime in place of posix_memalign (--wrap), because the runtime does not check whether that failed.
int __real_posix_memalign(void **target, size_t alignment, size_t size);
int __wrap_posix_memalign(void **target, size_t alignment, size_t size) {
  if (alignment <= _Alignof(max_align_t)) {
    *target = malloc(size);
  } else if (__real_posix_memalign(target, alignment, size) != 0) {
    *target = NULL;
  }
  // Some implementations of malloc return NULL for 0 bytes; glibc's does not.
  if (*target) return 0;
  static const char text[] = "Fatal error: libpeerid: memory ran out\n";
  if (write(STDERR_FILENO, text, sizeof text - 1) < 0) abort();
  abort();
}

// Runs `body` once, for a global variable. The runtime's own function waits forever in the child of a fork if another
// thread of the parent was running the body; with this function, the child runs the body again. `state` is 0 at first,
// then the id of the process that runs the body, then -1.
void swift_once(_Atomic intptr_t *state, void (*body)(void *), void *context) {
  intptr_t mine = 0;
  for (;;) {
    intptr_t seen = atomic_load_explicit(state, memory_order_acquire);
    // The fast path: each access to a lazy variable calls this function.
    if (seen < 0) return;
    if (mine == 0) mine = getpid();
    if (seen == mine) {
      sched_yield();
    } else if (atomic_compare_exchange_weak(state, &seen, mine)) {
      body(context);
      atomic_store_explicit(state, -1, memory_order_release);
      return;
    }
  }
}

// The tables with which Swift compares strings by characters: `é` would equal `e` with a combining accent. Without
// these tables, strings are equal if their bytes are equal.
uint16_t _swift_stdlib_getNormData(uint32_t scalar) {
  (void)scalar;
  return 0;
}

uint32_t _swift_stdlib_getComposition(uint32_t first, uint32_t second) {
  (void)first, (void)second;
  return UINT32_MAX;
}

uint32_t _swift_stdlib_getDecompositionEntry(uint32_t scalar) {
  (void)scalar;
  return UINT32_MAX;
}

const uint8_t *const _swift_stdlib_nfd_decompositions = NULL;
