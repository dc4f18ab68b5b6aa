/* Pays exactly once, even if answers are lost: shows what to do after an unknown outcome.
 *
 *   unknown_outcome BASE_URL CLIENT_ID CLIENT_SECRET LOGIN PASSWORD FROM TO AMOUNT LEDGER
 *
 * Every error of the library has an outcome (`peerid_error_outcome`):
 *
 *   not sent   nothing was sent. Sending again cannot pay twice.
 *   not done   the server or the chain refused. Sending again cannot pay twice, but rarely helps.
 *   unknown    the payment may have been made. Sending again may pay twice: settle it first.
 *
 * So before it sends anything, this program takes a mark (`peerid_session_mark`) and writes it to its ledger, a file.
 * After an unknown outcome or a crash, it settles the mark (`peerid_session_settle`), and pays again only if the
 * payment was not made and can no longer be made. If it cannot find that out, it leaves the payment open and exits with
 * status 3. You can run it again with the same ledger: it pays only once.
 *
 * To depend only on the C library, the program searches answers as text; use a JSON library in a real program.
 */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <peerid.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { DONE = 0, NOT_DONE = 1, OPEN = 3, TRIES = 3 };

/* The longest pause before the chain is read again. Tests advance the clock of the sandbox instead of waiting. */
static int64_t longest_wait_ms = 15000;

typedef struct payment {
  const char *ledger;
  /* The operation as JSON. */
  char operation[512];
  size_t length;
  /* The mark that was taken before the payment was sent; NULL if there is none. */
  char *mark;
} payment;

/* ---- The ledger ---- */

/* Replaces the content of the ledger. Returns when it is on disk, so that nothing is sent before. */
static bool write_ledger(const payment *payment, const char *word, const char *mark) {
  FILE *file = fopen(payment->ledger, "w");
  if (!file) return false;
  bool is_written = fprintf(file, "%s %s\n", word, mark) > 0 && fflush(file) == 0 && fsync(fileno(file)) == 0;
  return fclose(file) == 0 && is_written;
}

/* Reads the state of an earlier run: "done", "unsigned", "sending" and the mark, or nothing. */
static void read_ledger(payment *payment, char word[16]) {
  *word = '\0';
  FILE *file = fopen(payment->ledger, "r");
  if (!file) return;
  size_t size = 0;
  if (fscanf(file, "%15s ", word) != 1) *word = '\0';
  if (getline(&payment->mark, &size, file) <= 0) {
    free(payment->mark);
    payment->mark = strdup("");
  }
  payment->mark[strcspn(payment->mark, "\n")] = '\0';
  fclose(file);
}

static void wait_ms(int64_t milliseconds) {
  struct timespec time = {.tv_sec = (time_t)(milliseconds / 1000), .tv_nsec = (long)(milliseconds % 1000) * 1000000};
  nanosleep(&time, NULL);
}

/* ---- Settling ---- */

/* Takes a mark for the payment, which costs one chain read. */
static bool mark(peerid_session *session, payment *payment) {
  peerid_response *response = NULL;
  peerid_error *error = peerid_session_mark(session, payment->operation, payment->length, &response);
  free(payment->mark);
  payment->mark = error ? NULL : strdup(peerid_response_json(response, NULL));
  if (error) fprintf(stderr, "reading the chain: %s\n", peerid_error_message(error));
  peerid_error_free(error);
  peerid_response_free(response);
  return payment->mark != NULL;
}

/* Settles the mark: DONE, NOT_DONE, or OPEN if that is not known yet. Repeating this is safe. */
static int settle(peerid_session *session, const payment *payment) {
  for (int failures = 0; failures < TRIES;) {
    peerid_response *response = NULL;
    peerid_error *error = peerid_session_settle(session, payment->mark, strlen(payment->mark), &response);
    if (error) {
      fprintf(stderr, "reading the chain: %s\n", peerid_error_message(error));
      bool may_help = peerid_error_is_retryable(error);
      peerid_error_free(error);
      if (!may_help) return OPEN;
      failures++;
      wait_ms(200);
      continue;
    }
    const char *json = peerid_response_json(response, NULL);
    bool is_done = strstr(json, "\"state\":\"done\""), is_not_done = strstr(json, "\"state\":\"not_done\"");
    const char *wait = strstr(json, "\"retry_after_ms\":");
    int64_t milliseconds = wait ? strtoll(strchr(wait, ':') + 1, NULL, 10) : 0;
    peerid_response_free(response);
    if (is_done || is_not_done) return is_done ? DONE : NOT_DONE;
    /* 0: several payments may be this one, so a person must decide. */
    if (milliseconds == 0) return OPEN;
    wait_ms(milliseconds < longest_wait_ms ? milliseconds : longest_wait_ms);
  }
  return OPEN;
}

/* ---- The payment ---- */

/* Sends the payment. `has_to_be_signed` tells whether the user has to sign it before it is made. */
static peerid_error *send_payment(peerid_session *session, const payment *payment, bool *has_to_be_signed) {
  peerid_response *response = NULL;
  peerid_error *error = peerid_session_submit(session, payment->operation, payment->length, &response);
  const char *transaction = peerid_response_transaction_id(response);
  if (transaction) printf("paid: transaction %s\n", transaction);
  *has_to_be_signed = !error && !transaction;
  peerid_response_free(response);
  return error;
}

static int leave_to_user(void) {
  puts("left open: the user has to sign it, see peerid_session_confirm");
  return OPEN;
}

/* Handles an error of the payment. Returns whether to try again; `is_uncertain` tells whether to settle first. */
static bool understand(peerid_error *error, bool *is_uncertain) {
  bool may_retry = false;
  *is_uncertain = false;
  switch (peerid_error_outcome(error)) {
    case PEERID_OUTCOME_NOT_SENT:
      printf("not sent: %s\n", peerid_error_message(error));
      may_retry = peerid_error_is_retryable(error);
      break;
    case PEERID_OUTCOME_NOT_DONE:
      printf("not done: %s\n", peerid_error_message(error));
      may_retry = peerid_error_is_retryable(error);
      break;
    default: /* PEERID_OUTCOME_UNKNOWN, and outcomes of newer versions */
      printf("unknown: %s\n", peerid_error_message(error));
      may_retry = *is_uncertain = true;
  }
  if (may_retry && peerid_error_retry_after_ms(error) > 0) wait_ms(peerid_error_retry_after_ms(error));
  peerid_error_free(error);
  return may_retry;
}

static int pay(peerid_session *session, payment *payment) {
  char word[16];
  read_ledger(payment, word);
  if (strcmp(word, "done") == 0) {
    printf("already paid, according to the ledger\n");
    return DONE;
  }
  if (strcmp(word, "unsigned") == 0) return leave_to_user();
  bool is_uncertain = strcmp(word, "sending") == 0;
  for (int sends = 0;;) {
    if (is_uncertain) {
      printf("settling\n");
      int found = settle(session, payment);
      if (found == OPEN) {
        printf("left open: it is not known yet whether it was paid; run this again with the same ledger\n");
        return OPEN;
      }
      puts(found == DONE ? "the payment is on the chain" : "the payment is not on the chain, and never will be");
      if (found == DONE) return write_ledger(payment, "done", "") ? DONE : OPEN;
    }
    if (sends++ == TRIES) return NOT_DONE;
    /* Without a mark, an unknown outcome could not be settled, so nothing is sent. */
    if (!mark(session, payment) || !write_ledger(payment, "sending", payment->mark)) return NOT_DONE;
    bool has_to_be_signed;
    peerid_error *error = send_payment(session, payment, &has_to_be_signed);
    if (has_to_be_signed) return write_ledger(payment, "unsigned", "") ? leave_to_user() : OPEN;
    if (!error) return write_ledger(payment, "done", "") ? DONE : OPEN;
    bool may_retry = understand(error, &is_uncertain);
    if (!is_uncertain) write_ledger(payment, "nothing sent", "");
    if (!may_retry) return NOT_DONE;
  }
}

/* Logging in twice is safe, so retry after temporary failures. */
static peerid_error *log_in(peerid_client *client, const char *login, const char *password, peerid_session **session) {
  for (int i = 1;; i++) {
    peerid_error *error = peerid_client_login(client, login, password, NULL, NULL, session);
    if (!error || !peerid_error_is_retryable(error) || i == TRIES) return error;
    wait_ms(200 * i);
    peerid_error_free(error);
  }
}

static int fail(const char *doing, peerid_error *error) {
  fprintf(stderr, "%s: %s\n", doing, peerid_error_message(error));
  peerid_error_free(error);
  return NOT_DONE;
}

int main(int argc, char **argv) {
  if (argc != 10) {
    fprintf(stderr, "usage: %s BASE_URL CLIENT_ID CLIENT_SECRET LOGIN PASSWORD FROM TO AMOUNT LEDGER\n", argv[0]);
    return 2;
  }
  const char *wait = getenv("PEERID_EXAMPLE_LONGEST_WAIT_MS");
  if (wait) longest_wait_ms = strtoll(wait, NULL, 10);
  payment payment = {.ledger = argv[9]};
  payment.length = (size_t)snprintf(payment.operation, sizeof payment.operation,
                                    "{\"op_name\":\"transfer\",\"fee_asset\":\"1.3.0\",\"from\":\"%s\",\"to\":\"%s\","
                                    "\"amount\":{\"amount\":%" PRId64 ",\"asset_id\":\"1.3.0\"}}",
                                    argv[6], argv[7], (int64_t)strtoll(argv[8], NULL, 10));
  if (payment.length >= sizeof payment.operation) return 2;

  int status = NOT_DONE;
  peerid_config *config = NULL;
  peerid_client *client = NULL;
  peerid_session *session = NULL;
  peerid_error *error = NULL;
  if ((error = peerid_config_create(argv[1], argv[2], argv[3], &config))) return fail("configuration", error);
  error = peerid_client_create(config, &client);
  peerid_config_free(config);
  if (error) return fail("client", error);
  if ((error = log_in(client, argv[4], argv[5], &session))) {
    status = fail("log in", error);
  } else {
    status = pay(session, &payment);
  }
  free(payment.mark);
  peerid_session_free(session);
  peerid_client_free(client);
  return status;
}
