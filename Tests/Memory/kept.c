/* An allocator in front of the C library's that never reuses memory of foreign libraries, such as libcurl and OpenSSL:
 * memory that they free is kept unchanged and recorded with the function that allocated it. This distinguishes secrets
 * left by them from secrets left by libpeerid. */
#include "kept.h"

#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

typedef struct range {
  uintptr_t from, to;
} range;

/* The address ranges of foreign libraries. */
static range foreign[64];
static int foreign_count;

typedef struct chunk {
  void *start;
  size_t size;
  const void *caller;
} chunk;

/* A hash table with open addressing; entries are never removed. */
enum { MOST_CHUNKS = 1 << 20 };
static chunk chunks[MOST_CHUNKS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void kept_start(void) {
  static const char *const names[] = {"/libcurl", "/libssl", "/libcrypto", "/libnghttp2", "/libgnutls"};
  FILE *maps = fopen("/proc/self/maps", "r");
  char line[1024];
  while (maps && fgets(line, sizeof line, maps)) {
    unsigned long from, to;
    char mode[8];
    if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) != 3 || !strchr(mode, 'x')) continue;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
      if (strstr(line, names[i]) && foreign_count < 64) foreign[foreign_count++] = (range){from, to};
    }
  }
  if (maps) fclose(maps);
}

static bool is_foreign(const void *caller) {
  for (int i = 0; i < foreign_count; i++) {
    if ((uintptr_t)caller >= foreign[i].from && (uintptr_t)caller < foreign[i].to) return true;
  }
  return false;
}

static chunk *place_of(const void *start) {
  size_t place = ((uintptr_t)start >> 4) * 0x9E3779B97F4A7C15u % MOST_CHUNKS;
  while (chunks[place].start && chunks[place].start != start) place = (place + 1) % MOST_CHUNKS;
  return &chunks[place];
}

static void *recorded(void *start, size_t size, const void *caller) {
  if (!start || !is_foreign(caller)) return start;
  pthread_mutex_lock(&lock);
  *place_of(start) = (chunk){start, size, caller};
  pthread_mutex_unlock(&lock);
  return start;
}

/* The size of a recorded chunk; 0 for others. */
static size_t recorded_size(const void *start) {
  if (foreign_count == 0) return 0;
  pthread_mutex_lock(&lock);
  size_t size = place_of(start)->size;
  pthread_mutex_unlock(&lock);
  return size;
}

__attribute__((noinline)) void *malloc(size_t size) {
  return recorded(__libc_malloc(size), size, __builtin_return_address(0));
}

__attribute__((noinline)) void *calloc(size_t count, size_t size) {
  return recorded(__libc_calloc(count, size), count * size, __builtin_return_address(0));
}

__attribute__((noinline)) void *realloc(void *memory, size_t size) {
  const void *caller = __builtin_return_address(0);
  size_t before = memory ? recorded_size(memory) : 0;
  if (before == 0) return recorded(__libc_realloc(memory, size), size, caller);
  void *moved = recorded(__libc_malloc(size), size, caller);
  if (moved) memcpy(moved, memory, before < size ? before : size);
  return moved;
}

__attribute__((noinline)) char *strdup(const char *text) {
  size_t size = strlen(text) + 1;
  char *copy = recorded(__libc_malloc(size), size, __builtin_return_address(0));
  return copy ? memcpy(copy, text, size) : NULL;
}

void free(void *memory) {
  if (memory && recorded_size(memory) == 0) __libc_free(memory);
}

void kept_write(const char *path) {
  FILE *file = fopen(path, "w");
  for (size_t i = 0; file && i < MOST_CHUNKS; i++) {
    if (!chunks[i].size) continue;
    Dl_info from = {0};
    dladdr(chunks[i].caller, &from);
    const char *library = from.dli_fname ? strrchr(from.dli_fname, '/') : NULL;
    fprintf(file, "%lx %zu %s %s+%lx\n", (unsigned long)chunks[i].start, chunks[i].size, library ? library + 1 : "?",
            from.dli_sname ? from.dli_sname : "?",
            (unsigned long)((uintptr_t)chunks[i].caller - (uintptr_t)from.dli_fbase));
  }
  if (file) fclose(file);
}
