#include "views.h"

#include <stdlib.h>

#include "shown.h"

static json_t *text_or_null(const char *text) { return text ? json_string(text) : json_null(); }

static json_t *known_or_null(int64_t number) { return number < 0 ? json_null() : json_integer(number); }

static json_t *parsed(const char *text, size_t length) {
  return text ? json_loadb(text, length, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL) : json_null();
}

/* The server's messages by field, as strings; null if there are none. */
static json_t *fields_of(json_t *detail) {
  if (!json_is_object(detail)) return json_null();
  json_t *fields = json_object();
  const char *name;
  json_t *message;
  json_object_foreach(detail, name, message) {
    char *text = json_is_string(message) ? NULL : json_dumps(message, JSON_ENCODE_ANY);
    json_object_set_new(fields, name, text ? json_string(text) : json_copy(message));
    free(text);
  }
  return fields;
}

json_t *view_of_error(const peerid_error *error) {
  size_t length = 0;
  const char *text = peerid_error_detail(error, &length);
  json_t *detail = parsed(text, length);
  const char *reason = peerid_error_reason(error);
  note_shown(peerid_error_message(error));
  note_shown(text);
  return json_pack("{s:s, s:s, s:i, s:b, s:I, s:s, s:o, s:o, s:o, s:o, s:o}",
                   "code", peerid_error_name(error),
                   "outcome", peerid_outcome_name(peerid_error_outcome(error)),
                   "http_status", (int)peerid_error_http_status(error),
                   "retryable", (int)peerid_error_is_retryable(error),
                   "retry_after_ms", (json_int_t)peerid_error_retry_after_ms(error),
                   "message", peerid_error_message(error),
                   "reason", text_or_null(*reason ? reason : NULL),
                   "transaction_id", text_or_null(peerid_error_transaction_id(error)),
                   "fields", fields_of(detail),
                   "detail", detail,
                   "mark", text_or_null(peerid_error_mark(error)));
}

static json_t *scope_of(const peerid_token *token) {
  size_t count = 0;
  const int32_t *numbers = peerid_token_scope(token, &count);
  if (!numbers) return json_null();
  json_t *scope = json_array();
  for (size_t i = 0; i < count; i++) json_array_append_new(scope, json_integer(numbers[i]));
  return scope;
}

json_t *view_of_token(const peerid_token *token) {
  return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:I}",
                   "access_token", peerid_token_access_token(token, NULL),
                   "refresh_token", text_or_null(peerid_token_refresh_token(token, NULL)),
                   "scope", scope_of(token),
                   "expires_at_ms", known_or_null(peerid_token_expires_at_ms(token)),
                   "app_id", known_or_null(peerid_token_app_id(token)),
                   "user_id", known_or_null(peerid_token_user_id(token)),
                   "generation", (json_int_t)peerid_token_generation(token));
}

json_t *parsed_response(const peerid_response *response) {
  size_t length = 0;
  const char *text = peerid_response_json(response, &length);
  return parsed(text, length);
}

json_t *view_of_response(const peerid_response *response) {
  json_t *created = json_array();
  for (size_t i = 0; i < peerid_response_created_count(response); i++) {
    json_array_append_new(created, json_string(peerid_response_created_id(response, i)));
  }
  return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:s}",
                   "transaction_id", text_or_null(peerid_response_transaction_id(response)),
                   "block_num", known_or_null(peerid_response_block_num(response)),
                   "trx_num", known_or_null(peerid_response_trx_num(response)),
                   "created_ids", created,
                   "transaction_token", text_or_null(peerid_response_transaction_token(response)),
                   "json", parsed_response(response),
                   "text", peerid_response_json(response, NULL));
}
