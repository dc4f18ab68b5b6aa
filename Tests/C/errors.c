/* Every code and every outcome of the header occurs, with the documented meaning. */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "fixture.h"

/* ---- A system without resources ----
 *
 * These definitions take precedence over those of libcurl and libc. */

static atomic_bool no_transfers;
static atomic_bool no_threads;
static atomic_bool no_entropy;

void *curl_easy_init(void);
void *curl_easy_init(void) {
  void *(*real)(void);
  *(void **)&real = dlsym(RTLD_NEXT, "curl_easy_init");
  return no_transfers ? NULL : real();
}

int pthread_create(pthread_t *restrict thread, const pthread_attr_t *restrict attributes, void *(*body)(void *),
                   void *restrict context) {
  int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
  *(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
  return no_threads ? EAGAIN : real(thread, attributes, body, context);
}

int getentropy(void *buffer, size_t length) {
  int (*real)(void *, size_t);
  *(void **)&real = dlsym(RTLD_NEXT, "getentropy");
  if (!no_entropy) return real(buffer, length);
  errno = EIO;
  return -1;
}

/* ---- Codes and outcomes that occurred ---- */

static bool seen_code[PEERID_CODE_CHAIN_REJECTED + 1];
static bool seen_outcome[PEERID_OUTCOME_UNKNOWN + 1];

/* Like `assert_failure`, and records the code and the outcome. */
#define assert_reached(call, code, outcome, text) see(assert_failure(call, code, outcome, text))

static failure see(failure found) {
  seen_code[found.code] = true;
  seen_outcome[found.outcome] = true;
  return found;
}

/* ---- The codes ---- */

static void invalid_argument(void **state) {
  (void)state;
  failure found =
      assert_reached(submit_transfer(session, INT64_MAX), INVALID_ARGUMENT, NOT_SENT, "operations[0].amount.amount");
  assert_false(found.retryable);
  assert_int_equal(sandbox_count(PATH_OPERATIONS), 0);
}

static void configuration(void **state) {
  (void)state;
  peerid_client *without_secret = make_client(sandbox_url(), "4", NULL, NULL);
  peerid_session *out = NULL;
  assert_reached(peerid_client_exchange(without_secret, "code", NULL, &out), CONFIGURATION, NOT_SENT, "client secret");
  assert_reached(peerid_client_login(client, "alice", "alice-password", NULL, "key", &out), CONFIGURATION, NOT_SENT,
                 "no store");
  assert_reached(peerid_client_open(client, "key", &out), CONFIGURATION, NOT_SENT, "no store");
  peerid_client_free(without_secret);
}

static void unreachable(void **state) {
  (void)state;
  peerid_client *nowhere = make_client("http://127.0.0.1:1", "4", "s3cr3t-of-nowhere", NULL);
  peerid_session *out = NULL;
  failure found = assert_reached(peerid_client_login(nowhere, "alice", "alice-password", NULL, NULL, &out), UNREACHABLE,
                                 NOT_SENT, "could not be reached");
  assert_true(found.retryable);
  assert_int_equal(found.http_status, 0);
  peerid_client_free(nowhere);
}

static void tls(void **state) {
  (void)state;
  /* The sandbox does not speak TLS. */
  char url[64];
  snprintf(url, sizeof url, "https://127.0.0.1:%d", sandbox_port());
  peerid_client *secure = make_client(url, "4", "s3cr3t-of-nowhere", NULL);
  peerid_session *out = NULL;
  failure found =
      assert_reached(peerid_client_login(secure, "alice", "alice-password", NULL, NULL, &out), TLS, NOT_SENT, "TLS");
  assert_false(found.retryable);
  peerid_client_free(secure);
}

/* Whether the call was sent before its time ran out. */
static bool times_out(peerid_error *error, const char *text, bool is_retryable) {
  if (peerid_error_outcome(error) == PEERID_OUTCOME_NOT_SENT) {
    take_failure(error, __FILE__, __LINE__);
    return false;
  }
  failure found = assert_reached(error, TIMEOUT, UNKNOWN, text);
  assert_int_equal(found.retryable, is_retryable);
  return true;
}

static bool submit_times_out(void) { return times_out(submit_transfer(session, 11), "find out", false); }

static bool read_times_out(void) {
  peerid_response *response = NULL;
  return times_out(peerid_client_read_chain(client, "database", "get_chain_id", NULL, 0, &response), "time ran out",
                   true);
}

/* While the token is being refreshed the operation is not sent. */
static bool refresh_takes_too_long(void) {
  int refreshes = sandbox_count(PATH_REFRESH);
  see(take_failure(submit_transfer(session, 12), __FILE__, __LINE__));
  return sandbox_count(PATH_REFRESH) > refreshes;
}

static void timeout(void **state) {
  (void)state;
  sandbox_fault("delay", PATH_OPERATIONS, 1000, UNTIL_RELEASED);
  sandbox_fault("delay", PATH_CHAIN_DATA, 1000, UNTIL_RELEASED);
  repeat_with_longer_limits(submit_times_out);
  repeat_with_longer_limits(read_times_out);
  sandbox_post("faults", "{'clear':true}");
  sandbox_post("revoke", "{'part':'access'}");
  sandbox_fault("delay", PATH_REFRESH, 1000, UNTIL_RELEASED);
  repeat_with_longer_limits(refresh_takes_too_long);
  assert_int_equal(sandbox_executed_amount(12), 0);
}

static atomic_bool wants_to_stop;

static int32_t wants_to_stop_now(void *context) {
  (void)context;
  return wants_to_stop;
}

static void cancelled(void **state) {
  (void)state;
  peerid_client *patient = NULL;
  wants_to_stop = false;
  peerid_config *config = make_config(sandbox_url(), "4", "demo-secret-4");
  assert_success(peerid_config_set_interrupt_handler(config, wants_to_stop_now, NULL, NULL));
  assert_success(peerid_client_create(config, &patient));
  peerid_config_free(config);
  peerid_session *patient_session = log_in(patient, "alice");
  wants_to_stop = true;
  sandbox_fault("delay", PATH_OPERATIONS, 1, UNTIL_RELEASED);
  assert_reached(submit_transfer(patient_session, 13), CANCELLED, UNKNOWN, "cancelled");
  assert_int_equal(sandbox_answered(PATH_OPERATIONS, "200"), 0);
  peerid_session_free(patient_session);
  peerid_client_free(patient);
}

static void connection_lost(void **state) {
  (void)state;
  sandbox_fault("drop_before", PATH_OPERATIONS, 1, "");
  failure found = assert_reached(submit_transfer(session, 14), CONNECTION_LOST, UNKNOWN, "find out");
  assert_false(found.retryable);
  assert_int_equal(found.http_status, 0);
  sandbox_fault("drop_after", PATH_OPERATIONS, 1, "");
  assert_reached(submit_transfer(session, 15), CONNECTION_LOST, UNKNOWN, "find out");
  /* The client cannot tell the two apart, and one was executed. */
  assert_int_equal(sandbox_executed_amount(14), 0);
  assert_int_equal(sandbox_executed_amount(15), 1);
  assert_int_equal(sandbox_count(PATH_OPERATIONS), 2);
}

static void protocol(void **state) {
  (void)state;
  sandbox_fault("status_after", PATH_OPERATIONS, 1,
                "'status':200,'body':'<html>welcome</html>','content_type':'text/html'");
  failure found = assert_reached(submit_transfer(session, 16), PROTOCOL, UNKNOWN, "envelope");
  assert_int_equal(found.http_status, 200);
  assert_int_equal(sandbox_executed_amount(16), 1);
}

static void rejected(void **state) {
  (void)state;
  peerid_session *out = NULL;
  failure found = assert_reached(peerid_client_login(client, "alice", "wrong", NULL, NULL, &out), REJECTED, NOT_DONE,
                                 "Invalid email/username or password");
  assert_int_equal(found.http_status, 400);
  assert_string_equal(found.detail, "{\"login\":\"Invalid email/username or password\"}");
  assert_reached(peerid_client_exchange(client, "noSuchCode", NULL, &out), REJECTED, NOT_DONE, "invalid code");
}

static void not_permitted(void **state) {
  (void)state;
  peerid_session *out = NULL;
  failure found = assert_reached(peerid_client_login(client, "carol", "carol-password", NULL, NULL, &out),
                                 NOT_PERMITTED, NOT_DONE, "Permission does not exist");
  assert_int_equal(found.http_status, 401);
  /* The server reveals the granted operations only when it refuses another one. */
  peerid_session *frank = log_in(client, "frank");
  assert_reached(submit_transfer(frank, 17), NOT_PERMITTED, NOT_DONE, "App is missing permission");
  peerid_session_free(frank);
  /* An operation outside of the token's scope is not sent. */
  peerid_session *narrow = restore_session(client, "someAccessTokenOfAlice", NULL, "[64]");
  assert_reached(submit_transfer(narrow, 17), NOT_PERMITTED, NOT_SENT, "'transfer' (operation 0)");
  peerid_session_free(narrow);
  assert_int_equal(sandbox_count(PATH_OPERATIONS), 1);
}

static void login_required(void **state) {
  (void)state;
  sandbox_post("revoke", "{'user':'alice','part':'both'}");
  assert_reached(submit_transfer(session, 18), LOGIN_REQUIRED, NOT_DONE, "session is over");
  /* The session stays ended, and nothing more is sent. */
  assert_reached(submit_transfer(session, 18), LOGIN_REQUIRED, NOT_SENT, "session is over");
  assert_int_equal(sandbox_count(PATH_REFRESH), 1);
  assert_int_equal(sandbox_count(PATH_OPERATIONS), 1);
}

static void rate_limited(void **state) {
  (void)state;
  sandbox_fault("status", PATH_OPERATIONS, 1, "'status':429,'headers':{'Retry-After':'2'}");
  failure found = assert_reached(submit_transfer(session, 19), RATE_LIMITED, NOT_DONE, "retry later");
  assert_true(found.retryable);
  assert_int_equal(found.retry_after_ms, 2000);
  sandbox_fault("status", PATH_OPERATIONS, 1, "'status':503,'headers':{'Retry-After':'3'}");
  found = assert_reached(submit_transfer(session, 19), RATE_LIMITED, UNKNOWN, "retry later");
  assert_false(found.retryable);
  assert_int_equal(found.retry_after_ms, 3000);
}

static void chain_rejected(void **state) {
  (void)state;
  sandbox_post("settings", "{'chain_refusal':'Assert Exception: Insufficient Balance\\n  at secret/place.js:1'}");
  failure found = assert_reached(submit_transfer(session, 19), CHAIN_REJECTED, NOT_DONE, "Insufficient Balance");
  assert_null(strstr(found.message, "place.js"));
  assert_contains(found.detail, "place.js");
  sandbox_post("settings", "{'chain_refusal':null}");
}

static void server(void **state) {
  (void)state;
  sandbox_fault("status", PATH_OPERATIONS, 1, "'status':500");
  failure found = assert_reached(submit_transfer(session, 20), SERVER, UNKNOWN, "find out");
  assert_int_equal(found.http_status, 500);
}

static void too_large(void **state) {
  (void)state;
  /* The server accepts 102,400 bytes. */
  static char many[128 * 1024];
  size_t length = 0;
  many[length++] = '[';
  while (length < sizeof many - 256) {
    length +=
        (size_t)snprintf(many + length, sizeof many - length,
                         "%s{\"op_name\":\"transfer\",\"fee_asset\":\"1.3.0\",\"from\":\"1.2.31\",\"to\":\"1.2.33\","
                         "\"amount\":{\"amount\":21,\"asset_id\":\"1.3.0\"}}",
                         length > 1 ? "," : "");
  }
  many[length++] = ']';
  peerid_response *response = NULL;
  failure found = assert_reached(peerid_session_submit(session, many, length, &response), TOO_LARGE, NOT_DONE, "large");
  assert_int_equal(found.http_status, 413);
  begin_with(OPTIONS("max_response_bytes", "1024"));
  char body[2100] = "'status':200,'body':'";
  memset(body + strlen(body), 'x', 2000);
  strcat(body, "'");
  sandbox_fault("status_after", PATH_OPERATIONS, 1, body);
  assert_reached(submit_transfer(session, 22), TOO_LARGE, UNKNOWN, "too large");
  assert_int_equal(sandbox_executed_amount(22), 1);
}

static void closed(void **state) {
  (void)state;
  peerid_client_close(client);
  peerid_session *out = NULL;
  assert_reached(submit_transfer(session, 23), CLOSED, NOT_SENT, "closed");
  assert_reached(peerid_client_login(client, "alice", "alice-password", NULL, NULL, &out), CLOSED, NOT_SENT, "closed");
  assert_int_equal(sandbox_count(PATH_OPERATIONS), 0);
  assert_int_equal(sandbox_count(PATH_LOG_IN), 1);
}

static void out_of_memory(void **state) {
  (void)state;
  peerid_client *fresh = demo_client(NULL);
  peerid_session *out = NULL;
  no_transfers = true;
  assert_reached(peerid_client_login(fresh, "alice", "alice-password", NULL, NULL, &out), OUT_OF_MEMORY, NOT_SENT,
                 "memory");
  no_transfers = false;
  assert_success(peerid_client_login(fresh, "alice", "alice-password", NULL, NULL, &out));
  sandbox_post("expire", "{}");
  no_threads = true;
  assert_reached(submit_transfer(out, 24), OUT_OF_MEMORY, NOT_DONE, "no thread");
  assert_reached(peerid_session_refresh_async(out, queue, 1, NULL), OUT_OF_MEMORY, NOT_SENT, "no thread");
  no_threads = false;
  assert_int_equal(sandbox_count(PATH_REFRESH), 0);
  peerid_session_free(out);
  peerid_client_free(fresh);
}

static void internal(void **state) {
  (void)state;
  peerid_authorization *authorization = NULL;
  no_entropy = true;
  peerid_error *error = peerid_authorization_create(client, "http://127.0.0.1:8400/callback", &authorization);
  no_entropy = false;
  assert_reached(error, INTERNAL, NOT_SENT, "random");
}

static void store(void **state) {
  (void)state;
  peerid_store *out = NULL;
  assert_reached(peerid_store_create_directory("/dev/null/store", &out), STORE, NOT_SENT, "/dev/null/store");
}

static void queue_full(void **state) {
  (void)state;
  begin_with(OPTIONS("max_in_flight", "2"));
  sandbox_fault("delay", PATH_OPERATIONS, 2, UNTIL_RELEASED);
  const char *operation =
      "{\"op_name\":\"transfer\",\"fee_asset\":\"1.3.0\",\"from\":\"1.2.31\",\"to\":\"1.2.33\","
      "\"amount\":{\"amount\":25,\"asset_id\":\"1.3.0\"}}";
  size_t length = strlen(operation);
  for (int i = 0; i < 2; i++) assert_success(peerid_session_submit_async(session, operation, length, queue, 1, NULL));
  failure found = assert_reached(peerid_session_submit_async(session, operation, length, queue, 1, NULL), QUEUE_FULL,
                                 NOT_SENT, "max_in_flight");
  assert_true(found.retryable);
  sandbox_wait_for(PATH_OPERATIONS, 2);
  peerid_client_close(client);
  for (int taken = 0; taken < 2;) {
    peerid_completion *completions[2];
    size_t count = 0;
    assert_success(peerid_queue_take(queue, 600000, 2, completions, &count));
    assert_in_range(count, 1, 2);
    for (size_t i = 0; i < count; i++) {
      assert_reached(peerid_completion_error(completions[i]), CLOSED, UNKNOWN, "closed");
      peerid_completion_free(completions[i]);
    }
    taken += (int)count;
  }
}

static void every_code_and_outcome_occurred(void **state) {
  (void)state;
  for (int32_t code = PEERID_CODE_INVALID_ARGUMENT; code <= (int32_t)PEERID_CODE_CHAIN_REJECTED; code++) {
    if (!seen_code[code]) fail_msg("no test produced %s", peerid_code_name(code));
  }
  assert_true(seen_outcome[PEERID_OUTCOME_NOT_SENT]);
  assert_true(seen_outcome[PEERID_OUTCOME_NOT_DONE]);
  assert_true(seen_outcome[PEERID_OUTCOME_UNKNOWN]);
}

int main(void) {
#define CODE(test) cmocka_unit_test_setup_teardown(test, begin_test, end_test)
  const struct CMUnitTest tests[] = {
      CODE(invalid_argument), CODE(configuration),   CODE(unreachable),  CODE(tls),
      CODE(timeout),          CODE(cancelled),       CODE(protocol),     CODE(connection_lost),
      CODE(rejected),         CODE(not_permitted),   CODE(rate_limited), CODE(login_required),
      CODE(chain_rejected),   CODE(server),          CODE(too_large),    CODE(closed),
      CODE(out_of_memory),    CODE(internal),        CODE(store),        CODE(queue_full),
      cmocka_unit_test(every_code_and_outcome_occurred),
  };
  return run_group("errors", tests, sandbox_start, sandbox_stop);
}
