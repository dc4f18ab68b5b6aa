/* Forks while another thread is in the first call of the process: `first_call blocking|asynchronous MICROSECONDS`, which is
 * how long after its beginning. Status 50: the child got stuck. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "program.h"

enum { STUCK = 50, PATIENCE_SECONDS = 10 };

static peerid_session *session;
static pthread_barrier_t start;
static bool is_asynchronous;

static peerid_error *call(uint64_t amount) {
  if (!is_asynchronous) return transfer(session, amount);
  peerid_queue *queue = NULL;
  must("the queue", peerid_queue_create(&queue));
  must("submit", begin_transfer(session, amount, queue));
  peerid_completion *completion = NULL;
  size_t count = 0;
  must("a completion", peerid_queue_take(queue, -1, 1, &completion, &count));
  peerid_error *error = peerid_completion_error(completion);
  peerid_completion_free(completion);
  peerid_queue_free(queue);
  return error;
}

static void *call_first(void *context) {
  (void)context;
  pthread_barrier_wait(&start);
  must("the first call", call(1));
  return NULL;
}

int main(int count, char **arguments) {
  if (count != 3) return EXIT_FAILURE;
  is_asynchronous = strcmp(arguments[1], "asynchronous") == 0;
  long microseconds = atol(arguments[2]);
  session = make_session(make_client());
  pthread_barrier_init(&start, NULL, 2);
  pthread_t thread;
  pthread_create(&thread, NULL, call_first, NULL);
  pthread_barrier_wait(&start);
  if (microseconds > 0) usleep((useconds_t)microseconds);
  pid_t child = fork();
  if (child == 0) {
    alarm(PATIENCE_SECONDS);
    _exit(call(2) ? EXIT_FAILURE : EXIT_SUCCESS);
  }
  int status = 0;
  waitpid(child, &status, 0);
  pthread_join(thread, NULL);
  return WIFSIGNALED(status) ? STUCK : WEXITSTATUS(status);
}
