/* Makes resources of the system run out for libpeerid, but not for the rest of the process. Preloaded (LD_PRELOAD), so
 * that the library finds these definitions first. A file with one of these names in the folder PEERID_SHORTAGES starts
 * a shortage:
 *
 *   threads          no thread can be started
 *   memory           libcurl gets no memory for another transfer
 *   random_numbers   the system gives no random numbers
 */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_short_of(const char *what, const void *caller) {
  const char *folder = getenv("PEERID_SHORTAGES");
  char path[4096];
  if (!folder || snprintf(path, sizeof path, "%s/%s", folder, what) >= (int)sizeof path) return false;
  int kept = errno;
  bool is_on = access(path, F_OK) == 0;
  errno = kept;
  Dl_info from;
  return is_on && dladdr(caller, &from) && strstr(from.dli_fname, "libpeerid.so");
}

/* The definition that the caller finds without this library. */
static void *find_real(const char *name, const void *caller) {
  void *real = dlsym(RTLD_NEXT, name);
  Dl_info from;
  if (!real && dladdr(caller, &from)) {
    /* Python loads the library and its dependencies into a scope of their own. */
    void *library = dlopen(from.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
    if (library) real = dlsym(library, name);
    if (library) dlclose(library);
  }
  if (!real) abort();
  return real;
}

#define REAL(name) \
  __typeof__(&name) real; \
  *(void **)&real = find_real(#name, __builtin_return_address(0))

void *curl_easy_init(void);
void *curl_easy_init(void) {
  REAL(curl_easy_init);
  return is_short_of("memory", __builtin_return_address(0)) ? NULL : real();
}

int pthread_create(pthread_t *restrict thread, const pthread_attr_t *restrict attributes, void *(*body)(void *),
                   void *restrict context) {
  REAL(pthread_create);
  return is_short_of("threads", __builtin_return_address(0)) ? EAGAIN : real(thread, attributes, body, context);
}

int getentropy(void *buffer, size_t length) {
  REAL(getentropy);
  if (!is_short_of("random_numbers", __builtin_return_address(0))) return real(buffer, length);
  errno = EIO;
  return -1;
}
