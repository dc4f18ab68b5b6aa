// The parts of the Linux C library that Swift's Glibc module leaves out.
#ifndef PEERID_CLINUX_SHIM_H
#define PEERID_CLINUX_SHIM_H

#include <stddef.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>

static inline int clinux_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }
static inline void clinux_eventfd_raise(int descriptor) { (void)eventfd_write(descriptor, 1); }
// Returns how often it was raised since it was cleared last.
static inline unsigned long clinux_eventfd_clear(int descriptor) {
  eventfd_t count = 0;
  return eventfd_read(descriptor, &count) == 0 ? (unsigned long)count : 0;
}

// How many bytes wait to be read.
static inline int clinux_unread(int descriptor) {
  int count = 0;
  return ioctl(descriptor, FIONREAD, &count) == 0 ? count : 0;
}

// glibc and musl have memmem, but declare it for _GNU_SOURCE alone.
void *memmem(const void *text, size_t text_length, const void *part, size_t part_length);

static inline const void *clinux_find(const void *text, size_t text_length, const void *part, size_t part_length) {
  return memmem(text, text_length, part, part_length);
}

#endif
