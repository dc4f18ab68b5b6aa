#include "calls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *call_name(call call) {
  static const char *const names[] = {"submit", "submit 4 MB", "confirm", "broadcast",
                                      "log in", "exchange",    "refresh", "read chain"};
  return names[call];
}

static bool is_limit(const char *option) { return strstr(option, "_timeout_ms") != NULL; }

int longer_limits(const char *const options[], int factor, const char *longer[], option_values *values) {
  int count = 0;
  int limits = 0;
  for (; options[count]; count += 2) {
    longer[count] = options[count];
    longer[count + 1] = options[count + 1];
    if (!is_limit(options[count])) continue;
    snprintf(values->texts[limits], sizeof values->texts[limits], "%d", atoi(options[count + 1]) * factor);
    longer[count + 1] = values->texts[limits++];
  }
  return count;
}

bool has_limits(const char *const options[]) {
  for (int i = 0; options[i]; i += 2) {
    if (is_limit(options[i])) return true;
  }
  return false;
}

static bool has_option(const char *const options[], const char *name) {
  for (int i = 0; options && options[i]; i += 2) {
    if (strcmp(options[i], name) == 0) return true;
  }
  return false;
}

caller caller_make(mode mode, const char *base_url, const char *const options[]) {
  enum { MOST_OPTIONS = 16 };
  static const char *const limits[] = {"connect_timeout_ms", "request_timeout_ms", "refresh_timeout_ms"};
  const char *all[2 * MOST_OPTIONS + 1];
  int count = 0;
  for (; options && options[count]; count++) all[count] = options[count];
  for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
    if (has_option(options, limits[i])) continue;
    all[count++] = limits[i];
    all[count++] = "1800000";
  }
  all[count] = NULL;
  caller made = {.client = make_client(base_url, "4", "the-client-secret", all)};
  made.session = restore_session(made.client, "anAccessTokenThatNobodyMayRead", "aRefreshTokenThatNobodyMayRead", NULL);
  if (mode == ASYNCHRONOUS) assert_success(peerid_queue_create(&made.queue));
  return made;
}

void caller_free(caller *caller) {
  peerid_session_free(caller->session);
  peerid_client_free(caller->client);
  peerid_queue_free(caller->queue);
}

/* ---- Requests ---- */

static const char transaction[] =
    "{\"ref_block_num\":1,\"ref_block_prefix\":2,\"expiration\":\"2030-01-01T00:00:00\",\"operations\":[],"
    "\"signatures\":[\"1f\"]}";
static const char transaction_token[] = "a1b2c3d4e5f6a1b2c3d4e5f6a1";
static const char password[] = "thePasswordOfAlice";
static const char code[] = "theCodeOfAlice";
static const char params[] = "[[\"1.3.0\"]]";

/* The operations of a submit as a new text. */
static char *operations(call call, int64_t amount) {
  static const char head[] = "{\"op_name\":\"transfer\",\"memo\":\"";
  size_t length = call == SUBMIT_LARGE ? 4 * 1024 * 1024 : 0;
  char *text = NULL;
  if (call == SUBMIT) {
    if (asprintf(&text,
                 "{\"op_name\":\"transfer\",\"fee_asset\":\"1.3.0\",\"from\":\"1.2.31\",\"to\":\"1.2.33\","
                 "\"amount\":{\"amount\":%lld,\"asset_id\":\"1.3.0\"}}",
                 (long long)amount) < 0) {
      abort();
    }
  } else if (call == SUBMIT_LARGE) {
    text = malloc(length + 1);
    memset(text, 'x', length);
    memcpy(text, head, sizeof head - 1);
    memcpy(text + length - 2, "\"}", 3);
  }
  return text;
}

/* ---- The calls ---- */

static peerid_error *block(const caller *caller, call call, const char *json) {
  peerid_response *response = NULL;
  peerid_session *session = NULL;
  peerid_error *error = NULL;
  switch (call) {
    case SUBMIT:
    case SUBMIT_LARGE: error = peerid_session_submit(caller->session, json, strlen(json), &response); break;
    case CONFIRM: error = peerid_session_confirm(caller->session, transaction_token, &response); break;
    case BROADCAST:
      error = peerid_session_broadcast(caller->session, transaction, sizeof transaction - 1, &response);
      break;
    case LOG_IN: error = peerid_client_login(caller->client, "alice", password, NULL, NULL, &session); break;
    case EXCHANGE: error = peerid_client_exchange(caller->client, code, NULL, &session); break;
    case REFRESH: error = peerid_session_refresh(caller->session); break;
    case READ_CHAIN:
      error = peerid_client_read_chain(caller->client, "database", "get_objects", params, sizeof params - 1, &response);
      break;
  }
  peerid_response_free(response);
  peerid_session_free(session);
  return error;
}

static peerid_error *begin(const caller *caller, call call, const char *json, uint64_t tag) {
  peerid_client *client = caller->client;
  peerid_session *session = caller->session;
  peerid_queue *queue = caller->queue;
  switch (call) {
    case SUBMIT:
    case SUBMIT_LARGE: return peerid_session_submit_async(session, json, strlen(json), queue, tag, NULL);
    case CONFIRM: return peerid_session_confirm_async(session, transaction_token, queue, tag, NULL);
    case BROADCAST:
      return peerid_session_broadcast_async(session, transaction, sizeof transaction - 1, queue, tag, NULL);
    case LOG_IN: return peerid_client_login_async(client, "alice", password, NULL, NULL, queue, tag, NULL);
    case EXCHANGE: return peerid_client_exchange_async(client, code, NULL, queue, tag, NULL);
    case REFRESH: return peerid_session_refresh_async(session, queue, tag, NULL);
    case READ_CHAIN:
      return peerid_client_read_chain_async(client, "database", "get_objects", params, sizeof params - 1, queue, tag,
                                            NULL);
  }
  return NULL;
}

static peerid_error *begin_and_wait(const caller *caller, call call, const char *json) {
  enum { TAG = 4711, LONGEST_MS = 900000 };
  peerid_error *error = begin(caller, call, json, TAG);
  if (error) return error;
  peerid_completion *completion = NULL;
  size_t count = 0;
  assert_success(peerid_queue_take(caller->queue, LONGEST_MS, 1, &completion, &count));
  if (count != 1) fail_msg("%s did not end within %d ms", call_name(call), LONGEST_MS);
  assert_int_equal(peerid_completion_tag(completion), TAG);
  error = peerid_completion_error(completion);
  peerid_response_free(peerid_completion_response(completion));
  peerid_session_free(peerid_completion_session(completion));
  peerid_completion_free(completion);
  return error;
}

peerid_error *make_call(const caller *caller, call call, int64_t amount) {
  char *json = operations(call, amount);
  peerid_error *error = caller->queue ? begin_and_wait(caller, call, json) : block(caller, call, json);
  free(json);
  return error;
}
