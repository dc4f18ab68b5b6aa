/* Exits during a refresh, when a line is read from standard input. The store refuses the new pair once. Prints what the
 * store does, and `ending` when the exit begins. */
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include "program.h"

typedef struct memory {
  char *session;
  size_t length;
  uint64_t generation;
  bool has_refused;
  pthread_mutex_t lock;
} memory;

static int32_t load(void *context, const char *key, void *lock, peerid_store_reply *reply) {
  (void)key, (void)lock;
  memory *memory = context;
  if (memory->session) peerid_store_reply_set_session(reply, memory->session, memory->length, memory->generation);
  return PEERID_STORE_RESULT_OK;
}

static int32_t save(void *context, const char *key, const char *session, size_t length, uint64_t generation,
                    uint64_t expected, void *lock, peerid_store_reply *reply) {
  (void)key, (void)expected, (void)lock;
  memory *memory = context;
  bool refuses = generation == 2 && !memory->has_refused;
  printf("%s %d\n", refuses ? "refused" : "saved", (int)generation);
  fflush(stdout);
  if (refuses) {
    memory->has_refused = true;
    peerid_store_reply_set_error(reply, "the database is restarting");
    return PEERID_STORE_RESULT_FAILED;
  }
  free(memory->session);
  memory->session = malloc(length);
  memcpy(memory->session, session, length);
  memory->length = length;
  memory->generation = generation;
  return PEERID_STORE_RESULT_OK;
}

static int32_t remove_session(void *context, const char *key, void *lock, peerid_store_reply *reply) {
  (void)context, (void)key, (void)lock, (void)reply;
  return PEERID_STORE_RESULT_OK;
}

static int32_t lock(void *context, const char *key, int64_t timeout_ms, peerid_store_reply *reply) {
  (void)key;
  memory *memory = context;
  struct timespec end;
  clock_gettime(CLOCK_REALTIME, &end);
  end.tv_sec += timeout_ms / 1000 + 1;
  if (pthread_mutex_timedlock(&memory->lock, &end) == 0) return PEERID_STORE_RESULT_OK;
  peerid_store_reply_set_error(reply, "it is locked");
  return PEERID_STORE_RESULT_FAILED;
}

static void unlock(void *context, const char *key, void *lock) {
  (void)key, (void)lock;
  pthread_mutex_unlock(&((memory *)context)->lock);
}

static void print_ending(void) {
  stop_clock();
  puts("ending");
  fflush(stdout);
}

int main(void) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  static memory memory = {.lock = PTHREAD_MUTEX_INITIALIZER};
  peerid_config *config;
  peerid_store *store;
  peerid_client *client;
  peerid_session *session;
  peerid_queue *queue;
  must("the configuration", peerid_config_create(setting("PEERID_URL", ""), "4", "demo-secret-4", &config));
  must("a limit", peerid_config_set(config, "request_timeout_ms", "600000"));
  must("a limit", peerid_config_set(config, "refresh_timeout_ms", "600000"));
  must("the store", peerid_store_create_custom(
          &(peerid_store_callbacks){.size = sizeof(peerid_store_callbacks), .load = load, .save = save, .remove = remove_session, .lock = lock, .unlock = unlock, .context = &memory}, &store));
  must("the store", peerid_config_set_store(config, store));
  must("the client", peerid_client_create(config, &client));
  must("log in", log_in(client, "u0", &session));
  must("the queue", peerid_queue_create(&queue));
  must("refresh", peerid_session_refresh_async(session, queue, 1, NULL));
  if (getchar() != '\n') return EXIT_FAILURE;
  atexit(print_ending);
  return EXIT_SUCCESS;
}
