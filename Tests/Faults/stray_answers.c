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
} row;

static const row rows[] = {
    {"says_408_when_idle", false, true, 2},
    {"says_200_when_idle", false, true, 2},
    {"closes_when_idle", false, true, 2},
    {"sends_more_after_large_answer", false, false, 3},
    {"tls_says_408_when_idle", true, true, 2},
    {"tls_says_200_when_idle", true, true, 2},
    {"tls_closes_when_idle", true, true, 2},
    {"tls_sends_more_after_large_answer", true, false, 3},
    /* Session tickets of TLS 1.3 are not an answer: the connection stays usable. */
    {"tls_sends_tickets_when_idle", true, false, 1},
};

enum { ROWS = sizeof rows / sizeof rows[0], CALLS = 3 };

typedef struct test_case {
  const row *row;
  mode mode;
  char name[96];
} test_case;

/* Submits, and returns the id of the transaction in the result. */
static void submit(const caller *caller, int64_t amount, char id[64]) {
  peerid_response *response = NULL;
  if (caller->queue) {
    char json[256];
    int length = snprintf(json, sizeof json,
                          "{\"op_name\":\"transfer\",\"fee_asset\":\"1.3.0\",\"from\":\"1.2.31\",\"to\":\"1.2.33\","
                          "\"amount\":{\"amount\":%lld,\"asset_id\":\"1.3.0\"}}",
                          (long long)amount);
    assert_success(peerid_session_submit_async(caller->session, json, (size_t)length, caller->queue, 1, NULL));
    peerid_completion *completion = NULL;
    size_t count = 0;
    assert_success(peerid_queue_take(caller->queue, 900000, 1, &completion, &count));
    assert_int_equal(count, 1);
    assert_success(peerid_completion_error(completion));
    response = peerid_completion_response(completion);
    peerid_completion_free(completion);
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
  caller caller = caller_make(test_case->mode, fault_url(row->with_tls ? "https" : "http", row->fault),
                              row->with_tls ? OPTIONS("ca_file", ca_file) : NULL);
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

int main(void) {
  fault_server_start("build/tests/tls/right.pem", "build/tests/tls/right.pem");
  static struct CMUnitTest tests[2 * ROWS];
  static test_case runs[2 * ROWS];
  /* As in tls_faults.c: under memcheck, a row with TLS is blocking or asynchronous. */
  bool has_turns = getenv("PEERID_UNDER_MEMCHECK") != NULL;
  size_t count = 0;
  for (size_t i = 0; i < 2 * ROWS; i++) {
    const row *row = &rows[i / 2];
    if (has_turns && row->with_tls && i / 2 % 2 != i % 2) continue;
    runs[count] = (test_case){.row = row, .mode = i % 2};
    snprintf(runs[count].name, sizeof runs[count].name, "%s%s", row->fault, i % 2 ? " (asynchronous)" : "");
    tests[count] = (struct CMUnitTest){runs[count].name, stray_answer_is_ignored, NULL, NULL, &runs[count]};
    count++;
  }
  int failures = run_group("stray answers", tests, NULL, NULL);
  fault_server_stop();
  return failures;
}
