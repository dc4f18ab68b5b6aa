#include "failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_VALUE = 400 };

failure fail(const char *format, ...) {
  char *text = NULL;
  va_list arguments;
  va_start(arguments, format);
  if (vasprintf(&text, format, arguments) < 0) abort();
  va_end(arguments);
  return text;
}

failure mismatch(const char *place, json_t *expected, json_t *actual) {
  char *wanted = shown(expected);
  char *found = actual ? shown(actual) : strdup("nothing");
  failure text = fail("%s: expected %s, got %s", place, wanted, found);
  free(wanted);
  free(found);
  return text;
}

char *shown(json_t *value) {
  char *text = json_dumps(value, JSON_ENCODE_ANY);
  if (text && strlen(text) > LONGEST_VALUE) memcpy(text + LONGEST_VALUE - 3, "...", 4);
  return text ? text : strdup("(unprintable)");
}
