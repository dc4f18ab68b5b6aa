/* Expectations about the library, on top of cmocka.
 *
 * All parts of each error are checked, in every test: they must be consistent and contain no secret.
 */
#ifndef SUPPORT_EXPECT_H
#define SUPPORT_EXPECT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <peerid.h>

#include "threads.h"

/* A copy of an error. */
typedef struct failure {
  int32_t code; /* 0: there was no error */
  int32_t outcome;
  int32_t http_status;
  bool retryable;
  int64_t retry_after_ms;
  char message[2048];
  char detail[8192];
} failure;

/* Copies the parts of an error and frees it. */
failure take_failure(peerid_error *error, const char *file, int line);

void expect_success(peerid_error *error, const char *call, const char *file, int line);
failure expect_failure(peerid_error *error, int32_t code, int32_t outcome, const char *text, const char *call,
                       const char *file, int line);

/* Asserts that the call succeeds. */
#define assert_success(call) expect_success((call), #call, __FILE__, __LINE__)

/* Asserts a failure with this code (without `PEERID_CODE_`) and outcome, and with this text, if any, in its message. */
#define assert_failure(call, code, outcome, text) \
  expect_failure((call), PEERID_CODE_##code, PEERID_OUTCOME_##outcome, (text), #call, __FILE__, __LINE__)

/* Asserts that the call refuses an argument, and sends nothing. */
#define assert_invalid(call, text) assert_failure((call), INVALID_ARGUMENT, NOT_SENT, (text))

/* Asserts that a string contains another. */
#define assert_contains(text, part) expect_contains((text), (part), __FILE__, __LINE__)
void expect_contains(const char *text, const char *part, const char *file, int line);

/* Skips the rest of a test that shows a known bug. The test expects the correct behaviour; remove the line when the
 * bug is fixed. */
#define known_fault(description)               \
  do {                                         \
    print_message("known: %s\n", description); \
    skip();                                    \
  } while (0)

/* Registers a secret that must never appear in an error or a log line. */
void remember_secret(const char *secret);

/* Whether the string contains no registered secret. */
bool is_free_of_secrets(const char *text);

/* A log handler that collects lines; its context is not used. */
void gather_log(void *context, int32_t level, const char *message);

/* The number of collected lines that contain this text. */
int count_log_lines(const char *text);

/* The same, after waiting for that many: the library's threads may log later. */
int await_log_lines(const char *text, int count);

/* Fails the test if a collected line contains a secret. Forgets the lines. */
void check_log(void);

/* A configuration whose log lines are collected, with time limits that no machine reaches. */
peerid_config *make_config(const char *base_url, const char *client_id, const char *secret);

/* A client with such a configuration and with options as name, value, name, value, …, NULL; `options` may be NULL. */
peerid_client *make_client(const char *base_url, const char *client_id, const char *secret,
                           const char *const options[]);

/* Options for `make_client`. */
#define OPTIONS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* A session with tokens that no server has issued. `scope`, JSON, and `refresh_token` may be NULL. */
peerid_session *restore_session(peerid_client *client, const char *access_token, const char *refresh_token,
                                const char *scope);

/* Registers the tokens of a session as secrets and returns its generation. */
uint64_t session_generation(peerid_session *session);

/* Submits a transfer of this amount from 1.2.31 to 1.2.33. */
peerid_error *transfer(peerid_session *session, int64_t amount, peerid_response **response);

/* The same, when the response does not matter. */
peerid_error *submit_transfer(peerid_session *session, int64_t amount);

/* Milliseconds of the monotonic clock. */
int64_t now_ms(void);

#endif
