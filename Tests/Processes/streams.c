/* Closes its standard streams, and uses the library. What the program prints then must not go into a connection or a file
 * of the library: the exit status is the number of streams whose descriptor is open again. */
#include <fcntl.h>
#include <unistd.h>

#include "program.h"

int main(void) {
  for (int stream = 0; stream < 3; stream++) close(stream);
  peerid_client *client = make_client();
  peerid_session *session = make_session(client);
  peerid_queue *queue = NULL;
  peerid_completion *completion = NULL;
  size_t count = 0;
  must("a refresh", peerid_session_refresh(session));
  must("a blocking call", transfer(session, 1));
  must("the queue", peerid_queue_create(&queue));
  must("an asynchronous call", begin_transfer(session, 2, queue));
  must("the completion", peerid_queue_take(queue, -1, 1, &completion, &count));
  int open = 0;
  for (int stream = 0; stream < 3; stream++) open += fcntl(stream, F_GETFD) >= 0;
  return open;
}
