/* Settling operations whose answer was lost, and the account that pays for them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fixture.h"

#define TRANSFER(amount)                                                                                             \
  "{\"op_name\":\"transfer\",\"fee_asset\":\"1.3.0\",\"from\":\"1.2.31\",\"to\":\"1.2.33\",\"amount\":{\"amount\":" \
  amount ",\"asset_id\":\"1.3.0\"}}"

static const char *const operation = TRANSFER("77");

/* Returns the JSON of a response, and frees the response. The caller frees the JSON. */
static char *text_of(peerid_response *response) {
  size_t length = 0;
  const char *json = peerid_response_json(response, &length);
  assert_int_equal(strlen(json), length);
  char *copy = strdup(json);
  assert_non_null(copy);
  peerid_response_free(response);
  return copy;
}

static char *mark_of(const char *operations) {
  peerid_response *response = NULL;
  assert_success(peerid_session_mark(session, operations, strlen(operations), &response));
  return text_of(response);
}

static char *settlement_of(const char *mark) {
  peerid_response *response = NULL;
  assert_success(peerid_session_settle(session, mark, strlen(mark), &response));
  return text_of(response);
}

static void assert_settles_as(const char *mark, const char *part) {
  char *settlement = settlement_of(mark);
  assert_contains(settlement, part);
  free(settlement);
}

/* Longer than any transaction is valid. */
/* The server's clock stands still, so that no transaction expires before the test wants it to. */
static int begin_with_stopped_clock(void **state) {
  int status = begin_test(state);
  sandbox_post("settings", "{'stopped_clock_ms':%lld}", (long long)time(NULL) * 1000);
  return status;
}

static void advance_the_chain(void) { sandbox_post("settings", "{'clock_offset_s':400}"); }

/* Submits a transfer whose request or answer is lost, and returns the error. */
static peerid_error *lose(const char *fault) {
  sandbox_fault(fault, PATH_OPERATIONS, 1, "");
  peerid_response *response = NULL;
  peerid_error *error = peerid_session_submit(session, operation, strlen(operation), &response);
  assert_non_null(error);
  assert_int_equal(peerid_error_outcome(error), PEERID_OUTCOME_UNKNOWN);
  return error;
}

/* Returns the JSON of the next completion's response, and frees both. The caller frees the JSON. */
static char *text_of_next_completion(uint64_t tag) {
  peerid_completion *completion = next_completion();
  assert_int_equal(peerid_completion_tag(completion), tag);
  assert_null(peerid_completion_error(completion));
  char *text = text_of(peerid_completion_response(completion));
  peerid_completion_free(completion);
  return text;
}

/* ---- Marks made by the caller ---- */

static void an_executed_operation_is_done(void **state) {
  (void)state;
  char *mark = mark_of(operation);
  peerid_error_free(lose("drop_after"));
  char *settlement = settlement_of(mark);
  assert_contains(settlement, "\"state\":\"done\"");
  assert_contains(settlement, "\"block_num\":");
  assert_contains(settlement, "\"transaction_id\":");
  assert_int_equal(sandbox_executed_amount(77), 1);
  free(settlement);
  free(mark);
}

static void a_lost_operation_is_finally_not_done(void **state) {
  (void)state;
  char *mark = mark_of(operation);
  peerid_error_free(lose("drop_before"));
  char *settlement = settlement_of(mark);
  assert_contains(settlement, "\"state\":\"not_yet\"");
  assert_contains(settlement, "\"retry_after_ms\":");
  free(settlement);
  advance_the_chain();
  assert_settles_as(mark, "\"state\":\"not_done\"");
  assert_int_equal(sandbox_executed_amount(77), 0);
  free(mark);
}

static void a_mark_outlives_its_client(void **state) {
  (void)state;
  char *mark = mark_of(operation);
  peerid_error_free(lose("drop_after"));
  begin_with(NULL);
  assert_settles_as(mark, "\"state\":\"done\"");
  free(mark);
}

static void settling_sends_no_operation(void **state) {
  (void)state;
  char *mark = mark_of(operation);
  for (int i = 0; i < 3; i++) assert_settles_as(mark, "\"state\":\"not_yet\"");
  assert_int_equal(sandbox_count(PATH_OPERATIONS), 0);
  free(mark);
}

/* ---- The mark of an error ---- */

static void an_error_has_its_mark(void **state) {
  (void)state;
  begin_with(OPTIONS("settleable", "true"));
  peerid_error *error = lose("drop_after");
  const char *mark = peerid_error_mark(error);
  assert_non_null(mark);
  assert_settles_as(mark, "\"state\":\"done\"");
  peerid_error_free(error);
}

static void an_error_has_none_without_the_option(void **state) {
  (void)state;
  peerid_error *error = lose("drop_after");
  assert_null(peerid_error_mark(error));
  peerid_error_free(error);
  assert_null(peerid_error_mark(NULL));
  assert_int_equal(sandbox_count(PATH_CHAIN_DATA), 0);
}

/* ---- What is refused ---- */

static void an_invalid_mark_is_refused(void **state) {
  (void)state;
  static const char *const texts[] = {"", "{}", "[]", "null", "{\"mark\":1}", "{\"payer\":\"1.2.31\"}", "\xff"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    peerid_response *response = NULL;
    assert_invalid(peerid_session_settle(session, texts[i], strlen(texts[i]), &response), NULL);
    assert_null(response);
  }
  assert_int_equal(sandbox_count(PATH_CHAIN_DATA), 0);
}

static void an_invalid_operation_has_no_mark(void **state) {
  (void)state;
  static const char *const texts[] = {"", "[]", "{\"op_name\":\"no_such_operation\"}", TRANSFER("0")};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    peerid_response *response = NULL;
    assert_invalid(peerid_session_mark(session, texts[i], strlen(texts[i]), &response), NULL);
    assert_null(response);
  }
}

static void null_arguments_are_refused(void **state) {
  (void)state;
  peerid_response *response = NULL;
  assert_invalid(peerid_session_mark(NULL, operation, strlen(operation), &response), "session");
  assert_invalid(peerid_session_settle(NULL, "{}", 2, &response), "session");
  assert_invalid(peerid_session_settle(session, NULL, 2, &response), "mark");
  assert_invalid(peerid_session_account(NULL, &response), "session");
  assert_invalid(peerid_session_set_account(session, NULL, &response), "name");
  assert_invalid(peerid_client_account(client, NULL, &response), "name");
  assert_null(response);
}

/* ---- Asynchronous ---- */

static void marks_and_settlements_complete_in_a_queue(void **state) {
  (void)state;
  assert_success(peerid_session_mark_async(session, operation, strlen(operation), queue, 1, NULL));
  char *mark = text_of_next_completion(1);
  sandbox_fault("drop_after", PATH_OPERATIONS, 1, "");
  assert_success(peerid_session_submit_async(session, operation, strlen(operation), queue, 2, NULL));
  peerid_completion *lost = next_completion();
  assert_failure(peerid_completion_error(lost), CONNECTION_LOST, UNKNOWN, NULL);
  peerid_completion_free(lost);
  assert_success(peerid_session_settle_async(session, mark, strlen(mark), queue, 3, NULL));
  char *settlement = text_of_next_completion(3);
  assert_contains(settlement, "\"state\":\"done\"");
  free(settlement);
  free(mark);
}

static void an_asynchronous_error_has_its_mark(void **state) {
  (void)state;
  begin_with(OPTIONS("settleable", "true"));
  sandbox_fault("drop_before", PATH_OPERATIONS, 1, "");
  assert_success(peerid_session_submit_async(session, operation, strlen(operation), queue, 1, NULL));
  peerid_completion *lost = next_completion();
  peerid_error *error = peerid_completion_error(lost);
  const char *mark = peerid_error_mark(error);
  assert_non_null(mark);
  advance_the_chain();
  assert_success(peerid_session_settle_async(session, mark, strlen(mark), queue, 2, NULL));
  char *settlement = text_of_next_completion(2);
  assert_contains(settlement, "\"state\":\"not_done\"");
  free(settlement);
  peerid_error_free(error);
  peerid_completion_free(lost);
}

/* ---- Whose account pays ---- */

static void the_account_is_found_and_set(void **state) {
  (void)state;
  peerid_response *response = NULL;
  assert_success(peerid_session_account(session, &response));
  char *account = text_of(response);
  assert_string_equal(account, "{\"id\":\"1.2.31\",\"name\":\"pi-alice\"}");
  free(account);
  assert_success(peerid_session_set_account(session, "1.2.33", &response));
  peerid_response_free(response);
  assert_success(peerid_session_account(session, &response));
  account = text_of(response);
  assert_contains(account, "\"1.2.33\"");
  free(account);
  assert_failure(peerid_client_account(client, "nobody-has-this-name", &response), INVALID_ARGUMENT, NOT_DONE,
                 "nobody-has-this-name");
}

static void accounts_complete_in_a_queue(void **state) {
  (void)state;
  assert_success(peerid_session_set_account_async(session, "pi-alice", queue, 1, NULL));
  free(text_of_next_completion(1));
  assert_success(peerid_session_account_async(session, queue, 2, NULL));
  char *account = text_of_next_completion(2);
  assert_contains(account, "\"1.2.31\"");
  free(account);
  assert_success(peerid_client_account_async(client, "pi-bob", queue, 3, NULL));
  account = text_of_next_completion(3);
  assert_contains(account, "\"pi-bob\"");
  free(account);
}

int main(void) {
#define TEST(test) cmocka_unit_test_setup_teardown(test, begin_with_stopped_clock, end_test)
  const struct CMUnitTest tests[] = {
      TEST(an_executed_operation_is_done),
      TEST(a_lost_operation_is_finally_not_done),
      TEST(a_mark_outlives_its_client),
      TEST(settling_sends_no_operation),
      TEST(an_error_has_its_mark),
      TEST(an_error_has_none_without_the_option),
      TEST(an_invalid_mark_is_refused),
      TEST(an_invalid_operation_has_no_mark),
      TEST(null_arguments_are_refused),
      TEST(marks_and_settlements_complete_in_a_queue),
      TEST(an_asynchronous_error_has_its_mark),
      TEST(the_account_is_found_and_set),
      TEST(accounts_complete_in_a_queue),
  };
  return run_group("settlement", tests, sandbox_start, sandbox_stop);
}
