#include "table.h"

#include <glob.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

failure check_members(json_t *value, json_t *known, const char *what) {
  if (!json_is_object(value)) return fail("%s must be an object", what);
  const char *name;
  json_t *member;
  json_object_foreach(value, name, member) {
    if (!json_object_get(known, name)) return fail("%s has the unknown member '%s'", what, name);
  }
  json_object_foreach(known, name, member) {
    bool is_required = strcmp(json_string_value(member), "required") == 0;
    if (is_required && !json_object_get(value, name)) return fail("%s lacks '%s'", what, name);
  }
  return NULL;
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

failure check_call(json_t *step, json_t **description) {
  const char *name = json_string_value(json_object_get(step, "call"));
  *description = name ? json_object_get(format_of("calls"), name) : NULL;
  if (!*description) return fail("there is no call '%s'", name ? name : "");
  json_t *nothing = json_object();
  json_t *arguments = json_object_get(step, "with");
  json_t *known = json_object_get(*description, "arguments");
  failure found = check_members(arguments ? arguments : nothing, known ? known : nothing, name);
  json_decref(nothing);
  if (found) return found;
  json_t *error = json_object_get(step, "error");
  if (error && json_object_get(step, "expect")) return fail("a call has either 'expect' or 'error'");
  if (error && (found = check_members(error, format_of("error"), "'error'"))) return found;
  if (json_object_get(step, "on") && !json_object_get(*description, "on")) {
    return fail("'%s' is called on nothing", name);
  }
  bool makes_something = json_object_get(*description, "makes") != NULL;
  if (json_object_get(step, "as") && !makes_something) {
    return fail("'%s' makes nothing that could have a name", name);
  }
  if (json_object_get(step, "at_once") && (makes_something || json_object_get(step, "save"))) {
    return fail("what runs at once can make and save nothing");
  }
  return NULL;
}
