#include "calls.h"

#include <stdlib.h>
#include <string.h>

#include "shown.h"
#include "views.h"

/* ---- Arguments ---- */

/* An argument as a string; NULL when it is missing or null. */
static const char *text(call *call, const char *name) {
  return json_string_value(json_object_get(call->arguments, name));
}

/* An argument as JSON text for `free`, with its length. Text is passed unchanged. */
static char *json_argument(call *call, const char *name, size_t *length) {
  json_t *value = json_object_get(call->arguments, name);
  char *json = NULL;
  if (json_is_string(value)) json = strdup(json_string_value(value));
  if (value && !json) json = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
  *length = json ? strlen(json) : 0;
  return json;
}

static peerid_client *client(call *call) { return world_find(call->world, CLIENT, call->on, &call->fault); }
static peerid_session *session(call *call) { return world_find(call->world, SESSION, call->on, &call->fault); }
static peerid_store *store(call *call) { return world_find(call->world, STORE, call->on, &call->fault); }

/* ---- Two modes ----
 *
 * In the asynchronous mode a call uses its asynchronous form, if it has one. */

static void cancel(call *call) {
  failure nothing = NULL;
  peerid_client *client = world_find(call->world, CLIENT, call->on, &nothing);
  if (!client) client = world_find(call->world, CLIENT, "client", &nothing);
  peerid_client_cancel(client, call->id);
  free(nothing);
}

/* Waits for the completion of a call. Returns NULL, with the error, if there is none. `refusal` is the error of
 * starting the call. */
static peerid_completion *wait_for(call *call, peerid_error *refusal) {
  peerid_completion *completion = NULL;
  size_t count = 0;
  call->error = refusal;
  while (!call->error && count == 0) {
    if (call->world->is_interrupted) cancel(call);
    call->error = peerid_queue_take(call->queue, 100, 1, &completion, &count);
  }
  if (count > 0) call->error = peerid_completion_error(completion);
  return completion;
}

#define PART_OF_COMPLETION(result) \
  _Generic((result), peerid_session **: peerid_completion_session, peerid_response **: peerid_completion_response)

/* Makes a call of the library in the mode of the case, with its arguments except for the last one, `result`. */
#define MAKE(call, function, result, ...) \
  do { \
    if ((call)->queue) { \
      peerid_error *refusal = function##_async(__VA_ARGS__, (call)->queue, 1, &(call)->id); \
      peerid_completion *completion = wait_for(call, refusal); \
      *(result) = PART_OF_COMPLETION(result)(completion); \
      peerid_completion_free(completion); \
    } else { \
      (call)->error = function(__VA_ARGS__, result); \
    } \
  } while (0)

/* The same for a call without a result. */
#define MAKE_WITHOUT_RESULT(call, function, session) \
  do { \
    if ((call)->queue) { \
      peerid_error *refusal = function##_async(session, (call)->queue, 1, &(call)->id); \
      peerid_completion_free(wait_for(call, refusal)); \
    } else { \
      (call)->error = function(session); \
    } \
  } while (0)

/* ---- Results ---- */

static void show_token(call *call, peerid_session *session) {
  peerid_token *token = NULL;
  call->error = peerid_session_get_token(session, &token);
  if (!call->error) call->view = view_of_token(token);
  peerid_token_free(token);
}

/* Ends a call that starts a session. */
static void begun(call *call, peerid_session *session) {
  if (call->error) return;
  world_keep(call->world, SESSION, call->made, session);
  show_token(call, session);
}

/* Ends a call that returns a transaction. */
static void answered(call *call, peerid_response *response) {
  if (!call->error) call->view = view_of_response(response);
  peerid_response_free(response);
}

/* ---- Clients ---- */

static int32_t is_interrupted(void *context) {
  world *world = context;
  return world->is_interrupted;
}

static int32_t supply_credentials(void *context, const char *key, peerid_credentials *credentials) {
  (void)key;
  json_t *given = context;
  peerid_error *error = peerid_credentials_set(credentials, json_string_value(json_object_get(given, "relogin_login")),
                                               json_string_value(json_object_get(given, "relogin_password")), NULL);
  peerid_error_free(error);
  return error != NULL;
}

static peerid_error *configure(call *call, peerid_config *config) {
  peerid_error *error = peerid_config_set_interrupt_handler(config, is_interrupted, call->world, NULL);
  if (!error) error = peerid_config_set_log_handler(config, note_line, NULL, NULL);
  const char *name;
  json_t *value;
  /* No machine is that slow. */
  if (!error) error = peerid_config_set(config, "connect_timeout_ms", "600000");
  if (!error) error = peerid_config_set(config, "request_timeout_ms", "600000");
  json_object_foreach(json_object_get(call->arguments, "options"), name, value) {
    if (!error) error = peerid_config_set(config, name, json_string_value(value));
  }
  if (!error && text(call, "relogin_login")) {
    json_t *given = world_keep_value(call->world, call->arguments);
    error = peerid_config_set_relogin_handler(config, supply_credentials, given, NULL);
  }
  const char *store_name = text(call, "store");
  if (!error && store_name) {
    peerid_store *store = world_find(call->world, STORE, store_name, &call->fault);
    if (store) error = peerid_config_set_store(config, store);
  }
  return error;
}

static void make_client(call *call) {
  const char *url = text(call, "base_url");
  const char *id = text(call, "client_id");
  json_t *secret = json_object_get(call->arguments, "client_secret");
  if (!url) url = json_string_value(json_object_get(call->world->variables, "url"));
  peerid_config *config = NULL;
  peerid_client *client = NULL;
  peerid_error *error = peerid_config_create(url, id ? id : "4", secret ? json_string_value(secret) : "demo-secret-4",
                                             &config);
  if (!error) error = configure(call, config);
  if (!error && !call->fault) error = peerid_client_create(config, &client);
  if (client) world_keep(call->world, CLIENT, call->made, client);
  peerid_config_free(config);
  call->error = error;
}

static void close_client(call *call) { peerid_client_close(client(call)); }

/* ---- Stores ---- */

static void make_memory_store(call *call) {
  peerid_store *made = NULL;
  call->error = peerid_store_create_memory(&made);
  if (made) world_keep(call->world, STORE, call->made, made);
}

static void make_directory_store(call *call) {
  peerid_store *made = NULL;
  call->error = peerid_store_create_directory(text(call, "path"), &made);
  if (made) world_keep(call->world, STORE, call->made, made);
}

static int compare_texts(const void *left, const void *right) {
  return strcmp(json_string_value(*(json_t *const *)left), json_string_value(*(json_t *const *)right));
}

/* A store lists its keys in any order. */
static json_t *sorted(json_t *keys) {
  size_t count = json_array_size(keys);
  json_t **list = calloc(count + 1, sizeof *list);
  for (size_t i = 0; i < count; i++) list[i] = json_array_get(keys, i);
  qsort(list, count, sizeof *list, compare_texts);
  json_t *result = json_array();
  for (size_t i = 0; i < count; i++) json_array_append(result, list[i]);
  free(list);
  json_decref(keys);
  return result;
}

static void list_keys(call *call) {
  peerid_store *listed = store(call);
  peerid_response *response = NULL;
  if (listed && !(call->error = peerid_store_list(listed, &response))) {
    call->view = json_pack("{s:o}", "keys", sorted(parsed_response(response)));
  }
  peerid_response_free(response);
}

static void remove_key(call *call) {
  peerid_store *changed = store(call);
  if (changed) call->error = peerid_store_remove(changed, text(call, "key"));
}

/* ---- New sessions ---- */

static void log_in(call *call) {
  peerid_client *on = client(call);
  peerid_session *made = NULL;
  if (!on) return;
  MAKE(call, peerid_client_login, &made, on, text(call, "login"), text(call, "password"), text(call, "mobile"),
       text(call, "key"));
  begun(call, made);
}

static void authorize(call *call) {
  peerid_client *on = client(call);
  peerid_authorization *authorization = NULL;
  if (on && !(call->error = peerid_authorization_create(on, text(call, "redirect_uri"), &authorization))) {
    call->view = json_pack("{s:s, s:s}", "url", peerid_authorization_url(authorization), "state",
                           peerid_authorization_state(authorization));
  }
  peerid_authorization_free(authorization);
}

static void exchange(call *call) {
  peerid_client *on = client(call);
  peerid_session *made = NULL;
  if (!on) return;
  MAKE(call, peerid_client_exchange_redirect, &made, on, text(call, "redirect"), text(call, "state"),
       text(call, "key"));
  begun(call, made);
}

static void exchange_code(call *call) {
  peerid_client *on = client(call);
  peerid_session *made = NULL;
  if (!on) return;
  MAKE(call, peerid_client_exchange, &made, on, text(call, "code"), text(call, "key"));
  begun(call, made);
}

static void restore(call *call) {
  peerid_client *on = client(call);
  peerid_session *made = NULL;
  const char *json = text(call, "token_text");
  if (!on) return;
  MAKE(call, peerid_client_restore, &made, on, json, strlen(json), text(call, "key"));
  begun(call, made);
}

static void open_session(call *call) {
  peerid_client *on = client(call);
  peerid_session *made = NULL;
  if (!on) return;
  MAKE(call, peerid_client_open, &made, on, text(call, "key"));
  begun(call, made);
}

/* ---- The chain ---- */

static void read_chain(call *call) {
  peerid_client *on = client(call);
  if (!on) return;
  size_t length;
  char *params = json_argument(call, "params", &length);
  peerid_response *response = NULL;
  MAKE(call, peerid_client_read_chain, &response, on, text(call, "api"), text(call, "method"), params, length);
  if (!call->error) call->view = json_pack("{s:o}", "json", parsed_response(response));
  peerid_response_free(response);
  free(params);
}

static void find_asset(call *call) {
  peerid_client *on = client(call);
  if (!on) return;
  const char *id = NULL, *symbol = NULL;
  int32_t precision = -1;
  call->error = peerid_client_asset(on, text(call, "name"), &id, &symbol, &precision);
  if (!call->error) {
    call->view = json_pack("{s:s, s:s, s:i}", "id", id, "symbol", symbol, "precision", (int)precision);
  }
}

static void submit(call *call) {
  peerid_session *on = session(call);
  if (!on) return;
  size_t length;
  char *json = json_argument(call, "operations", &length);
  peerid_response *response = NULL;
  MAKE(call, peerid_session_submit, &response, on, json, length);
  answered(call, response);
  free(json);
}

static void broadcast(call *call) {
  peerid_session *on = session(call);
  if (!on) return;
  size_t length;
  char *json = json_argument(call, "transaction", &length);
  peerid_response *response = NULL;
  MAKE(call, peerid_session_broadcast, &response, on, json, length);
  answered(call, response);
  free(json);
}

static void confirm(call *call) {
  peerid_session *on = session(call);
  peerid_response *response = NULL;
  if (!on) return;
  MAKE(call, peerid_session_confirm, &response, on, text(call, "transaction_token"));
  answered(call, response);
}

/* Ends a call whose result is an account. */
static void found(call *call, peerid_response *response) {
  if (!call->error) call->view = parsed_response(response);
  peerid_response_free(response);
}

static void find_account(call *call) {
  peerid_client *on = client(call);
  peerid_response *response = NULL;
  if (!on) return;
  MAKE(call, peerid_client_account, &response, on, text(call, "name"));
  found(call, response);
}

static void read_account(call *call) {
  peerid_session *on = session(call);
  peerid_response *response = NULL;
  if (!on) return;
  MAKE(call, peerid_session_account, &response, on);
  found(call, response);
}

static void session_check(call *call) {
  peerid_session *on = session(call);
  if (!on) return;
  size_t length;
  char *json = json_argument(call, "operations", &length);
  peerid_response *response = NULL;
  call->error = peerid_session_check(on, json, length, &response);
  if (!call->error) {
    json_t *result = json_loads(peerid_response_json(response, NULL), 0, NULL);
    char warnings[4096] = "";
    size_t index;
    json_t *warning;
    json_array_foreach(result, index, warning) {
      size_t used = strlen(warnings);
      snprintf(warnings + used, sizeof warnings - used, "%s%s", index ? "\n" : "", json_string_value(warning));
    }
    call->view = json_pack("{s:s}", "warnings", warnings);
    json_decref(result);
  }
  peerid_response_free(response);
  free(json);
}

static void set_account(call *call) {
  peerid_session *on = session(call);
  peerid_response *response = NULL;
  if (!on) return;
  MAKE(call, peerid_session_set_account, &response, on, text(call, "name"));
  found(call, response);
}

static void mark(call *call) {
  peerid_session *on = session(call);
  if (!on) return;
  size_t length;
  char *json = json_argument(call, "operations", &length);
  peerid_response *response = NULL;
  MAKE(call, peerid_session_mark, &response, on, json, length);
  if (!call->error) call->view = json_pack("{s:s}", "mark", peerid_response_json(response, NULL));
  peerid_response_free(response);
  free(json);
}

static void settle(call *call) {
  peerid_session *on = session(call);
  peerid_response *response = NULL;
  const char *mark = text(call, "mark");
  if (!on) return;
  MAKE(call, peerid_session_settle, &response, on, mark, strlen(mark));
  if (!call->error) call->view = parsed_response(response);
  peerid_response_free(response);
}

/* ---- Tokens ---- */

static void refresh(call *call) {
  peerid_session *on = session(call);
  if (!on) return;
  MAKE_WITHOUT_RESULT(call, peerid_session_refresh, on);
  if (!call->error) show_token(call, on);
}

static void read_token(call *call) {
  peerid_session *on = session(call);
  if (on) show_token(call, on);
}

static void permits(call *call) {
  peerid_session *on = session(call);
  peerid_token *token = NULL;
  if (on && !(call->error = peerid_session_get_token(on, &token))) {
    call->view = json_pack("{s:b}", "permits", (int)peerid_token_permits(token, text(call, "operation")));
  }
  peerid_token_free(token);
}

static void export_token(call *call) {
  peerid_session *on = session(call);
  peerid_token *token = NULL;
  if (on && !(call->error = peerid_session_get_token(on, &token))) {
    call->view = json_pack("{s:s}", "text", peerid_token_json(token, NULL));
  }
  peerid_token_free(token);
}

static void log_out(call *call) {
  peerid_session *on = session(call);
  if (on) MAKE_WITHOUT_RESULT(call, peerid_session_logout, on);
}

/* ---- Operations ---- */

static void check(call *call) {
  size_t length;
  char *json = json_argument(call, "operations", &length);
  call->error = peerid_operation_check(json, length);
  if (!call->error) {
    char warnings[4096];
    size_t needed = peerid_operation_warnings(json, length, sizeof warnings, warnings);
    call->view = json_pack("{s:s}", "warnings", needed < sizeof warnings ? warnings : "too many");
  }
  free(json);
}

static void operation_id(call *call) {
  int32_t id = peerid_operation_id(text(call, "name"));
  call->view = json_pack("{s:o}", "id", id < 0 ? json_null() : json_integer(id));
}

static void operation_name(call *call) {
  json_int_t id = json_integer_value(json_object_get(call->arguments, "id"));
  call->view = json_pack("{s:s?}", "name", peerid_operation_name((int32_t)id));
}

/* ---- By name ---- */

static const struct {
  const char *name;
  void (*make)(call *call);
} calls[] = {
    {"client", make_client},
    {"close_client", close_client},
    {"memory_store", make_memory_store},
    {"directory_store", make_directory_store},
    {"store_keys", list_keys},
    {"store_remove", remove_key},
    {"login", log_in},
    {"authorization", authorize},
    {"exchange", exchange},
    {"exchange_code", exchange_code},
    {"restore", restore},
    {"open", open_session},
    {"read_chain", read_chain},
    {"asset", find_asset},
    {"submit", submit},
    {"submit_text", submit},
    {"confirm", confirm},
    {"broadcast", broadcast},
    {"broadcast_text", broadcast},
    {"account", find_account},
    {"session_account", read_account},
    {"session_check", session_check},
    {"set_account", set_account},
    {"mark", mark},
    {"settle", settle},
    {"refresh", refresh},
    {"token", read_token},
    {"permits", permits},
    {"export", export_token},
    {"logout", log_out},
    {"check", check},
    {"operation_id", operation_id},
    {"operation_name", operation_name},
};

void call_by_name(const char *name, call *call) {
  for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
    if (strcmp(calls[i].name, name) != 0) continue;
    peerid_error *error = call->world->is_asynchronous ? peerid_queue_create(&call->queue) : NULL;
    if (error) {
      call->error = error;
    } else {
      calls[i].make(call);
    }
    peerid_queue_free(call->queue);
    call->queue = NULL;
    return;
  }
  call->fault = fail("this runner has no call '%s'", name);
}
