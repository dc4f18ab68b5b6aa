#include "control.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "http.h"
#include "process.h"

static process program;
static json_t *description;
static json_t *fixture_of_demo;
static int port;

static json_t *must(const char *method, const char *control, json_t *body) {
  json_t *answer = NULL;
  failure found = control_use(method, control, body, &answer);
  if (!found) return answer;
  fprintf(stderr, "%s %s: %s\n", method, control, found);
  exit(EXIT_FAILURE);
}

void control_start(void) {
  const char *path = getenv("PEERID_SANDBOX");
  const char *const arguments[] = {path ? path : "build/bin/peerid-sandbox", "--json", "--exit-with-stdin",
                                   "--without-session-cookie", "--without-chain-rules", "--idle-seconds", "0", NULL};
  program = server_start(arguments, &description);
  port = atoi(strrchr(control_url(), ':') + 1);
  fixture_of_demo = must("GET", "fixture", NULL);
}

void control_stop(void) {
  json_decref(fixture_of_demo);
  json_decref(description);
  process_stop(&program);
}

const char *control_url(void) { return json_string_value(json_object_get(description, "url")); }

void control_reset(json_t *fixture) {
  json_decref(must("POST", "reset", fixture ? fixture : fixture_of_demo));
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  json_t *settings = json_pack("{s:i, s:I}", "save_delay_ms", 0, "stopped_clock_ms", (json_int_t)now.tv_sec * 1000);
  json_decref(must("POST", "settings", settings));
  json_decref(settings);
}

failure control_use(const char *method, const char *control, json_t *body, json_t **answer) {
  char *target = fail("/sandbox/%s", control);
  char *text = body ? json_dumps(body, 0) : NULL;
  http_answer http = http_call(port, method, target, NULL, text);
  failure found = http.status == 200 ? NULL : fail("%s", http.body);
  if (!found) *answer = json_loads(http.body, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
  http_free(&http);
  free(target);
  free(text);
  return found;
}

void control_wait_for(const char *path) {
  char *control = fail("requests?path=%s&at_least=1&wait_ms=600000", path);
  json_decref(must("GET", control, NULL));
  free(control);
}
