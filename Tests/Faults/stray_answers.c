/* Data that arrives on an idle connection without a request: it must not be treated as the answer to the next one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "fault_server.h"

static const char *ca_file = "build/tests/tls/ca.pem";
static const char right_id[] = "a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3";

typedef struct row {
  const char *fault;
  bool with_tls;
  bool needs_trigger;
  int connections; /* used by three submits */
  bool is_proxy;   /* the fault's port is the proxy, and the server does not use TLS */
} row;

static const row rows[] = {
    {"says_408_when_idle", false, true, 2, false},
    {"says_200_when_idle", false, true, 2, false},
    {"closes_when_idle", false, true, 2, false},
    {"sends_more_after_large_answer", false, false, 3, false},
    {"tls_says_408_when_idle", true, true, 2, false},
    {"tls_says_200_when_idle", true, true, 2, false},
    {"tls_closes_when_idle", true, true, 2, false},
    {"tls_sends_more_after_large_answer", true, false, 3, false},
    {"tls_sends_more_after_large_answer", true, false, 3, true},
    /* Session tickets of TLS 1.3 are not an answer: the connection stays usable. */
    {"tls_sends_tickets_when_idle", true, false, 1, false},
};

enum { ROWS = sizeof rows / sizeof rows[0], CALLS = 3 };

typedef struct test_case {
  const row *row;
  mode mode;
  char name[96];
} test_case;

static void begin(const caller *caller, int64_t amount) {
  char json[256];
  int length = snprintf(json, sizeof json,
                        "{\"op_name\":\"transfer\",\"fee_asset\":\"1.3.0\",\"from\":\"1.2.31\",\"to\":\"1.2.33\","
                        "\"amount\":{\"amount\":%lld,\"asset_id\":\"1.3.0\"}}",
                        (long long)amount);
  assert_success(peerid_session_submit_async(caller->session, json, (size_t)length, caller->queue, 1, NULL));
}

static peerid_response *take(const caller *caller) {
  peerid_completion *completion = NULL;
  size_t count = 0;
  assert_success(peerid_queue_take(caller->queue, 900000, 1, &completion, &count));
  assert_int_equal(count, 1);
  assert_success(peerid_completion_error(completion));
  peerid_response *response = peerid_completion_response(completion);
  peerid_completion_free(completion);
  return response;
}

/* Submits, and returns the id of the transaction in the result. */
static void submit(const caller *caller, int64_t amount, char id[64]) {
  peerid_response *response = NULL;
  if (caller->queue) {
    begin(caller, amount);
    response = take(caller);
  } else {
    assert_success(transfer(caller->session, amount, &response));
  }
  snprintf(id, 64, "%s", peerid_response_transaction_id(response));
  peerid_response_free(response);
}

static void stray_answer_is_ignored(void **state) {
  const test_case *test_case = *state;
  const row *row = test_case->row;
  fault_server_reset();
  const char *url = fault_url(row->with_tls ? "https" : "http", row->fault);
  const char *const *options = row->is_proxy ? OPTIONS("ca_file", ca_file, "proxy", url, "allow_http", "true")
      : row->with_tls                        ? OPTIONS("ca_file", ca_file)
                                             : NULL;
  caller caller = caller_make(test_case->mode, row->is_proxy ? "http://peerid.invalid" : url, options);
  for (int call = 0; call < CALLS; call++) {
    char id[64];
    submit(&caller, 1000 + call, id);
    assert_string_equal(id, right_id);
    if (call == 0 && row->needs_trigger) fault_trigger(row->fault);
    if (call == 0 && (row->needs_trigger || row->connections == 1)) {
      port_record record = fault_record(row->fault, "strays=1");
      // The last connection of the previous test may still have sent one.
      assert_true(record.strays >= 1);
      json_decref(record.whole);
    }
  }
  port_record record = fault_record(row->fault, NULL);
  // libcurl looks through its idle connections once a second, and closes one on which anything has arrived.
  bool may_be_closed = strstr(row->fault, "tickets") != NULL;
  assert_in_range(record.connections, row->connections, row->connections + (may_be_closed ? CALLS - 1 : 0));
  assert_int_equal(record.requests, CALLS);
  json_decref(record.whole);
  caller_free(&caller);
  check_log();
}

/* libcurl may begin a request on a connection in the same step in which the previous request on it ends. */
static void stray_answers_are_ignored_by_calls_at_once(void **state) {
  enum { AT_ONCE = 4, ALL = 100 };
  const row *row = ((const test_case *)*state)->row;
  fault_server_reset();
  caller caller = caller_make(ASYNCHRONOUS, fault_url(row->with_tls ? "https" : "http", row->fault),
                              row->with_tls ? OPTIONS("ca_file", ca_file) : NULL);
  for (int call = 0; call < ALL + AT_ONCE; call++) {
    if (call < ALL) begin(&caller, 1000 + call);
    if (call < AT_ONCE) continue;
    peerid_response *response = take(&caller);
    assert_string_equal(peerid_response_transaction_id(response), right_id);
    peerid_response_free(response);
  }
  port_record record = fault_record(row->fault, NULL);
  assert_int_equal(record.requests, ALL);
  json_decref(record.whole);
  caller_free(&caller);
  check_log();
}

static struct CMUnitTest tests[3 * ROWS];
static test_case runs[3 * ROWS];
static size_t count;

static void add(const row *row, mode mode, const char *suffix, CMUnitTestFunction function) {
  test_case *run = &runs[count];
  *run = (test_case){.row = row, .mode = mode};
  snprintf(run->name, sizeof run->name, "%s%s%s%s", row->fault, row->is_proxy ? " in a proxy" : "", suffix,
           mode == ASYNCHRONOUS ? " (asynchronous)" : "");
  tests[count++] = (struct CMUnitTest){run->name, function, NULL, NULL, run};
}

int main(void) {
  fault_server_start("build/tests/tls/right.pem", "build/tests/tls/right.pem");
  /* As in tls_faults.c: under memcheck, a row with TLS is blocking or asynchronous. */
  bool has_turns = getenv("PEERID_UNDER_MEMCHECK") != NULL;
  for (size_t i = 0; i < 2 * ROWS; i++) {
    const row *row = &rows[i / 2];
    mode mode = i % 2;
    if (has_turns && row->with_tls && i / 2 % 2 != i % 2) continue;
    add(row, mode, "", stray_answer_is_ignored);
    /* A TLS handshake for each of these calls would take minutes under memcheck. */
    if (has_turns && row->with_tls) continue;
    if (mode == ASYNCHRONOUS && !row->needs_trigger && row->connections == CALLS && !row->is_proxy) {
      add(row, mode, " with calls at once", stray_answers_are_ignored_by_calls_at_once);
    }
  }
  int failures = run_group("stray answers", tests, NULL, NULL);
  fault_server_stop();
  return failures;
}
