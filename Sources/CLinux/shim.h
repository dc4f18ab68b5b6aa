// The functions of the C library that the core uses.
//
// This module replaces Swift's Glibc module, which Embedded Swift does not have. It also wraps what Swift cannot
// import: variadic functions, macros with types, and memmem.
#ifndef PEERID_CLINUX_SHIM_H
#define PEERID_CLINUX_SHIM_H

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static inline int clinux_errno(void) { return errno; }
static inline void clinux_set_errno(int code) { errno = code; }

// Opens a file. A new file is accessible only to its owner.
static inline int clinux_open(const char *path, int flags) { return open(path, flags, 0600); }
static inline int clinux_descriptor_flags(int descriptor) { return fcntl(descriptor, F_GETFD); }
static inline void clinux_close_on_exec(int descriptor) { (void)fcntl(descriptor, F_SETFD, FD_CLOEXEC); }
static inline int clinux_is_file(mode_t mode) { return S_ISREG(mode); }
static inline int clinux_is_directory(mode_t mode) { return S_ISDIR(mode); }

// Reserves space in a file. Above the limit of a file's size, posix_fallocate would end the process with a signal.
static inline int clinux_reserve(int descriptor, off_t size) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur < (rlim_t)size) return EFBIG;
  return posix_fallocate(descriptor, 0, size);
}

// Delays the cancellation of this thread (pthread_cancel); returns the state for `clinux_allow_cancellation`.
static inline int clinux_delay_cancellation(void) {
  int before = PTHREAD_CANCEL_ENABLE;
  (void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
  return before;
}
static inline void clinux_allow_cancellation(int before) { (void)pthread_setcancelstate(before, NULL); }

// Moves a descriptor above the standard streams. A program may have closed those; what it then prints must not go into
// a connection or a file of the library.
static inline int clinux_above_streams(int descriptor) {
  if (descriptor < 0 || descriptor > STDERR_FILENO) return descriptor;
  int moved = fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  int failure = errno;
  close(descriptor);
  errno = failure;
  return moved;
}

static inline int clinux_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }
// Occupies the numbers of the standard streams that the program has closed; returns one bit for each.
static inline int clinux_occupy_streams(void) {
  int occupied = 0;
  for (;;) {
    int descriptor = clinux_eventfd();
    if (descriptor < 0) return occupied;
    if (descriptor > STDERR_FILENO) {
      close(descriptor);
      return occupied;
    }
    occupied |= 1 << descriptor;
  }
}
static inline void clinux_free_streams(int occupied) {
  for (int descriptor = 0; descriptor <= STDERR_FILENO; descriptor++) {
    if (occupied & 1 << descriptor) close(descriptor);
  }
}
static inline void clinux_eventfd_raise(int descriptor) { (void)eventfd_write(descriptor, 1); }
// Clears the eventfd, so that it is not readable; returns how many times it was raised since it was last cleared.
static inline unsigned long clinux_eventfd_clear(int descriptor) {
  eventfd_t count = 0;
  return eventfd_read(descriptor, &count) == 0 ? (unsigned long)count : 0;
}

// The number of unread bytes.
static inline int clinux_unread(int descriptor) {
  int count = 0;
  return ioctl(descriptor, FIONREAD, &count) == 0 ? count : 0;
}

// glibc and musl declare memmem only for _GNU_SOURCE.
void *memmem(const void *text, size_t text_length, const void *part, size_t part_length);

static inline const void *clinux_find(const void *text, size_t text_length, const void *part, size_t part_length) {
  return memmem(text, text_length, part, part_length);
}

#endif
