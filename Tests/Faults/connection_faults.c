/* Faults that need more than one call: connections that are kept or closed, or closed although the server promised to
 * keep them. Also what the requests contain. */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "calls.h"
#include "fault_server.h"

static atomic_int pipe_signals;

static void count_sigpipe(int number) {
  (void)number;
  pipe_signals++;
}

/* Every test runs in both modes. */
static const mode modes[] = {BLOCKING, ASYNCHRONOUS};

static mode mode_of(void **state) { return *(const mode *)*state; }

static int set_up(void **state) {
  (void)state;
  fault_server_reset();
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  check_log();
  return pipe_signals;
}

/* Checks that exactly this many connections and requests have arrived. The server may count a connection after the call
 * has ended. */
static void assert_record(const char *fault, int connections, int requests) {
  char condition[64];
  snprintf(condition, sizeof condition, "connections=%d&requests=%d", connections, requests);
  port_record record = fault_record(fault, condition);
  assert_int_equal(record.connections, connections);
  assert_int_equal(record.requests, requests);
  json_decref(record.whole);
}

static int count_connections(const char *fault) {
  port_record record = fault_record(fault, NULL);
  json_decref(record.whole);
  return record.connections;
}

/* ---- A kept connection that ends when it is reused ---- */

/* The server reads the second request on a connection and hangs up. libcurl alone would send it again on a new
 * connection, and the operation would be executed twice. */
static void second_request_is_not_sent_again(void **state, const char *fault, call call) {
  caller caller = caller_make(mode_of(state), fault_url("http", fault), NULL);
  assert_success(make_call(&caller, call, 1001));
  assert_record(fault, 1, 1);
  failure lost = assert_failure(make_call(&caller, call, 1002), CONNECTION_LOST, UNKNOWN, "find out whether");
  assert_false(lost.retryable);
  /* libcurl opened a second connection to send the request again, and the library stopped it there. */
  assert_record(fault, 2, 2);
  assert_success(make_call(&caller, call, 1003));
  assert_record(fault, 3, 3);
  if (call == SUBMIT) {
    assert_int_equal(count_bodies(fault, "\"amount\":1001"), 1);
    assert_int_equal(count_bodies(fault, "\"amount\":1002"), 1);
    assert_int_equal(count_bodies(fault, "\"amount\":1003"), 1);
  }
  caller_free(&caller);
}

static void operation_is_not_sent_again_after_a_close(void **state) {
  second_request_is_not_sent_again(state, "closes_on_second", SUBMIT);
}

static void operation_is_not_sent_again_after_a_reset(void **state) {
  second_request_is_not_sent_again(state, "resets_on_second", SUBMIT);
}

static void confirmation_is_not_sent_again(void **state) {
  second_request_is_not_sent_again(state, "closes_on_second", CONFIRM);
}

static void broadcast_is_not_sent_again(void **state) {
  second_request_is_not_sent_again(state, "closes_on_second", BROADCAST);
}

static void exchange_is_not_sent_again(void **state) {
  second_request_is_not_sent_again(state, "closes_on_second", EXCHANGE);
}

static void refresh_is_not_sent_again(void **state) {
  caller caller =
      caller_make(mode_of(state), fault_url("http", "closes_on_second"), OPTIONS("refresh_probe_delay_ms", "3600000"));
  assert_success(make_call(&caller, LOG_IN, 0));
  failure lost = take_failure(make_call(&caller, REFRESH, 0), __FILE__, __LINE__);
  assert_int_not_equal(lost.code, 0);
  assert_record("closes_on_second", 2, 2);
  /* The server may have processed the refresh, so the same token is not tried again at once. */
  lost = take_failure(make_call(&caller, REFRESH, 0), __FILE__, __LINE__);
  assert_int_not_equal(lost.code, 0);
  assert_in_range(lost.retry_after_ms, 1, 3600000);
  assert_record("closes_on_second", 2, 2);
  caller_free(&caller);
}

/* Reading and logging in twice are harmless, so libcurl may send them again. */
static void reads_may_be_sent_again(void **state) {
  static const call harmless[] = {READ_CHAIN, LOG_IN};
  for (size_t i = 0; i < sizeof harmless / sizeof harmless[0]; i++) {
    fault_server_reset();
    caller caller = caller_make(mode_of(state), fault_url("http", "closes_on_second"), NULL);
    assert_success(make_call(&caller, harmless[i], 0));
    assert_success(make_call(&caller, harmless[i], 0));
    assert_record("closes_on_second", 2, 3);
    caller_free(&caller);
  }
}

/* ---- Connections that the server has closed or will close ---- */

static void closed_connection_is_noticed(void **state) {
  caller caller = caller_make(mode_of(state), fault_url("http", "closes_after_answer"), NULL);
  for (int i = 1; i <= 3; i++) {
    assert_success(make_call(&caller, SUBMIT, 2000 + i));
    char condition[32];
    snprintf(condition, sizeof condition, "closed=%d", i);
    port_record record = fault_record("closes_after_answer", condition);
    assert_int_equal(record.connections, i);
    assert_int_equal(record.requests, i);
    json_decref(record.whole);
  }
  caller_free(&caller);
}

static void connection_is_reused(void **state) {
  caller caller = caller_make(mode_of(state), fault_url("http", "healthy"), NULL);
  for (int i = 0; i < 5; i++) assert_success(make_call(&caller, SUBMIT, 3000 + i));
  assert_record("healthy", 1, 5);
  caller_free(&caller);
}

/* The server closes idle connections after five seconds; the library stops using them after four. Here the limit is
 * shorter, and the test has to wait for it: there is no event to await. Returns whether the first two calls were made
 * within the limit. */
static bool connection_ends_when_idle(mode mode, int limit_s) {
  char limit[16];
  snprintf(limit, sizeof limit, "%d", limit_s);
  fault_server_reset();
  caller caller = caller_make(mode, fault_url("http", "healthy"), OPTIONS("idle_connection_timeout_s", limit));
  assert_success(make_call(&caller, SUBMIT, 4001));
  int64_t begin = now_ms();
  assert_success(make_call(&caller, SUBMIT, 4002));
  bool is_fast = now_ms() - begin < limit_s * 1000;
  if (is_fast) {
    assert_record("healthy", 1, 2);
    struct timespec idle = {.tv_sec = limit_s, .tv_nsec = 20 * 1000 * 1000};
    while (nanosleep(&idle, &idle) != 0) {
    }
    assert_success(make_call(&caller, SUBMIT, 4003));
    assert_record("healthy", 2, 3);
  }
  caller_free(&caller);
  return is_fast;
}

static void idle_connection_is_not_reused(void **state) {
  int limit_s = 1;
  while (limit_s < 300 && !connection_ends_when_idle(mode_of(state), limit_s)) limit_s *= 2;
  assert_true(limit_s < 300);
}

static void every_call_opens_a_connection(void **state, const char *const options[], const char *reported) {
  caller caller = caller_make(mode_of(state), fault_url("http", "healthy"), options);
  for (int call = 0; call < 3; call++) assert_success(make_call(&caller, SUBMIT, 5000 + call));
  bool is_right = count_connections("healthy") == 3;
  if (is_right) {
    port_record record = fault_record("healthy", "closed=3");
    assert_int_equal(record.open, 0);
    json_decref(record.whole);
  }
  caller_free(&caller);
  if (!is_right && reported) known_fault(reported);
  assert_true(is_right);
}

static void connections_are_not_kept_with_an_idle_timeout_of_0(void **state) {
  every_call_opens_a_connection(state, OPTIONS("idle_connection_timeout_s", "0"), NULL);
}

static void connections_are_not_kept_with_a_limit_of_0(void **state) {
  bool is_async = mode_of(state) == ASYNCHRONOUS;
  every_call_opens_a_connection(state, OPTIONS("max_idle_connections", "0"),
                                         is_async ? "max_idle_connections=0 means libcurl's default there" : NULL);
}

/* The connections of a client are closed with it. */
static void connections_close_with_their_client(void **state, void (*leave)(caller *)) {
  caller caller = caller_make(mode_of(state), fault_url("http", "healthy"), NULL);
  assert_success(make_call(&caller, SUBMIT, 6001));
  leave(&caller);
  bool is_known = mode_of(state) == ASYNCHRONOUS;
  port_record record = fault_record("healthy", is_known ? "closed=1&within_ms=2000" : "closed=1");
  json_decref(record.whole);
  caller_free(&caller);
  if (record.open > 0 && is_known) {
    known_fault("the loop's idle connections and its thread outlive the client by ten seconds");
  }
  assert_int_equal(record.open, 0);
}

static void close_client(caller *caller) { peerid_client_close(caller->client); }

static void free_client(caller *caller) {
  caller_free(caller);
  *caller = (struct caller){0};
}

static void closing_the_client_closes_its_connections(void **state) {
  connections_close_with_their_client(state, close_client);
}

static void freeing_the_client_closes_its_connections(void **state) {
  connections_close_with_their_client(state, free_client);
}

/* After a timeout the answer may still arrive: it must not be treated as the answer to the next request. Returns whether
 * both requests were sent before their time ran out. */
static bool lost_answer_ends_its_connection(mode mode, const char *fault, int limit_ms) {
  char limit[16];
  snprintf(limit, sizeof limit, "%d", limit_ms);
  fault_server_reset();
  caller caller =
      caller_make(mode, fault_url("http", fault), OPTIONS("request_timeout_ms", limit, "max_response_bytes", "65536"));
  bool is_sent = true;
  for (int call = 0; call < 2; call++) {
    failure lost = take_failure(make_call(&caller, SUBMIT, 7001), __FILE__, __LINE__);
    assert_int_not_equal(lost.code, 0);
    is_sent = is_sent && lost.outcome == PEERID_OUTCOME_UNKNOWN;
  }
  if (is_sent) assert_record(fault, 2, 2);
  caller_free(&caller);
  return is_sent;
}

static void connection_of_a_lost_answer_is_not_reused(void **state) {
  static const char *const faults[] = {"silent", "stalls_in_body", "floods_body"};
  for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
    int limit_ms = 600;
    while (limit_ms < 300000 && !lost_answer_ends_its_connection(mode_of(state), faults[i], limit_ms)) limit_ms *= 2;
    assert_true(limit_ms < 300000);
  }
}

static void unrequested_answer_is_ignored(void **state) {
  caller caller = caller_make(mode_of(state), fault_url("http", "sends_unrequested_answer"), NULL);
  for (int i = 0; i < 3; i++) {
    peerid_response *response = NULL;
    assert_success(transfer(caller.session, 8000 + i, &response));
    assert_string_equal(peerid_response_transaction_id(response), "a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3");
    peerid_response_free(response);
  }
  assert_int_equal(count_bodies("sends_unrequested_answer", "\"op_name\""), 3);
  caller_free(&caller);
}

static void repeated_401_ends_the_call(void **state) {
  caller caller = caller_make(mode_of(state), fault_url("http", "always_401"), NULL);
  failure refused = assert_failure(make_call(&caller, SUBMIT, 9001), REJECTED, NOT_DONE, "Access Token invalid");
  assert_int_equal(refused.http_status, 401);
  assert_in_range(count_bodies("always_401", "grant") + count_bodies("always_401", "refresh_token="), 1, 2);
  assert_in_range(count_bodies("always_401", "\"amount\":9001"), 2, 17);
  caller_free(&caller);
}

/* ---- Requests ---- */

/* The head of the last request that the server received. Free it through `whole` with `json_decref`. */
static const char *last_head(port_record *record) {
  *record = fault_record("healthy", NULL);
  json_t *heads = json_object_get(record->whole, "heads");
  return json_string_value(json_array_get(heads, json_array_size(heads) - 1));
}

static void requests_have_the_expected_headers(void **state) {
  caller caller = caller_make(mode_of(state), fault_url("http", "healthy"),
                              OPTIONS("validate", "off", "user_agent_suffix", "table-tennis/2.0"));
  static const call all[] = {SUBMIT, SUBMIT_LARGE, CONFIRM, BROADCAST, LOG_IN, EXCHANGE, READ_CHAIN, REFRESH};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    assert_success(make_call(&caller, all[i], 10000));
    port_record record;
    const char *head = last_head(&record);
    bool has_token = all[i] == SUBMIT || all[i] == SUBMIT_LARGE || all[i] == CONFIRM || all[i] == BROADCAST;
    assert_contains(head, "User-Agent: libpeerid/" PEERID_VERSION_STRING " table-tennis/2.0");
    assert_contains(head, "Accept: application/json");
    assert_null(strcasestr(head, "\r\nExpect:"));
    assert_null(strcasestr(head, "\r\nCookie:"));
    assert_null(strcasestr(head, "\r\nTransfer-Encoding:"));
    assert_int_equal(strstr(head, "\r\nAuthorization: Bearer ") != NULL, has_token);
    assert_int_equal(strstr(head, "\r\nClientID: 4") != NULL, has_token);
    if (all[i] != READ_CHAIN) {
      assert_contains(head, has_token ? "Content-Type: application/json" : "application/x-www-form-urlencoded");
    }
    /* The request line contains no secret. */
    char line[512];
    snprintf(line, sizeof line, "%.*s", (int)strcspn(head, "\r"), head);
    assert_true(is_free_of_secrets(line));
    assert_null(strstr(line, "thePasswordOfAlice"));
    assert_null(strstr(line, "theCodeOfAlice"));
    json_decref(record.whole);
  }
  caller_free(&caller);
}

static void secrets_are_in_the_url_only_by_option(void **state) {
  caller caller = caller_make(mode_of(state), fault_url("http", "healthy"), OPTIONS("parameters", "query"));
  assert_success(make_call(&caller, LOG_IN, 0));
  port_record record;
  assert_contains(last_head(&record), "POST /api/v1/auth/token?login=alice&password=thePasswordOfAlice&client_id=4 ");
  json_decref(record.whole);
  caller_free(&caller);

  caller = caller_make(mode_of(state), fault_url("http", "healthy"), OPTIONS("parameters", "json"));
  assert_success(make_call(&caller, LOG_IN, 0));
  assert_contains(last_head(&record), "POST /api/v1/auth/token HTTP/1.1");
  json_decref(record.whole);
  assert_int_equal(count_bodies("healthy", "\"password\":\"thePasswordOfAlice\""), 1);
  caller_free(&caller);
}

int main(void) {
  signal(SIGPIPE, count_sigpipe);
  fault_server_start(NULL, NULL);
  remember_secret("thePasswordOfAlice");
  remember_secret("theCodeOfAlice");
#define BOTH(test)                                                                              \
  {#test, test, set_up, tear_down, (void *)(uintptr_t)&modes[BLOCKING]}, {                    \
    #test " (asynchronous)", test, set_up, tear_down, (void *)(uintptr_t)&modes[ASYNCHRONOUS] \
  }
  const struct CMUnitTest tests[] = {
      BOTH(operation_is_not_sent_again_after_a_close),
      BOTH(operation_is_not_sent_again_after_a_reset),
      BOTH(confirmation_is_not_sent_again),
      BOTH(broadcast_is_not_sent_again),
      BOTH(exchange_is_not_sent_again),
      BOTH(refresh_is_not_sent_again),
      BOTH(reads_may_be_sent_again),
      BOTH(closed_connection_is_noticed),
      BOTH(connection_is_reused),
      BOTH(idle_connection_is_not_reused),
      BOTH(connections_are_not_kept_with_an_idle_timeout_of_0),
      BOTH(connections_are_not_kept_with_a_limit_of_0),
      BOTH(closing_the_client_closes_its_connections),
      BOTH(freeing_the_client_closes_its_connections),
      BOTH(connection_of_a_lost_answer_is_not_reused),
      BOTH(unrequested_answer_is_ignored),
      BOTH(repeated_401_ends_the_call),
      BOTH(requests_have_the_expected_headers),
      BOTH(secrets_are_in_the_url_only_by_option),
  };
  int failures = run_group("connections", tests, NULL, NULL);
  fault_server_stop();
  return failures;
}
