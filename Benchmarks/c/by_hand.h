/* One call as a careful programmer writes it with only libcurl and jansson: the request with its headers, a reusable
 * buffer for the answer, the envelope parsed, its status checked, the result printed.
 *
 * It does what libpeerid does for a successful call, and nothing else: no check of the operations, no refresh, no
 * protection against libcurl sending an operation twice.
 */
#ifndef BY_HAND_H
#define BY_HAND_H

#include <curl/curl.h>
#include <jansson.h>

#include "contender.h"

struct request {
  CURL *easy;
  char *body;
  size_t body_length;
  char *answer;
  size_t answer_length, answer_capacity;
};

static size_t gather(char *data, size_t size, size_t count, void *context) {
  struct request *r = context;
  size_t added = size * count;
  if (r->answer_length + added > r->answer_capacity) {
    size_t capacity = 2 * r->answer_capacity > r->answer_length + added ? 2 * r->answer_capacity
                                                                       : r->answer_length + added + 4096;
    char *larger = realloc(r->answer, capacity);
    if (!larger) return 0;
    r->answer = larger;
    r->answer_capacity = capacity;
  }
  memcpy(r->answer + r->answer_length, data, added);
  r->answer_length += added;
  return added;
}

static inline struct curl_slist *make_headers(void) {
  char token[TOKEN_LENGTH + 1], line[TOKEN_LENGTH + 32];
  make_token(token, 'a', 0);
  snprintf(line, sizeof line, "Authorization: Bearer %s", token);
  struct curl_slist *headers = curl_slist_append(NULL, line);
  headers = curl_slist_append(headers, "ClientID: " CLIENT_ID);
  headers = curl_slist_append(headers, "Content-Type: application/json");
  headers = curl_slist_append(headers, "Accept: application/json");
  return headers;
}

/* Sets the options that are the same for all calls: libcurl keeps them. */
static inline void open_request(struct request *r, const struct settings *s, struct curl_slist *headers) {
  char url[512];
  *r = (struct request){.easy = curl_easy_init()};
  if (!r->easy) die("curl_easy_init", "no memory");
  snprintf(url, sizeof url, "%s/api/v1/app/operations", s->url);
  curl_easy_setopt(r->easy, CURLOPT_URL, url);
  curl_easy_setopt(r->easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(r->easy, CURLOPT_USERAGENT, "by-hand/1.0");
  curl_easy_setopt(r->easy, CURLOPT_POST, 1L);
  curl_easy_setopt(r->easy, CURLOPT_WRITEFUNCTION, gather);
  curl_easy_setopt(r->easy, CURLOPT_WRITEDATA, r);
  curl_easy_setopt(r->easy, CURLOPT_PRIVATE, r);
  curl_easy_setopt(r->easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(r->easy, CURLOPT_CONNECTTIMEOUT_MS, 10000L);
  curl_easy_setopt(r->easy, CURLOPT_TIMEOUT_MS, 30000L);
  curl_easy_setopt(r->easy, CURLOPT_HTTP_VERSION, (long)(s->http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
  if (s->http2) curl_easy_setopt(r->easy, CURLOPT_PIPEWAIT, 1L);
  if (s->ca) curl_easy_setopt(r->easy, CURLOPT_CAINFO, s->ca);
}

/* The minimal checks of operations that come from elsewhere. */
static inline void parse_operations(const char *operations) {
  json_error_t error;
  json_t *parsed = json_loads(operations, JSON_REJECT_DUPLICATES, &error);
  if (!parsed) die("operations", error.text);
  if (!json_is_array(parsed) || json_array_size(parsed) == 0) die("operations", "not an array, or an empty one");
  json_decref(parsed);
}

/* Wraps the operations into the body of the next call. */
static inline void prepare_request(struct request *r, const char *operations) {
  size_t capacity = strlen(operations) + sizeof "{\"operations\":}";
  r->body = malloc(capacity);
  if (!r->body) die("body", "no memory");
  r->body_length = (size_t)snprintf(r->body, capacity, "{\"operations\":%s}", operations);
  r->answer_length = 0;
  curl_easy_setopt(r->easy, CURLOPT_POSTFIELDS, r->body);
  curl_easy_setopt(r->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body_length);
}

/* The result as compact JSON, which the caller frees. Any error ends the program. */
static inline char *read_answer(struct request *r, CURLcode code) {
  long status = 0;
  json_error_t error;
  if (code != CURLE_OK) die("call", curl_easy_strerror(code));
  curl_easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, &status);
  json_t *envelope = json_loadb(r->answer, r->answer_length, 0, &error);
  if (!envelope) die("answer", error.text);
  if (status != 200) {
    char *reason = json_dumps(json_object_get(envelope, "error"), JSON_COMPACT | JSON_ENCODE_ANY);
    die("refused", reason ? reason : "no reason given");
  }
  json_t *result = json_object_get(envelope, "result");
  if (!result || json_is_null(result)) die("answer", "success without a result");
  char *text = json_dumps(result, JSON_COMPACT | JSON_ENCODE_ANY);
  if (!text) die("result", "no memory");
  json_decref(envelope);
  free(r->body);
  r->body = NULL;
  return text;
}

static inline void close_request(struct request *r) {
  curl_easy_cleanup(r->easy);
  free(r->body);
  free(r->answer);
}

#endif
