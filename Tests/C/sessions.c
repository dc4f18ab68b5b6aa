/* Log in, the authorization code flow, sessions, and their tokens. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "http.h"
#include "sandbox.h"

static peerid_client *client;

static int begin(void **state) {
  sandbox_reset(state);
  client = demo_client(NULL);
  return 0;
}

static int end(void **state) {
  peerid_client_free(client);
  return sandbox_check(state);
}

/* Replaces the client by one with other options. */
static void begin_with(const char *const options[]) {
  peerid_client_free(client);
  client = demo_client(options);
}

/* ---- Log in ---- */

static void login_accepts_password_mobile_or_both(void **state) {
  (void)state;
  static const struct {
    const char *login, *password, *mobile;
  } ways[] = {{"alice", "alice-password", NULL},
              {"Alice@Example.com", "alice-password", ""},
              {"alice", NULL, "+16045550101"},
              {"alice", "", "(604) 555-0101"},
              {"alice", "alice-password", "16045550101"}};
  for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
    peerid_session *session = NULL;
    assert_success(peerid_client_login(client, ways[i].login, ways[i].password, ways[i].mobile, NULL, &session));
    assert_success(submit_transfer(session, 100 + (int64_t)i));
    peerid_session_free(session);
  }
  peerid_session *session = NULL;
  assert_failure(peerid_client_login(client, "Alice", "alice-password", NULL, NULL, &session), REJECTED, NOT_DONE,
                 "User not found");
  assert_failure(peerid_client_login(client, "alice", "alice-password", "+16045550102", NULL, &session), REJECTED,
                 NOT_DONE, "Invalid email/username or password");
  assert_int_equal(sandbox_executed(), 5);
}

static void token_has_the_fields_of_the_answer(void **state) {
  (void)state;
  peerid_session *session = log_in(client, "alice");
  peerid_token *token = NULL;
  assert_success(peerid_session_get_token(session, &token));
  size_t length = 0;
  assert_int_equal(strlen(peerid_token_access_token(token, &length)), 124);
  assert_int_equal(length, 124);
  assert_int_equal(strncmp(peerid_token_access_token(token, NULL), "demoAccessAliceApp4000", 22), 0);
  assert_int_equal(strncmp(peerid_token_refresh_token(token, &length), "demoRefreshAliceApp4000", 23), 0);
  assert_int_equal(length, 124);
  const int32_t *scope = peerid_token_scope(token, &length);
  assert_int_equal(length, 26);
  bool holds_transfer = false;
  for (size_t i = 0; i < length; i++) holds_transfer |= scope[i] == peerid_operation_id("transfer");
  assert_true(holds_transfer);
  assert_true(peerid_token_permits(token, "transfer"));
  assert_false(peerid_token_permits(token, "account_update"));
  assert_false(peerid_token_permits(token, NULL));
  assert_true(peerid_token_permits(token, "an_operation_of_the_future"));
  assert_int_equal(peerid_token_app_id(token), 4);
  assert_true(peerid_token_user_id(token) > 0);
  assert_int_equal(peerid_token_generation(token), 1);
  assert_true(peerid_token_expires_at_ms(token) > 1700000000000);
  const char *json = peerid_token_json(token, &length);
  assert_int_equal(strlen(json), length);
  assert_contains(json, "\"access_token\":\"demoAccessAliceApp4");
  peerid_token_free(token);
  peerid_session_free(session);
}

static void first_login_joins_the_application(void **state) {
  (void)state;
  peerid_session *session = log_in(client, "bob");
  assert_success(submit_transfer(session, 111));
  peerid_session_free(session);
}

static void stored_pair_that_has_expired_is_refreshed_at_once(void **state) {
  (void)state;
  peerid_session *session = log_in(client, "erin");
  assert_int_equal(session_generation(session), 2);
  assert_int_equal(sandbox_count(PATH_REFRESH), 1);
  assert_success(submit_transfer(session, 112));
  assert_int_equal(sandbox_count(PATH_REFRESH), 1);
  peerid_session_free(session);
  /* Without the secret a refresh is impossible, and the error says so. */
  sandbox_post("expire", "{}");
  peerid_client *without_secret = make_client(sandbox_url(), "4", NULL, NULL);
  assert_failure(peerid_client_login(without_secret, "erin", "erin-password", NULL, NULL, &session), CONFIGURATION,
                 NOT_DONE, "client secret");
  peerid_client_free(without_secret);
}

static void null_result_suggests_the_code_flow(void **state) {
  (void)state;
  peerid_session *session = NULL;
  failure found = assert_failure(peerid_client_login(client, "dave", "dave-password", NULL, NULL, &session), REJECTED,
                                 NOT_DONE, "authorization code flow");
  assert_int_equal(found.http_status, 200);
  assert_false(found.retryable);
}

static void parameters_are_sent_in_the_body(void **state) {
  (void)state;
  begin_with(OPTIONS("parameters", "json"));
  peerid_session_free(log_in(client, "alice"));
  /* The published guide puts the parameters into the URL; the real server ignores them there. */
  begin_with(OPTIONS("parameters", "query"));
  peerid_session *session = NULL;
  failure found = assert_failure(peerid_client_login(client, "alice", "alice-password", NULL, NULL, &session), REJECTED,
                                 NOT_DONE, "wants parameters=form or json");
  sandbox_post("settings", "{'accept_query':true}");
  peerid_session_free(log_in(client, "alice"));
  if (!strstr(found.message, "sent with parameters=query"))
    known_fault("the message does not contain the option's value");
}

/* ---- Authorization code ---- */

static const char redirect_uri[] = "http://127.0.0.1:8400/callback";

/* Acts as a browser: opens the page, submits the form, and follows the redirect. Returns the address. */
static char *browse(const char *url, const char *form) {
  http_answer answer =
      http_call(sandbox_port(), "POST", strstr(url, "/permissions"), "application/x-www-form-urlencoded", form);
  assert_int_equal(answer.status, 302);
  char *location = http_header(&answer, "Location");
  http_free(&answer);
  return location;
}

static void code_flow_starts_a_session(void **state) {
  (void)state;
  peerid_authorization *authorization = NULL;
  assert_success(peerid_authorization_create(client, redirect_uri, &authorization));
  const char *url = peerid_authorization_url(authorization);
  assert_int_equal(strncmp(url, sandbox_url(), strlen(sandbox_url())), 0);
  assert_contains(url, "client_id=4&redirect_uri=http%3A%2F%2F127.0.0.1%3A8400%2Fcallback&state=");
  assert_contains(url, peerid_authorization_state(authorization));
  char *back = browse(url, "login=alice&password=alice-password&decision=allow");
  peerid_session *session = NULL;
  assert_success(
      peerid_client_exchange_redirect(client, back, peerid_authorization_state(authorization), NULL, &session));
  session_generation(session);
  assert_success(submit_transfer(session, 121));
  peerid_session_free(session);
  /* The query alone is enough. */
  assert_success(peerid_client_exchange_redirect(client, strchr(back, '?'), peerid_authorization_state(authorization),
                                                 NULL, &session));
  peerid_session_free(session);
  assert_success(peerid_client_exchange_redirect(client, strchr(back, '?') + 1,
                                                 peerid_authorization_state(authorization), NULL, &session));
  peerid_session_free(session);
  peerid_authorization_free(authorization);
  free(back);
}

static void refusal_of_the_user_is_reported(void **state) {
  (void)state;
  peerid_authorization *authorization = NULL;
  assert_success(peerid_authorization_create(client, redirect_uri, &authorization));
  char *back = browse(peerid_authorization_url(authorization), "decision=deny");
  peerid_session *session = NULL;
  assert_failure(
      peerid_client_exchange_redirect(client, back, peerid_authorization_state(authorization), NULL, &session), REJECTED,
      NOT_DONE, "access_denied");
  assert_int_equal(sandbox_count(PATH_EXCHANGE), 0);
  peerid_authorization_free(authorization);
  free(back);
}

static void foreign_redirects_are_refused_before_anything_is_sent(void **state) {
  (void)state;
  static const struct {
    const char *redirect, *says;
  } wrong[] = {
      {"http://127.0.0.1:8400/callback?code=abc&state=another", "another state"},
      {"http://127.0.0.1:8400/callback?code=abc&state=", "another state"},
      {"http://127.0.0.1:8400/callback?code=abc&state=the-stat", "another state"},
      {"http://127.0.0.1:8400/callback?code=abc&state=the-state2", "another state"},
      {"http://127.0.0.1:8400/callback?code=abc", "no state"},
      {"http://127.0.0.1:8400/callback?code=abc#state=the-state", "no state"},
      {"http://127.0.0.1:8400/callback", "no state"},
      {"", "no state"},
      {"?state=the-state", "neither a code nor an error"},
      {"?state=the-state&code=", "neither a code nor an error"},
      {"?state=the-state&state=the-state&code=abc", "'state' more than once"},
      {"?state=the-state&code=%zz", "percent"},
      {"?state=the-state&code=%f", "percent"},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    peerid_session *session = NULL;
    assert_invalid(peerid_client_exchange_redirect(client, wrong[i].redirect, "the-state", NULL, &session),
                   wrong[i].says);
  }
  peerid_session *session = NULL;
  assert_invalid(peerid_client_exchange_redirect(client, "?code=abc&state=", "", NULL, &session), "expected_state");
  assert_int_equal(sandbox_count(PATH_EXCHANGE), 0);
}

static void states_are_unique(void **state) {
  (void)state;
  enum { COUNT = 64 };
  static char states[COUNT][64];
  for (int i = 0; i < COUNT; i++) {
    peerid_authorization *authorization = NULL;
    assert_success(peerid_authorization_create(client, redirect_uri, &authorization));
    snprintf(states[i], sizeof states[i], "%s", peerid_authorization_state(authorization));
    peerid_authorization_free(authorization);
    /* 128 bits need at least 22 characters of base64url. */
    assert_true(strlen(states[i]) >= 22);
    for (int k = 0; k < i; k++) assert_string_not_equal(states[i], states[k]);
  }
}

static void code_can_be_exchanged_alone(void **state) {
  (void)state;
  peerid_session *session = NULL;
  assert_success(peerid_client_exchange(client, "demoCodeDaveApp4000000000000000000000000", NULL, &session));
  session_generation(session);
  assert_success(submit_transfer(session, 122));
  peerid_session_free(session);
  assert_failure(peerid_client_exchange(client, "demoCodeAliceApp500000000000000000000000", NULL, &session), REJECTED,
                 NOT_DONE, "doesn't belong to this app");
}

/* ---- Refresh ---- */

static void refresh_returns_a_new_pair(void **state) {
  (void)state;
  peerid_session *session = log_in(client, "alice");
  peerid_token *before = NULL;
  peerid_token *after = NULL;
  assert_success(peerid_session_get_token(session, &before));
  assert_success(peerid_session_refresh(session));
  assert_success(peerid_session_get_token(session, &after));
  assert_int_equal(peerid_token_generation(after), 2);
  assert_string_not_equal(peerid_token_access_token(before, NULL), peerid_token_access_token(after, NULL));
  assert_string_not_equal(peerid_token_refresh_token(before, NULL), peerid_token_refresh_token(after, NULL));
  /* A snapshot does not change when its session does. */
  peerid_session_free(session);
  assert_int_equal(peerid_token_generation(before), 1);
  assert_int_equal(strncmp(peerid_token_access_token(before, NULL), "demoAccessAlice", 15), 0);
  peerid_token_free(before);
  peerid_token_free(after);
  assert_int_equal(await_log_lines("session refreshed", 1), 1);
}

static void refused_token_is_refreshed_and_the_operation_sent_again(void **state) {
  (void)state;
  sandbox_post("settings", "{'save_delay_ms':0}");
  peerid_session *session = log_in(client, "alice");
  sandbox_post("expire", "{}");
  assert_success(submit_transfer(session, 131));
  assert_int_equal(session_generation(session), 2);
  assert_int_equal(sandbox_answered(PATH_OPERATIONS, "401"), 1);
  assert_int_equal(sandbox_answered(PATH_OPERATIONS, "200"), 1);
  assert_int_equal(sandbox_count(PATH_REFRESH), 1);
  assert_int_equal(sandbox_executed_amount(131), 1);
  peerid_session_free(session);
}

/* Alice's pair of the fixture, with an expiry this many days from now by this machine's clock. */
static peerid_session *session_that_expires_in_days(int days) {
  char access_token[125] = "demoAccessAliceApp4";
  char refresh_token[125] = "demoRefreshAliceApp4";
  memset(access_token + strlen(access_token), '0', 124 - strlen(access_token));
  memset(refresh_token + strlen(refresh_token), '0', 124 - strlen(refresh_token));
  char json[512];
  int length = snprintf(json, sizeof json, "{\"access_token\":\"%s\",\"refresh_token\":\"%s\",\"expires_at\":%lld}",
                        access_token, refresh_token, ((long long)time(NULL) + days * 86400LL) * 1000);
  peerid_session *session = NULL;
  assert_success(peerid_client_restore(client, json, (size_t)length, NULL, &session));
  return session;
}

static void expiry_is_checked_with_the_clock_of_the_server(void **state) {
  (void)state;
  /* The server's clock is a hundred days ahead: a token with thirty days left by our clock has expired. */
  sandbox_post("settings", "{'clock_offset_s':8640000,'save_delay_ms':0}");
  peerid_session *session = session_that_expires_in_days(30);
  peerid_response *response = NULL;
  assert_success(peerid_client_read_chain(client, "database", "get_chain_id", NULL, 0, &response));
  peerid_response_free(response);
  assert_success(submit_transfer(session, 132));
  assert_int_equal(sandbox_count(PATH_REFRESH), 1);
  assert_int_equal(sandbox_count(PATH_OPERATIONS), 1);
  peerid_session_free(session);
  /* The server's clock is a hundred days behind: a token that expired thirty days ago by our clock is valid. */
  begin_with(NULL);
  sandbox_reset(state);
  sandbox_post("settings", "{'clock_offset_s':-8640000}");
  session = session_that_expires_in_days(-30);
  assert_success(peerid_client_read_chain(client, "database", "get_chain_id", NULL, 0, &response));
  peerid_response_free(response);
  assert_success(submit_transfer(session, 133));
  assert_int_equal(sandbox_count(PATH_REFRESH), 0);
  assert_int_equal(sandbox_count(PATH_OPERATIONS), 1);
  peerid_session_free(session);
}

/* A call that waits asks whether to go on about every 100 ms; one that does not wait asks a few times. */
enum { ENOUGH_QUESTIONS = 20 };
static int questions;

static int32_t release_when_the_call_waits(void *context) {
  (void)context;
  if (++questions == ENOUGH_QUESTIONS) sandbox_release();
  return 0;
}

static void token_near_its_expiry_is_refreshed_in_the_background(void **state) {
  (void)state;
  peerid_session *session = session_that_expires_in_days(30);
  peerid_response *response = NULL;
  assert_success(peerid_client_read_chain(client, "database", "get_chain_id", NULL, 0, &response));
  peerid_response_free(response);
  assert_success(submit_transfer(session, 134));
  assert_int_equal(sandbox_count(PATH_REFRESH), 0);
  peerid_session_free(session);
  /* The default refresh window is a day. Now a client with a window of fifty days. */
  peerid_client_free(client);
  peerid_config *config = make_config(sandbox_url(), "4", "demo-secret-4");
  assert_success(peerid_config_set(config, "refresh_window_ms", "4320000000"));
  assert_success(peerid_config_set_interrupt_handler(config, release_when_the_call_waits, NULL, NULL));
  assert_success(peerid_client_create(config, &client));
  peerid_config_free(config);
  session = session_that_expires_in_days(30);
  /* The old token is used until the refresh has ended. */
  sandbox_fault("delay", PATH_REFRESH, 1, UNTIL_RELEASED);
  assert_success(peerid_client_read_chain(client, "database", "get_chain_id", NULL, 0, &response));
  peerid_response_free(response);
  assert_success(submit_transfer(session, 135));
  assert_int_equal(session_generation(session), 1);
  sandbox_wait_for(PATH_REFRESH, 1);
  /* Another refresh now waits for the one in flight. */
  questions = 0;
  assert_success(peerid_session_refresh(session));
  assert_in_range(questions, ENOUGH_QUESTIONS, INT_MAX);
  assert_int_equal(session_generation(session), 2);
  assert_int_equal(sandbox_count(PATH_REFRESH), 1);
  assert_int_equal(sandbox_answered(PATH_OPERATIONS, "401"), 0);
  peerid_session_free(session);
}

/* The server answers a refresh before it has saved the new pair. Until then it answers 401 to a valid token. For two
 * seconds after a refresh the library waits for the server; on a slow machine they may pass before the request is sent.
 */
static void early_refusal_does_not_start_another_refresh(void **state) {
  (void)state;
  static const int delays[] = {0, 13, 30, 100, 1500};
  for (size_t i = 0; i < sizeof delays / sizeof delays[0]; i++) {
    /* A new client each time: after a reset the server returns a pair that the old client's session has replaced. */
    begin_with(NULL);
    sandbox_reset(state);
    sandbox_post("settings", "{'save_delay_ms':%d}", delays[i]);
    peerid_session *session = log_in(client, "alice");
    int64_t start = now_ms();
    assert_success(peerid_session_refresh(session));
    int64_t sent = now_ms();
    assert_success(submit_transfer(session, 140 + (int64_t)i));
    bool is_early = now_ms() - start < 2000;
    if (is_early || delays[i] == 0) {
      assert_int_equal(session_generation(session), 2);
      assert_int_equal(sandbox_count(PATH_REFRESH), 1);
    }
    assert_int_equal(sandbox_executed_amount(140 + (int64_t)i), 1);
    if (is_early && delays[i] >= 1500 && sent - start < 500) {
      assert_true(sandbox_answered(PATH_OPERATIONS, "401") > 0);
    }
    session_generation(session);
    peerid_session_free(session);
  }
}

/* The server does not know the refresh token of a pair that it has not saved yet. A moment later it does. */
static void early_refusal_of_a_refresh_does_not_end_the_session(void **state) {
  (void)state;
  sandbox_post("settings", "{'save_delay_ms':100}");
  peerid_session *session = log_in(client, "alice");
  int64_t start = now_ms();
  assert_success(peerid_session_refresh(session));
  peerid_error *error = peerid_session_refresh(session);
  if (error && now_ms() - start >= 2000) {
    /* The machine is too slow: the refusal was handled when the server should have saved the pair. */
    take_failure(error, __FILE__, __LINE__);
    peerid_session_free(session);
    return;
  }
  assert_success(error);
  assert_success(submit_transfer(session, 149));
  assert_int_equal(session_generation(session), 3);
  peerid_session_free(session);
}

static void used_refresh_token_ends_the_session(void **state) {
  (void)state;
  peerid_session *session = log_in(client, "alice");
  sandbox_post("revoke", "{'user':'alice','part':'both'}");
  for (int i = 0; i < 3; i++) {
    /* The first submit was sent and got HTTP 401. */
    failure found = i == 0
        ? assert_failure(submit_transfer(session, 151), LOGIN_REQUIRED, NOT_DONE, "Log the user in again")
        : assert_failure(submit_transfer(session, 151), LOGIN_REQUIRED, NOT_SENT, "Log the user in again");
    assert_false(found.retryable);
  }
  assert_failure(peerid_session_refresh(session), LOGIN_REQUIRED, NOT_SENT, NULL);
  assert_int_equal(sandbox_count(PATH_REFRESH), 1);
  peerid_session_free(session);
}

static void chain_that_refuses_a_refresh_leaves_the_pair(void **state) {
  (void)state;
  peerid_session *session = log_in(client, "alice");
  sandbox_fault("status", PATH_REFRESH, 1, "'status':500");
  failure found = assert_failure(peerid_session_refresh(session), SERVER, UNKNOWN, "HTTP 500");
  assert_int_equal(found.http_status, 500);
  assert_success(submit_transfer(session, 152));
  assert_int_equal(session_generation(session), 1);
  peerid_session_free(session);
}

/* The answer to a refresh is lost, and perhaps the new pair with it. */
static void lost_refresh_is_probed_once(void **state) {
  (void)state;
  begin_with(OPTIONS("refresh_probe_delay_ms", "0"));
  peerid_session *session = log_in(client, "alice");
  sandbox_fault("drop_before", PATH_REFRESH, 1, "");
  assert_failure(peerid_session_refresh(session), CONNECTION_LOST, UNKNOWN, NULL);
  /* The server had not processed the refresh: the next one succeeds. */
  assert_success(peerid_session_refresh(session));
  /* This time it had: the session has ended. */
  sandbox_fault("drop_after", PATH_REFRESH, 1, "");
  assert_failure(peerid_session_refresh(session), CONNECTION_LOST, UNKNOWN, NULL);
  assert_failure(peerid_session_refresh(session), LOGIN_REQUIRED, NOT_DONE, NULL);
  assert_failure(submit_transfer(session, 153), LOGIN_REQUIRED, NOT_SENT, NULL);
  /* The pair was young, so the refused refresh is repeated until the server must have saved the pair. */
  assert_true(sandbox_count(PATH_REFRESH) >= 4);
  peerid_session_free(session);
}

static void stored_password_restores_a_lost_session(void **state) {
  (void)state;
  begin_with(OPTIONS("relogin", "keep"));
  sandbox_post("settings", "{'save_delay_ms':0}");
  peerid_session *session = log_in(client, "alice");
  sandbox_post("expire", "{}");
  sandbox_fault("drop_after", PATH_REFRESH, 1, "");
  assert_success(submit_transfer(session, 154));
  assert_int_equal(session_generation(session), 2);
  assert_int_equal(sandbox_count(PATH_LOG_IN), 2);
  assert_int_equal(sandbox_executed_amount(154), 1);
  peerid_session_free(session);
}

typedef struct answer {
  int calls;
  int32_t result;
  char key[32];
} answer;

static int32_t supply_credentials(void *context, const char *key, peerid_credentials *credentials) {
  answer *answer = context;
  answer->calls++;
  snprintf(answer->key, sizeof answer->key, "%s", key ? key : "(none)");
  peerid_error *error = peerid_credentials_set(credentials, NULL, "p", NULL);
  peerid_error_free(error);
  if (peerid_error_code(error = peerid_credentials_set(credentials, "alice", "alice-password", NULL)) != 0) {
    peerid_error_free(error);
    return 1;
  }
  return answer->result;
}

static void handler_restores_a_lost_session(void **state) {
  (void)state;
  for (int32_t result = 0; result <= 1; result++) {
    sandbox_reset(state);
    sandbox_post("settings", "{'save_delay_ms':0}");
    answer answer = {.result = result};
    peerid_config *config = make_config(sandbox_url(), "4", "demo-secret-4");
    peerid_client *own = NULL;
    assert_success(peerid_config_set_relogin_handler(config, supply_credentials, &answer, NULL));
    assert_success(peerid_client_create(config, &own));
    peerid_config_free(config);
    peerid_session *session = log_in(own, "alice");
    sandbox_post("expire", "{}");
    sandbox_fault("drop_after", PATH_REFRESH, 1, "");
    if (result == 0) {
      assert_success(submit_transfer(session, 156));
      assert_int_equal(sandbox_count(PATH_LOG_IN), 2);
    } else {
      assert_failure(submit_transfer(session, 156), UNREACHABLE, NOT_DONE, NULL);
      assert_int_equal(sandbox_count(PATH_LOG_IN), 1);
    }
    session_generation(session);
    assert_int_equal(answer.calls, 1);
    assert_string_equal(answer.key, "(none)");
    peerid_session_free(session);
    peerid_client_free(own);
  }
}

/* ---- Restore and export ---- */

static void exported_tokens_make_the_same_session(void **state) {
  (void)state;
  peerid_session *session = log_in(client, "alice");
  assert_success(peerid_session_refresh(session));
  peerid_token *token = NULL;
  assert_success(peerid_session_get_token(session, &token));
  size_t length = 0;
  const char *json = peerid_token_json(token, &length);
  peerid_client *another = demo_client(NULL);
  peerid_session *restored = NULL;
  assert_success(peerid_client_restore(another, json, length, NULL, &restored));
  peerid_token *copy = NULL;
  assert_success(peerid_session_get_token(restored, &copy));
  assert_string_equal(peerid_token_json(copy, NULL), json);
  assert_int_equal(peerid_token_generation(copy), 2);
  assert_int_equal(peerid_token_expires_at_ms(copy), peerid_token_expires_at_ms(token));
  sandbox_post("expire", "{}");
  assert_success(submit_transfer(restored, 161));
  assert_int_equal(session_generation(restored), 3);
  peerid_token_free(token);
  peerid_token_free(copy);
  peerid_session_free(session);
  peerid_session_free(restored);
  peerid_client_free(another);
}

static void tokens_of_all_shapes_are_restored(void **state) {
  (void)state;
  static const struct {
    const char *json;
    const char *refresh_token;
    int64_t expires, app, user;
    size_t scope;
  } shapes[] = {
      {"{'token':'aaaaaaaa'}", NULL, -1, -1, -1, 0},
      {"{'access_token':'aaaaaaaa','refresh_token':null,'scope':null,'expires_at':null}", NULL, -1, -1, -1, 0},
      {"{'token':'aaaaaaaa','refresh_token':'bbbbbbbb','scope':[0,64],'expires':'2030-01-02T03:04:05.678Z','app_id':4,"
       "'user_id':9,'createdAt':'x','unknown':{'a':[1]}}",
       "bbbbbbbb", 1893553445678, 4, 9, 2},
      {"{'token':'aaaaaaaa','expires':'nonsense','app_id':'4','user_id':null}", NULL, -1, 4, -1, 0},
      {"{'token':'aaaaaaaa','expires_at':9223372036854775807}", NULL, 253402300799999, -1, -1, 0},
      {"{'token':'aaaaaaaa','expires_at':-9223372036854775808}", NULL, 0, -1, -1, 0},
      {"{'token':'aaaaaaaa','generation':-1,'scope':[99999999999,-1,'x',null]}", NULL, -1, -1, -1, 0},
  };
  for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
    char json[512];
    snprintf(json, sizeof json, "%s", shapes[i].json);
    for (char *quote = json; (quote = strchr(quote, '\''));) *quote = '"';
    peerid_session *session = NULL;
    peerid_token *token = NULL;
    assert_success(peerid_client_restore(client, json, strlen(json), NULL, &session));
    assert_success(peerid_session_get_token(session, &token));
    size_t count = 4711;
    peerid_token_scope(token, &count);
    assert_int_equal(count, shapes[i].scope);
    assert_string_equal(peerid_token_access_token(token, NULL), "aaaaaaaa");
    const char *refresh_token = peerid_token_refresh_token(token, NULL);
    assert_int_equal(refresh_token != NULL, shapes[i].refresh_token != NULL);
    if (refresh_token) assert_string_equal(refresh_token, shapes[i].refresh_token);
    assert_int_equal(peerid_token_expires_at_ms(token), shapes[i].expires);
    assert_int_equal(peerid_token_app_id(token), shapes[i].app);
    assert_int_equal(peerid_token_user_id(token), shapes[i].user);
    peerid_token_free(token);
    peerid_session_free(session);
  }
}

static void unusable_tokens_are_not_restored(void **state) {
  (void)state;
  static const char *const wrong[] = {"{}",
                                      "[]",
                                      "{\"token\":5}",
                                      "{\"token\":\"\"}",
                                      "{\"token\":\"a b\"}",
                                      "{\"token\":\"a\\r\\nX-Header: b\"}",
                                      "{\"token\":\"a\",\"refresh_token\":\"\\u0001\"}",
                                      "{\"token\":\"caf\xc3\xa9\"}",
                                      "{\"token\":null}"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    peerid_session *session = NULL;
    assert_invalid(peerid_client_restore(client, wrong[i], strlen(wrong[i]), NULL, &session), "token_json");
  }
}

static void session_without_refresh_token_ends_at_the_first_refusal(void **state) {
  (void)state;
  peerid_session *session = restore_session(client, "noTokenOfThisServer", NULL, NULL);
  assert_failure(submit_transfer(session, 162), LOGIN_REQUIRED, NOT_DONE, "no refresh token");
  assert_failure(peerid_session_refresh(session), LOGIN_REQUIRED, NOT_SENT, "no refresh token");
  assert_int_equal(sandbox_count(PATH_REFRESH), 0);
  peerid_session_free(session);
}

static void logout_ends_the_session_here(void **state) {
  (void)state;
  peerid_session *session = log_in(client, "alice");
  assert_success(peerid_session_logout(session));
  assert_success(peerid_session_logout(session));
  assert_failure(submit_transfer(session, 163), LOGIN_REQUIRED, NOT_SENT, "logged out");
  assert_failure(peerid_session_refresh(session), LOGIN_REQUIRED, NOT_SENT, "logged out");
  peerid_token *token = NULL;
  assert_success(peerid_session_get_token(session, &token));
  peerid_token_free(token);
  assert_int_equal(sandbox_count(PATH_OPERATIONS), 0);
  peerid_session_free(session);
}

/* ---- Ownership ---- */

static void objects_may_be_freed_in_any_order(void **state) {
  (void)state;
  peerid_session *session = log_in(client, "alice");
  peerid_token *token = NULL;
  peerid_response *response = NULL;
  peerid_error *error = NULL;
  peerid_authorization *authorization = NULL;
  assert_success(peerid_session_get_token(session, &token));
  assert_success(transfer(session, 171, &response));
  assert_success(peerid_authorization_create(client, redirect_uri, &authorization));
  sandbox_post("settings", "{'chain_rules':true}");
  assert_non_null(error = submit_transfer(session, -1));
  peerid_client_free(client);
  client = NULL;
  /* The session object still exists, but its client is closed. */
  assert_failure(submit_transfer(session, 172), CLOSED, NOT_SENT, "closed");
  peerid_session_free(session);
  /* Their results stay valid after both are freed. */
  assert_int_equal(strlen(peerid_token_access_token(token, NULL)), 124);
  assert_int_equal(strlen(peerid_response_transaction_id(response)), 40);
  assert_contains(peerid_authorization_url(authorization), "client_id=4");
  assert_true(strlen(peerid_error_message(error)) > 0);
  peerid_error_free(error);
  peerid_response_free(response);
  peerid_token_free(token);
  peerid_authorization_free(authorization);
}

static void configs_can_be_used_twice_and_changed_between(void **state) {
  (void)state;
  peerid_config *config = NULL;
  peerid_client *first = NULL;
  peerid_client *second = NULL;
  peerid_session *session = NULL;
  assert_success(peerid_config_create(sandbox_url(), "4", "demo-secret-4", &config));
  assert_success(peerid_client_create(config, &first));
  assert_success(peerid_config_set(config, "parameters", "query"));
  assert_success(peerid_client_create(config, &second));
  peerid_config_free(config);
  assert_success(peerid_client_login(first, "alice", "alice-password", NULL, NULL, &session));
  peerid_session_free(session);
  assert_failure(peerid_client_login(second, "alice", "alice-password", NULL, NULL, &session), REJECTED, NOT_DONE,
                 "is required");
  peerid_client_close(first);
  peerid_client_close(first);
  peerid_client_free(first);
  peerid_client_free(second);
}

static void a_failed_call_has_no_effect(void **state) {
  (void)state;
  peerid_session *session = log_in(client, "alice");
  peerid_response *response = NULL;
  for (int i = 0; i < 3; i++) {
    assert_invalid(peerid_session_submit(session, "[]", 2, &response), "no operation");
    assert_null(response);
    assert_success(submit_transfer(session, 173));
  }
  assert_int_equal(sandbox_executed(), 3);
  peerid_session_free(session);
}

int main(void) {
#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)
  const struct CMUnitTest tests[] = {
      TEST(login_accepts_password_mobile_or_both),
      TEST(token_has_the_fields_of_the_answer),
      TEST(first_login_joins_the_application),
      TEST(stored_pair_that_has_expired_is_refreshed_at_once),
      TEST(null_result_suggests_the_code_flow),
      TEST(parameters_are_sent_in_the_body),
      TEST(code_flow_starts_a_session),
      TEST(refusal_of_the_user_is_reported),
      TEST(foreign_redirects_are_refused_before_anything_is_sent),
      TEST(states_are_unique),
      TEST(code_can_be_exchanged_alone),
      TEST(refresh_returns_a_new_pair),
      TEST(refused_token_is_refreshed_and_the_operation_sent_again),
      TEST(expiry_is_checked_with_the_clock_of_the_server),
      TEST(token_near_its_expiry_is_refreshed_in_the_background),
      TEST(early_refusal_does_not_start_another_refresh),
      TEST(early_refusal_of_a_refresh_does_not_end_the_session),
      TEST(used_refresh_token_ends_the_session),
      TEST(chain_that_refuses_a_refresh_leaves_the_pair),
      TEST(lost_refresh_is_probed_once),
      TEST(stored_password_restores_a_lost_session),
      TEST(handler_restores_a_lost_session),
      TEST(exported_tokens_make_the_same_session),
      TEST(tokens_of_all_shapes_are_restored),
      TEST(unusable_tokens_are_not_restored),
      TEST(session_without_refresh_token_ends_at_the_first_refusal),
      TEST(logout_ends_the_session_here),
      TEST(objects_may_be_freed_in_any_order),
      TEST(configs_can_be_used_twice_and_changed_between),
      TEST(a_failed_call_has_no_effect),
  };
  return run_group("sessions", tests, sandbox_start, sandbox_stop);
}
