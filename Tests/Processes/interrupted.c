/* Creates the table of the PostgreSQL store, while a signal interrupts every other wait: `interrupted CONNECTION`. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>

#include "postgres_store.h"

static int interruptions;

/* Replaces the function of the C library. */
int poll(struct pollfd *watched, nfds_t count, int timeout_ms) {
  static int calls;
  if (calls++ % 2 == 0) {
    interruptions++;
    errno = EINTR;
    return -1;
  }
  struct timespec limit = {.tv_sec = timeout_ms / 1000, .tv_nsec = timeout_ms % 1000 * 1000000L};
  return ppoll(watched, count, timeout_ms < 0 ? NULL : &limit, NULL);
}

int main(int count, char **arguments) {
  if (count != 2) return 2;
  char message[256];
  if (!postgres_store_create_table(arguments[1], message, sizeof message)) {
    fprintf(stderr, "the table: %s\n", message);
    return 1;
  }
  printf("%d\n", interruptions);
  return 0;
}
