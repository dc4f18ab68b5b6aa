#include "matching.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The result of an operator. */
typedef enum verdict { HOLDS, FAILS, MAKES_NO_SENSE } verdict;

static verdict judged(bool holds) { return holds ? HOLDS : FAILS; }

/* Counts how many strings of the operand, a string or an array, occur in the value. */
static bool count_parts(json_t *operand, json_t *actual, size_t *found, size_t *all) {
  *found = 0;
  *all = json_is_string(operand) ? 1 : json_array_size(operand);
  if (!json_is_string(operand) && !json_is_array(operand)) return false;
  for (size_t i = 0; i < *all; i++) {
    const char *part = json_string_value(json_is_string(operand) ? operand : json_array_get(operand, i));
    if (!part) return false;
    if (json_is_string(actual) && strstr(json_string_value(actual), part)) ++*found;
  }
  return true;
}

static verdict contains(json_t *operand, json_t *actual) {
  size_t found, all;
  if (!count_parts(operand, actual, &found, &all)) return MAKES_NO_SENSE;
  return judged(json_is_string(actual) && found == all);
}

static verdict lacks(json_t *operand, json_t *actual) {
  size_t found, all;
  if (!count_parts(operand, actual, &found, &all)) return MAKES_NO_SENSE;
  return judged(json_is_string(actual) && found == 0);
}

/* In the order of `json_type`. */
static const char *const kinds[] = {"object", "array", "string", "integer", "real", "boolean", "boolean", "null"};

const char *kind_of(json_t *value) { return kinds[json_typeof(value)]; }

static verdict has_kind(json_t *operand, json_t *actual) {
  const char *wanted = json_string_value(operand);
  for (size_t i = 0; wanted && i < sizeof kinds / sizeof kinds[0]; i++) {
    if (strcmp(wanted, kinds[i]) == 0) return judged(strcmp(kind_of(actual), wanted) == 0);
  }
  return MAKES_NO_SENSE;
}

static verdict has_length(json_t *operand, json_t *actual) {
  if (!json_is_integer(operand)) return MAKES_NO_SENSE;
  if (!json_is_string(actual) && !json_is_array(actual)) return FAILS;
  size_t length = json_is_string(actual) ? json_string_length(actual) : json_array_size(actual);
  return judged((json_int_t)length == json_integer_value(operand));
}

static verdict is_between(json_t *operand, json_t *actual) {
  json_t *lowest = json_array_get(operand, 0);
  json_t *highest = json_array_get(operand, 1);
  if (json_array_size(operand) != 2 || !json_is_integer(lowest) || !json_is_integer(highest)) return MAKES_NO_SENSE;
  json_int_t value = json_integer_value(actual);
  return judged(json_is_integer(actual) && json_integer_value(lowest) <= value && value <= json_integer_value(highest));
}

static verdict is_not(json_t *operand, json_t *actual) {
  failure difference = match(operand, actual, "");
  verdict found = judged(difference != NULL);
  free(difference);
  return found;
}

static verdict is_exactly(json_t *operand, json_t *actual) {
  if (!json_is_object(operand)) return MAKES_NO_SENSE;
  failure difference = match(operand, actual, "");
  verdict found = judged(!difference && json_object_size(operand) == json_object_size(actual));
  free(difference);
  return found;
}

static verdict is_hex(json_t *operand, json_t *actual) {
  if (!json_is_integer(operand)) return MAKES_NO_SENSE;
  const char *text = json_string_value(actual);
  return judged(text && (json_int_t)strlen(text) == json_integer_value(operand) &&
                strspn(text, "0123456789abcdef") == strlen(text));
}

static const struct {
  const char *name;
  verdict (*judge)(json_t *operand, json_t *actual);
} operators[] = {
    {"$contains", contains},   {"$lacks", lacks}, {"$kind", has_kind},      {"$length", has_length},
    {"$between", is_between}, {"$not", is_not},  {"$exactly", is_exactly}, {"$hex", is_hex},
};

/* The operator in an operator object; NULL for a plain object. */
static const char *operator_in(json_t *expected) {
  const char *key;
  json_t *value;
  json_object_foreach(expected, key, value) {
    if (key[0] == '$') return key;
  }
  return NULL;
}

static failure match_by_operator(const char *name, json_t *expected, json_t *actual, const char *place) {
  for (size_t i = 0; i < sizeof operators / sizeof operators[0] && json_object_size(expected) == 1; i++) {
    if (strcmp(operators[i].name, name) != 0) continue;
    json_t *operand = json_object_get(expected, name);
    switch (operators[i].judge(operand, actual)) {
      case HOLDS: return NULL;
      case FAILS: return mismatch(place, expected, actual);
      case MAKES_NO_SENSE: break;
    }
    char *text = shown(operand);
    failure found = fail("%s: %s does not take %s", place, name, text);
    free(text);
    return found;
  }
  return fail("%s: there is no operator %s", place, name);
}

static failure match_members(json_t *expected, json_t *actual, const char *place) {
  const char *key;
  json_t *value;
  failure difference = NULL;
  json_object_foreach(expected, key, value) {
    char *inner = fail("%s.%s", place, key);
    json_t *member = json_object_get(actual, key);
    difference = member ? match(value, member, inner) : mismatch(inner, value, NULL);
    free(inner);
    if (difference) break;
  }
  return difference;
}

static failure match_elements(json_t *expected, json_t *actual, const char *place) {
  failure difference = NULL;
  for (size_t i = 0; i < json_array_size(expected) && !difference; i++) {
    char *inner = fail("%s[%zu]", place, i);
    difference = match(json_array_get(expected, i), json_array_get(actual, i), inner);
    free(inner);
  }
  return difference;
}

failure match(json_t *expected, json_t *actual, const char *place) {
  const char *name = operator_in(expected);
  if (name) return match_by_operator(name, expected, actual, place);
  if (json_typeof(expected) != json_typeof(actual)) return mismatch(place, expected, actual);
  if (json_is_object(expected)) return match_members(expected, actual, place);
  if (json_is_array(expected)) {
    if (json_array_size(expected) != json_array_size(actual)) return mismatch(place, expected, actual);
    return match_elements(expected, actual, place);
  }
  return json_equal(expected, actual) ? NULL : mismatch(place, expected, actual);
}
