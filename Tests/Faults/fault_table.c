/* One row for each fault: what the server does, and what the caller gets. The server's counts of connections and
 * requests show that the fault happened; a request that changes something must never arrive twice. */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "fault_server.h"

typedef struct row {
  const char *fault;
  call call;
  int32_t code; /* 0: success */
  int32_t outcome;
  int32_t http_status;
  bool retryable;
  int requests; /* complete requests that arrived */
  int fragments;
  int connects;
  int64_t retry_after_ms;
  const char *says;       /* the message contains this */
  const char *never_says; /* neither the message nor the log contains this */
  const char *url;        /* base URL, if not the fault's port */
  bool is_proxy;          /* the fault's port is the proxy to `url` */
  const char *options[8];
  const char *reported; /* a known bug; the row describes the correct behaviour */
} row;

#define CODE(name) .code = PEERID_CODE_##name
#define OUTCOME(name) .outcome = PEERID_OUTCOME_##name
#define NOTHING_CAME CODE(CONNECTION_LOST), OUTCOME(UNKNOWN)
#define NO_PEERID(status) CODE(PROTOCOL), OUTCOME(UNKNOWN), .http_status = (status)
#define BRIEF .options = {"request_timeout_ms", "600", "refresh_timeout_ms", "600"}
#define SMALL .options = {"max_response_bytes", "65536"}
#define PEERID_INVALID .url = "https://peerid.invalid"

static const row rows[] = {
    /* No connection: nothing was sent. */
    {"no_listener", SUBMIT, CODE(UNREACHABLE), OUTCOME(NOT_SENT), .retryable = true},
    {"no_listener", LOG_IN, CODE(UNREACHABLE), OUTCOME(NOT_SENT), .retryable = true},
    {"no_listener", EXCHANGE, CODE(UNREACHABLE), OUTCOME(NOT_SENT), .retryable = true},
    {"no_listener", REFRESH, CODE(UNREACHABLE), OUTCOME(NOT_SENT), .retryable = true},
    {"no_listener", READ_CHAIN, CODE(UNREACHABLE), OUTCOME(NOT_SENT), .retryable = true},
    {"no_listener", SUBMIT, CODE(UNREACHABLE), OUTCOME(NOT_SENT), .retryable = true, PEERID_INVALID, .says = "peerid.invalid"},
    {"full_queue", SUBMIT, CODE(TIMEOUT), OUTCOME(NOT_SENT), .retryable = true,
     .options = {"connect_timeout_ms", "200"}},
    {"full_queue", LOG_IN, CODE(TIMEOUT), OUTCOME(NOT_SENT), .retryable = true, BRIEF},

    /* Proxies: nothing reaches the server. */
    {"no_listener", SUBMIT, CODE(UNREACHABLE), OUTCOME(NOT_SENT), .retryable = true, PEERID_INVALID, .is_proxy = true},
    {"proxy_403", SUBMIT, CODE(UNREACHABLE), OUTCOME(NOT_SENT), .retryable = true, PEERID_INVALID, .is_proxy = true,
     .connects = 1, .says = "403"},
    {"proxy_407", SUBMIT, CODE(UNREACHABLE), OUTCOME(NOT_SENT), .retryable = true, PEERID_INVALID, .is_proxy = true,
     .connects = 1, .says = "407"},
    {"proxy_502", REFRESH, CODE(UNREACHABLE), OUTCOME(NOT_SENT), .retryable = true, PEERID_INVALID, .is_proxy = true,
     .connects = 1, .says = "502"},
    {"proxy_closes", SUBMIT, CODE(UNREACHABLE), OUTCOME(NOT_SENT), .retryable = true, PEERID_INVALID, .is_proxy = true,
     .connects = 1},
    {"proxy_garbage", SUBMIT, CODE(UNREACHABLE), OUTCOME(NOT_SENT), .retryable = true, PEERID_INVALID, .is_proxy = true,
     .connects = 1},
    {"proxy_silent", SUBMIT, CODE(TIMEOUT), OUTCOME(NOT_SENT), .retryable = true, PEERID_INVALID, .is_proxy = true,
     .connects = 1, BRIEF},
    {"html_502", SUBMIT, CODE(SERVER), OUTCOME(UNKNOWN), .http_status = 502, .is_proxy = true, .requests = 1,
     .url = "http://peerid.invalid", .options = {"allow_http", "true"}},

    /* The connection ends while or after the request is sent. */
    {"resets_before_reading", SUBMIT, NOTHING_CAME},
    {"resets_during_request", SUBMIT_LARGE, NOTHING_CAME, .fragments = 1, .options = {"validate", "off"}},
    {"resets_after_request", SUBMIT, NOTHING_CAME, .requests = 1, .says = "find out whether"},
    {"resets_after_request", CONFIRM, NOTHING_CAME, .requests = 1},
    {"resets_after_request", BROADCAST, NOTHING_CAME, .requests = 1},
    {"resets_after_request", EXCHANGE, NOTHING_CAME, .requests = 1},
    {"resets_after_request", LOG_IN, NOTHING_CAME, .requests = 1, .retryable = true},
    {"resets_after_request", READ_CHAIN, NOTHING_CAME, .requests = 1, .retryable = true},
    {"closes_after_request", SUBMIT, NOTHING_CAME, .requests = 1},
    {"closes_after_request", CONFIRM, NOTHING_CAME, .requests = 1},
    {"closes_after_request", BROADCAST, NOTHING_CAME, .requests = 1},
    {"closes_after_request", EXCHANGE, NOTHING_CAME, .requests = 1},
    {"closes_after_request", REFRESH, NOTHING_CAME, .requests = 1},
    {"closes_after_request", LOG_IN, NOTHING_CAME, .requests = 1, .retryable = true},
    {"closes_after_request", READ_CHAIN, NOTHING_CAME, .requests = 1, .retryable = true},
    {"refresh_gets_no_answer", SUBMIT, CODE(UNREACHABLE), OUTCOME(NOT_DONE), .retryable = true, .retry_after_ms = 1000000,
     .requests = 2, .never_says = "find out", .options = {"refresh_probe_delay_ms", "1000000"}},

    /* The answer breaks off. */
    {"cut_status_line", SUBMIT, NOTHING_CAME, .requests = 1},
    {"cut_headers", SUBMIT, NO_PEERID(200), .requests = 1},
    {"cut_body", SUBMIT, NO_PEERID(200), .requests = 1},
    {"cut_body", EXCHANGE, NO_PEERID(200), .requests = 1},
    {"cut_body", LOG_IN, NO_PEERID(200), .requests = 1, .retryable = true},
    {"cut_body_of_400", SUBMIT, NO_PEERID(400), .requests = 1},
    {"cut_body_of_500", SUBMIT, CODE(SERVER), OUTCOME(UNKNOWN), .http_status = 500, .requests = 1},
    {"cut_chunk", SUBMIT, NO_PEERID(200), .requests = 1},
    {"bad_chunk_size", SUBMIT, NO_PEERID(200), .requests = 1},
    {"bad_content_length", SUBMIT, NO_PEERID(200), .requests = 1},
    {"not_http", SUBMIT, NO_PEERID(0), .requests = 1},

    /* The answer does not end, or is too large. */
    {"silent", SUBMIT, CODE(TIMEOUT), OUTCOME(UNKNOWN), .requests = 1, BRIEF},
    {"silent", EXCHANGE, CODE(TIMEOUT), OUTCOME(UNKNOWN), .requests = 1, BRIEF},
    {"silent", REFRESH, CODE(TIMEOUT), OUTCOME(UNKNOWN), .requests = 1, .options = {"refresh_timeout_ms", "600"}},
    {"silent", REFRESH, CODE(TIMEOUT), OUTCOME(UNKNOWN), .requests = 1, .retryable = true,
     .options = {"request_timeout_ms", "600", "refresh_timeout_ms", "6000"}},
    {"silent", LOG_IN, CODE(TIMEOUT), OUTCOME(UNKNOWN), .requests = 1, .retryable = true, BRIEF},
    {"silent", READ_CHAIN, CODE(TIMEOUT), OUTCOME(UNKNOWN), .requests = 1, .retryable = true, BRIEF},
    {"stalls_in_body", SUBMIT, CODE(TIMEOUT), OUTCOME(UNKNOWN), .requests = 1, BRIEF},
    {"trickles", SUBMIT, CODE(TIMEOUT), OUTCOME(UNKNOWN), .requests = 1, BRIEF},
    {"floods_body", SUBMIT, CODE(TOO_LARGE), OUTCOME(UNKNOWN), .requests = 1, SMALL},
    {"floods_body", EXCHANGE, CODE(TOO_LARGE), OUTCOME(UNKNOWN), .requests = 1, SMALL},
    {"declares_too_much", SUBMIT, CODE(TOO_LARGE), OUTCOME(UNKNOWN), .requests = 1},
    {"floods_headers", SUBMIT, CODE(TOO_LARGE), OUTCOME(UNKNOWN), .requests = 1},
    {"floods_one_header", SUBMIT, CODE(TOO_LARGE), OUTCOME(UNKNOWN), .requests = 1},
    {"floods_interim_answers", SUBMIT, CODE(TOO_LARGE), OUTCOME(UNKNOWN), .requests = 1},

    /* Redirects are never followed. */
    {"redirect_301", SUBMIT, NO_PEERID(301), .requests = 1, .says = "base_url"},
    {"redirect_302", SUBMIT, NO_PEERID(302), .requests = 1, .says = "base_url"},
    {"redirect_303", SUBMIT, NO_PEERID(303), .requests = 1, .says = "base_url"},
    {"redirect_307", SUBMIT, NO_PEERID(307), .requests = 1, .says = "base_url"},
    {"redirect_308", SUBMIT, NO_PEERID(308), .requests = 1, .says = "base_url"},
    {"redirect_302", LOG_IN, NO_PEERID(302), .requests = 1, .says = "base_url"},
    {"redirect_302", EXCHANGE, NO_PEERID(302), .requests = 1, .says = "base_url"},
    {"redirect_302", READ_CHAIN, NO_PEERID(302), .requests = 1},

    /* Answers of proxies and of a failing server. */
    {"html_404", SUBMIT, NO_PEERID(404), .requests = 1, .says = "404 Not Found", .never_says = "<"},
    {"html_404", LOG_IN, NO_PEERID(404), .requests = 1, .says = "base_url"},
    {"html_404", EXCHANGE, NO_PEERID(404), .requests = 1, .says = "base_url"},
    {"html_408", SUBMIT, NO_PEERID(408), .requests = 1},
    {"html_408", READ_CHAIN, NO_PEERID(408), .requests = 1, .retryable = true},
    {"status_408", SUBMIT, NO_PEERID(408), .requests = 1},
    {"html_499", CONFIRM, NO_PEERID(499), .requests = 1},
    {"html_407", SUBMIT, CODE(REJECTED), OUTCOME(NOT_DONE), .http_status = 407, .requests = 1},
    {"html_431", SUBMIT, CODE(REJECTED), OUTCOME(NOT_DONE), .http_status = 431, .requests = 1},
    {"html_413", SUBMIT, CODE(TOO_LARGE), OUTCOME(NOT_DONE), .http_status = 413, .requests = 1, .never_says = "<"},
    {"refuses_before_body", SUBMIT_LARGE, CODE(TOO_LARGE), OUTCOME(NOT_DONE), .http_status = 413, .fragments = 1,
     .options = {"validate", "off"}},
    {"html_502", SUBMIT, CODE(SERVER), OUTCOME(UNKNOWN), .http_status = 502, .requests = 1, .says = "502 Bad Gateway",
     .never_says = "<"},
    {"html_502", EXCHANGE, CODE(SERVER), OUTCOME(UNKNOWN), .http_status = 502, .requests = 1},
    {"html_502", LOG_IN, CODE(SERVER), OUTCOME(UNKNOWN), .http_status = 502, .requests = 1, .retryable = true},
    {"html_502", READ_CHAIN, CODE(SERVER), OUTCOME(UNKNOWN), .http_status = 502, .requests = 1, .retryable = true},
    {"html_503", SUBMIT, CODE(SERVER), OUTCOME(UNKNOWN), .http_status = 503, .requests = 1},
    {"html_503_retry_after", SUBMIT, CODE(RATE_LIMITED), OUTCOME(UNKNOWN), .http_status = 503, .requests = 1,
     .retry_after_ms = 7000},
    {"html_503_retry_after", LOG_IN, CODE(RATE_LIMITED), OUTCOME(UNKNOWN), .http_status = 503, .requests = 1,
     .retryable = true, .retry_after_ms = 7000},
    {"html_504", SUBMIT, CODE(SERVER), OUTCOME(UNKNOWN), .http_status = 504, .requests = 1},
    {"status_403", SUBMIT, CODE(NOT_PERMITTED), OUTCOME(NOT_DONE), .http_status = 403, .requests = 1},
    {"status_405", SUBMIT, CODE(REJECTED), OUTCOME(NOT_DONE), .http_status = 405, .requests = 1},
    {"status_429", SUBMIT, CODE(RATE_LIMITED), OUTCOME(NOT_DONE), .http_status = 429, .requests = 1, .retryable = true},
    {"status_429_retry_after", SUBMIT, CODE(RATE_LIMITED), OUTCOME(NOT_DONE), .http_status = 429, .requests = 1,
     .retryable = true, .retry_after_ms = 3000},
    {"status_429_retry_after", REFRESH, CODE(RATE_LIMITED), OUTCOME(NOT_DONE), .http_status = 429, .requests = 1,
     .retryable = true, .retry_after_ms = 3000},
    {"status_429_long_retry_after", SUBMIT, CODE(RATE_LIMITED), OUTCOME(NOT_DONE), .http_status = 429, .requests = 1,
     .retryable = true, .retry_after_ms = 86400000},
    {"status_503_bad_retry_after", SUBMIT, CODE(RATE_LIMITED), OUTCOME(UNKNOWN), .http_status = 503, .requests = 1},
    {"status_429_bad_retry_after", SUBMIT, CODE(RATE_LIMITED), OUTCOME(NOT_DONE), .http_status = 429, .requests = 1,
     .retryable = true},
    {"status_500", SUBMIT, CODE(SERVER), OUTCOME(UNKNOWN), .http_status = 500, .requests = 1},
    {"status_500", REFRESH, CODE(SERVER), OUTCOME(UNKNOWN), .http_status = 500, .requests = 1},
    {"status_500", LOG_IN, CODE(SERVER), OUTCOME(UNKNOWN), .http_status = 500, .requests = 1, .retryable = true},
    {"gateway_500", SUBMIT, CODE(SERVER), OUTCOME(UNKNOWN), .http_status = 500, .requests = 1},
    {"stack_trace_500", SUBMIT, CODE(CHAIN_REJECTED), OUTCOME(NOT_DONE), .http_status = 500, .requests = 1,
     .says = "insufficient balance", .never_says = "secret-path"},
    {"stack_trace_500", REFRESH, CODE(SERVER), OUTCOME(UNKNOWN), .http_status = 500, .requests = 1,
     .never_says = "secret-path"},
    {"large_html_500", SUBMIT, CODE(SERVER), OUTCOME(UNKNOWN), .http_status = 500, .requests = 1},
    {"string_status_400", SUBMIT, CODE(NOT_PERMITTED), OUTCOME(NOT_DONE), .http_status = 400, .requests = 1},

    /* A success without a valid result: the operation may have been executed. */
    {"null_result", SUBMIT, NO_PEERID(200), .requests = 1},
    {"null_result", CONFIRM, NO_PEERID(200), .requests = 1},
    {"null_result", EXCHANGE, NO_PEERID(200), .requests = 1},
    {"null_result", REFRESH, NO_PEERID(200), .requests = 1},
    {"null_result", LOG_IN, CODE(REJECTED), OUTCOME(NOT_DONE), .http_status = 200, .requests = 1,
     .says = "authorization code"},
    {"null_result", READ_CHAIN, .requests = 1},
    {"no_result", SUBMIT, NO_PEERID(200), .requests = 1},
    {"false_result", SUBMIT, NO_PEERID(200), .requests = 1},
    {"text_result", BROADCAST, NO_PEERID(200), .requests = 1},
    {"text_result", LOG_IN, NO_PEERID(200), .requests = 1},
    {"result_and_error", SUBMIT, NO_PEERID(200), .requests = 1},
    {"array_200", SUBMIT, NO_PEERID(200), .requests = 1},
    {"not_json_200", SUBMIT, NO_PEERID(200), .requests = 1},
    {"html_200", SUBMIT, NO_PEERID(200), .requests = 1},
    {"html_200", EXCHANGE, NO_PEERID(200), .requests = 1},
    {"cut_json_200", SUBMIT, NO_PEERID(200), .requests = 1},
    {"empty_200", SUBMIT, NO_PEERID(200), .requests = 1},
    {"no_content_204", SUBMIT, NO_PEERID(204), .requests = 1},
    {"strange_status_299", SUBMIT, NO_PEERID(299), .requests = 1},
    {"strange_status_999", SUBMIT, NO_PEERID(999), .requests = 1},
    {"invalid_utf8_200", SUBMIT, NO_PEERID(200), .requests = 1},
    {"invalid_utf8_400", SUBMIT, NO_PEERID(400), .requests = 1},
    {"deep_200", SUBMIT, NO_PEERID(200), .requests = 1},
    {"deep_400", SUBMIT, NO_PEERID(400), .requests = 1},
    {"huge_number_200", SUBMIT, NO_PEERID(200), .requests = 1},
    {"nul_as_id_200", SUBMIT, NO_PEERID(200), .requests = 1},
    {"gateway_object_400", SUBMIT, NO_PEERID(400), .requests = 1, .says = "blocked"},
    {"gateway_object_400", REFRESH, NO_PEERID(400), .requests = 1},
    {"byte_order_mark_400", SUBMIT, CODE(REJECTED), OUTCOME(NOT_DONE), .http_status = 400, .requests = 1,
     .says = "op_name: no"},
    {"gzip_400", SUBMIT, CODE(REJECTED), OUTCOME(NOT_DONE), .http_status = 400, .requests = 1, .says = "op_name: no"},
    {"gzip_cut_200", SUBMIT, NO_PEERID(200), .requests = 1},
    {"gzip_damaged_200", SUBMIT, NO_PEERID(200), .requests = 1, .says = "Content-Encoding"},
    {"gzip_bomb_200", SUBMIT, CODE(TOO_LARGE), OUTCOME(UNKNOWN), .requests = 1},
    {"unknown_coding_200", SUBMIT, NO_PEERID(200), .requests = 1, .says = "Content-Encoding"},

    /* Unusual, but valid. */
    {"healthy", SUBMIT, .requests = 1},
    {"healthy", SUBMIT_LARGE, .requests = 1, .options = {"validate", "off"}},
    {"healthy", CONFIRM, .requests = 1},
    {"healthy", BROADCAST, .requests = 1},
    {"healthy", LOG_IN, .requests = 1},
    {"healthy", EXCHANGE, .requests = 1},
    {"healthy", REFRESH, .requests = 1},
    {"healthy", READ_CHAIN, .requests = 1},
    {"compresses", SUBMIT, .requests = 1},
    {"compresses", LOG_IN, .requests = 1},
    {"compresses", REFRESH, .requests = 1},
    {"deflate_200", SUBMIT, .requests = 1},
    {"writes_byte_order_marks", SUBMIT, .requests = 1},
    {"writes_byte_order_marks", LOG_IN, .requests = 1},
    {"writes_byte_order_marks", REFRESH, .requests = 1},
    {"writes_byte_order_marks", READ_CHAIN, .requests = 1},
    {"empty_refresh_token", REFRESH, .requests = 1},
    {"refresh_token_false", REFRESH, .requests = 1},
    {"speaks_http_1_0", SUBMIT, .requests = 1},
    {"sends_interim_answers", SUBMIT, .requests = 1},
    {"answers_byte_by_byte", SUBMIT, .requests = 1},
    {"repeats_keys", SUBMIT, .requests = 1},
    {"nul_in_text_200", SUBMIT, .requests = 1},
    {"closes_after_answer", SUBMIT, .requests = 1},
};

enum { ROWS = sizeof rows / sizeof rows[0], LONGEST_MS = 300000, LONGEST_FACTOR = 256 };

static atomic_int pipe_signals;

static void count_sigpipe(int number) {
  (void)number;
  pipe_signals++;
}

/* Adds a line to `wrong` if the two differ. */
static void compare(char *wrong, size_t size, const char *what, int64_t expected, int64_t found) {
  if (expected == found) return;
  size_t length = strlen(wrong);
  snprintf(wrong + length, size - length, "  %s: expected %lld, found %lld\n", what, (long long)expected,
           (long long)found);
}

static void compare_text(char *wrong, size_t size, const char *what, bool is_right, const char *text) {
  if (is_right) return;
  size_t length = strlen(wrong);
  snprintf(wrong + length, size - length, "  %s '%s'\n", what, text);
}

/* A row, called in one mode. */
typedef struct test_case {
  const row *row;
  mode mode;
  char name[96];
} test_case;

/* Makes the call with time limits that are this many times those of the row, and describes what is wrong. */
static failure attempt(const test_case *test_case, int factor, char *wrong, size_t size) {
  const row *row = test_case->row;
  const char *options[12] = {0};
  option_values values;
  int count = longer_limits(row->options, factor, options, &values);
  char proxy[64];
  if (row->is_proxy) {
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d", fault_port(row->fault));
    options[count] = "proxy";
    options[count + 1] = proxy;
  }
  fault_server_reset();
  caller caller = caller_make(test_case->mode, row->url ? row->url : fault_url("http", row->fault), options);
  int64_t begin = now_ms();
  failure found = take_failure(make_call(&caller, row->call, 100000), __FILE__, __LINE__);
  int64_t elapsed = now_ms() - begin;
  /* The server may read a request after its time has run out. */
  char arrivals[64];
  snprintf(arrivals, sizeof arrivals, "requests=%d&fragments=%d&connects=%d", row->requests, row->fragments,
           row->connects);
  bool is_right = found.code == row->code && found.outcome == row->outcome;
  port_record record = fault_record(row->fault, is_right ? arrivals : NULL);

  *wrong = '\0';
  compare(wrong, size, "code", row->code, found.code);
  compare(wrong, size, "outcome", row->outcome, found.outcome);
  compare(wrong, size, "HTTP status", row->http_status, found.http_status);
  compare(wrong, size, "retryable", row->retryable, found.retryable);
  /* The library counts this wait down, so it may be a little shorter. */
  bool is_near = found.retry_after_ms <= row->retry_after_ms && found.retry_after_ms >= row->retry_after_ms * 9 / 10;
  if (!is_near) compare(wrong, size, "retry-after", row->retry_after_ms, found.retry_after_ms);
  compare(wrong, size, "requests", row->requests, record.requests);
  compare(wrong, size, "fragments", row->fragments, record.fragments);
  compare(wrong, size, "CONNECT requests", row->connects, record.connects);
  compare(wrong, size, "SIGPIPE", 0, pipe_signals);
  compare(wrong, size, "in time", true, elapsed < LONGEST_MS);
  if (row->says) compare_text(wrong, size, "does not say", strstr(found.message, row->says), row->says);
  if (row->never_says) {
    bool is_silent = !strstr(found.message, row->never_says) && count_log_lines(row->never_says) == 0;
    compare_text(wrong, size, "says or logs", is_silent, row->never_says);
  }
  json_decref(record.whole);
  caller_free(&caller);
  check_log();
  return found;
}

static void call_with_fault(void **state) {
  const test_case *test_case = *state;
  const row *row = test_case->row;
  char wrong[4096];
  failure found = attempt(test_case, 1, wrong, sizeof wrong);
  /* On a slow machine the time may run out before the request is sent. */
  for (int factor = 2; *wrong && has_limits(row->options) && factor <= LONGEST_FACTOR; factor *= 2) {
    found = attempt(test_case, factor, wrong, sizeof wrong);
  }
  if (*wrong && row->reported) {
    print_message("known: %s\n%s", row->reported, wrong);
    skip();
  }
  if (*wrong) fail_msg("%s  said '%s'", wrong, found.message);
  if (row->reported) fail_msg("this works now: remove `reported` from the row (%s)", row->reported);
}

int main(void) {
  signal(SIGPIPE, count_sigpipe);
  fault_server_start(NULL, NULL);
  static struct CMUnitTest tests[2 * ROWS];
  static test_case runs[2 * ROWS];
  for (size_t i = 0; i < 2 * ROWS; i++) {
    const row *row = &rows[i / 2];
    mode mode = i % 2;
    runs[i] = (test_case){.row = row, .mode = mode};
    snprintf(runs[i].name, sizeof runs[i].name, "%s%s with %s%s", call_name(row->call),
             mode == ASYNCHRONOUS ? ", asynchronously," : "", row->is_proxy ? "the proxy " : "",
             row->url && !row->is_proxy ? "an unknown host" : row->fault);
    tests[i] = (struct CMUnitTest){runs[i].name, call_with_fault, NULL, NULL, &runs[i]};
  }
  int failures = run_group("faults", tests, NULL, NULL);
  fault_server_stop();
  return failures;
}
