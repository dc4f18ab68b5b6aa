#include "expansion.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static failure expand_text(const char *text, json_t *variables, json_t **expanded) {
  char *buffer = NULL;
  size_t length = 0;
  failure found = NULL;
  FILE *out = open_memstream(&buffer, &length);
  const char *mark;
  while (!found && (mark = strstr(text, "${"))) {
    fwrite(text, 1, (size_t)(mark - text), out);
    size_t name_length = strcspn(mark + 2, "}");
    char *name = strndup(mark + 2, name_length);
    const char *value = json_string_value(json_object_get(variables, name));
    if (value) {
      fputs(value, out);
    } else {
      found = fail("nothing was saved as '%s'", name);
    }
    free(name);
    text = mark + 2 + name_length;
    if (*text == '}') text++;
  }
  fputs(text, out);
  fclose(out);
  *expanded = found ? NULL : json_stringn(buffer, length);
  free(buffer);
  return found;
}

/* The two operands of `$repeat` or `$copies`. */
static failure take_operands(json_t *value, const char *name, const char *what, json_t **item, json_int_t *count) {
  json_t *operands = json_object_get(value, name);
  *item = json_array_get(operands, 0);
  json_t *number = json_array_get(operands, 1);
  *count = json_integer_value(number);
  if (json_object_size(value) == 1 && json_array_size(operands) == 2 && json_is_integer(number)) return NULL;
  return fail("%s takes %s and a count", name, what);
}

static failure repeat_text(json_t *value, json_t *variables, json_t **expanded) {
  json_t *item;
  json_int_t count;
  failure found = take_operands(value, "$repeat", "a text", &item, &count);
  if (found) return found;
  if (!json_is_string(item)) return fail("$repeat takes a text and a count");
  json_t *text = NULL;
  if ((found = expand(item, variables, &text))) return found;
  char *buffer = NULL;
  size_t length = 0;
  FILE *out = open_memstream(&buffer, &length);
  for (json_int_t i = 0; i < count; i++) fwrite(json_string_value(text), 1, json_string_length(text), out);
  fclose(out);
  *expanded = json_stringn(buffer, length);
  free(buffer);
  json_decref(text);
  return NULL;
}

static failure copy_value(json_t *value, json_t *variables, json_t **expanded) {
  json_t *item;
  json_int_t count;
  failure found = take_operands(value, "$copies", "a value", &item, &count);
  json_t *copied = NULL;
  if (found || (found = expand(item, variables, &copied))) return found;
  *expanded = json_array();
  for (json_int_t i = 0; i < count; i++) json_array_append(*expanded, copied);
  json_decref(copied);
  return NULL;
}

static failure expand_number(json_t *value, json_t *variables, json_t **expanded) {
  json_t *text = json_object_get(value, "$number");
  json_t *digits = NULL;
  if (json_object_size(value) != 1 || !json_is_string(text)) return fail("$number takes a text");
  failure found = expand(text, variables, &digits);
  if (found) return found;
  *expanded = json_integer(atoll(json_string_value(digits)));
  json_decref(digits);
  return NULL;
}

static failure expand_members(json_t *value, json_t *variables, json_t **expanded) {
  if (json_object_get(value, "$number")) return expand_number(value, variables, expanded);
  if (json_object_get(value, "$repeat")) return repeat_text(value, variables, expanded);
  if (json_object_get(value, "$copies")) return copy_value(value, variables, expanded);
  const char *key;
  json_t *member;
  failure found = NULL;
  json_t *result = json_object();
  json_object_foreach(value, key, member) {
    json_t *inner = NULL;
    if ((found = expand(member, variables, &inner))) break;
    json_object_set_new(result, key, inner);
  }
  if (found) json_decref(result);
  *expanded = found ? NULL : result;
  return found;
}

static failure expand_elements(json_t *value, json_t *variables, json_t **expanded) {
  failure found = NULL;
  json_t *result = json_array();
  for (size_t i = 0; i < json_array_size(value) && !found; i++) {
    json_t *inner = NULL;
    if (!(found = expand(json_array_get(value, i), variables, &inner))) json_array_append_new(result, inner);
  }
  if (found) json_decref(result);
  *expanded = found ? NULL : result;
  return found;
}

failure expand(json_t *value, json_t *variables, json_t **expanded) {
  *expanded = NULL;
  if (json_is_string(value)) return expand_text(json_string_value(value), variables, expanded);
  if (json_is_object(value)) return expand_members(value, variables, expanded);
  if (json_is_array(value)) return expand_elements(value, variables, expanded);
  *expanded = json_incref(value);
  return NULL;
}
