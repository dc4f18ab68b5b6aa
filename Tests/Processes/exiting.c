/* Exits during a refresh in the background, when a line is read from standard input: `exiting ENDING ANSWER`. ENDING is
 * `exit`, or what comes before an `_exit`: `settle` or `prepare`. Prints `ending` when that begins.
 * ANSWER is `answered` if the refresh is answered then, or `silent`. */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "program.h"

/* The library's time limits for the exit begin after this. */
static bool is_answered;

static void print_ending(void) {
  if (is_answered) {
    stop_clock();
  } else {
    stop_clock_after_a_wait();
  }
  puts("ending");
  fflush(stdout);
}

int main(int count, char **arguments) {
  if (count != 3) return EXIT_FAILURE;
  is_answered = strcmp(arguments[2], "answered") == 0;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  peerid_client *client = make_client();
  peerid_session *session = make_session(client);
  peerid_queue *queue;
  must("the queue", peerid_queue_create(&queue));
  must("refresh", peerid_session_refresh_async(session, queue, 1, NULL));
  if (getchar() != '\n') return EXIT_FAILURE;
  if (strcmp(arguments[1], "settle") == 0) {
    peerid_client_close(client);
    print_ending();
    _exit(peerid_client_flush(client, 600000) ? EXIT_SUCCESS : EXIT_FAILURE);
  }
  if (strcmp(arguments[1], "prepare") == 0) {
    print_ending();
    peerid_library_prepare_exit();
    _exit(EXIT_SUCCESS);
  }
  /* Nothing is freed: the program just exits, as programs do. The handler that was registered last runs first. */
  atexit(print_ending);
  return EXIT_SUCCESS;
}
