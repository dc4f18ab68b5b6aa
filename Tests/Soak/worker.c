/* Calls of a C program for soak.py: blocking ones in two threads, asynchronous ones in a third. See soak.py for a
 * worker's arguments and output. */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <peerid.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { OPERATION_SIZE = 256, IN_FLIGHT = 4 };

static peerid_client *client;
static atomic_uint_fast64_t next_marker;
static atomic_bool is_over;
static uint64_t first_marker;
static long pause_ms;

static void fail(const char *doing, peerid_error *error) {
  fprintf(stderr, "%s: %s\n", doing, error ? peerid_error_message(error) : "failed");
  exit(1);
}

static int64_t now_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void rest(void) {
  struct timespec time = {.tv_sec = pause_ms / 1000, .tv_nsec = pause_ms % 1000 * 1000000};
  nanosleep(&time, NULL);
}

/* Prints how a call ended, frees the error, and returns whether the session has ended. */
static bool report(const char *kind, uint64_t marker, int64_t began, peerid_error *error) {
  const char *outcome = error ? peerid_outcome_name(peerid_error_outcome(error)) : "done";
  printf("%s %" PRIu64 " %s %" PRId64 " %s\n", kind, marker, outcome ? outcome : "?", now_us() - began,
         peerid_error_name(error));
  bool needs_login = peerid_error_code(error) == PEERID_CODE_LOGIN_REQUIRED;
  peerid_error_free(error);
  return needs_login;
}

static size_t transfer(char text[OPERATION_SIZE], uint64_t marker) {
  return (size_t)snprintf(text, OPERATION_SIZE,
                          "{\"op_name\":\"transfer\",\"fee_asset\":\"1.3.0\",\"from\":\"1.2.31\",\"to\":\"1.2.33\","
                          "\"amount\":{\"amount\":%" PRIu64 ",\"asset_id\":\"1.3.0\"}}",
                          marker);
}

/* Replaces a session; tries until it succeeds or the run is over. */
static void log_in(const char *user, const char *key, peerid_session **session) {
  char password[64];
  snprintf(password, sizeof password, "%s-password", user);
  peerid_session_free(*session);
  *session = NULL;
  while (!is_over && !*session) {
    int64_t began = now_us();
    report("login", 0, began, peerid_client_login(client, user, password, NULL, key, session));
    rest();
  }
}

/* Submits one operation after the other. */
static void *submit(void *unused) {
  (void)unused;
  peerid_session *session = NULL;
  log_in("shared", "shared", &session);
  while (!is_over) {
    char text[OPERATION_SIZE];
    uint64_t marker = next_marker++;
    size_t length = transfer(text, marker);
    peerid_response *response = NULL;
    int64_t began = now_us();
    bool needs_login = report("submit", marker, began, peerid_session_submit(session, text, length, &response));
    peerid_response_free(response);
    if (needs_login) log_in("shared", "shared", &session);
    rest();
  }
  peerid_session_free(session);
  return NULL;
}

/* Keeps some submissions in flight. */
static void *submit_asynchronously(void *unused) {
  (void)unused;
  struct { uint64_t marker; int64_t began; } calls[IN_FLIGHT];
  peerid_queue *queue = NULL;
  peerid_error *error = peerid_queue_create(&queue);
  if (error) fail("queue", error);
  peerid_session *session = NULL;
  log_in("c", NULL, &session);
  for (bool needs_login = false; !is_over;) {
    if (needs_login) log_in("c", NULL, &session);
    size_t started = 0;
    for (size_t i = 0; session && i < IN_FLIGHT; i++) {
      char text[OPERATION_SIZE];
      calls[i].marker = next_marker++;
      calls[i].began = now_us();
      size_t length = transfer(text, calls[i].marker);
      memcpy(strstr(text, "1.2.31"), "1.2.32", 6);
      error = peerid_session_submit_async(session, text, length, queue, i, NULL);
      if (error) report("submit", calls[i].marker, calls[i].began, error);
      started += !error;
    }
    for (needs_login = false; started > 0;) {
      peerid_completion *done[IN_FLIGHT];
      size_t count = 0;
      if ((error = peerid_queue_take(queue, -1, IN_FLIGHT, done, &count))) fail("completions", error);
      for (size_t i = 0; i < count; i++) {
        size_t tag = (size_t)peerid_completion_tag(done[i]);
        error = peerid_completion_error(done[i]);
        needs_login |= report("submit", calls[tag].marker, calls[tag].began, error);
        peerid_completion_free(done[i]);
      }
      started -= count;
    }
    rest();
  }
  peerid_session_free(session);
  peerid_queue_free(queue);
  return NULL;
}

/* Makes all other calls in turn. */
static void *mix(void *unused) {
  (void)unused;
  peerid_session *session = NULL;
  log_in("c-others", "c-others", &session);
  for (unsigned i = 0; !is_over; i++) {
    peerid_response *response = NULL;
    peerid_session *other = NULL;
    peerid_token *token = NULL;
    int64_t began = now_us();
    bool needs_login = false;
    switch (i % 6) {
      case 0:
        report("read", 0, began,
               peerid_client_read_chain(client, "database", "get_chain_properties", "[]", 2, &response));
        break;
      case 1: needs_login = report("token", 0, began, peerid_session_acquire_token(session, 0, &token)); break;
      case 2: report("open", 0, began, peerid_client_open(client, "shared", &other)); break;
      case 3: report("statistics", 0, began, peerid_client_statistics(client, &response)); break;
      case 4:
        if (i % 60 == 4) needs_login = report("refresh", 0, began, peerid_session_refresh(session));
        break;
      case 5:
        if (i % 90 != 5) break;
        report("logout", 0, began, peerid_session_logout(session));
        needs_login = true;
    }
    peerid_response_free(response);
    peerid_session_free(other);
    peerid_token_free(token);
    if (needs_login) log_in("c-others", "c-others", &session);
    rest();
  }
  peerid_session_free(session);
  return NULL;
}

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  setvbuf(stdout, NULL, _IOLBF, 0);
  next_marker = first_marker = strtoull(argv[3], NULL, 10);
  pause_ms = strtol(argv[4], NULL, 10);
  peerid_config *config = NULL;
  peerid_store *store = NULL;
  peerid_error *error;
  if ((error = peerid_config_create(argv[1], "4", "demo-secret-4", &config)) ||
      (error = peerid_store_create_directory(argv[2], &store)) ||
      (error = peerid_config_set_store(config, store)) ||
      (error = peerid_config_set(config, "request_timeout_ms", "2000")) ||
      (error = peerid_config_set(config, "relogin", "keep")) || (error = peerid_client_create(config, &client)))
    fail("client", error);
  peerid_store_free(store);
  peerid_config_free(config);

  void *(*const lanes[])(void *) = {submit, submit_asynchronously, mix};
  pthread_t threads[3];
  for (int i = 0; i < 3; i++)
    if (pthread_create(&threads[i], NULL, lanes[i], NULL) != 0) fail("thread", NULL);
  /* The run is over when standard input ends. */
  char byte;
  while (read(STDIN_FILENO, &byte, 1) > 0) continue;
  is_over = true;
  for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
  peerid_client_free(client);
  printf("end %" PRIu64 "\n", next_marker - first_marker);
  return 0;
}
