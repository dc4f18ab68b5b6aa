/* Pays once, whatever the network does: what to do when nobody can tell whether an operation was carried out.
 *
 *   unknown_outcome BASE_URL CLIENT_ID CLIENT_SECRET LOGIN PASSWORD FROM TO AMOUNT LEDGER
 *
 * Every error of the library tells what became of the request (`peerid_error_outcome`):
 *
 *   not sent   no byte left. Sending again cannot pay twice.
 *   refused    the server said no, and did nothing. Sending again cannot pay twice, but rarely helps.
 *   unknown    the payment may have been made and only the answer was lost. Sending again may pay twice: look first.
 *
 * So this program writes into its ledger, a file, what it is about to do before it does it. After an unknown outcome,
 * and after a crash, it asks the chain whether the payment is there, and pays again only when the chain has moved on so
 * far that the lost transaction cannot be taken any more. When it cannot find out, it leaves the payment open for a
 * person, and ends with status 3. Run it again with the same ledger as often as you like: it pays once.
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

enum { DONE = 0, NOT_DONE = 1, OPEN = 3, TRIES = 3, MILLISECONDS_PER_BLOCK = 3000 };

/* After so many blocks a transaction that is in none of them has expired. */
static long lifetime_in_blocks = 40;

typedef struct payment {
  const char *from;
  const char *to;
  int64_t amount;
  const char *ledger;
  /* Where the chain stood before the payment was sent: the newest entry of the payer's history, and the block. */
  char history_mark[32];
  long block;
} payment;

/* ---- The ledger ---- */

/* Replaces what the ledger says, durably: nothing may be sent before it is on the disk. */
static bool write_ledger(const payment *payment, const char *line) {
  FILE *file = fopen(payment->ledger, "w");
  if (!file) return false;
  bool is_written = fprintf(file, "%s\n", line) > 0 && fflush(file) == 0 && fsync(fileno(file)) == 0;
  return fclose(file) == 0 && is_written;
}

static bool write_intention(const payment *payment) {
  char line[128];
  snprintf(line, sizeof line, "sending %s %ld", payment->history_mark, payment->block);
  return write_ledger(payment, line);
}

/* What an earlier run has left: "done …", "sending …", or nothing. */
static void read_ledger(payment *payment, char word[16]) {
  *word = '\0';
  FILE *file = fopen(payment->ledger, "r");
  if (!file) return;
  if (fscanf(file, "%15s %31s %ld", word, payment->history_mark, &payment->block) < 1) *word = '\0';
  fclose(file);
}

/* ---- The chain ---- */

static void wait_ms(int64_t milliseconds) {
  struct timespec time = {.tv_sec = (time_t)(milliseconds / 1000), .tv_nsec = (long)(milliseconds % 1000) * 1000000};
  nanosleep(&time, NULL);
}

/* Reads the chain; reading again does no harm, so it is tried a few times. NULL when it cannot be read. */
static peerid_response *read_chain(peerid_client *client, const char *api, const char *method, const char *params) {
  for (int i = 0; i < TRIES; i++) {
    peerid_response *response = NULL;
    peerid_error *error = peerid_client_read_chain(client, api, method, params, strlen(params), &response);
    if (!error) return response;
    fprintf(stderr, "reading the chain: %s\n", peerid_error_message(error));
    bool may_help = peerid_error_is_retryable(error) && i + 1 < TRIES;
    int64_t pause = peerid_error_retry_after_ms(error);
    peerid_error_free(error);
    if (!may_help) break;
    wait_ms(pause > 0 ? pause : 200);
  }
  return NULL;
}

/* The payer's operations since an entry of the history, the newest first. */
static peerid_response *read_history(peerid_client *client, const payment *payment, const char *since) {
  char params[128];
  snprintf(params, sizeof params, "[\"%s\",\"%s\",100,\"1.11.0\"]", payment->from, since);
  return read_chain(client, "history", "get_account_history", params);
}

static bool read_head_block(peerid_client *client, long *block) {
  peerid_response *response = read_chain(client, "database", "get_dynamic_global_properties", "[]");
  const char *place = response ? strstr(peerid_response_json(response, NULL), "\"head_block_number\":") : NULL;
  if (place) *block = strtol(strchr(place, ':') + 1, NULL, 10);
  peerid_response_free(response);
  return place != NULL;
}

/* Notes where the chain stands before the payment is sent. */
static bool mark_place(peerid_client *client, payment *payment) {
  peerid_response *response = read_history(client, payment, "1.11.0");
  if (!response) return false;
  const char *newest = strstr(peerid_response_json(response, NULL), "\"id\":\"1.11.");
  snprintf(payment->history_mark, sizeof payment->history_mark, "1.11.0");
  if (newest) sscanf(newest, "\"id\":\"%31[0-9.]", payment->history_mark);
  peerid_response_free(response);
  return read_head_block(client, &payment->block);
}

/* Looks until the payment is found (DONE), or can no longer come (NOT_DONE), or the chain cannot be read (OPEN). */
static int look_for(peerid_client *client, const payment *payment) {
  char wanted[256];
  snprintf(wanted, sizeof wanted,
           "\"from\":\"%s\",\"to\":\"%s\",\"amount\":{\"amount\":%" PRId64 ",\"asset_id\":\"1.3.0\"}", payment->from,
           payment->to, payment->amount);
  for (;;) {
    long block = 0;
    /* The block first: what is not in the history afterwards was in no block up to this one. */
    if (!read_head_block(client, &block)) return OPEN;
    peerid_response *history = read_history(client, payment, payment->history_mark);
    if (!history) return OPEN;
    bool is_there = strstr(peerid_response_json(history, NULL), wanted) != NULL;
    peerid_response_free(history);
    if (is_there) return DONE;
    if (block >= payment->block + lifetime_in_blocks) return NOT_DONE;
    wait_ms(MILLISECONDS_PER_BLOCK);
  }
}

/* ---- The payment ---- */

static peerid_error *send_payment(peerid_session *session, const payment *payment) {
  char operation[512];
  int length = snprintf(operation, sizeof operation,
                        "{\"op_name\":\"transfer\",\"fee_asset\":\"1.3.0\",\"from\":\"%s\",\"to\":\"%s\","
                        "\"amount\":{\"amount\":%" PRId64 ",\"asset_id\":\"1.3.0\"}}",
                        payment->from, payment->to, payment->amount);
  peerid_response *response = NULL;
  peerid_error *error = peerid_session_submit(session, operation, (size_t)length, &response);
  if (!error) printf("paid: transaction %s\n", peerid_response_transaction_id(response));
  peerid_response_free(response);
  return error;
}

/* Deals with an error of the payment. Returns whether to try again; `is_uncertain` tells whether to look first. */
static bool understand(peerid_error *error, bool *is_uncertain) {
  bool may_retry = false;
  *is_uncertain = false;
  switch (peerid_error_outcome(error)) {
    case PEERID_OUTCOME_NOT_SENT:
      printf("not sent: %s\n", peerid_error_message(error));
      may_retry = peerid_error_is_retryable(error);
      break;
    case PEERID_OUTCOME_NOT_DONE:
      printf("refused: %s\n", peerid_error_message(error));
      may_retry = peerid_error_is_retryable(error);
      break;
    default: /* PEERID_OUTCOME_UNKNOWN, and whatever else: the careful reading */
      printf("unknown: %s\n", peerid_error_message(error));
      may_retry = *is_uncertain = true;
  }
  if (may_retry && peerid_error_retry_after_ms(error) > 0) wait_ms(peerid_error_retry_after_ms(error));
  peerid_error_free(error);
  return may_retry;
}

static int pay(peerid_client *client, peerid_session *session, payment *payment) {
  char word[16];
  read_ledger(payment, word);
  if (strcmp(word, "done") == 0) {
    printf("paid already, says the ledger\n");
    return DONE;
  }
  bool is_uncertain = strcmp(word, "sending") == 0;
  for (int sends = 0;;) {
    if (is_uncertain) {
      printf("looking at the chain\n");
      int found = look_for(client, payment);
      if (found == OPEN) {
        printf("left open: nobody can tell yet whether it was paid; run this again with the same ledger\n");
        return OPEN;
      }
      printf("%s\n", found == DONE ? "the payment is there" : "the payment is not there and cannot come any more");
      if (found == DONE) return write_ledger(payment, "done") ? DONE : OPEN;
    }
    if (sends++ == TRIES) return NOT_DONE;
    /* Without the mark an unknown outcome could not be cleared up later: then rather nothing is sent. */
    if (!mark_place(client, payment) || !write_intention(payment)) return NOT_DONE;
    peerid_error *error = send_payment(session, payment);
    if (!error) return write_ledger(payment, "done") ? DONE : OPEN;
    bool may_retry = understand(error, &is_uncertain);
    if (!is_uncertain) write_ledger(payment, "nothing sent");
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
  /* Against the sandbox there is no need to wait for two minutes. */
  const char *blocks = getenv("PEERID_EXAMPLE_LIFETIME_IN_BLOCKS");
  if (blocks) lifetime_in_blocks = strtol(blocks, NULL, 10);
  payment payment = {.from = argv[6], .to = argv[7], .amount = strtoll(argv[8], NULL, 10), .ledger = argv[9]};

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
    status = pay(client, session, &payment);
  }
  peerid_session_free(session);
  peerid_client_free(client);
  return status;
}
