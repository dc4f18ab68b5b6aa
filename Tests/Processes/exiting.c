/* Ends while a refresh is on its way in the background: `exiting WAIT ENDING`. WAIT is how long after its beginning, in
 * milliseconds; ENDING is `exit`, or what comes before an `_exit`: `settle` or `prepare`. */
#include <stdlib.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "program.h"

int main(int count, char **arguments) {
  if (count != 3) return EXIT_FAILURE;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  peerid_client *client = make_client();
  peerid_session *session = make_session(client);
  peerid_queue *queue;
  must("the queue", peerid_queue_create(&queue));
  must("refresh", peerid_session_refresh_async(session, queue, 1, NULL));
  pause_ms(atoi(arguments[1]));
  if (strcmp(arguments[2], "settle") == 0) {
    peerid_client_close(client);
    _exit(peerid_client_settle(client, 2000) ? EXIT_SUCCESS : EXIT_FAILURE);
  }
  if (strcmp(arguments[2], "prepare") == 0) {
    peerid_prepare_exit();
    _exit(EXIT_SUCCESS);
  }
  /* Nothing is freed: the program just ends, as programs do. */
  return EXIT_SUCCESS;
}
