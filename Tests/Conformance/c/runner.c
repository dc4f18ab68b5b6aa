#include "runner.h"

#include <glob.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "control.h"
#include "expansion.h"
#include "matching.h"
#include "shortage.h"
#include "table.h"
#include "views.h"

/* ---- Results of a step ---- */

/* Compares a result with the expectation that the step has under this name, if any. */
static failure compare(world *world, json_t *step, const char *name, json_t *view, const char *place) {
  json_t *expected = NULL;
  failure found = expand(json_object_get(step, name), world->variables, &expected);
  if (!found && expected) found = view ? match(expected, view, place) : mismatch(place, expected, NULL);
  json_decref(expected);
  return found;
}

static failure save(world *world, json_t *step, json_t *view) {
  const char *variable;
  json_t *member;
  json_object_foreach(json_object_get(step, "save"), variable, member) {
    json_t *value = json_object_get(view, json_string_value(member));
    if (!json_is_string(value)) return fail("there is no text '%s' to be saved", json_string_value(member));
    json_object_set(world->variables, variable, value);
  }
  return NULL;
}

/* ---- Calls ---- */

static failure compare_call(json_t *step, call *call) {
  if (call->fault) return strdup(call->fault);
  json_t *expected = json_object_get(step, "error");
  if (expected && !call->error) {
    return fail("expected the error %s, got success", json_string_value(json_object_get(expected, "code")));
  }
  if (!expected && call->error) {
    return fail("expected success, got %s (%s): %s", peerid_error_name(call->error),
                peerid_outcome_name(peerid_error_outcome(call->error)), peerid_error_message(call->error));
  }
  json_t *view = expected ? view_of_error(call->error) : json_incref(call->view);
  const char *name = expected ? "error" : "expect";
  failure found = compare(call->world, step, name, view, expected ? "error" : "result");
  if (!found) found = save(call->world, step, view);
  json_decref(view);
  return found;
}

static void end_call(call *call) {
  json_decref(call->view);
  peerid_error_free(call->error);
  free(call->fault);
}

typedef struct attempt {
  const char *name;
  call call;
  pthread_t thread;
} attempt;

static void *make_attempt(void *context) {
  attempt *attempt = context;
  call_by_name(attempt->name, &attempt->call);
  return NULL;
}

/* With `succeed`, that many of the calls succeed, and only the others fail as the step says. */
static failure compare_attempts(json_t *step, attempt *attempts, size_t count) {
  json_t *wanted = json_object_get(step, "succeed");
  json_int_t successes = 0;
  for (size_t i = 0; i < count; i++) {
    call *call = &attempts[i].call;
    bool is_success = !call->error && !call->fault;
    successes += is_success;
    failure found = wanted && is_success ? NULL : compare_call(step, call);
    if (found) return found;
  }
  if (!wanted || successes == json_integer_value(wanted)) return NULL;
  return fail("expected %d successes, got %d", (int)json_integer_value(wanted), (int)successes);
}

static failure call_at_once(json_t *step, const call *prepared, size_t count) {
  attempt *attempts = calloc(count, sizeof *attempts);
  for (size_t i = 0; i < count; i++) {
    attempts[i] = (attempt){.name = json_string_value(json_object_get(step, "call")), .call = *prepared};
    if (pthread_create(&attempts[i].thread, NULL, make_attempt, &attempts[i]) != 0) abort();
  }
  for (size_t i = 0; i < count; i++) pthread_join(attempts[i].thread, NULL);
  failure found = compare_attempts(step, attempts, count);
  for (size_t i = 0; i < count; i++) end_call(&attempts[i].call);
  free(attempts);
  return found;
}

typedef struct cancellation {
  world *world;
  const char *path;
} cancellation;

static void *cancel_when_arrived(void *context) {
  cancellation *cancellation = context;
  control_wait_for(cancellation->path);
  cancellation->world->is_interrupted = true;
  return NULL;
}

static failure call_once(json_t *step, const call *prepared) {
  call call = *prepared;
  cancellation cancellation = {call.world, json_string_value(json_object_get(step, "cancel_when_arrived"))};
  pthread_t thread;
  if (cancellation.path && pthread_create(&thread, NULL, cancel_when_arrived, &cancellation) != 0) abort();
  call_by_name(json_string_value(json_object_get(step, "call")), &call);
  if (cancellation.path) pthread_join(thread, NULL);
  call.world->is_interrupted = false;
  failure found = compare_call(step, &call);
  end_call(&call);
  return found;
}

static const char *name_of(json_t *step, const char *member, json_t *description, const char *otherwise) {
  const char *name = json_string_value(json_object_get(step, member));
  return name ? name : json_string_value(json_object_get(description, otherwise));
}

static failure run_call(world *world, json_t *step) {
  const char *name = json_string_value(json_object_get(step, "call"));
  json_t *description;
  failure found = check_call(step, &description);
  call prepared = {.world = world};
  if (!found) found = expand(json_object_get(step, "with"), world->variables, &prepared.arguments);
  if (!found) found = check_arguments(name, description, prepared.arguments);
  if (found) {
    json_decref(prepared.arguments);
    return found;
  }
  prepared.on = name_of(step, "on", description, "on");
  prepared.made = name_of(step, "as", description, "makes");
  const char *shortage = json_string_value(json_object_get(step, "without"));
  json_int_t count = json_integer_value(json_object_get(step, "at_once"));
  if (shortage) found = shortage_begin(shortage);
  if (!found) found = count > 0 ? call_at_once(step, &prepared, (size_t)count) : call_once(step, &prepared);
  if (shortage) shortage_end(shortage);
  json_decref(prepared.arguments);
  return found;
}

/* ---- The other steps ---- */

static failure use_control(world *world, json_t *step) {
  json_t *line = NULL;
  json_t *body = NULL;
  json_t *answer = NULL;
  failure found = expand(json_object_get(step, "sandbox"), world->variables, &line);
  if (!found) found = expand(json_object_get(step, "send"), world->variables, &body);
  if (!found) {
    const char *text = json_string_value(line);
    if (strncmp(text, "GET ", 4) == 0) {
      found = control_use("GET", text + 4, NULL, &answer);
    } else if (strncmp(text, "POST ", 5) == 0) {
      found = control_use("POST", text + 5, body, &answer);
    } else {
      found = fail("a control is 'GET …' or 'POST …'");
    }
  }
  if (!found) found = compare(world, step, "expect", answer, "answer");
  if (!found) found = save(world, step, answer);
  json_decref(line);
  json_decref(body);
  json_decref(answer);
  return found;
}

/* Counts the requests of each kind that the server has received, and the transactions that it has executed. */
static failure count_requests(json_t **seen) {
  json_t *counts = NULL;
  json_t *executed = NULL;
  failure found = control_use("GET", "counts", NULL, &counts);
  if (!found) found = control_use("GET", "executed", NULL, &executed);
  *seen = json_object();
  const char *name;
  json_t *path;
  json_object_foreach(format_of("server"), name, path) {
    json_t *total = json_object_get(json_object_get(counts, json_string_value(path)), "total");
    json_object_set_new(*seen, name, json_integer(json_integer_value(total)));
    json_object_del(counts, json_string_value(path));
  }
  json_object_set(*seen, "transactions", json_object_get(executed, "transactions"));
  json_object_foreach(counts, name, path) {
    if (!found) found = fail("the server has seen other requests: %s", name);
  }
  json_decref(counts);
  json_decref(executed);
  return found;
}

static failure compare_requests(json_t *expected) {
  json_t *seen = NULL;
  json_t *known = json_object();
  json_t *all = json_object();
  failure found = count_requests(&seen);
  const char *name;
  json_t *count;
  json_object_foreach(seen, name, count) {
    json_object_set_new(known, name, json_string("any?"));
    json_object_set_new(all, name, json_integer(0));
  }
  if (!found) found = check_members(expected, known, "'server'");
  json_object_update(all, expected);
  if (!found) found = match(all, seen, "server");
  json_decref(seen);
  json_decref(known);
  json_decref(all);
  return found;
}

static failure overwrite_files(world *world, json_t *step) {
  json_t *expanded = NULL;
  failure found = expand(step, world->variables, &expanded);
  if (found) return found;
  char *pattern = fail("%s/*.session", json_string_value(json_object_get(expanded, "overwrite_files")));
  glob_t files;
  if (glob(pattern, 0, NULL, &files) == 0) {
    for (size_t i = 0; i < files.gl_pathc; i++) {
      FILE *file = fopen(files.gl_pathv[i], "w");
      if (!file) abort();
      fputs(json_string_value(json_object_get(expanded, "text")), file);
      fclose(file);
    }
  } else {
    found = fail("there is no file to be overwritten");
  }
  globfree(&files);
  free(pattern);
  json_decref(expanded);
  return found;
}

/* ---- Cases ---- */

static failure run_step(world *world, const char *place, json_t *step) {
  const char *kind = NULL;
  failure found = check_step(step, &kind);
  const char *what = "";
  if (!found) {
    const char *value = json_string_value(json_object_get(step, kind));
    what = value ? value : kind;
    if (strcmp(kind, "call") == 0) {
      found = run_call(world, step);
    } else if (strcmp(kind, "sandbox") == 0) {
      found = use_control(world, step);
    } else if (strcmp(kind, "server") == 0) {
      found = compare_requests(json_object_get(step, "server"));
    } else {
      found = overwrite_files(world, step);
    }
  }
  if (!found) return NULL;
  failure placed = *what ? fail("%s (%s): %s", place, what, found) : fail("%s: %s", place, found);
  free(found);
  return placed;
}

bool is_for(json_t *content, bool is_asynchronous) {
  const char *only = json_string_value(json_object_get(content, "only"));
  return !only || (strcmp(only, "asynchronous") == 0) == is_asynchronous;
}

static failure run_with_limit(json_t *content, bool is_asynchronous, int limit_ms) {
  failure found = check_case(content);
  if (found) return found;
  control_reset(json_object_get(content, "fixture"));
  world *world = world_make(control_url(), is_asynchronous);
  json_object_set_new(world->variables, "limit_ms", json_sprintf("%d", limit_ms));
  json_t *given = json_object_get(content, "client");
  if (!json_is_null(given)) {
    json_t *step = json_pack("{s:s, s:o}", "call", "client", "with", given ? json_incref(given) : json_object());
    found = run_step(world, "the client", step);
    json_decref(step);
  }
  json_t *steps = json_object_get(content, "steps");
  for (size_t i = 0; i < json_array_size(steps) && !found; i++) {
    char *place = fail("step %zu", i + 1);
    found = run_step(world, place, json_array_get(steps, i));
    free(place);
  }
  world_free(world);
  return found;
}

failure run_case(json_t *content, bool is_asynchronous) {
  enum { FIRST_LIMIT_MS = 1500, LONGEST_LIMIT_MS = 200000 };
  char *text = json_dumps(content, 0);
  int longest = text && strstr(text, "${limit_ms}") ? LONGEST_LIMIT_MS : FIRST_LIMIT_MS;
  free(text);
  int limit_ms = FIRST_LIMIT_MS;
  failure found = run_with_limit(content, is_asynchronous, limit_ms);
  while (found && (limit_ms *= 2) <= longest) {
    free(found);
    found = run_with_limit(content, is_asynchronous, limit_ms);
  }
  return found;
}
