/* Pays once, whatever the network does: what to do when it is unknown whether an operation was done.
 *
 *   unknown_outcome BASE_URL CLIENT_ID CLIENT_SECRET LOGIN PASSWORD FROM TO AMOUNT LEDGER
 *
 * Every error of the library says what became of the request (`peerid_error_outcome`):
 *
 *   not sent   no byte left. Sending again cannot pay twice.
 *   not done   the server or the chain said no, and did nothing. Sending again cannot pay twice, but rarely helps.
 *   unknown    the payment may have been made and only the answer was lost. Sending again may pay twice: settle first.
 *
 * So this program takes a mark (`peerid_session_mark`) and writes it into its ledger, a file, before it sends anything.
 * After an unknown outcome, and after a crash, it settles the mark (`peerid_session_settle`) and pays again only when
 * the payment was not done and cannot be done any more. When the chain cannot be read it leaves the payment open, and
 * ends with status 3. Run it again with the same ledger as often as you like: it pays once.
 *
 * To keep to the C library, answers are searched as text here; a real program reads them with a JSON library.
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

/* How long to wait at most before the chain is asked again; a test moves the clock of its sandbox instead. */
static int64_t longest_wait_ms = 15000;

typedef struct payment {
  const char *ledger;
  /* The operation as JSON. */
  char operation[512];
  size_t length;
  /* The mark that was taken before it was sent; NULL when there is none. */
  char *mark;
} payment;

/* ---- The ledger ---- */

/* Replaces what the ledger says, durably: nothing may be sent before it is on the disk. */
static bool write_ledger(const payment *payment, const char *word, const char *mark) {
  FILE *file = fopen(payment->ledger, "w");
  if (!file) return false;
  bool is_written = fprintf(file, "%s %s\n", word, mark) > 0 && fflush(file) == 0 && fsync(fileno(file)) == 0;
  return fclose(file) == 0 && is_written;
}

/* What an earlier run has left: "done", "sending" and the mark, or nothing. */
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

/* ---- What became of it ---- */

/* Takes the mark of the payment, which costs a read of the chain. */
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

/* Settles the mark: DONE, NOT_DONE, or OPEN when the chain does not tell. Asking again does no harm. */
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
    /* 0: there are payments that may be it, and a person has to look. */
    if (milliseconds == 0) return OPEN;
    wait_ms(milliseconds < longest_wait_ms ? milliseconds : longest_wait_ms);
  }
  return OPEN;
}

/* ---- The payment ---- */

static peerid_error *send_payment(peerid_session *session, const payment *payment) {
  peerid_response *response = NULL;
  peerid_error *error = peerid_session_submit(session, payment->operation, payment->length, &response);
  if (!error) printf("paid: transaction %s\n", peerid_response_transaction_id(response));
  peerid_response_free(response);
  return error;
}

/* Deals with an error of the payment. Returns whether to try again; `is_uncertain` says whether to settle first. */
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
    default: /* PEERID_OUTCOME_UNKNOWN, and any outcome that is not known here */
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
    printf("paid already, says the ledger\n");
    return DONE;
  }
  bool is_uncertain = strcmp(word, "sending") == 0;
  for (int sends = 0;;) {
    if (is_uncertain) {
      printf("settling\n");
      int found = settle(session, payment);
      if (found == OPEN) {
        printf("left open: nobody can tell yet whether it was paid; run this again with the same ledger\n");
        return OPEN;
      }
      printf("%s\n", found == DONE ? "the payment is there" : "the payment is not there and cannot come any more");
      if (found == DONE) return write_ledger(payment, "done", "") ? DONE : OPEN;
    }
    if (sends++ == TRIES) return NOT_DONE;
    /* Without the mark an unknown outcome could not be settled later: then rather nothing is sent. */
    if (!mark(session, payment) || !write_ledger(payment, "sending", payment->mark)) return NOT_DONE;
    peerid_error *error = send_payment(session, payment);
    if (!error) return write_ledger(payment, "done", "") ? DONE : OPEN;
    bool may_retry = understand(error, &is_uncertain);
    if (!is_uncertain) write_ledger(payment, "nothing sent", "");
    if (!may_retry) return NOT_DONE;
  }
}

/* Logging in twice does no harm, so what may go away by itself is tried again. */
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
