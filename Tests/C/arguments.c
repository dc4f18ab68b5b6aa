/* Wrong arguments in C: NULL for each argument, strings that are not UTF-8, impossible lengths, undefined numbers.
 * Nothing may crash, and each error names the argument. No server is needed. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "expect.h"

#define NOT_UTF8 "caf\xe9"
static const char operation[] =
    "{\"op_name\":\"transfer\",\"fee_asset\":\"1.3.0\",\"from\":\"1.2.31\",\"to\":\"1.2.33\","
    "\"amount\":{\"amount\":1,\"asset_id\":\"1.3.0\"}}";
static const char token_json[] = "{\"access_token\":\"someAccessToken\"}";
static const char transaction[] =
    "{\"ref_block_num\":1,\"ref_block_prefix\":2,\"expiration\":\"2030-01-01T00:00:00\",\"operations\":[],"
    "\"signatures\":[]}";

/* Valid objects for the other arguments. No server listens at the client's URL. */
static peerid_config *config;
static peerid_client *client;
static peerid_session *session;
static peerid_store *store;
static peerid_queue *queue;

/* Targets for outputs; a failed call must not change them. */
static char nowhere;
static void *const untouched = &nowhere;

static int make_objects(void **state) {
  (void)state;
  assert_success(peerid_config_create("http://127.0.0.1:1", "4", "secret", &config));
  assert_success(peerid_store_create_memory(&store));
  assert_success(peerid_config_set_store(config, store));
  assert_success(peerid_client_create(config, &client));
  assert_success(peerid_client_restore(client, token_json, strlen(token_json), NULL, &session));
  assert_success(peerid_queue_create(&queue));
  return 0;
}

static int free_objects(void **state) {
  (void)state;
  peerid_session_free(session);
  peerid_client_free(client);
  peerid_queue_free(queue);
  peerid_store_free(store);
  peerid_config_free(config);
  return 0;
}

static void log_nothing(void *context, int32_t level, const char *message) {
  (void)context, (void)level, (void)message;
}

static int32_t never(void *context) {
  (void)context;
  return 0;
}

static int32_t no_credentials(void *context, const char *key, peerid_credentials *credentials) {
  (void)context, (void)key;
  /* Credentials exist only inside this handler; sessions.c checks them. */
  return peerid_credentials_set(credentials, NULL, NULL, NULL) != NULL;
}

/* ---- NULL ---- */

static void null_is_refused_by_configs(void **state) {
  (void)state;
  peerid_config *out = untouched;
  assert_invalid(peerid_config_create(NULL, "4", "s", &out), "base_url is NULL");
  assert_invalid(peerid_config_create("http://127.0.0.1", NULL, "s", &out), "client_id is NULL");
  assert_invalid(peerid_config_create("http://127.0.0.1", "4", "s", NULL), "out_config is NULL");
  assert_ptr_equal(out, untouched);
  assert_invalid(peerid_config_set(NULL, "proxy", ""), "config is NULL");
  assert_invalid(peerid_config_set(config, NULL, ""), "name is NULL");
  assert_invalid(peerid_config_set(config, "proxy", NULL), "value is NULL");
  assert_invalid(peerid_config_set_log_handler(NULL, log_nothing, NULL, NULL), "config is NULL");
  assert_invalid(peerid_config_set_log_handler(config, NULL, NULL, NULL), "handler is NULL");
  assert_invalid(peerid_config_set_interrupt_handler(NULL, never, NULL, NULL), "config is NULL");
  assert_invalid(peerid_config_set_interrupt_handler(config, NULL, NULL, NULL), "handler is NULL");
  assert_invalid(peerid_config_set_relogin_handler(NULL, no_credentials, NULL, NULL), "config is NULL");
  assert_invalid(peerid_config_set_relogin_handler(config, NULL, NULL, NULL), "handler is NULL");
  assert_invalid(peerid_config_set_store(NULL, store), "config is NULL");
  assert_invalid(peerid_config_set_store(config, NULL), "store is NULL");
  assert_invalid(peerid_credentials_set(NULL, "alice", "p", NULL), "credentials is NULL");
}

static void null_is_refused_by_clients(void **state) {
  (void)state;
  peerid_client *out_client = untouched;
  peerid_session *out = untouched;
  peerid_authorization *authorization = untouched;
  peerid_response *response = untouched;
  assert_invalid(peerid_client_create(NULL, &out_client), "config is NULL");
  assert_invalid(peerid_client_create(config, NULL), "out_client is NULL");
  assert_invalid(peerid_authorization_create(NULL, "http://a", &authorization), "client is NULL");
  assert_invalid(peerid_authorization_create(client, NULL, &authorization), "redirect_uri is NULL");
  assert_invalid(peerid_authorization_create(client, "http://a", NULL), "out_authorization is NULL");
  assert_invalid(peerid_client_login(NULL, "alice", "p", "m", NULL, &out), "client is NULL");
  assert_invalid(peerid_client_login(client, NULL, "p", "m", NULL, &out), "login is NULL");
  assert_invalid(peerid_client_login(client, "alice", NULL, NULL, NULL, &out), "password and mobile");
  assert_invalid(peerid_client_login(client, "alice", "p", "m", NULL, NULL), "out_session is NULL");
  assert_invalid(peerid_client_exchange_redirect(NULL, "?code=1&state=2", "2", NULL, &out), "client is NULL");
  assert_invalid(peerid_client_exchange_redirect(client, NULL, "2", NULL, &out), "redirect is NULL");
  assert_invalid(peerid_client_exchange_redirect(client, "?code=1", NULL, NULL, &out), "expected_state is NULL");
  assert_invalid(peerid_client_exchange_redirect(client, "?code=1", "2", NULL, NULL), "out_session is NULL");
  assert_invalid(peerid_client_exchange(NULL, "code", NULL, &out), "client is NULL");
  assert_invalid(peerid_client_exchange(client, NULL, NULL, &out), "code is NULL");
  assert_invalid(peerid_client_exchange(client, "code", NULL, NULL), "out_session is NULL");
  assert_invalid(peerid_client_restore(NULL, token_json, strlen(token_json), NULL, &out), "client is NULL");
  assert_invalid(peerid_client_restore(client, NULL, 5, NULL, &out), "token_json is NULL");
  assert_invalid(peerid_client_restore(client, NULL, 0, NULL, &out), "token_json");
  assert_invalid(peerid_client_restore(client, token_json, strlen(token_json), NULL, NULL), "out_session is NULL");
  assert_invalid(peerid_client_open(NULL, "key", &out), "client is NULL");
  assert_invalid(peerid_client_open(client, NULL, &out), "key is NULL");
  assert_invalid(peerid_client_open(client, "key", NULL), "out_session is NULL");
  assert_invalid(peerid_client_read_chain(NULL, "database", "m", "[]", 2, &response), "client is NULL");
  assert_invalid(peerid_client_read_chain(client, NULL, "m", "[]", 2, &response), "api is NULL");
  assert_invalid(peerid_client_read_chain(client, "database", NULL, "[]", 2, &response), "method is NULL");
  assert_invalid(peerid_client_read_chain(client, "database", "m", NULL, 2, &response), "params is NULL");
  assert_invalid(peerid_client_read_chain(client, "database", "m", "[]", 2, NULL), "out_response is NULL");
  assert_ptr_equal(out_client, untouched);
  assert_ptr_equal(out, untouched);
  assert_ptr_equal(authorization, untouched);
  assert_ptr_equal(response, untouched);
  peerid_client_close(NULL);
  assert_int_equal(peerid_client_flush(NULL, -1), 1);
  assert_int_equal(peerid_client_flush(client, -1), 1);
}

static void null_is_refused_by_sessions(void **state) {
  (void)state;
  peerid_response *response = untouched;
  peerid_token *token = untouched;
  assert_invalid(peerid_session_submit(NULL, operation, strlen(operation), &response), "session is NULL");
  assert_invalid(peerid_session_submit(session, NULL, 5, &response), "operations is NULL");
  assert_invalid(peerid_session_submit(session, NULL, 0, &response), "operations");
  assert_invalid(peerid_session_submit(session, operation, strlen(operation), NULL), "out_response is NULL");
  assert_invalid(peerid_session_confirm(NULL, "token", &response), "session is NULL");
  assert_invalid(peerid_session_confirm(session, NULL, &response), "transaction_token is NULL");
  assert_invalid(peerid_session_confirm(session, "token", NULL), "out_response is NULL");
  assert_invalid(peerid_session_broadcast(NULL, transaction, strlen(transaction), &response), "session is NULL");
  assert_invalid(peerid_session_broadcast(session, NULL, 5, &response), "transaction is NULL");
  assert_invalid(peerid_session_broadcast(session, transaction, strlen(transaction), NULL), "out_response is NULL");
  assert_invalid(peerid_session_refresh(NULL), "session is NULL");
  assert_invalid(peerid_session_get_token(NULL, &token), "session is NULL");
  assert_invalid(peerid_session_get_token(session, NULL), "out_token is NULL");
  assert_invalid(peerid_session_acquire_token(NULL, 0, &token), "session is NULL");
  assert_invalid(peerid_session_acquire_token(session, 0, NULL), "out_token is NULL");
  assert_invalid(peerid_session_logout(NULL), "session is NULL");
  assert_invalid(peerid_operation_check(NULL, 5), "operations is NULL");
  assert_ptr_equal(response, untouched);
  assert_ptr_equal(token, untouched);
}

static int32_t load(void *context, const char *key, void *lock, peerid_store_reply *reply) {
  (void)context, (void)key, (void)lock, (void)reply;
  return PEERID_STORE_RESULT_OK;
}

static int32_t save(void *context, const char *key, const char *data, size_t length, uint64_t generation,
                    uint64_t expected, void *lock, peerid_store_reply *reply) {
  (void)context, (void)key, (void)data, (void)length, (void)generation, (void)expected, (void)lock, (void)reply;
  return PEERID_STORE_RESULT_OK;
}

static int32_t lock_key(void *context, const char *key, int64_t timeout_ms, peerid_store_reply *reply) {
  (void)context, (void)key, (void)timeout_ms, (void)reply;
  return PEERID_STORE_RESULT_OK;
}

static void unlock(void *context, const char *key, void *lock) { (void)context, (void)key, (void)lock; }

static const peerid_store_callbacks complete = {
    .size = sizeof(peerid_store_callbacks),
    .load = load,
    .save = save,
    .remove = load,
    .lock = lock_key,
    .unlock = unlock,
};

/* A struct from another version of the header is accepted, or refused without reading past its end. */
static void size_of_the_callbacks_is_checked(void **state) {
  (void)state;
  peerid_store *out = untouched;
  static const size_t wrong[] = {0, 1, sizeof complete - 1, sizeof complete - sizeof(void *), 4097, SIZE_MAX};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    peerid_store_callbacks callbacks = complete;
    callbacks.size = wrong[i];
    assert_invalid(peerid_store_create_custom(&callbacks, &out), "callbacks.size");
  }
  struct {
    peerid_store_callbacks known;
    void (*added)(void);
  } newer = {.known = complete};
  newer.known.size = sizeof newer;
  assert_success(peerid_store_create_custom(&newer.known, &out));
  peerid_store_free(out);
  out = untouched;
  newer.added = (void (*)(void))abort;
  assert_invalid(peerid_store_create_custom(&newer.known, &out), "does not have");
}

static void null_is_refused_by_stores(void **state) {
  (void)state;
  peerid_store *out = untouched;
  peerid_response *response = untouched;
  assert_invalid(peerid_store_create_memory(NULL), "out_store is NULL");
  assert_invalid(peerid_store_create_directory(NULL, &out), "path is NULL");
  assert_invalid(peerid_store_create_directory("/tmp", NULL), "out_store is NULL");
  assert_invalid(peerid_store_create_custom(NULL, &out), "callbacks is NULL");
  assert_invalid(peerid_store_create_custom(&complete, NULL), "out_store is NULL");
#define WITHOUT(callback)                                             \
  do {                                                                \
    peerid_store_callbacks lacking = complete;                        \
    lacking.callback = NULL;                                          \
    assert_invalid(peerid_store_create_custom(&lacking, &out), #callback); \
  } while (0)
  WITHOUT(load);
  WITHOUT(save);
  WITHOUT(remove);
  WITHOUT(lock);
  WITHOUT(unlock);
#undef WITHOUT
  assert_invalid(peerid_store_list(NULL, &response), "store is NULL");
  assert_invalid(peerid_store_list(store, NULL), "out_response is NULL");
  assert_invalid(peerid_store_remove(NULL, "key"), "store is NULL");
  assert_invalid(peerid_store_remove(store, NULL), "key is NULL");
  assert_ptr_equal(out, untouched);
  assert_ptr_equal(response, untouched);
  peerid_store_reply_set_session(NULL, "data", 4, 1);
  peerid_store_reply_set_session(NULL, NULL, 0, 1);
  peerid_store_reply_set_lock(NULL, NULL);
  peerid_store_reply_add_key(NULL, "key");
  peerid_store_reply_add_key(NULL, NULL);
  peerid_store_reply_set_error(NULL, "message");
  peerid_store_reply_set_error(NULL, NULL);
}

static void null_is_refused_by_asynchronous_calls(void **state) {
  (void)state;
  size_t length = strlen(operation);
  uint64_t id = 4711;
  assert_invalid(peerid_session_submit_async(NULL, operation, length, queue, 1, &id), "session is NULL");
  assert_invalid(peerid_session_submit_async(session, NULL, 5, queue, 1, &id), "operations is NULL");
  assert_invalid(peerid_session_submit_async(session, operation, length, NULL, 1, &id), "queue is NULL");
  assert_invalid(peerid_session_submit_async(session, operation, SIZE_MAX, queue, 1, &id), "operations has a length");
  assert_invalid(peerid_session_confirm_async(NULL, "token", queue, 1, &id), "session is NULL");
  assert_invalid(peerid_session_confirm_async(session, NULL, queue, 1, &id), "transaction_token is NULL");
  assert_invalid(peerid_session_confirm_async(session, "token", NULL, 1, &id), "queue is NULL");
  assert_invalid(peerid_session_confirm_async(session, "", queue, 1, &id), "transaction_token is empty");
  length = strlen(transaction);
  assert_invalid(peerid_session_broadcast_async(NULL, transaction, length, queue, 1, &id), "session is NULL");
  assert_invalid(peerid_session_broadcast_async(session, NULL, 5, queue, 1, &id), "transaction is NULL");
  assert_invalid(peerid_session_broadcast_async(session, transaction, length, NULL, 1, &id), "queue is NULL");
  assert_invalid(peerid_session_refresh_async(NULL, queue, 1, &id), "session is NULL");
  assert_invalid(peerid_session_refresh_async(session, NULL, 1, &id), "queue is NULL");
  assert_invalid(peerid_session_acquire_token_async(NULL, 0, queue, 1, &id), "session is NULL");
  assert_invalid(peerid_session_acquire_token_async(session, 0, NULL, 1, &id), "queue is NULL");
  assert_invalid(peerid_session_logout_async(NULL, queue, 1, &id), "session is NULL");
  assert_invalid(peerid_session_logout_async(session, NULL, 1, &id), "queue is NULL");
  assert_invalid(peerid_client_restore_async(NULL, "{}", 2, NULL, queue, 1, &id), "client is NULL");
  assert_invalid(peerid_client_restore_async(client, NULL, 2, NULL, queue, 1, &id), "token_json is NULL");
  assert_invalid(peerid_client_restore_async(client, "{}", 2, NULL, NULL, 1, &id), "queue is NULL");
  assert_invalid(peerid_client_open_async(NULL, "alice", queue, 1, &id), "client is NULL");
  assert_invalid(peerid_client_open_async(client, NULL, queue, 1, &id), "key is NULL");
  assert_invalid(peerid_client_open_async(client, "alice", NULL, 1, &id), "queue is NULL");
  assert_invalid(peerid_client_login_async(NULL, "alice", "p", "m", NULL, queue, 1, &id), "client is NULL");
  assert_invalid(peerid_client_login_async(client, NULL, "p", "m", NULL, queue, 1, &id), "login is NULL");
  assert_invalid(peerid_client_login_async(client, "alice", NULL, NULL, NULL, queue, 1, &id), "password and mobile");
  assert_invalid(peerid_client_login_async(client, "alice", "p", "m", NULL, NULL, 1, &id), "queue is NULL");
  assert_invalid(peerid_client_exchange_async(NULL, "code", NULL, queue, 1, &id), "client is NULL");
  assert_invalid(peerid_client_exchange_async(client, NULL, NULL, queue, 1, &id), "code is NULL");
  assert_invalid(peerid_client_exchange_async(client, "code", NULL, NULL, 1, &id), "queue is NULL");
  assert_invalid(peerid_client_exchange_redirect_async(NULL, "?code=1", "s", NULL, queue, 1, &id), "client is NULL");
  assert_invalid(peerid_client_exchange_redirect_async(client, NULL, "s", NULL, queue, 1, &id), "redirect is NULL");
  assert_invalid(peerid_client_exchange_redirect_async(client, "?code=1", NULL, NULL, queue, 1, &id),
                 "expected_state is NULL");
  assert_invalid(peerid_client_exchange_redirect_async(client, "?code=1&state=s", "s", NULL, NULL, 1, &id),
                 "queue is NULL");
  assert_invalid(peerid_client_read_chain_async(NULL, "database", "m", "[]", 2, queue, 1, &id), "client is NULL");
  assert_invalid(peerid_client_read_chain_async(client, NULL, "m", "[]", 2, queue, 1, &id), "api is NULL");
  assert_invalid(peerid_client_read_chain_async(client, "database", NULL, "[]", 2, queue, 1, &id), "method is NULL");
  assert_invalid(peerid_client_read_chain_async(client, "database", "m", NULL, 2, queue, 1, &id), "params is NULL");
  assert_invalid(peerid_client_read_chain_async(client, "database", "m", "[]", 2, NULL, 1, &id), "queue is NULL");
  assert_int_equal(id, 4711);
  peerid_client_cancel(NULL, 1);
  peerid_client_cancel(client, 0);
  peerid_client_cancel(client, UINT64_MAX);
}

static void null_is_refused_by_queues(void **state) {
  (void)state;
  peerid_completion *completion = untouched;
  size_t count = 4711;
  assert_invalid(peerid_queue_create(NULL), "out_queue is NULL");
  assert_invalid(peerid_queue_take(NULL, 0, 1, &completion, &count), "queue is NULL");
  assert_invalid(peerid_queue_take(queue, 0, 1, NULL, &count), "out_completions is NULL");
  assert_invalid(peerid_queue_take(queue, 0, 1, &completion, NULL), "out_count is NULL");
  assert_invalid(peerid_queue_take(queue, 0, 0, &completion, &count), "capacity is 0");
  assert_int_equal(count, 4711);
  /* No call above has started, so there must be no completion. */
  assert_success(peerid_queue_take(queue, 0, SIZE_MAX, &completion, &count));
  assert_int_equal(count, 0);
  assert_ptr_equal(completion, untouched);
}

/* A NULL error means success. Any other object that is NULL has no values. */
static void accessors_accept_null(void **state) {
  (void)state;
  size_t length = 4711;
  assert_int_equal(peerid_error_code(NULL), 0);
  assert_string_equal(peerid_error_name(NULL), "ok");
  assert_string_equal(peerid_error_message(NULL), "");
  assert_int_equal(peerid_error_outcome(NULL), 0);
  assert_int_equal(peerid_error_http_status(NULL), 0);
  assert_false(peerid_error_is_retryable(NULL));
  assert_int_equal(peerid_error_retry_after_ms(NULL), 0);
  assert_null(peerid_error_detail(NULL, NULL));
  assert_null(peerid_error_detail(NULL, &length));
  assert_int_equal(length, 0);

  assert_null(peerid_response_json(NULL, NULL));
  length = 4711;
  assert_null(peerid_response_json(NULL, &length));
  assert_int_equal(length, 0);
  assert_null(peerid_response_transaction_id(NULL));
  assert_int_equal(peerid_response_block_num(NULL), -1);
  assert_int_equal(peerid_response_trx_num(NULL), -1);
  assert_int_equal(peerid_response_created_count(NULL), 0);
  assert_null(peerid_response_created_id(NULL, 0));
  assert_null(peerid_response_transaction_token(NULL));

  length = 4711;
  assert_null(peerid_token_access_token(NULL, &length));
  assert_int_equal(length, 0);
  length = 4711;
  assert_null(peerid_token_refresh_token(NULL, &length));
  assert_int_equal(length, 0);
  length = 4711;
  assert_null(peerid_token_scope(NULL, &length));
  assert_int_equal(length, 0);
  length = 4711;
  assert_null(peerid_token_json(NULL, &length));
  assert_int_equal(length, 0);
  assert_null(peerid_token_access_token(NULL, NULL));
  assert_null(peerid_token_refresh_token(NULL, NULL));
  assert_null(peerid_token_scope(NULL, NULL));
  assert_null(peerid_token_json(NULL, NULL));
  assert_false(peerid_token_permits(NULL, "transfer"));
  assert_false(peerid_token_permits(NULL, NULL));
  assert_int_equal(peerid_token_expires_at_ms(NULL), -1);
  assert_int_equal(peerid_token_app_id(NULL), -1);
  assert_int_equal(peerid_token_user_id(NULL), -1);
  assert_int_equal(peerid_token_generation(NULL), 0);

  assert_int_equal(peerid_queue_fd(NULL), -1);
  assert_int_equal(peerid_completion_tag(NULL), 0);
  assert_int_equal(peerid_completion_id(NULL), 0);
  assert_invalid(peerid_cancellation_create(NULL), "out_cancellation is NULL");
  peerid_cancellation_use(NULL);
  peerid_cancellation_cancel(NULL);
  peerid_cancellation_free(NULL);

  assert_null(peerid_completion_error(NULL));
  assert_null(peerid_completion_response(NULL));
  assert_null(peerid_completion_session(NULL));
  assert_null(peerid_completion_token(NULL));

  assert_null(peerid_authorization_url(NULL));
  assert_null(peerid_authorization_state(NULL));
  assert_int_equal(peerid_operation_id(NULL), -1);
}

static void free_accepts_null(void **state) {
  (void)state;
  peerid_authorization_free(NULL);
  peerid_client_free(NULL);
  peerid_completion_free(NULL);
  peerid_config_free(NULL);
  peerid_error_free(NULL);
  peerid_queue_free(NULL);
  peerid_response_free(NULL);
  peerid_session_free(NULL);
  peerid_store_free(NULL);
  peerid_token_free(NULL);
}

/* Arguments that may be NULL according to the header. */
static void optional_arguments_may_be_null(void **state) {
  (void)state;
  peerid_config *without_secret = NULL;
  assert_success(peerid_config_create("https://peerid.invalid", "4", NULL, &without_secret));
  peerid_config_free(without_secret);
  peerid_store *custom = NULL;
  assert_success(peerid_store_create_custom(&complete, &custom));
  peerid_response *response = untouched;
  assert_failure(peerid_store_list(custom, &response), STORE, NOT_SENT, "cannot list");
  peerid_store_free(custom);
  /* Without parameters the pointer may be NULL: the call reaches the network. */
  assert_failure(peerid_client_read_chain(client, "database", "m", NULL, 0, &response), UNREACHABLE, NOT_SENT, NULL);
  assert_ptr_equal(response, untouched);
}

/* ---- Strings ---- */

static void strings_must_be_utf8(void **state) {
  (void)state;
  peerid_config *out_config = untouched;
  peerid_session *out = untouched;
  peerid_response *response = untouched;
  peerid_authorization *authorization = untouched;
  peerid_store *out_store = untouched;
  assert_invalid(peerid_config_create(NOT_UTF8, "4", NULL, &out_config), "base_url is not UTF-8");
  assert_invalid(peerid_config_create("http://127.0.0.1", NOT_UTF8, NULL, &out_config), "client_id is not UTF-8");
  assert_invalid(peerid_config_create("http://127.0.0.1", "4", NOT_UTF8, &out_config), "client_secret is not UTF-8");
  assert_invalid(peerid_config_set(config, NOT_UTF8, ""), "name is not UTF-8");
  assert_invalid(peerid_config_set(config, "proxy", NOT_UTF8), "value is not UTF-8");
  assert_invalid(peerid_client_login(client, NOT_UTF8, "p", NULL, NULL, &out), "login is not UTF-8");
  assert_invalid(peerid_client_login(client, "alice", NOT_UTF8, NULL, NULL, &out), "password is not UTF-8");
  assert_invalid(peerid_client_login(client, "alice", NULL, NOT_UTF8, NULL, &out), "mobile is not UTF-8");
  assert_invalid(peerid_client_login(client, "alice", "p", NULL, NOT_UTF8, &out), "key is not UTF-8");
  assert_invalid(peerid_client_exchange(client, NOT_UTF8, NULL, &out), "code is not UTF-8");
  assert_invalid(peerid_client_exchange_redirect(client, NOT_UTF8, "s", NULL, &out), "redirect is not UTF-8");
  assert_invalid(peerid_client_exchange_redirect(client, "?a=b", NOT_UTF8, NULL, &out), "expected_state is not UTF-8");
  assert_invalid(peerid_authorization_create(client, NOT_UTF8, &authorization), "redirect_uri is not UTF-8");
  assert_invalid(peerid_client_open(client, NOT_UTF8, &out), "key is not UTF-8");
  assert_invalid(peerid_client_read_chain(client, NOT_UTF8, "m", NULL, 0, &response), "api is not UTF-8");
  assert_invalid(peerid_client_read_chain(client, "database", NOT_UTF8, NULL, 0, &response), "method is not UTF-8");
  assert_invalid(peerid_session_confirm(session, NOT_UTF8, &response), "transaction_token is not UTF-8");
  assert_invalid(peerid_store_create_directory(NOT_UTF8, &out_store), "path is not UTF-8");
  assert_invalid(peerid_store_remove(store, NOT_UTF8), "key is not UTF-8");
  assert_int_equal(peerid_operation_id(NOT_UTF8), -1);
  /* JSON that is not UTF-8 is not JSON. */
  assert_invalid(peerid_session_submit(session, "[\"" NOT_UTF8 "\"]", 8, &response), "not JSON");
  assert_invalid(peerid_client_restore(client, "\"" NOT_UTF8 "\"", 6, NULL, &out), "not JSON");
}

static void empty_strings_are_refused(void **state) {
  (void)state;
  peerid_config *out_config = untouched;
  peerid_session *out = untouched;
  peerid_response *response = untouched;
  peerid_authorization *authorization = untouched;
  peerid_store *out_store = untouched;
  assert_invalid(peerid_config_create("", "4", NULL, &out_config), "base_url is empty");
  assert_invalid(peerid_config_create("http://127.0.0.1", "", NULL, &out_config), "client_id");
  assert_invalid(peerid_config_create("http://127.0.0.1", "4", "", &out_config), "client_secret is empty");
  assert_invalid(peerid_client_login(client, "", "p", NULL, NULL, &out), "login is empty");
  assert_invalid(peerid_client_login(client, "alice", "", "", NULL, &out), "password and mobile");
  assert_invalid(peerid_client_login(client, "alice", "p", NULL, "", &out), "key");
  assert_invalid(peerid_client_exchange(client, "", NULL, &out), "code is empty");
  assert_invalid(peerid_authorization_create(client, "", &authorization), "redirect_uri is empty");
  assert_invalid(peerid_client_open(client, "", &out), "key");
  assert_invalid(peerid_client_read_chain(client, "", "m", NULL, 0, &response), "api");
  assert_invalid(peerid_client_read_chain(client, "database", "", NULL, 0, &response), "method is empty");
  assert_invalid(peerid_session_confirm(session, "", &response), "transaction_token is empty");
  assert_invalid(peerid_store_create_directory("", &out_store), "path");
  assert_invalid(peerid_store_remove(store, ""), "key");
  assert_invalid(peerid_operation_check("", 0), "not JSON");
}

static void client_id_is_a_number(void **state) {
  (void)state;
  peerid_config *out = untouched;
  static const char *const wrong[] = {"four", "4x", " 4", "-4", "4.0", "0x4", "99999999999999999999"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    assert_invalid(peerid_config_create("http://127.0.0.1", wrong[i], NULL, &out), "client_id");
  }
  assert_ptr_equal(out, untouched);
}

static void long_strings_are_accepted_or_refused(void **state) {
  (void)state;
  enum { LENGTH = 1 << 20 };
  char *text = malloc(LENGTH + 1);
  memset(text, 'k', LENGTH);
  text[LENGTH] = '\0';
  peerid_session *out = untouched;
  peerid_authorization *authorization = NULL;
  assert_invalid(peerid_client_open(client, text, &out), "4096");
  assert_invalid(peerid_store_remove(store, text), "4096");
  assert_failure(peerid_client_login(client, text, text, NULL, NULL, &out), UNREACHABLE, NOT_SENT, NULL);
  assert_success(peerid_authorization_create(client, text, &authorization));
  assert_contains(peerid_authorization_url(authorization), text);
  peerid_authorization_free(authorization);
  assert_int_equal(peerid_operation_id(text), -1);
  free(text);
}

/* A message is one line of readable length, whatever strings it quotes. */
static bool is_one_short_line(peerid_error *error) {
  bool is_right = strlen(peerid_error_message(error)) < 1500;
  for (const char *text = peerid_error_message(error); *text; text++)
    is_right &= (unsigned char)*text >= 0x20 && *text != 0x7f;
  peerid_error_free(error);
  return is_right;
}

static void messages_quote_in_one_short_line(void **state) {
  (void)state;
  static char long_text[1 << 16];
  memset(long_text, 'k', sizeof long_text - 1);
  const char *const texts[] = {long_text, "first line\nsecond line", "a terminal\033[31m in red"};
  int wrong = 0;
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    const char *text = texts[i];
    peerid_config *out_config = NULL;
    peerid_client *out_client = NULL;
    peerid_session *out = NULL;
    peerid_response *response = NULL;
    wrong += !is_one_short_line(peerid_config_set(config, text, "1"));
    wrong += !is_one_short_line(peerid_config_set(config, "request_timeout_ms", text));
    wrong += !is_one_short_line(peerid_config_create("http://127.0.0.1", text, NULL, &out_config));
    wrong += !is_one_short_line(peerid_client_read_chain(client, text, "m", NULL, 0, &response));
    wrong += !is_one_short_line(peerid_client_open(client, text, &out));
    assert_success(peerid_config_create(text, "4", NULL, &out_config));
    wrong += !is_one_short_line(peerid_client_create(out_config, &out_client));
    peerid_config_free(out_config);
  }
  static const char line_in_key[] =
      "{\"op_name\":\"transfer\",\"fee_asset\":\"1.3.0\",\"from\":\"1.2.31\",\"to\":\"1.2.33\","
      "\"amount\":{\"amount\":1,\"asset_id\":\"1.3.0\"},\"a\\nb\":1}";
  wrong += !is_one_short_line(peerid_operation_check(line_in_key, strlen(line_in_key)));
  peerid_session *out = NULL;
  wrong += !is_one_short_line(
      peerid_client_exchange_redirect(client, "?state=s&error=no%0A2030-01-01+all+is+well", "s", NULL, &out));
  if (wrong > 0) known_fault("messages quote the caller's strings unshortened and with their line breaks");
}

/* ---- Bytes and lengths ---- */

static void impossible_lengths_are_refused(void **state) {
  (void)state;
  peerid_session *out = untouched;
  peerid_response *response = untouched;
  assert_invalid(peerid_session_submit(session, operation, SIZE_MAX, &response), "operations has a length");
  assert_invalid(peerid_session_broadcast(session, transaction, SIZE_MAX, &response), "transaction has a length");
  assert_invalid(peerid_operation_check(operation, SIZE_MAX), "operations has a length");
  assert_invalid(peerid_client_restore(client, token_json, SIZE_MAX, NULL, &out), "token_json has a length");
  assert_invalid(peerid_client_read_chain(client, "database", "m", "[]", SIZE_MAX, &response), "params has a length");
}

/* Puts a string at the end of a page; the next page cannot be read. */
static const char *before_unreadable_page(const char *text, size_t length) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  assert_ptr_not_equal(pages, MAP_FAILED);
  assert_int_equal(mprotect(pages + page, page, PROT_NONE), 0);
  return memcpy(pages + page - length, text, length);
}

static void json_needs_no_terminating_nul(void **state) {
  (void)state;
  peerid_session *out = NULL;
  peerid_response *response = untouched;
  size_t length = strlen(operation);
  const char *text = before_unreadable_page(operation, length);
  assert_success(peerid_operation_check(text, length));
  assert_failure(peerid_session_submit(session, text, length, &response), UNREACHABLE, NOT_SENT, NULL);
  assert_invalid(peerid_operation_check(text, length - 1), "not JSON");
  length = strlen(transaction);
  text = before_unreadable_page(transaction, length);
  assert_failure(peerid_session_broadcast(session, text, length, &response), UNREACHABLE, NOT_SENT, NULL);
  length = strlen(token_json);
  text = before_unreadable_page(token_json, length);
  assert_success(peerid_client_restore(client, text, length, NULL, &out));
  peerid_session_free(out);
  const char *params = before_unreadable_page("[1]", 3);
  assert_failure(peerid_client_read_chain(client, "database", "m", params, 3, &response), UNREACHABLE,
                 NOT_SENT, NULL);
}

static void json_ends_at_its_length(void **state) {
  (void)state;
  char text[512];
  memcpy(text, operation, sizeof operation);
  /* The terminating NUL is not JSON. */
  assert_invalid(peerid_operation_check(text, sizeof operation), "not JSON");
  strcat(text, " ,");
  assert_success(peerid_operation_check(text, strlen(operation) + 1));
  assert_invalid(peerid_operation_check(text, strlen(operation) + 2), "not JSON");
}

static void deep_and_odd_json_is_refused(void **state) {
  (void)state;
  enum { DEPTH = 100000 };
  char *deep = malloc(DEPTH);
  memset(deep, '[', DEPTH);
  peerid_session *out = untouched;
  peerid_response *response = untouched;
  assert_invalid(peerid_operation_check(deep, DEPTH), "not JSON");
  assert_invalid(peerid_session_submit(session, deep, DEPTH, &response), "not JSON");
  assert_invalid(peerid_session_broadcast(session, deep, DEPTH, &response), "not JSON");
  assert_invalid(peerid_client_restore(client, deep, DEPTH, NULL, &out), "not JSON");
  assert_invalid(peerid_client_read_chain(client, "database", "m", deep, DEPTH, &response), "not JSON");
  free(deep);
  static const char *const odd[] = {"null",    "1",        "\"text\"",         "true", "[null]", "[[]]",
                                    "[1e999]", "nonsense", "{\"a\":1,\"a\":2}"};
  for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
    assert_invalid(peerid_operation_check(odd[i], strlen(odd[i])), NULL);
    assert_invalid(peerid_session_broadcast(session, odd[i], strlen(odd[i]), &response), NULL);
    assert_invalid(peerid_client_restore(client, odd[i], strlen(odd[i]), NULL, &out), "token_json");
  }
}

/* ---- Numbers ---- */

static void undefined_numbers_are_refused(void **state) {
  (void)state;
  static const int32_t odd[] = {-1, INT32_MIN, INT32_MAX, 21, 1000};
  for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
    assert_null(peerid_code_name(odd[i]));
    assert_null(peerid_outcome_name(odd[i]));
    assert_true(peerid_operation_name(odd[i]) == NULL || odd[i] == 21);
  }
  assert_string_equal(peerid_code_name(0), "ok");
  for (int32_t code = PEERID_CODE_INVALID_ARGUMENT; code <= (int32_t)PEERID_CODE_CHAIN_REJECTED; code++) {
    assert_non_null(peerid_code_name(code));
  }
  assert_string_equal(peerid_code_name(PEERID_CODE_LOGIN_REQUIRED), "login_required");
  assert_int_equal(peerid_operation_id_at(peerid_operation_count()), -1);
  assert_int_equal(peerid_operation_id_at(SIZE_MAX), -1);
  assert_false(peerid_option_describe(SIZE_MAX, NULL, NULL, NULL, NULL));
}

static void catalogue_lists_all_operations(void **state) {
  (void)state;
  assert_int_equal(peerid_operation_count(), 119);
  for (size_t i = 0; i < peerid_operation_count(); i++) {
    int32_t id = peerid_operation_id_at(i);
    const char *name = peerid_operation_name(id);
    assert_non_null(name);
    assert_int_equal(peerid_operation_id(name), id);
  }
  assert_int_equal(peerid_operation_id("transfer"), 0);
  assert_string_equal(peerid_operation_name(0), "transfer");
  assert_int_equal(peerid_operation_id("Transfer"), -1);
}

/* ---- Options ---- */

static void options_have_descriptions_and_accept_their_defaults(void **state) {
  (void)state;
  size_t count = 0;
  const char *name, *values, *preset, *help;
  for (; peerid_option_describe(count, &name, &values, &preset, &help); count++) {
    assert_non_null(values);
    assert_true(strlen(help) > 10);
    assert_success(peerid_config_set(config, name, preset));
    assert_true(peerid_option_describe(count, NULL, NULL, NULL, NULL));
  }
  const char *before = name;
  assert_false(peerid_option_describe(count, &name, &values, &preset, &help));
  assert_ptr_equal(name, before);
  assert_in_range(count, 10, 100);
}

static void wrong_options_name_the_valid_values(void **state) {
  (void)state;
  assert_failure(peerid_config_set(config, "request_timeout", "5000"), CONFIGURATION, NOT_SENT, "'request_timeout_ms'");
  assert_failure(peerid_config_set(config, "", "5000"), CONFIGURATION, NOT_SENT, "no option");
  assert_failure(peerid_config_set(config, "parameters", "xml"), CONFIGURATION, NOT_SENT, "form, json, query");
  assert_failure(peerid_config_set(config, "allow_http", "yes"), CONFIGURATION, NOT_SENT, "true, false");
  static const char *const wrong[] = {"0",   "-1", "", " 5", "5 ", "1e3", "0x10", "3600001", "99999999999999999999",
                                      "five"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    assert_failure(peerid_config_set(config, "request_timeout_ms", wrong[i]), CONFIGURATION, NOT_SENT, "3600000");
  }
  assert_failure(peerid_config_set(config, "user_agent_suffix", "a\r\nX-Header: b"), CONFIGURATION, NOT_SENT,
                 "control");
}

static void unusable_base_urls_are_refused(void **state) {
  (void)state;
  static const char *const wrong[] = {"peerid.example",
                                      "ftp://peerid.example",
                                      "https://",
                                      "https://user:password@peerid.example",
                                      "https://peerid.example?a",
                                      "https://peerid.example#a",
                                      "https://peer id",
                                      "http://peerid.example",
                                      "http://127.0.0.1.example",
                                      "http://localhost.example",
                                      "file:///etc/passwd"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    peerid_config *unusable = NULL;
    peerid_client *out = untouched;
    assert_success(peerid_config_create(wrong[i], "4", NULL, &unusable));
    failure found = assert_failure(peerid_client_create(unusable, &out), CONFIGURATION, NOT_SENT, "base_url");
    assert_null(strstr(found.message, "password"));
    assert_ptr_equal(out, untouched);
    peerid_config_free(unusable);
  }
}

/* ---- Versions ---- */

static void header_and_library_have_the_same_version(void **state) {
  (void)state;
  assert_int_equal(peerid_library_version_number(), PEERID_VERSION_NUMBER);
  assert_string_equal(peerid_library_version(), PEERID_VERSION_STRING);
  assert_int_equal(PEERID_VERSION_NUMBER,
                   PEERID_VERSION_MAJOR * 10000 + PEERID_VERSION_MINOR * 100 + PEERID_VERSION_PATCH);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(null_is_refused_by_configs),
      cmocka_unit_test(null_is_refused_by_clients),
      cmocka_unit_test(null_is_refused_by_sessions),
      cmocka_unit_test(null_is_refused_by_stores),
      cmocka_unit_test(size_of_the_callbacks_is_checked),
      cmocka_unit_test(null_is_refused_by_asynchronous_calls),
      cmocka_unit_test(null_is_refused_by_queues),
      cmocka_unit_test(accessors_accept_null),
      cmocka_unit_test(free_accepts_null),
      cmocka_unit_test(optional_arguments_may_be_null),
      cmocka_unit_test(strings_must_be_utf8),
      cmocka_unit_test(empty_strings_are_refused),
      cmocka_unit_test(client_id_is_a_number),
      cmocka_unit_test(long_strings_are_accepted_or_refused),
      cmocka_unit_test(messages_quote_in_one_short_line),
      cmocka_unit_test(impossible_lengths_are_refused),
      cmocka_unit_test(json_needs_no_terminating_nul),
      cmocka_unit_test(json_ends_at_its_length),
      cmocka_unit_test(deep_and_odd_json_is_refused),
      cmocka_unit_test(undefined_numbers_are_refused),
      cmocka_unit_test(catalogue_lists_all_operations),
      cmocka_unit_test(options_have_descriptions_and_accept_their_defaults),
      cmocka_unit_test(wrong_options_name_the_valid_values),
      cmocka_unit_test(unusable_base_urls_are_refused),
      cmocka_unit_test(header_and_library_have_the_same_version),
  };
  return run_group("arguments", tests, make_objects, free_objects);
}
