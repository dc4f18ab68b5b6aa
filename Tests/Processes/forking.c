/* Children of fork use inherited objects while the parent makes calls: `forking FORKS`. Prints a line of counts. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include "program.h"

enum { BLOCKING_THREADS = 3, IN_FLIGHT = 20, CHILD_SECONDS = 600, CHILD_TAG = 7 };

static peerid_client *client;
static peerid_session *session;
static peerid_queue *queue;
static atomic_bool is_over;
static atomic_long parent_calls, parent_failures, next_amount = 1;

static bool succeeded(const char *who, peerid_error *error) {
  if (!error) return true;
  fprintf(stderr, "%s: %s: %s\n", who, peerid_error_name(error), peerid_error_message(error));
  peerid_error_free(error);
  return false;
}

static bool read_chain(const char *who) {
  peerid_response *response;
  if (!succeeded(who, peerid_client_read_chain(client, "database", "get_chain_id", NULL, 0, &response))) return false;
  peerid_response_free(response);
  return true;
}

static bool begin_read(const char *who, uint64_t tag) {
  return succeeded(who, peerid_client_read_chain_async(client, "database", "get_chain_id", NULL, 0, queue, tag, NULL));
}

/* Blocking calls of the parent: reads, and operations that must be executed once. */
static void *block(void *argument) {
  (void)argument;
  while (!is_over) {
    bool good = read_chain("parent") && succeeded("parent", transfer(session, (uint64_t)next_amount++));
    parent_calls += 2;
    pause_ms(1);
    if (!good) parent_failures++;
  }
  return NULL;
}

/* Asynchronous calls of the parent: a new one for each that ended. */
static void *drain(void *argument) {
  (void)argument;
  peerid_completion *ended[16];
  size_t count;
  while (!is_over) {
    if (!succeeded("parent", peerid_queue_take(queue, 100, 16, ended, &count))) parent_failures++;
    for (size_t i = 0; i < count; i++) {
      if (!succeeded("parent", peerid_completion_error(ended[i]))) parent_failures++;
      peerid_completion_free(ended[i]);
      parent_calls++;
      begin_read("parent", 1);
    }
    pause_ms(2);
  }
  return NULL;
}

static bool read_asynchronously(void) {
  peerid_completion *ended[4];
  size_t count = 0;
  if (!begin_read("child", CHILD_TAG) ||
      !succeeded("child", peerid_queue_take(queue, CHILD_SECONDS * 1000, 4, ended, &count))) {
    return false;
  }
  if (count != 1 || peerid_completion_tag(ended[0]) != CHILD_TAG) {
    fprintf(stderr, "child: %zu completions\n", count);
    return false;
  }
  bool good = succeeded("child", peerid_completion_error(ended[0]));
  peerid_completion_free(ended[0]);
  return good;
}

static int be_child(int number) {
  alarm(CHILD_SECONDS);
  switch (number % 8) {
    case 3: return succeeded("child", transfer(session, 1000000 + (uint64_t)number)) ? 0 : 1;
    case 7: return succeeded("child", peerid_session_refresh(session)) && read_chain("child") ? 0 : 1;
    default: return (number % 2 ? read_asynchronously() : read_chain("child")) ? 0 : 1;
  }
}

int main(int count, char **arguments) {
  if (count != 2) return EXIT_FAILURE;
  client = make_client();
  session = make_session(client);
  must("the queue", peerid_queue_create(&queue));
  pthread_t threads[BLOCKING_THREADS + 1];
  for (int i = 0; i < BLOCKING_THREADS; i++) pthread_create(&threads[i], NULL, block, NULL);
  pthread_create(&threads[BLOCKING_THREADS], NULL, drain, NULL);
  for (int i = 0; i < IN_FLIGHT; i++) begin_read("parent", 1);
  int forks = atoi(arguments[1]), crashes = 0, hangs = 0, failures = 0;
  for (int i = 0; i < forks; i++) {
    pause_ms(random() % 8);
    fflush(NULL);
    pid_t child = fork_patiently();
    if (child == 0) _exit(be_child(i));
    int status;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status)) {
      if (WTERMSIG(status) == SIGALRM) hangs++;
      else crashes++;
    } else if (WEXITSTATUS(status) != 0) {
      failures++;
    }
  }
  is_over = true;
  for (int i = 0; i <= BLOCKING_THREADS; i++) pthread_join(threads[i], NULL);
  printf("%d children: %d crashed, %d hung, %d failed; parent: %ld calls, %ld failed\n", forks, crashes, hangs,
         failures, (long)parent_calls, (long)parent_failures);
  peerid_session_free(session);
  peerid_client_free(client);
  peerid_queue_free(queue);
  return crashes || hangs || failures || parent_failures;
}
