#include "program.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "postgres_store.h"
#include "redis_store.h"

const char *setting(const char *name, const char *otherwise) {
  const char *value = getenv(name);
  return value && *value ? value : otherwise;
}

void must(const char *what, peerid_error *error) {
  if (!error) return;
  fprintf(stderr, "%s: %s: %s\n", what, peerid_error_name(error), peerid_error_message(error));
  exit(EXIT_FAILURE);
}

/* ---- The clock ---- */

enum { LONGER_THAN_ANY_WAIT_S = 10 };

static atomic_bool is_stopped;
static struct timespec stopped_at;
/* The readings of this thread after which the clock stands later; negative: none. */
static _Thread_local int readings_before_skip = -1;
static atomic_bool has_skipped;

static int read_clock(clockid_t clock, struct timespec *time) { return (int)syscall(SYS_clock_gettime, clock, time); }

/* Replaces the C library's function. */
int clock_gettime(clockid_t clock, struct timespec *time) {
  if (clock != CLOCK_MONOTONIC || !is_stopped) return read_clock(clock, time);
  *time = stopped_at;
  if (readings_before_skip >= 0 && readings_before_skip-- == 0) has_skipped = true;
  if (has_skipped) time->tv_sec += LONGER_THAN_ANY_WAIT_S;
  return 0;
}

void stop_clock(void) {
  read_clock(CLOCK_MONOTONIC, &stopped_at);
  is_stopped = true;
}

void start_clock(void) { is_stopped = false; }

void stop_clock_after_a_wait(void) {
  /* The first reading is for the end of the wait. */
  readings_before_skip = 1;
  stop_clock();
}

pid_t fork_patiently(void) {
  stop_clock();
  pid_t child = fork();
  start_clock();
  return child;
}

int64_t now_ms(void) {
  struct timespec now;
  read_clock(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void pause_ms(int64_t duration) {
  nanosleep(&(struct timespec){.tv_sec = duration / 1000, .tv_nsec = duration % 1000 * 1000000}, NULL);
}

static const char *after(const char *text, const char *prefix) {
  return strncmp(text, prefix, strlen(prefix)) == 0 ? text + strlen(prefix) : NULL;
}

static peerid_store *make_store(void) {
  const char *name = setting("PEERID_STORE", "none");
  const char *rest;
  peerid_store *store = NULL;
  if ((rest = after(name, "directory:"))) {
    must("the store", peerid_store_create_directory(rest, &store));
  } else if ((rest = after(name, "postgres:"))) {
    char message[256];
    if (!getenv("PEERID_TABLE") && !postgres_store_create_table(rest, message, sizeof message)) {
      fprintf(stderr, "the table: %s\n", message);
      exit(EXIT_FAILURE);
    }
    must("the store", postgres_store_create(rest, &store));
  } else if ((rest = after(name, "redis:"))) {
    must("the store", redis_store_create("127.0.0.1", atoi(rest), NULL, &store));
  }
  return store;
}

static const char *user(void) { return setting("PEERID_USER", "alice"); }

static void make_password(char *password, size_t size) { snprintf(password, size, "%s-password", user()); }

static int32_t relogin(void *context, const char *key, peerid_credentials *credentials) {
  (void)context;
  (void)key;
  char password[64];
  make_password(password, sizeof password);
  must("the credentials", peerid_credentials_set(credentials, user(), password, NULL));
  return 0;
}

static void log_event(void *context, int32_t level, const char *message) {
  (void)context;
  fprintf(stderr, "[%d] %s\n", level, message);
}

peerid_client *make_client(void) {
  peerid_config *config;
  must("the configuration", peerid_config_create(setting("PEERID_URL", ""), "4", "demo-secret-4", &config));
  static const char *const limits[] = {"connect_timeout_ms", "request_timeout_ms", "refresh_timeout_ms"};
  for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) must(limits[i], peerid_config_set(config, limits[i], "600000"));
  if (getenv("PEERID_CA")) must("ca_file", peerid_config_set(config, "ca_file", getenv("PEERID_CA")));
  if (getenv("PEERID_LOG")) must("the log", peerid_config_set_log_handler(config, log_event, NULL, NULL));
  if (getenv("PEERID_RELOGIN")) must("relogin", peerid_config_set_relogin_handler(config, relogin, NULL, NULL));
  char *options = strdup(setting("PEERID_OPTIONS", ""));
  char *rest = NULL;
  for (char *name = strtok_r(options, ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
    char *value = strchr(name, '=');
    *value++ = '\0';
    must(name, peerid_config_set(config, name, value));
  }
  free(options);
  peerid_store *store = make_store();
  if (store) must("the store", peerid_config_set_store(config, store));
  peerid_store_free(store);
  peerid_client *client;
  must("the client", peerid_client_create(config, &client));
  peerid_config_free(config);
  return client;
}

peerid_error *log_in(peerid_client *client, const char *key, peerid_session **session) {
  char password[64];
  make_password(password, sizeof password);
  return peerid_client_login(client, user(), password, NULL, key, session);
}

peerid_session *make_session(peerid_client *client) {
  const char *key = getenv("PEERID_KEY");
  peerid_session *session = NULL;
  if (key) {
    peerid_error *error = peerid_client_open(client, key, &session);
    if (error && peerid_error_code(error) != PEERID_CODE_LOGIN_REQUIRED) must("open", error);
    peerid_error_free(error);
  }
  if (!session) must("log in", log_in(client, key, &session));
  return session;
}

/* Writes an operation into `text`; returns its length. */
static size_t write_transfer(char *text, size_t size, uint64_t amount) {
  return (size_t)snprintf(text, size,
                          "[{\"op_name\":\"transfer\",\"fee_asset\":\"1.3.0\",\"from\":\"1.2.31\",\"to\":\"1.2.33\","
                          "\"amount\":{\"amount\":%llu,\"asset_id\":\"1.3.0\"}}]",
                          (unsigned long long)amount);
}

peerid_error *transfer(peerid_session *session, uint64_t amount) {
  char operation[256];
  size_t length = write_transfer(operation, sizeof operation, amount);
  peerid_response *response;
  peerid_error *error = peerid_session_submit(session, operation, length, &response);
  if (!error) peerid_response_free(response);
  return error;
}

peerid_error *begin_transfer(peerid_session *session, uint64_t amount, peerid_queue *queue) {
  char operation[256];
  size_t length = write_transfer(operation, sizeof operation, amount);
  return peerid_session_submit_async(session, operation, length, queue, amount, NULL);
}
