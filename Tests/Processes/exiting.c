/* Exits while a refresh is on its way in the background: `exiting WAIT`, which is how long after its beginning, in
 * milliseconds. */
#include <stdlib.h>
#include <signal.h>
#include <sys/prctl.h>

#include "program.h"

int main(int count, char **arguments) {
  if (count != 2) return EXIT_FAILURE;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  peerid_session *session = make_session(make_client());
  peerid_queue *queue;
  must("the queue", peerid_queue_create(&queue));
  must("refresh", peerid_session_refresh_async(session, queue, 1, NULL));
  pause_ms(atoi(arguments[1]));
  /* Nothing is freed: the program just ends, as programs do. */
  return EXIT_SUCCESS;
}
