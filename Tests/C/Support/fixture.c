#include "fixture.h"

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

peerid_completion *next_completion(void) {
  peerid_completion *completion = NULL;
  size_t count = 0;
  assert_success(peerid_queue_take(queue, 20000, 1, &completion, &count));
  assert_int_equal(count, 1);
  return completion;
}
