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
 * payment was not made and can no longer be made. You can run it again with the same ledger: it pays only once.
 *
 * LEDGER belongs to one payment: use a new path for each payment, and keep the file. A missing file means that the
 * payment was never sent. The program also makes LEDGER.lock, which keeps a second run from paying at the same time.
 *
 * The exit status is 0 if the payment was made, 1 if it was not made, 2 if the arguments are wrong or the ledger
 * belongs to another payment, and 3 if the payment is open: it may have been made, or may still be.
 *
 * To depend only on the C library, the program searches answers as text; use a JSON library in a real program.
 */
#define _DEFAULT_SOURCE /* for flock */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <peerid.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { DONE = 0, NOT_DONE = 1, WRONG = 2, OPEN = 3, TRIES = 3, LONGEST_PATH = 4096 };

/* The longest pause before the chain is read again. Tests advance the clock of the sandbox instead of waiting. */
static int64_t longest_wait_ms = 15000;

typedef struct payment {
  const char *ledger;
  /* The operation as JSON. */
  char operation[512];
  size_t length;
  /* What the ledger says: "sending", "done", "not done" or "unsigned"; NULL if there is no ledger yet. */
  char *state;
  /* The mark that was taken before the payment was sent; for "unsigned", the token of the transaction. */
  char *mark;
} payment;

/* ---- The ledger: three lines, with the state, the operation, and the mark ---- */

/* A file that is renamed or new is on disk only when its folder is. */
static bool sync_folder(const char *path) {
  char copy[LONGEST_PATH];
  snprintf(copy, sizeof copy, "%s", path);
  int folder = open(dirname(copy), O_RDONLY | O_DIRECTORY);
  bool is_synced = folder >= 0 && fsync(folder) == 0;
  if (folder >= 0) close(folder);
  return is_synced;
}

/* Replaces the ledger, and returns when it is on disk, so that nothing is sent before. A crash or a full disk at any
 * moment leaves either the old ledger or the new one. */
static bool write_ledger(const payment *payment, const char *state, const char *mark) {
  char path[LONGEST_PATH];
  snprintf(path, sizeof path, "%s.new", payment->ledger);
  FILE *file = fopen(path, "w");
  bool is_written = file && fprintf(file, "%s\n%s\n%s\n", state, payment->operation, mark) > 0 && fflush(file) == 0 &&
                    fsync(fileno(file)) == 0;
  if (file) is_written = fclose(file) == 0 && is_written;
  if (is_written && rename(path, payment->ledger) == 0 && sync_folder(path)) return true;
  fprintf(stderr, "%s: the state '%s' could not be written: %s\n", payment->ledger, state, strerror(errno));
  return false;
}

/* Records that the payment was made. If that fails, the ledger still says "sending". */
static int record_done(const payment *payment) {
  if (write_ledger(payment, "done", "")) return DONE;
  puts("left open: it was paid, but that is not recorded; run this again with the same ledger");
  return OPEN;
}

/* Reads a line without its end. Returns NULL if there is none, or if it is not whole text. */
static char *read_line(FILE *file) {
  char *line = NULL;
  size_t size = 0;
  ssize_t length = getline(&line, &size, file);
  if (length <= 0 || strcspn(line, "\n") != (size_t)length - 1) {
    free(line);
    return NULL;
  }
  line[length - 1] = '\0';
  return line;
}

static bool says(const payment *payment, const char *state) {
  return payment->state && strcmp(payment->state, state) == 0;
}

/* Reads the ledger of earlier runs. Returns DONE if it could be read, or if there is none. In all other cases nothing
 * may be sent, because an earlier run may have paid. */
static int read_ledger(payment *payment) {
  FILE *file = fopen(payment->ledger, "r");
  if (!file && errno == ENOENT) return DONE;
  if (!file) {
    fprintf(stderr, "%s: %s; nothing was sent\n", payment->ledger, strerror(errno));
    return OPEN;
  }
  payment->state = read_line(file);
  char *operation = read_line(file);
  payment->mark = read_line(file);
  bool is_known = says(payment, "sending") || says(payment, "done") || says(payment, "not done") ||
                  says(payment, "unsigned");
  bool is_whole = is_known && operation && payment->mark && getc(file) == EOF;
  fclose(file);
  bool is_same = is_whole && strcmp(operation, payment->operation) == 0;
  free(operation);
  if (is_same) return DONE;
  fprintf(stderr, is_whole ? "%s: it belongs to another payment: use a new path for each payment; nothing was sent\n"
                           : "%s: it is damaged: find out on the chain whether the payment was made, and use a new "
                             "path only if it was not; nothing was sent\n",
          payment->ledger);
  return is_whole ? WRONG : OPEN;
}

/* Locks the ledger until the program ends, even by a crash, and reads it. Returns DONE, or the exit status. */
static int open_ledger(payment *payment) {
  char path[LONGEST_PATH];
  snprintf(path, sizeof path, "%s.lock", payment->ledger);
  /* The ledger itself cannot be locked, because it is replaced. */
  int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) == 0) return read_ledger(payment);
  if (lock >= 0 && errno == EWOULDBLOCK) {
    puts("left open: another run has the ledger; this one has sent nothing");
  } else {
    fprintf(stderr, "%s: %s; nothing was sent\n", path, strerror(errno));
  }
  return OPEN;
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

static int leave_to_user(void) {
  puts("left open: the user has to sign it: confirm the token in the ledger, see peerid_session_confirm");
  return OPEN;
}

static int record_answer(const payment *payment, const peerid_response *response) {
  const char *transaction = peerid_response_transaction_id(response);
  if (transaction) {
    printf("paid: transaction %s\n", transaction);
    return record_done(payment);
  }
  /* It is made when the user signs it. Without the token, nobody can. */
  const char *token = peerid_response_transaction_token(response);
  return write_ledger(payment, "unsigned", token ? token : "") ? leave_to_user() : OPEN;
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
  bool is_uncertain = says(payment, "sending");
  for (int sends = 0;;) {
    if (is_uncertain) {
      printf("settling\n");
      int found = settle(session, payment);
      if (found == OPEN) {
        printf("left open: it is not known yet whether it was paid; run this again with the same ledger\n");
        return OPEN;
      }
      puts(found == DONE ? "the payment is on the chain" : "the payment is not on the chain, and never will be");
      if (found == DONE) return record_done(payment);
    }
    if (sends++ == TRIES) return NOT_DONE;
    /* Without a mark on disk, an unknown outcome could not be settled, so nothing is sent. */
    if (!mark(session, payment) || !write_ledger(payment, "sending", payment->mark)) return NOT_DONE;
    peerid_response *response = NULL;
    peerid_error *error = peerid_session_submit(session, payment->operation, payment->length, &response);
    if (!error) {
      int status = record_answer(payment, response);
      peerid_response_free(response);
      return status;
    }
    bool may_retry = understand(error, &is_uncertain);
    if (!is_uncertain) write_ledger(payment, "not done", "");
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

/* Reads the arguments FROM TO AMOUNT LEDGER. "12.5" is not 12. */
static bool read_payment(char **arguments, payment *payment) {
  char *end = NULL;
  errno = 0;
  int64_t amount = strtoll(arguments[2], &end, 10);
  if (errno != 0 || *end != '\0' || amount <= 0) return false;
  payment->ledger = arguments[3];
  int length = snprintf(payment->operation, sizeof payment->operation,
                        "{\"op_name\":\"transfer\",\"fee_asset\":\"1.3.0\",\"from\":\"%s\",\"to\":\"%s\","
                        "\"amount\":{\"amount\":%" PRId64 ",\"asset_id\":\"1.3.0\"}}",
                        arguments[0], arguments[1], amount);
  payment->length = (size_t)length;
  /* The names of the other files are longer. */
  return length > 0 && payment->length < sizeof payment->operation && strlen(payment->ledger) < LONGEST_PATH - 10;
}

int main(int argc, char **argv) {
  payment payment = {0};
  if (argc != 10 || !read_payment(argv + 6, &payment)) {
    fprintf(stderr, "usage: %s BASE_URL CLIENT_ID CLIENT_SECRET LOGIN PASSWORD FROM TO AMOUNT LEDGER\n", argv[0]);
    fprintf(stderr, "AMOUNT is a whole number above 0\n");
    return WRONG;
  }
  const char *wait = getenv("PEERID_EXAMPLE_LONGEST_WAIT_MS");
  if (wait) longest_wait_ms = strtoll(wait, NULL, 10);
  umask(077); /* The ledger may contain a token. */

  peerid_config *config = NULL;
  peerid_client *client = NULL;
  peerid_session *session = NULL;
  peerid_error *error = NULL;
  int status = open_ledger(&payment);
  if (status != DONE) goto done;
  if (says(&payment, "done")) {
    puts("already paid, according to the ledger");
    goto done;
  }
  if (says(&payment, "unsigned")) {
    status = leave_to_user();
    goto done;
  }
  error = peerid_config_create(argv[1], argv[2], argv[3], &config);
  if (!error) error = peerid_client_create(config, &client);
  peerid_config_free(config);
  if (!error) error = log_in(client, argv[4], argv[5], &session);
  if (error) {
    fprintf(stderr, "log in: %s\n", peerid_error_message(error));
    peerid_error_free(error);
    /* An earlier run may have paid. */
    status = says(&payment, "sending") ? OPEN : NOT_DONE;
  } else {
    status = pay(session, &payment);
  }

done:
  free(payment.state);
  free(payment.mark);
  peerid_session_free(session);
  peerid_client_free(client);
  return status;
}
