/* Asynchronous calls: each has exactly one completion, with the result that the blocking call returns. */
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fixture.h"

static peerid_client *demo_client_with_memory_store(void) {
  peerid_config *config = make_config(sandbox_url(), "4", "demo-secret-4");
  peerid_store *store = NULL;
  peerid_client *made = NULL;
  assert_success(peerid_store_create_memory(&store));
  assert_success(peerid_config_set_store(config, store));
  assert_success(peerid_client_create(config, &made));
  peerid_store_free(store);
  peerid_config_free(config);
  return made;
}

/* Starts a transfer whose tag is the amount. */
static peerid_error *begin_transfer(int64_t amount, uint64_t *id) {
  char operation[256];
  int length = snprintf(operation, sizeof operation,
                        "{\"op_name\":\"transfer\",\"fee_asset\":\"1.3.0\",\"from\":\"1.2.31\",\"to\":\"1.2.33\","
                        "\"amount\":{\"amount\":%lld,\"asset_id\":\"1.3.0\"}}",
                        (long long)amount);
  return peerid_session_submit_async(session, operation, (size_t)length, queue, (uint64_t)amount, id);
}

static void assert_queue_is_empty(void) {
  peerid_completion *completion = NULL;
  size_t count = 1;
  assert_success(peerid_queue_take(queue, 0, 1, &completion, &count));
  assert_int_equal(count, 0);
}

/* ---- One call ---- */

static void completion_has_the_response(void **state) {
  (void)state;
  uint64_t id = 0;
  assert_success(begin_transfer(401, &id));
  assert_int_not_equal(id, 0);
  peerid_completion *completion = next_completion();
  assert_int_equal(peerid_completion_tag(completion), 401);
  assert_int_equal(peerid_completion_id(completion), id);
  assert_null(peerid_completion_error(completion));
  assert_null(peerid_completion_session(completion));
  peerid_response *response = peerid_completion_response(completion);
  peerid_response *again = peerid_completion_response(completion);
  assert_int_equal(strlen(peerid_response_transaction_id(response)), 40);
  peerid_response_free(response);
  peerid_completion_free(completion);
  /* Completions that were taken stay valid. */
  assert_true(peerid_response_block_num(again) > 0);
  peerid_response_free(again);
  assert_queue_is_empty();
  assert_int_equal(sandbox_executed_amount(401), 1);
}

static void completion_has_the_session(void **state) {
  (void)state;
  peerid_authorization *authorization = NULL;
  assert_success(peerid_authorization_create(client, "http://127.0.0.1:8400/callback", &authorization));
  char redirect[256];
  snprintf(redirect, sizeof redirect, "?code=demoCodeAliceApp400000000000000000000000&state=%s",
           peerid_authorization_state(authorization));
  assert_success(peerid_client_login_async(client, "alice", "alice-password", NULL, NULL, queue, 1, NULL));
  assert_success(
      peerid_client_exchange_async(client, "demoCodeAliceApp400000000000000000000000", NULL, queue, 2, NULL));
  assert_success(peerid_client_exchange_redirect_async(client, redirect, peerid_authorization_state(authorization),
                                                       NULL, queue, 3, NULL));
  assert_success(peerid_client_login_async(client, "alice", "wrong", NULL, NULL, queue, 4, NULL));
  uint64_t tags = 0;
  for (int i = 0; i < 4; i++) {
    peerid_completion *completion = next_completion();
    uint64_t tag = peerid_completion_tag(completion);
    peerid_session *made = peerid_completion_session(completion);
    assert_null(peerid_completion_response(completion));
    if (tag == 4) {
      assert_failure(peerid_completion_error(completion), REJECTED, NOT_DONE, "Invalid email/username or password");
      assert_null(made);
    } else {
      assert_success(peerid_completion_error(completion));
      session_generation(made);
      assert_success(submit_transfer(made, 402));
    }
    tags += tag;
    peerid_session_free(made);
    peerid_completion_free(completion);
  }
  assert_int_equal(tags, 10);
  peerid_authorization_free(authorization);
  assert_invalid(peerid_client_exchange_redirect_async(client, redirect, "another", NULL, queue, 5, NULL),
                 "another state");
  assert_queue_is_empty();
}

static void completion_of_a_refresh_has_no_result(void **state) {
  (void)state;
  assert_success(peerid_session_refresh_async(session, queue, UINT64_MAX, NULL));
  peerid_completion *completion = next_completion();
  assert_int_equal(peerid_completion_tag(completion), UINT64_MAX);
  assert_null(peerid_completion_error(completion));
  assert_null(peerid_completion_response(completion));
  assert_null(peerid_completion_session(completion));
  peerid_completion_free(completion);
  assert_int_equal(session_generation(session), 2);
}

/* Restore, open and log out may wait for the store, but do not block the caller. */
static void store_does_not_block_the_caller(void **state) {
  (void)state;
  peerid_token *token = NULL;
  size_t length = 0;
  assert_success(peerid_session_get_token(session, &token));
  const char *json = peerid_token_json(token, &length);
  peerid_client *keeper = demo_client_with_memory_store();
  assert_success(peerid_client_restore_async(keeper, json, length, "alice", queue, 1, NULL));
  peerid_completion *completion = next_completion();
  assert_success(peerid_completion_error(completion));
  peerid_session_free(peerid_completion_session(completion));
  peerid_completion_free(completion);

  assert_success(peerid_client_open_async(keeper, "alice", queue, 2, NULL));
  completion = next_completion();
  peerid_session *opened = peerid_completion_session(completion);
  peerid_completion_free(completion);
  assert_success(submit_transfer(opened, 403));
  assert_success(peerid_session_logout_async(opened, queue, 3, NULL));
  assert_failure(submit_transfer(opened, 404), LOGIN_REQUIRED, NOT_SENT, "logged out");
  completion = next_completion();
  assert_success(peerid_completion_error(completion));
  peerid_completion_free(completion);

  assert_success(peerid_client_open_async(keeper, "alice", queue, 4, NULL));
  completion = next_completion();
  assert_failure(peerid_completion_error(completion), LOGIN_REQUIRED, NOT_SENT, "alice");
  assert_null(peerid_completion_session(completion));
  peerid_completion_free(completion);
  assert_invalid(peerid_client_open_async(keeper, "", queue, 5, NULL), "key");
  assert_invalid(peerid_client_restore_async(keeper, "{}", 2, NULL, queue, 6, NULL), "no access token");
  assert_queue_is_empty();
  peerid_session_free(opened);
  peerid_client_free(keeper);
  peerid_token_free(token);
}

static void refused_external_token_is_replaced(void **state) {
  (void)state;
  peerid_token *token = NULL;
  assert_success(peerid_session_acquire_token(session, 0, &token));
  assert_int_equal(peerid_token_generation(token), 1);
  peerid_token_free(token);
  assert_success(peerid_session_acquire_token_async(session, 1, queue, 9, NULL));
  peerid_completion *completion = next_completion();
  assert_success(peerid_completion_error(completion));
  assert_null(peerid_completion_session(completion));
  token = peerid_completion_token(completion);
  assert_int_equal(peerid_token_generation(token), 2);
  peerid_token_free(token);
  peerid_completion_free(completion);
  assert_success(peerid_session_acquire_token(session, 1, &token));
  assert_int_equal(peerid_token_generation(token), 2);
  peerid_token_free(token);
  session_generation(session);
}

static void chain_is_read(void **state) {
  (void)state;
  assert_success(
      peerid_client_read_chain_async(client, "database", "get_objects", "[[\"1.3.0\"]]", 11, queue, 1, NULL));
  peerid_completion *completion = next_completion();
  peerid_response *response = peerid_completion_response(completion);
  assert_contains(peerid_response_json(response, NULL), "\"symbol\":\"PPY\"");
  peerid_response_free(response);
  peerid_completion_free(completion);
}

static void errors_before_sending_have_no_completion(void **state) {
  (void)state;
  uint64_t id = 4711;
  assert_invalid(begin_transfer(-1000000000000000000, &id), "operations[0].amount.amount");
  peerid_client_close(client);
  assert_failure(begin_transfer(403, &id), CLOSED, NOT_SENT, "closed");
  assert_int_equal(id, 4711);
  assert_queue_is_empty();
}

/* ---- Many calls ---- */

enum { CALLS = 1000 };

/* Takes completions until all calls have ended; each tag from 1000 on must occur once. */
static void take_all(int calls) {
  static int seen[CALLS];
  memset(seen, 0, sizeof seen);
  for (int taken = 0; taken < calls;) {
    peerid_completion *completions[64];
    size_t count = 0;
    assert_success(peerid_queue_take(queue, 600000, 64, completions, &count));
    assert_in_range(count, 1, 64);
    for (size_t i = 0; i < count; i++) {
      assert_success(peerid_completion_error(completions[i]));
      uint64_t tag = peerid_completion_tag(completions[i]);
      assert_in_range(tag, 1000, 1000 + calls - 1);
      seen[tag - 1000]++;
      peerid_completion_free(completions[i]);
    }
    taken += (int)count;
  }
  for (int i = 0; i < calls; i++) assert_int_equal(seen[i], 1);
  assert_queue_is_empty();
}

static void many_calls_share_one_refresh(void **state) {
  (void)state;
  sandbox_post("expire", "{}");
  for (int i = 0; i < CALLS; i++) assert_success(begin_transfer(1000 + i, NULL));
  take_all(CALLS);
  assert_int_equal(sandbox_executed(), CALLS);
  assert_int_equal(sandbox_answered(PATH_OPERATIONS, "200"), CALLS);
  assert_int_equal(sandbox_count(PATH_REFRESH), 1);
  session_generation(session);
}

static void *begin_some(void *context) {
  static atomic_int next = 1000;
  atomic_int *failures = context;
  for (int i = 0; i < CALLS / 10; i++) {
    peerid_error *error = begin_transfer(next++, NULL);
    *failures += error != NULL;
    peerid_error_free(error);
  }
  return NULL;
}

static void threads_may_start_calls_at_once(void **state) {
  (void)state;
  pthread_t threads[10];
  atomic_int failures = 0;
  for (int i = 0; i < 10; i++) assert_int_equal(pthread_create(&threads[i], NULL, begin_some, &failures), 0);
  take_all(CALLS);
  for (int i = 0; i < 10; i++) assert_int_equal(pthread_join(threads[i], NULL), 0);
  assert_int_equal(failures, 0);
  assert_int_equal(sandbox_executed(), CALLS);
}

static void descriptor_is_readable_while_there_are_completions(void **state) {
  (void)state;
  struct pollfd watched = {.fd = peerid_queue_fd(queue), .events = POLLIN};
  assert_true(watched.fd >= 0);
  assert_int_equal(poll(&watched, 1, 0), 0);
  assert_success(begin_transfer(404, NULL));
  assert_success(begin_transfer(405, NULL));
  for (int i = 0; i < 2; i++) {
    assert_int_equal(poll(&watched, 1, 600000), 1);
    peerid_completion_free(next_completion());
  }
  assert_int_equal(poll(&watched, 1, 0), 0);
}

static void take_returns_after_its_timeout(void **state) {
  (void)state;
  peerid_completion *completion = NULL;
  size_t count = 1;
  int64_t begin = now_ms();
  assert_success(peerid_queue_take(queue, 100, 1, &completion, &count));
  assert_int_equal(count, 0);
  assert_true(now_ms() - begin >= 90);
}

/* ---- Calls that end before their answer ---- */

static void cancelled_call_reports_whether_it_was_sent(void **state) {
  (void)state;
  begin_with(OPTIONS("max_active_requests", "1"));
  sandbox_fault("delay", PATH_OPERATIONS, 1, UNTIL_RELEASED);
  uint64_t sent = 0;
  uint64_t waiting = 0;
  assert_success(begin_transfer(406, &sent));
  sandbox_wait_for(PATH_OPERATIONS, 1);
  assert_success(begin_transfer(407, &waiting));
  peerid_client_cancel(client, waiting);
  peerid_completion *completion = next_completion();
  assert_int_equal(peerid_completion_id(completion), waiting);
  assert_failure(peerid_completion_error(completion), CANCELLED, NOT_SENT, "cancelled");
  peerid_completion_free(completion);
  peerid_client_cancel(client, sent);
  completion = next_completion();
  assert_int_equal(peerid_completion_id(completion), sent);
  assert_failure(peerid_completion_error(completion), CANCELLED, UNKNOWN, "cancelled");
  peerid_completion_free(completion);
  /* Cancelling a call that has ended has no effect. */
  peerid_client_cancel(client, sent);
  assert_success(submit_transfer(session, 408));
  assert_queue_is_empty();
  assert_int_equal(sandbox_executed_amount(407), 0);
}

static bool one_of_two_calls_times_out(void) {
  bool is_enough = true;
  assert_success(begin_transfer(409, NULL));
  assert_success(peerid_client_read_chain_async(client, "database", "get_chain_id", NULL, 0, queue, 410, NULL));
  for (int i = 0; i < 2; i++) {
    peerid_completion *completion = next_completion();
    bool is_late = peerid_completion_tag(completion) == 409;
    failure found = take_failure(peerid_completion_error(completion), __FILE__, __LINE__);
    peerid_completion_free(completion);
    if (is_late || found.code != 0) {
      assert_int_equal(found.code, PEERID_CODE_TIMEOUT);
      assert_contains(found.message, "time ran out");
    }
    is_enough = is_enough && (is_late ? found.outcome == PEERID_OUTCOME_UNKNOWN : found.code == 0);
  }
  return is_enough;
}

static void each_call_has_its_own_timeout(void **state) {
  (void)state;
  sandbox_fault("delay", PATH_OPERATIONS, 1000, UNTIL_RELEASED);
  repeat_with_longer_limits(one_of_two_calls_times_out);
}

static void closing_completes_every_call(void **state) {
  (void)state;
  enum { OPEN = 20 };
  begin_with(OPTIONS("max_active_requests", "5"));
  sandbox_fault("delay", PATH_OPERATIONS, OPEN, UNTIL_RELEASED);
  for (int i = 0; i < OPEN; i++) assert_success(begin_transfer(420 + i, NULL));
  sandbox_wait_for(PATH_OPERATIONS, 5);
  peerid_client_close(client);
  int sent = 0;
  int not_sent = 0;
  for (int i = 0; i < OPEN; i++) {
    peerid_completion *completion = next_completion();
    failure found = take_failure(peerid_completion_error(completion), __FILE__, __LINE__);
    assert_int_equal(found.code, PEERID_CODE_CLOSED);
    sent += found.outcome == PEERID_OUTCOME_UNKNOWN;
    not_sent += found.outcome == PEERID_OUTCOME_NOT_SENT;
    peerid_completion_free(completion);
  }
  assert_int_equal(sent, 5);
  assert_int_equal(not_sent, OPEN - 5);
  assert_queue_is_empty();
}

/* Completions that are not taken are freed with their queue, also when it is freed before the calls have ended. */
static void queue_may_be_freed_first(void **state) {
  (void)state;
  for (int i = 0; i < 10; i++) assert_success(begin_transfer(450 + i, NULL));
  peerid_queue_free(queue);
  queue = NULL;
  sandbox_wait_for(PATH_OPERATIONS, 10);
  peerid_session_free(session);
  session = NULL;
  peerid_client_free(client);
  client = NULL;
}

static void *wait_for_completion(void *context) {
  (void)context;
  peerid_completion *completion = NULL;
  size_t count = 0;
  peerid_error *error = peerid_queue_take(queue, 600000, 1, &completion, &count);
  bool is_right = !error && count == 1 && peerid_completion_error(completion) == NULL;
  peerid_error_free(error);
  peerid_completion_free(completion);
  return is_right ? completion : NULL;
}

static void several_threads_may_take(void **state) {
  (void)state;
  enum { TAKERS = 20 };
  pthread_t takers[TAKERS];
  for (int i = 0; i < TAKERS; i++) {
    assert_int_equal(pthread_create(&takers[i], NULL, wait_for_completion, NULL), 0);
  }
  for (int i = 0; i < TAKERS; i++) assert_success(begin_transfer(470 + i, NULL));
  for (int i = 0; i < TAKERS; i++) {
    void *result = NULL;
    assert_int_equal(pthread_join(takers[i], &result), 0);
    assert_non_null(result);
  }
  assert_queue_is_empty();
}

int main(void) {
#define TEST(test) cmocka_unit_test_setup_teardown(test, begin_test, end_test)
  const struct CMUnitTest tests[] = {
      TEST(completion_has_the_response),
      TEST(completion_has_the_session),
      TEST(completion_of_a_refresh_has_no_result),
      TEST(store_does_not_block_the_caller),
      TEST(refused_external_token_is_replaced),
      TEST(chain_is_read),
      TEST(errors_before_sending_have_no_completion),
      TEST(many_calls_share_one_refresh),
      TEST(threads_may_start_calls_at_once),
      TEST(descriptor_is_readable_while_there_are_completions),
      TEST(take_returns_after_its_timeout),
      TEST(cancelled_call_reports_whether_it_was_sent),
      TEST(each_call_has_its_own_timeout),
      TEST(closing_completes_every_call),
      TEST(queue_may_be_freed_first),
      TEST(several_threads_may_take),
  };
  return run_group("asynchronous calls", tests, sandbox_start, sandbox_stop);
}
