#include "fixture.h"

#include <stdio.h>

peerid_client *client;
peerid_session *session;
peerid_queue *queue;

int begin_test(void **state) {
  sandbox_reset(state);
  assert_success(peerid_queue_create(&queue));
  begin_with(NULL);
  return 0;
}

int end_test(void **state) {
  peerid_session_free(session);
  peerid_client_free(client);
  peerid_queue_free(queue);
  session = NULL;
  client = NULL;
  queue = NULL;
  return sandbox_check(state);
}

void begin_with(const char *const options[]) { begin_with_app(4, options); }

void begin_with_app(int app, const char *const options[]) {
  peerid_session_free(session);
  peerid_client_free(client);
  client = demo_app_client(app, options);
  session = log_in(client, "alice");
}

void repeat_with_longer_limits(bool (*attempt)(void)) {
  peerid_token *token = NULL;
  assert_success(peerid_session_get_token(session, &token));
  size_t length = 0;
  const char *json = peerid_token_json(token, &length);
  bool is_enough = false;
  for (int limit_ms = 500; !is_enough && limit_ms < 600000; limit_ms *= 2) {
    char limit[16];
    snprintf(limit, sizeof limit, "%d", limit_ms);
    peerid_session_free(session);
    peerid_client_free(client);
    client = demo_client(OPTIONS("request_timeout_ms", limit));
    assert_success(peerid_client_restore(client, json, length, NULL, &session));
    is_enough = attempt();
  }
  peerid_token_free(token);
  assert_true(is_enough);
}

peerid_completion *next_completion(void) {
  peerid_completion *completion = NULL;
  size_t count = 0;
  assert_success(peerid_queue_take(queue, 600000, 1, &completion, &count));
  assert_int_equal(count, 1);
  return completion;
}
