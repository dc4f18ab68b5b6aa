#include "table.h"

#include <glob.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "matching.h"

static json_t *format;
static json_t *cases;
static json_t *broken_cases;

static json_t *read_json(const char *path) {
  json_error_t error;
  json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
  if (json) return json;
  fprintf(stderr, "%s, line %d: %s\n", path, error.line, error.text);
  exit(EXIT_FAILURE);
}

static json_t *read_table(const char *path) {
  json_t *file = read_json(path);
  failure found = check_members(file, format_of("file"), path);
  if (found) {
    fprintf(stderr, "%s\n", found);
    exit(EXIT_FAILURE);
  }
  json_t *list = json_incref(json_object_get(file, "cases"));
  json_decref(file);
  return list;
}

static char *in_folder(const char *folder, const char *name) { return fail("%s/%s", folder, name); }

void table_open(const char *folder) {
  char *format_path = in_folder(folder, "format.json");
  char *broken_path = in_folder(folder, "broken.json");
  char *pattern = in_folder(folder, "cases/*.json");
  format = read_json(format_path);
  broken_cases = read_table(broken_path);
  cases = json_array();
  glob_t files;
  if (glob(pattern, 0, NULL, &files) != 0) {
    fprintf(stderr, "there are no %s\n", pattern);
    exit(EXIT_FAILURE);
  }
  for (size_t i = 0; i < files.gl_pathc; i++) {
    json_t *list = read_table(files.gl_pathv[i]);
    size_t index;
    json_t *content;
    json_array_foreach(list, index, content) {
      json_array_append_new(cases, json_pack("{s:s, s:O}", "file", basename(files.gl_pathv[i]), "case", content));
    }
    json_decref(list);
  }
  globfree(&files);
  free(format_path);
  free(broken_path);
  free(pattern);
}

void table_close(void) {
  json_decref(format);
  json_decref(cases);
  json_decref(broken_cases);
}

json_t *format_of(const char *part) { return json_object_get(format, part); }

json_t *table_cases(void) { return cases; }

json_t *table_broken_cases(void) { return broken_cases; }

/* Whether a value is of one of these kinds. */
static bool is_one_of(json_t *value, const char *kinds) {
  const char *kind = kind_of(value);
  size_t length = strlen(kind);
  for (const char *candidate = kinds; *candidate; candidate += strcspn(candidate, "|?") + 1) {
    size_t candidate_length = strcspn(candidate, "|?");
    if (candidate_length == 3 && strncmp(candidate, "any", 3) == 0) return true;
    if (candidate_length == length && strncmp(candidate, kind, length) == 0) return true;
    if (!candidate[candidate_length]) break;
  }
  return false;
}

static bool is_listed(json_t *list, json_t *value) {
  for (size_t i = 0; i < json_array_size(list); i++) {
    if (json_equal(json_array_get(list, i), value)) return true;
  }
  return false;
}

failure check_members(json_t *value, json_t *known, const char *what) {
  if (!json_is_object(value)) return fail("%s must be an object", what);
  const char *name;
  json_t *member;
  json_object_foreach(value, name, member) {
    const char *kinds = json_string_value(json_object_get(known, name));
    if (!kinds) return fail("%s has the unknown member '%s'", what, name);
    if (!is_one_of(member, kinds)) return fail("%s takes %s as '%s'", what, kinds, name);
  }
  json_object_foreach(known, name, member) {
    bool is_required = !strchr(json_string_value(member), '?');
    if (is_required && !json_object_get(value, name)) return fail("%s lacks '%s'", what, name);
  }
  return NULL;
}

failure check_case(json_t *content) {
  failure found = check_members(content, format_of("case"), "the case");
  json_t *mode = json_object_get(content, "only");
  if (!found && mode && !is_listed(format_of("modes"), mode)) {
    found = fail("there is no mode '%s'", json_string_value(mode));
  }
  return found;
}

failure check_step(json_t *step, const char **kind) {
  const char *name;
  json_t *members;
  int count = 0;
  json_object_foreach(format_of("steps"), name, members) {
    if (!json_object_get(step, name)) continue;
    *kind = name;
    count++;
  }
  if (count != 1) return fail("a step must be exactly one of call, sandbox, server, overwrite_files");
  return check_members(step, json_object_get(format_of("steps"), *kind), "the step");
}

static failure check_at_once(json_t *step, bool makes_something) {
  json_t *count = json_object_get(step, "at_once");
  json_t *successes = json_object_get(step, "succeed");
  bool is_part = json_integer_value(successes) > 0 && json_integer_value(successes) < json_integer_value(count);
  if (successes && !(is_part && json_object_get(step, "error"))) {
    return fail("succeed says how many of those at once do not end with the error");
  }
  if (!count) return NULL;
  if (json_integer_value(count) < 2) return fail("at_once takes at least 2");
  if (makes_something || json_object_get(step, "save")) return fail("what runs at once can make and save nothing");
  if (json_object_get(step, "cancel_when_arrived")) return fail("calls are made either at once or cancelled");
  return NULL;
}

failure check_call(json_t *step, json_t **description) {
  const char *name = json_string_value(json_object_get(step, "call"));
  *description = json_object_get(format_of("calls"), name);
  if (!*description) return fail("there is no call '%s'", name);
  json_t *error = json_object_get(step, "error");
  if (error && json_object_get(step, "expect")) return fail("a call has either 'expect' or 'error'");
  failure found = error ? check_members(error, format_of("error"), "'error'") : NULL;
  if (found) return found;
  if (json_object_get(step, "on") && !json_object_get(*description, "on")) {
    return fail("'%s' is called on nothing", name);
  }
  bool makes_something = json_object_get(*description, "makes") != NULL;
  json_t *shortage = json_object_get(step, "without");
  if (shortage && !is_listed(format_of("shortages"), shortage)) {
    return fail("there is no shortage of '%s'", json_string_value(shortage));
  }
  if (json_object_get(step, "as") && !makes_something) {
    return fail("'%s' makes nothing that could have a name", name);
  }
  return check_at_once(step, makes_something);
}

failure check_arguments(const char *name, json_t *description, json_t *arguments) {
  json_t *nothing = json_object();
  json_t *known = json_object_get(description, "arguments");
  char *what = fail("'%s'", name);
  failure found = check_members(arguments ? arguments : nothing, known ? known : nothing, what);
  const char *option;
  json_t *value;
  json_object_foreach(json_object_get(arguments, "options"), option, value) {
    if (!found && !json_is_string(value)) found = fail("option values are strings");
  }
  free(what);
  json_decref(nothing);
  return found;
}
