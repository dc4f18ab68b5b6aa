#include "fault_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http.h"
#include "process.h"

static process server;
static json_t *description;
static int control;

void fault_server_start(const char *certificate, const char *key) {
  const char *const plain[] = {"python3", "Tests/Faults/fault_server.py", NULL};
  const char *const with_tls[] = {"python3", "Tests/Faults/fault_server.py", "--certificate", certificate, "--key", key,
                                  NULL};
  server = server_start(certificate ? with_tls : plain, &description);
  control = (int)json_integer_value(json_object_get(description, "control"));
}

void fault_server_stop(void) {
  process_stop(&server);
  json_decref(description);
}

int fault_port(const char *fault) {
  json_t *port = json_object_get(json_object_get(description, "ports"), fault);
  if (!port) {
    fprintf(stderr, "the server knows no fault '%s'\n", fault);
    exit(EXIT_FAILURE);
  }
  return (int)json_integer_value(port);
}

const char *fault_url(const char *scheme, const char *fault) {
  static char texts[8][64];
  static int next;
  char *text = texts[next++ % 8];
  snprintf(text, sizeof texts[0], "%s://127.0.0.1:%d", scheme, fault_port(fault));
  return text;
}

port_record fault_record(const char *fault, const char *wait_for) {
  char target[128];
  snprintf(target, sizeof target, "/%s?%s", fault, wait_for ? wait_for : "");
  http_answer answer = http_call(control, "GET", target, NULL, NULL);
  port_record record = {.whole = json_loads(answer.body, 0, NULL)};
  http_free(&answer);
  if (json_unpack(record.whole, "{s:i, s:i, s:i, s:i, s:i, s:i}", "connections", &record.connections, "open", &record.open,
                  "requests", &record.requests, "fragments", &record.fragments, "connects", &record.connects,
                  "strays", &record.strays) != 0) {
    fprintf(stderr, "no record of the fault '%s'\n", fault);
    exit(EXIT_FAILURE);
  }
  return record;
}

void fault_server_reset(void) {
  http_answer answer = http_call(control, "POST", "/reset", NULL, NULL);
  http_free(&answer);
}

void fault_trigger(const char *fault) {
  char target[128];
  snprintf(target, sizeof target, "/%s", fault);
  http_answer answer = http_call(control, "POST", target, NULL, "");
  http_free(&answer);
}

int count_bodies(const char *fault, const char *text) {
  port_record record = fault_record(fault, NULL);
  int count = 0;
  size_t index;
  json_t *body;
  json_array_foreach(json_object_get(record.whole, "bodies"), index, body) {
    count += strstr(json_string_value(body), text) != NULL;
  }
  json_decref(record.whole);
  return count;
}
