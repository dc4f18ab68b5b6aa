#include "sandbox.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http.h"
#include "process.h"

static process program;
static json_t *description;
static char url[64];
static int port;

/* From now on the tests look for every secret of the fixture in log lines and errors. */
static void remember_secrets_of_fixture(void) {
  static const struct {
    const char *list;
    const char *members[3];
  } places[] = {{"users", {"password"}},
                {"apps", {"client_secret"}},
                {"tokens", {"token", "refresh_token"}},
                {"codes", {"code"}}};
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
    size_t index;
    json_t *entry;
    json_array_foreach(json_object_get(description, places[i].list), index, entry) {
      for (const char *const *member = places[i].members; *member; member++) {
        remember_secret(json_string_value(json_object_get(entry, *member)));
      }
    }
  }
}

int sandbox_start(void **state) {
  (void)state;
  const char *path = getenv("PEERID_SANDBOX");
  const char *const arguments[] = {path ? path : "build/bin/peerid-sandbox", "--json", "--exit-with-stdin",
                                   "--without-session-cookie", "--without-chain-rules", "--idle-seconds", "0", NULL};
  program = server_start(arguments, &description);
  snprintf(url, sizeof url, "%s", json_string_value(json_object_get(description, "url")));
  port = atoi(strrchr(url, ':') + 1);
  remember_secrets_of_fixture();
  return 0;
}

int sandbox_stop(void **state) {
  (void)state;
  json_decref(description);
  return process_stop(&program);
}

int sandbox_reset(void **state) {
  (void)state;
  sandbox_post("reset", "%s", "");
  /* A pair that is saved late is refreshed twice when the client takes seconds to send its next request. */
  sandbox_post("settings", "{'save_delay_ms':0}");
  return 0;
}

int sandbox_check(void **state) {
  check_log();
  return sandbox_reset(state);
}

const char *sandbox_url(void) { return url; }

int sandbox_port(void) { return port; }

static json_t *control(const char *method, const char *name, const char *body) {
  char target[512];
  snprintf(target, sizeof target, "/sandbox/%s", name);
  http_answer answer = http_call(port, method, target, NULL, body);
  if (answer.status != 200) {
    fprintf(stderr, "%s %s %s: %s\n", method, target, body ? body : "", answer.body);
    exit(EXIT_FAILURE);
  }
  json_t *json = json_loads(answer.body, JSON_DECODE_ANY, NULL);
  http_free(&answer);
  return json;
}

void sandbox_post(const char *name, const char *format, ...) {
  char body[8192];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(body, sizeof body, format, arguments);
  va_end(arguments);
  for (char *quote = strchr(body, '\''); quote; quote = strchr(quote, '\'')) *quote = '"';
  json_decref(control("POST", name, body));
}

json_t *sandbox_get(const char *name) { return control("GET", name, NULL); }

void sandbox_fault(const char *kind, const char *path, int times, const char *more) {
  sandbox_post("faults", "{'kind':'%s','path':'%s','times':%d%s%s}", kind, path, times, *more ? "," : "", more);
}

void sandbox_release(void) { sandbox_post("release", "%s", ""); }

static json_t *counts(const char *path, json_t **all) {
  char key[128];
  *all = sandbox_get("counts");
  snprintf(key, sizeof key, "%s %s", strcmp(path, PATH_CHAIN_DATA) == 0 ? "GET" : "POST", path);
  return json_object_get(*all, key);
}

static int count_of(const char *path, const char *how) {
  json_t *all;
  int count = (int)json_integer_value(json_object_get(counts(path, &all), how));
  json_decref(all);
  return count;
}

int sandbox_count(const char *path) { return count_of(path, "total"); }

int sandbox_answered(const char *path, const char *how) { return count_of(path, how); }

int sandbox_executed(void) {
  json_t *executed = sandbox_get("executed");
  int count = (int)json_integer_value(json_object_get(executed, "count"));
  json_decref(executed);
  return count;
}

/* An operation of the chain is [id, {...}]; amounts beyond 32 bits are strings. */
static int64_t amount_of(json_t *entry) {
  json_t *fields = json_array_get(json_object_get(entry, "operation"), 1);
  json_t *amount = json_object_get(json_object_get(fields, "amount"), "amount");
  return json_is_string(amount) ? atoll(json_string_value(amount)) : json_integer_value(amount);
}

int sandbox_executed_amount(int64_t amount) {
  json_t *executed = sandbox_get("executed");
  int count = 0;
  size_t index;
  json_t *entry;
  json_array_foreach(json_object_get(executed, "operations"), index, entry) { count += amount_of(entry) == amount; }
  json_decref(executed);
  return count;
}

void sandbox_wait_for(const char *path, int count) {
  char control[256];
  snprintf(control, sizeof control, "requests?path=%s&at_least=%d&wait_ms=600000", path, count);
  json_t *requests = sandbox_get(control);
  size_t found = json_array_size(requests);
  json_decref(requests);
  if (found < (size_t)count) fail_msg("%zu requests to %s arrived instead of %d", found, path, count);
}

peerid_client *demo_client(const char *const options[]) { return demo_app_client(4, options); }

peerid_client *demo_app_client(int app, const char *const options[]) {
  char id[16];
  char secret[32];
  snprintf(id, sizeof id, "%d", app);
  snprintf(secret, sizeof secret, "demo-secret-%d", app);
  return make_client(url, id, secret, options);
}

peerid_session *log_in(peerid_client *client, const char *user) {
  char password[64];
  peerid_session *session = NULL;
  snprintf(password, sizeof password, "%s-password", user);
  assert_success(peerid_client_login(client, user, password, NULL, NULL, &session));
  session_generation(session);
  return session;
}
