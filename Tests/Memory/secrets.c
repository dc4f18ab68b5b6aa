/* Makes every call that handles a secret, frees everything, and waits, so that its memory can be searched.
 *
 *   secrets STYLE MODE STORE RELOGIN CHUNKS FOLDER CERTIFICATES
 *
 * with the style of parameters, `blocking` or `asynchronous`, the kind of store, the option `relogin`, a file for the
 * list of memory that foreign libraries keep, a folder for the store, and a file of certificates or nothing.
 *
 * Standard input has these lines: base URL, client secret, password, code, another code, and a token as JSON. */
#include <peerid.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kept.h"

static char input[8192];
static char *lines[6];
static bool is_asynchronous;
static peerid_queue *queue;

/* Reads the lines without a buffer of the C library, which would keep the secrets. */
static void read_lines(void) {
  size_t length = 0;
  ssize_t count;
  int found = 0;
  while (found < 6 && (count = read(STDIN_FILENO, input + length, 1)) == 1) {
    if (input[length++] == '\n') found++;
  }
  char *next = input;
  for (int i = 0; i < found; i++) {
    lines[i] = next;
    next = strchr(next, '\n');
    *next++ = 0;
  }
}

static void must(const char *what, peerid_error *error) {
  if (!error) return;
  fprintf(stderr, "%s: %s\n", what, peerid_error_message(error));
  exit(1);
}

/* The call has to fail. */
static void must_fail(const char *what, peerid_error *error) {
  if (!error) {
    fprintf(stderr, "%s did not fail\n", what);
    exit(1);
  }
  peerid_error_free(error);
}

static peerid_error *wait_for(peerid_error *begun, peerid_session **session, peerid_token **token,
                              peerid_response **response) {
  if (begun) return begun;
  peerid_completion *completion = NULL;
  size_t count = 0;
  must("queue", peerid_queue_take(queue, 600000, 1, &completion, &count));
  if (count != 1) exit(1);
  peerid_error *error = peerid_completion_error(completion);
  peerid_session *a = peerid_completion_session(completion);
  peerid_token *b = peerid_completion_token(completion);
  peerid_response *c = peerid_completion_response(completion);
  if (session) *session = a;
  if (token) *token = b;
  if (response) *response = c;
  if (!session) peerid_session_free(a);
  if (!token) peerid_token_free(b);
  if (!response) peerid_response_free(c);
  peerid_completion_free(completion);
  return error;
}

static peerid_error *log_in(peerid_client *client, const char *password, const char *key, peerid_session **session) {
  if (!is_asynchronous) return peerid_client_login(client, "alice", password, NULL, key, session);
  return wait_for(peerid_client_login_async(client, "alice", password, NULL, key, queue, 1, NULL), session, NULL, NULL);
}

static peerid_error *exchange(peerid_client *client, const char *code, peerid_session **session) {
  if (!is_asynchronous) return peerid_client_exchange(client, code, NULL, session);
  return wait_for(peerid_client_exchange_async(client, code, NULL, queue, 1, NULL), session, NULL, NULL);
}

static peerid_error *exchange_redirect(peerid_client *client, const char *url, const char *state,
                                       peerid_session **session) {
  if (!is_asynchronous) return peerid_client_exchange_redirect(client, url, state, NULL, session);
  return wait_for(peerid_client_exchange_redirect_async(client, url, state, NULL, queue, 1, NULL), session, NULL, NULL);
}

static peerid_error *refresh(peerid_session *session) {
  if (!is_asynchronous) return peerid_session_refresh(session);
  return wait_for(peerid_session_refresh_async(session, queue, 1, NULL), NULL, NULL, NULL);
}

static peerid_error *submit(peerid_session *session, const char *operations, peerid_response **response) {
  if (!is_asynchronous) return peerid_session_submit(session, operations, strlen(operations), response);
  return wait_for(peerid_session_submit_async(session, operations, strlen(operations), queue, 1, NULL), NULL, NULL,
                  response);
}

static peerid_error *confirm(peerid_session *session, const char *token, peerid_response **response) {
  if (!is_asynchronous) return peerid_session_confirm(session, token, response);
  return wait_for(peerid_session_confirm_async(session, token, queue, 1, NULL), NULL, NULL, response);
}

static peerid_error *acquire(peerid_session *session, uint64_t refused, peerid_token **token) {
  if (!is_asynchronous) return peerid_session_acquire_token(session, refused, token);
  return wait_for(peerid_session_acquire_token_async(session, refused, queue, 1, NULL), NULL, token, NULL);
}

static peerid_error *open_session(peerid_client *client, const char *key, peerid_session **session) {
  if (!is_asynchronous) return peerid_client_open(client, key, session);
  return wait_for(peerid_client_open_async(client, key, queue, 1, NULL), session, NULL, NULL);
}

static peerid_error *restore(peerid_client *client, const char *json, const char *key, peerid_session **session) {
  if (!is_asynchronous) return peerid_client_restore(client, json, strlen(json), key, session);
  return wait_for(peerid_client_restore_async(client, json, strlen(json), key, queue, 1, NULL), session, NULL, NULL);
}

static peerid_error *log_out(peerid_session *session) {
  if (!is_asynchronous) return peerid_session_logout(session);
  return wait_for(peerid_session_logout_async(session, queue, 1, NULL), NULL, NULL, NULL);
}

static void ignore_line(void *context, int32_t level, const char *line) {
  (void)context;
  (void)level;
  (void)line;
}

static const char transfer[] =
    "{\"op_name\":\"transfer\",\"fee_asset\":\"1.3.0\",\"from\":\"1.2.31\",\"to\":\"1.2.33\","
    "\"amount\":{\"amount\":1,\"asset_id\":\"1.3.0\"}}";

/* Reads every value of a token. */
static void read_values(peerid_session *session) {
  peerid_token *token = NULL;
  must("token", peerid_session_get_token(session, &token));
  size_t length = 0;
  if (!peerid_token_access_token(token, &length) || !peerid_token_refresh_token(token, &length) ||
      !peerid_token_json(token, &length)) {
    exit(1);
  }
  uint64_t generation = peerid_token_generation(token);
  peerid_token_free(token);
  must("external token", acquire(session, 0, &token));
  peerid_token_free(token);
  must("external token after a refusal", acquire(session, generation, &token));
  peerid_token_free(token);
}

static void use(peerid_session *session) {
  peerid_response *response = NULL;
  must("submit", submit(session, transfer, &response));
  peerid_response_free(response);
  must("refresh", refresh(session));
  must("submit", submit(session, transfer, &response));
  peerid_response_free(response);
  read_values(session);
  must_fail("confirming nothing", confirm(session, "notATransactionToken", &response));
}

/* Exchanges the code of a redirect, as the browser returns it. */
static void log_in_by_redirect(peerid_client *client, const char *code, peerid_session **session) {
  peerid_authorization *authorization = NULL;
  must("authorization", peerid_authorization_create(client, "http://127.0.0.1:8400/callback", &authorization));
  char url[1024];
  snprintf(url, sizeof url, "http://127.0.0.1:8400/callback?code=%s&state=%s", code,
           peerid_authorization_state(authorization));
  must("redirect", exchange_redirect(client, url, peerid_authorization_state(authorization), session));
  explicit_bzero(url, sizeof url);
  peerid_authorization_free(authorization);
}

/* ---- A store of callbacks, for one session at a time ---- */

static struct {
  char data[4096];
  size_t length;
  uint64_t generation;
} kept;

static int32_t load(void *context, const char *key, void *held, peerid_store_reply *reply) {
  (void)context, (void)key, (void)held;
  if (kept.length) peerid_store_reply_set_session(reply, kept.data, kept.length, kept.generation);
  return PEERID_STORE_RESULT_OK;
}

static int32_t save(void *context, const char *key, const char *data, size_t length, uint64_t generation,
                    uint64_t expected, void *held, peerid_store_reply *reply) {
  (void)context, (void)key, (void)held, (void)reply;
  if (expected != kept.generation || length > sizeof kept.data) return PEERID_STORE_RESULT_CONFLICT;
  memcpy(kept.data, data, length);
  kept.length = length;
  kept.generation = generation;
  return PEERID_STORE_RESULT_OK;
}

static int32_t remove_session(void *context, const char *key, void *held, peerid_store_reply *reply) {
  (void)context, (void)key, (void)held, (void)reply;
  explicit_bzero(&kept, sizeof kept);
  return PEERID_STORE_RESULT_OK;
}

static int32_t lock(void *context, const char *key, int64_t timeout, peerid_store_reply *reply) {
  (void)context, (void)key, (void)timeout;
  peerid_store_reply_set_lock(reply, &kept);
  return PEERID_STORE_RESULT_OK;
}

static void unlock(void *context, const char *key, void *held) { (void)context, (void)key, (void)held; }

static peerid_error *make_store(const char *kind, const char *folder, peerid_store **store) {
  if (strcmp(kind, "directory") == 0) return peerid_store_create_directory(folder, store);
  if (strcmp(kind, "memory") == 0) return peerid_store_create_memory(store);
  peerid_store_callbacks callbacks = {.size = sizeof callbacks,
                                      .load = load,
                                      .save = save,
                                      .remove = remove_session,
                                      .lock = lock,
                                      .unlock = unlock};
  return peerid_store_create_custom(&callbacks, store);
}

static void make_calls(const char *style, const char *kind, const char *relogin, const char *folder,
                       const char *certificates) {
  peerid_config *config = NULL;
  peerid_client *client = NULL;
  peerid_store *store = NULL;
  peerid_session *session = NULL, *other = NULL, *third = NULL, *fourth = NULL, *opened = NULL, *none = NULL;
  must("store", make_store(kind, folder, &store));
  must("config", peerid_config_create(lines[0], "4", lines[1], &config));
  must("parameters", peerid_config_set(config, "parameters", style));
  must("relogin", peerid_config_set(config, "relogin", relogin));
  if (*certificates) must("certificates", peerid_config_set(config, "ca_file", certificates));
  must("store", peerid_config_set_store(config, store));
  must("log", peerid_config_set_log_handler(config, ignore_line, NULL, NULL));
  must("client", peerid_client_create(config, &client));
  peerid_config_free(config);

  must("log in", log_in(client, lines[2], "alice", &session));
  must_fail("a wrong password", log_in(client, "notThePassword", NULL, &none));
  must_fail("a wrong code", exchange(client, "notACode", &none));
  use(session);
  must("exchange", exchange(client, lines[3], &other));
  use(other);
  log_in_by_redirect(client, lines[4], &third);
  use(third);
  must("open", open_session(client, "alice", &opened));
  read_values(opened);

  must("log out", log_out(opened));
  must("restore", restore(client, lines[5], "restored", &fourth));
  must("refresh", refresh(fourth));
  peerid_session *all[] = {fourth, third, other};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) must("log out", log_out(all[i]));
  must_fail("a call after the logout", submit(session, transfer, &(peerid_response *){NULL}));
  peerid_session *freed[] = {session, other, third, fourth, opened};
  for (size_t i = 0; i < sizeof freed / sizeof freed[0]; i++) peerid_session_free(freed[i]);
  peerid_client_close(client);
  peerid_client_free(client);
  peerid_store_free(store);
}

int main(int count, char **arguments) {
  if (count != 8) return 2;
  kept_start();
  is_asynchronous = strcmp(arguments[2], "asynchronous") == 0;
  read_lines();
  must("queue", peerid_queue_create(&queue));
  make_calls(arguments[1], arguments[3], arguments[4], arguments[6], arguments[7]);
  explicit_bzero(input, sizeof input);
  peerid_queue_free(queue);
  kept_write(arguments[5]);
  explicit_bzero(&kept, sizeof kept);
  if (write(STDOUT_FILENO, "ready\n", 6) != 6) return 1;
  char byte;
  return read(STDIN_FILENO, &byte, 1) < 0;
}
