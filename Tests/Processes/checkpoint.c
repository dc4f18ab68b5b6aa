/* Preloaded (LD_PRELOAD), it records the steps by which a process stores a session: system calls on the files of a
 * directory store, and the requests that it sends. A step is a verb and an object:
 *
 *   mkdir directory, open|lock|unlock|reserve|write|truncate|sync|rename|unlink lock|new|session|directory|parent,
 *   send token|refreshtoken
 *
 *   PEERID_STEPS       a file to which the steps are appended, one per line
 *   PEERID_STOP        `VERB OBJECT N`: the process stops (SIGSTOP) before the Nth occurrence of this step
 *   PEERID_STOP_HALF   if set, and the step is a write: half of it is written first
 *   PEERID_DIRECTORY   the store's directory
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))(uintptr_t)dlsym(RTLD_NEXT, #name))

/* ---- Objects ---- */

static const char *directory(void) { return getenv("PEERID_DIRECTORY"); }

/* The role of a path in the store, or NULL. */
static const char *object_of(const char *path) {
  const char *root = directory();
  if (!root || !path) return NULL;
  size_t length = strlen(root);
  if (strcmp(path, root) == 0) return "directory";
  const char *slash = strrchr(root, '/');
  if (slash && strlen(path) == (size_t)(slash - root) && strncmp(path, root, strlen(path)) == 0) return "parent";
  if (strncmp(path, root, length) != 0 || path[length] != '/') return NULL;
  const char *dot = strrchr(path, '.');
  return dot ? dot + 1 : NULL;
}

/* The same for a descriptor. */
static const char *object_of_descriptor(int descriptor, char *path, size_t size) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  long length = syscall(SYS_readlinkat, AT_FDCWD, link, path, size - 1);
  if (length <= 0) return NULL;
  path[length] = '\0';
  return object_of(path);
}

/* ---- Steps ---- */

static void record(const char *step) {
  const char *file = getenv("PEERID_STEPS");
  if (!file) return;
  char line[128];
  int length = snprintf(line, sizeof line, "%s\n", step);
  int descriptor = (int)syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (descriptor < 0) return;
  (void)!syscall(SYS_write, descriptor, line, (size_t)length);
  syscall(SYS_close, descriptor);
}

/* Whether the process has to stop before this step. */
static bool is_stop(const char *step) {
  static atomic_int passed;
  const char *stop = getenv("PEERID_STOP");
  const char *number = stop ? strrchr(stop, ' ') : NULL;
  if (!number || strlen(step) != (size_t)(number - stop) || strncmp(step, stop, strlen(step)) != 0) return false;
  return atomic_fetch_add(&passed, 1) + 1 == atoi(number);
}

static void stop(void) { syscall(SYS_tgkill, getpid(), (pid_t)syscall(SYS_gettid), SIGSTOP); }

static void step(const char *verb, const char *object) {
  if (!object) return;
  char text[64];
  snprintf(text, sizeof text, "%s %s", verb, object);
  if (is_stop(text)) stop();
  record(text);
}

static void step_of_descriptor(const char *verb, int descriptor) {
  char path[4096];
  step(verb, object_of_descriptor(descriptor, path, sizeof path));
}

/* ---- The calls ---- */

static int open_at(int folder, const char *path, int flags, mode_t mode) {
  return (int)syscall(SYS_openat, folder, path, flags, mode);
}

#define OPEN(function, folder, ...)                                                   \
  int function(__VA_ARGS__, const char *path, int flags, ...) {                       \
    va_list rest;                                                                     \
    va_start(rest, flags);                                                            \
    mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? (mode_t)va_arg(rest, unsigned) : 0; \
    va_end(rest);                                                                     \
    step("open", object_of(path));                                                    \
    return open_at(folder, path, flags, mode);                                        \
  }
OPEN(openat, folder, int folder)
OPEN(openat64, folder, int folder)
#undef OPEN

#define OPEN(function)                                                                \
  int function(const char *path, int flags, ...) {                                    \
    va_list rest;                                                                     \
    va_start(rest, flags);                                                            \
    mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? (mode_t)va_arg(rest, unsigned) : 0; \
    va_end(rest);                                                                     \
    step("open", object_of(path));                                                    \
    return open_at(AT_FDCWD, path, flags, mode);                                      \
  }
OPEN(open)
OPEN(open64)

int mkdir(const char *path, mode_t mode) {
  step("mkdir", object_of(path));
  return REAL(mkdir)(path, mode);
}

int rename(const char *from, const char *to) {
  step("rename", object_of(from));
  return REAL(rename)(from, to);
}

int unlink(const char *path) {
  step("unlink", object_of(path));
  return REAL(unlink)(path);
}

/* A failed attempt is not a step. */
int flock(int descriptor, int operation) {
  int result = REAL(flock)(descriptor, operation);
  if (result == 0 && operation & LOCK_EX) step_of_descriptor("lock", descriptor);
  return result;
}

int close(int descriptor) {
  char path[4096];
  const char *object = object_of_descriptor(descriptor, path, sizeof path);
  if (object && strcmp(object, "lock") == 0) step("unlock", object);
  return (int)syscall(SYS_close, descriptor);
}

int fsync(int descriptor) {
  step_of_descriptor("sync", descriptor);
  return REAL(fsync)(descriptor);
}

int ftruncate(int descriptor, off_t length) {
  step_of_descriptor("truncate", descriptor);
  return REAL(ftruncate)(descriptor, length);
}

int posix_fallocate(int descriptor, off_t offset, off_t length) {
  step_of_descriptor("reserve", descriptor);
  return REAL(posix_fallocate)(descriptor, offset, length);
}

ssize_t write(int descriptor, const void *data, size_t size) {
  char path[4096];
  const char *object = object_of_descriptor(descriptor, path, sizeof path);
  if (object && getenv("PEERID_STOP_HALF")) {
    char text[64];
    snprintf(text, sizeof text, "write %s", object);
    if (is_stop(text)) {
      size_t half = size / 2;
      (void)!syscall(SYS_write, descriptor, data, half);
      stop();
      long rest = syscall(SYS_write, descriptor, (const char *)data + half, size - half);
      return rest < 0 ? rest : (ssize_t)half + rest;
    }
  }
  if (object && !getenv("PEERID_STOP_HALF")) step("write", object);
  return syscall(SYS_write, descriptor, data, size);
}

ssize_t send(int descriptor, const void *data, size_t size, int flags) {
  static const char start[] = "POST /api/v1/auth/";
  const char *text = data;
  if (size > sizeof start && memcmp(text, start, sizeof start - 1) == 0) {
    char object[32];
    snprintf(object, sizeof object, "%.*s", (int)strcspn(text + sizeof start - 1, " ?"), text + sizeof start - 1);
    step("send", object);
  }
  return REAL(send)(descriptor, data, size, flags);
}
