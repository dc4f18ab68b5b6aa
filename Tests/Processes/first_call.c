/* Forks while another thread is in the first call of the process: `first_call KIND MICROSECONDS`, which is how long after
 * the call's beginning. The child makes the same call. Both run on one processor, so that the thread is interrupted
 * wherever it is. Status 50: the child got stuck. */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "program.h"

enum { STUCK = 50, PATIENCE_SECONDS = 30 };

static peerid_client *client;
static peerid_session *session;
static pthread_barrier_t start;

/* A session of the tokens that the sandbox holds: no request is sent for it. */
static void restore(void) {
  static const char form[] = "{\"id\":1,\"token\":\"%s\",\"refresh_token\":\"%s\",\"scope\":[0],"
                             "\"expires\":\"2099-01-01T00:00:00.000Z\",\"app_id\":4,\"user_id\":1}";
  char json[1024];
  int length = snprintf(json, sizeof json, form, setting("PEERID_ACCESS", ""), setting("PEERID_REFRESH", ""));
  must("restore", peerid_client_restore(client, json, (size_t)length, NULL, &session));
}

static peerid_error *take(peerid_queue *queue) {
  peerid_completion *completion = NULL;
  size_t count = 0;
  must("a completion", peerid_queue_take(queue, -1, 1, &completion, &count));
  peerid_error *error = peerid_completion_error(completion);
  peerid_completion_free(completion);
  peerid_queue_free(queue);
  return error;
}

static peerid_queue *make_queue(void) {
  peerid_queue *queue = NULL;
  must("the queue", peerid_queue_create(&queue));
  return queue;
}

static peerid_error *submit(void) { return transfer(session, 1); }

static peerid_error *submit_async(void) {
  peerid_queue *queue = make_queue();
  must("submit", begin_transfer(session, 1, queue));
  return take(queue);
}

static peerid_error *read_chain(void) {
  peerid_response *response = NULL;
  peerid_error *error = peerid_client_read_chain(client, "database", "get_chain_id", NULL, 0, &response);
  peerid_response_free(response);
  return error;
}

static peerid_error *log_in_stored(void) {
  peerid_session *made = NULL;
  peerid_error *error = log_in(client, "a key", &made);
  peerid_session_free(made);
  return error;
}

static peerid_error *log_in_async(void) {
  peerid_queue *queue = make_queue();
  must("log in", peerid_client_login_async(client, "u0", "u0-password", NULL, "a key", queue, 1, NULL));
  return take(queue);
}

static peerid_error *exchange(void) {
  peerid_session *made = NULL;
  peerid_error *error = peerid_client_exchange(client, "no code", NULL, &made);
  peerid_session_free(made);
  return error;
}

static peerid_error *open_stored(void) {
  peerid_session *made = NULL;
  peerid_error *error = peerid_client_open(client, "another key", &made);
  peerid_session_free(made);
  return error;
}

static peerid_error *refresh(void) { return peerid_session_refresh(session); }

static peerid_error *refresh_async(void) {
  peerid_queue *queue = make_queue();
  must("refresh", peerid_session_refresh_async(session, queue, 1, NULL));
  return take(queue);
}

static peerid_error *log_out(void) { return peerid_session_logout(session); }

static const struct kind {
  const char *name;
  peerid_error *(*call)(void);
  bool succeeds; /* in the child as well */
} kinds[] = {
    {"submit", submit, true},       {"submit_async", submit_async, true},   {"read_chain", read_chain, true},
    {"log_in", log_in_stored, true}, {"log_in_async", log_in_async, true},   {"exchange", exchange, false},
    {"open", open_stored, false},   {"refresh", refresh, false},            {"refresh_async", refresh_async, false},
    {"log_out", log_out, true},
};
static const struct kind *kind;

static void *call_first(void *context) {
  (void)context;
  pthread_barrier_wait(&start);
  peerid_error_free(kind->call());
  return NULL;
}

int main(int count, char **arguments) {
  if (count != 3) return EXIT_FAILURE;
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    if (strcmp(kinds[i].name, arguments[1]) == 0) kind = &kinds[i];
  }
  if (!kind) return EXIT_FAILURE;
  cpu_set_t processors;
  CPU_ZERO(&processors);
  CPU_SET(sched_getcpu(), &processors);
  sched_setaffinity(0, sizeof processors, &processors);
  client = make_client();
  restore();
  pthread_barrier_init(&start, NULL, 2);
  pthread_t thread;
  pthread_create(&thread, NULL, call_first, NULL);
  pthread_barrier_wait(&start);
  usleep((useconds_t)atol(arguments[2]));
  pid_t child = fork();
  if (child == 0) {
    alarm(PATIENCE_SECONDS);
    peerid_error *error = kind->call();
    if (error && kind->succeeds) must("the child's call", error);
    _exit(EXIT_SUCCESS);
  }
  int status = 0;
  waitpid(child, &status, 0);
  pthread_join(thread, NULL);
  return WIFSIGNALED(status) ? STUCK : WEXITSTATUS(status);
}
