#include "expect.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The seconds after which a test gives up waiting. */
enum { LINES = 4096, SECRETS = 4096, MOST_SECONDS = 600 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t line_added = PTHREAD_COND_INITIALIZER;
static char *secrets[SECRETS];
static int secret_count;
static char *lines[LINES];
static int line_count;

/* ---- Secrets and log lines ---- */

void remember_secret(const char *secret) {
  if (!secret || !*secret) return;
  pthread_mutex_lock(&mutex);
  bool is_known = false;
  for (int i = 0; i < secret_count && !is_known; i++) is_known = strcmp(secrets[i], secret) == 0;
  if (!is_known && secret_count < SECRETS) secrets[secret_count++] = strdup(secret);
  pthread_mutex_unlock(&mutex);
}

bool is_free_of_secrets(const char *text) {
  bool is_free = true;
  pthread_mutex_lock(&mutex);
  for (int i = 0; i < secret_count && is_free; i++) is_free = !strstr(text, secrets[i]);
  pthread_mutex_unlock(&mutex);
  return is_free;
}

void gather_log(void *context, int32_t level, const char *message) {
  (void)context;
  char *line = NULL;
  if (asprintf(&line, "%" PRId32 " %s", level, message ? message : "(NULL)") < 0) abort();
  pthread_mutex_lock(&mutex);
  if (line_count < LINES) {
    lines[line_count++] = line;
    pthread_cond_broadcast(&line_added);
  } else {
    free(line);
  }
  pthread_mutex_unlock(&mutex);
}

int await_log_lines(const char *text, int wanted) {
  struct timespec end;
  clock_gettime(CLOCK_REALTIME, &end);
  end.tv_sec += MOST_SECONDS;
  int count = 0;
  pthread_mutex_lock(&mutex);
  do {
    count = 0;
    for (int i = 0; i < line_count; i++) count += strstr(lines[i], text) != NULL;
  } while (count < wanted && pthread_cond_timedwait(&line_added, &mutex, &end) == 0);
  pthread_mutex_unlock(&mutex);
  return count;
}

int count_log_lines(const char *text) { return await_log_lines(text, 0); }

void check_log(void) {
  char leak[256] = "";
  char odd[256] = "";
  static char *taken[LINES];
  /* A refresh in the background may log while the lines are checked. */
  pthread_mutex_lock(&mutex);
  int count = line_count;
  memcpy(taken, lines, (size_t)count * sizeof *taken);
  line_count = 0;
  pthread_mutex_unlock(&mutex);
  for (int i = 0; i < count; i++) {
    const char *line = taken[i];
    if (!is_free_of_secrets(line)) snprintf(leak, sizeof leak, "%s", line);
    bool has_level = line[0] >= '0' + PEERID_LOG_LEVEL_DEBUG && line[0] <= '0' + PEERID_LOG_LEVEL_ERROR;
    if (!has_level || strchr(line, '\n')) snprintf(odd, sizeof odd, "%s", line);
    free(taken[i]);
  }
  if (*leak) fail_msg("a log line contains a secret: %s", leak);
  if (*odd) fail_msg("a log message has no level, or several lines: %s", odd);
}

/* ---- Errors ---- */

static void copy_text(char *target, size_t size, const char *text) { snprintf(target, size, "%s", text ? text : ""); }

failure take_failure(peerid_error *error, const char *file, int line) {
  failure found = {0};
  if (!error) return found;
  found.code = peerid_error_code(error);
  found.outcome = peerid_error_outcome(error);
  found.http_status = peerid_error_http_status(error);
  found.retryable = peerid_error_is_retryable(error);
  found.retry_after_ms = peerid_error_retry_after_ms(error);
  copy_text(found.message, sizeof found.message, peerid_error_message(error));
  size_t length = 4711;
  const char *detail = peerid_error_detail(error, &length);
  copy_text(found.detail, sizeof found.detail, detail);
  const char *fault = NULL;
  const char *name = peerid_code_name(found.code);
  if (!name || strcmp(name, peerid_error_name(error)) != 0) fault = "its name does not match its code";
  if (!peerid_error_message(error)) fault = "it has no message";
  if (strlen(peerid_error_message(error)) < 8) fault = "its message is too short";
  if (strlen(peerid_error_message(error)) > 1500) fault = "its message is too long";
  if (strchr(peerid_error_message(error), '\n')) fault = "its message has more than one line";
  if (detail ? strlen(detail) != length : length != 0) fault = "the length of its detail is wrong";
  if (length > 4200) fault = "its detail is longer than 4 kB";
  if (!peerid_outcome_name(found.outcome)) fault = "its outcome is undefined";
  if (!is_free_of_secrets(found.message) || !is_free_of_secrets(found.detail)) fault = "it contains a secret";
  peerid_error_free(error);
  if (fault) {
    print_error("%s:%d: an error is inconsistent: %s: %s\n", file, line, fault, found.message);
    _fail(file, line);
  }
  return found;
}

void expect_success(peerid_error *error, const char *call, const char *file, int line) {
  if (!error) return;
  failure found = take_failure(error, file, line);
  print_error("%s failed: %s (outcome %d): %s\n", call, peerid_code_name(found.code), found.outcome, found.message);
  _fail(file, line);
}

failure expect_failure(peerid_error *error, int32_t code, int32_t outcome, const char *text, const char *call,
                       const char *file, int line) {
  failure found = take_failure(error, file, line);
  /* A newer library may word the message differently: see Tests/ABI/run. */
  bool has_text = !text || getenv("PEERID_TEST_ANY_TEXT") || strstr(found.message, text);
  bool is_right = found.code == code && found.outcome == outcome && has_text;
  if (!is_right) {
    print_error("%s\n  expected %s, outcome %d, '%s'\n  found    %s, outcome %d, '%s'\n", call, peerid_code_name(code),
                outcome, text ? text : "", peerid_code_name(found.code), found.outcome, found.message);
    _fail(file, line);
  }
  return found;
}

void expect_contains(const char *text, const char *part, const char *file, int line) {
  if (text && strstr(text, part)) return;
  print_error("'%s' does not contain '%s'\n", text ? text : "(NULL)", part);
  _fail(file, line);
}

/* ---- Objects ---- */

peerid_config *make_config(const char *base_url, const char *client_id, const char *secret) {
  static const char *const limits[] = {"connect_timeout_ms",        "600000", "request_timeout_ms", "600000",
                                       "refresh_timeout_ms",        "600000",
                                       "idle_connection_timeout_s", "600"};
  peerid_config *config = NULL;
  remember_secret(secret);
  assert_success(peerid_config_create(base_url, client_id, secret, &config));
  assert_success(peerid_config_set_log_handler(config, gather_log, NULL, NULL));
  for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i += 2) {
    assert_success(peerid_config_set(config, limits[i], limits[i + 1]));
  }
  return config;
}

peerid_client *make_client(const char *base_url, const char *client_id, const char *secret,
                           const char *const options[]) {
  peerid_config *config = make_config(base_url, client_id, secret);
  peerid_client *client = NULL;
  for (int i = 0; options && options[i]; i += 2) assert_success(peerid_config_set(config, options[i], options[i + 1]));
  assert_success(peerid_client_create(config, &client));
  peerid_config_free(config);
  return client;
}

peerid_session *restore_session(peerid_client *client, const char *access_token, const char *refresh_token,
                                const char *scope) {
  char json[2048];
  int length =
      snprintf(json, sizeof json, "{\"access_token\":\"%s\",\"scope\":%s", access_token, scope ? scope : "null");
  if (refresh_token) {
    length += snprintf(json + length, sizeof json - (size_t)length, ",\"refresh_token\":\"%s\"", refresh_token);
  }
  length += snprintf(json + length, sizeof json - (size_t)length, "}");
  remember_secret(access_token);
  remember_secret(refresh_token);
  peerid_session *session = NULL;
  assert_success(peerid_client_restore(client, json, (size_t)length, NULL, &session));
  return session;
}

uint64_t session_generation(peerid_session *session) {
  peerid_token *token = NULL;
  assert_success(peerid_session_get_token(session, &token));
  remember_secret(peerid_token_access_token(token, NULL));
  remember_secret(peerid_token_refresh_token(token, NULL));
  uint64_t generation = peerid_token_generation(token);
  peerid_token_free(token);
  return generation;
}

peerid_error *transfer(peerid_session *session, int64_t amount, peerid_response **response) {
  char operation[256];
  int length = snprintf(operation, sizeof operation,
                        "{\"op_name\":\"transfer\",\"fee_asset\":\"1.3.0\",\"from\":\"1.2.31\",\"to\":\"1.2.33\","
                        "\"amount\":{\"amount\":%" PRId64 ",\"asset_id\":\"1.3.0\"}}",
                        amount);
  return peerid_session_submit(session, operation, (size_t)length, response);
}

peerid_error *submit_transfer(peerid_session *session, int64_t amount) {
  peerid_response *response = NULL;
  peerid_error *error = transfer(session, amount, &response);
  peerid_response_free(response);
  return error;
}

int64_t now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}
