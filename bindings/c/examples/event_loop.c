/* Makes many payments at a time in one thread, with an event loop that watches its input and libpeerid's queue.
 *
 *   event_loop BASE_URL CLIENT_ID CLIENT_SECRET LOGIN PASSWORD FROM TO
 *
 * Reads amounts from standard input, one on each line, and pays each of them. Up to 100 payments are in flight; then
 * the program stops reading its input until a payment ends. Prints one line for each payment when it ends. Ctrl-C
 * cancels the calls in flight; their lines still report the outcome. Check every payment whose outcome is "unknown".
 *
 * The exit status is 0 if all payments were made, 3 if some may have been made, and 1 otherwise.
 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <inttypes.h>
#include <peerid.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_IN_FLIGHT = 100, MADE = 0, NOT_MADE = 1, OPEN = 3 };

/* A payment in flight. Its index in the array is the tag of its call. */
typedef struct payment {
  bool is_in_flight;
  int64_t amount;
  uint64_t id; /* for cancelling the call */
} payment;

static struct {
  peerid_client *client;
  peerid_session *session;
  peerid_queue *queue;
  const char *from;
  const char *to;
  payment payments[MOST_IN_FLIGHT];
  int in_flight;
  bool is_input_open;
  int status;
} loop = {.is_input_open = true, .status = MADE};

static volatile sig_atomic_t is_interrupted;

static void interrupt(int number) {
  (void)number;
  is_interrupted = 1;
}

/* ---- One payment ---- */

static void report(int64_t amount, peerid_error *error) {
  printf("%" PRId64 ": %s: %s\n", amount,
         peerid_error_outcome(error) == PEERID_OUTCOME_UNKNOWN ? "unknown" : "not made", peerid_error_message(error));
  if (peerid_error_outcome(error) == PEERID_OUTCOME_UNKNOWN) loop.status = OPEN;
  if (loop.status == MADE) loop.status = NOT_MADE;
  peerid_error_free(error);
}

static void begin_payment(int64_t amount) {
  int place = 0;
  while (loop.payments[place].is_in_flight) place++;
  payment *payment = &loop.payments[place];
  char operation[512];
  int length = snprintf(operation, sizeof operation,
                        "{\"op_name\":\"transfer\",\"fee_asset\":\"1.3.0\",\"from\":\"%s\",\"to\":\"%s\","
                        "\"amount\":{\"amount\":%" PRId64 ",\"asset_id\":\"1.3.0\"}}",
                        loop.from, loop.to, amount);
  peerid_error *error = peerid_session_submit_async(loop.session, operation, (size_t)length, loop.queue,
                                                    (uint64_t)place, &payment->id);
  if (error) {
    /* Nothing was sent, and there will be no completion. */
    report(amount, error);
    return;
  }
  payment->amount = amount;
  payment->is_in_flight = true;
  loop.in_flight++;
}

static void end_payment(peerid_completion *completion) {
  payment *payment = &loop.payments[peerid_completion_tag(completion)];
  peerid_error *error = peerid_completion_error(completion);
  if (error) {
    report(payment->amount, error);
  } else {
    peerid_response *response = peerid_completion_response(completion);
    const char *transaction = peerid_response_transaction_id(response);
    if (transaction) {
      printf("%" PRId64 ": transaction %s\n", payment->amount, transaction);
    } else {
      printf("%" PRId64 ": not done yet: the user has to sign it, see peerid_session_confirm\n", payment->amount);
    }
    peerid_response_free(response);
  }
  payment->is_in_flight = false;
  loop.in_flight--;
}

/* ---- The two kinds of events ---- */

/* Starts payments for the amounts in the buffer, up to the limit of calls in flight; the rest stays in the buffer. */
static size_t pay_lines(char *buffer, size_t length) {
  char *start = buffer;
  while (loop.in_flight < MOST_IN_FLIGHT) {
    char *end = memchr(start, '\n', length - (size_t)(start - buffer));
    if (!end) break;
    *end = '\0';
    char *rest = NULL;
    errno = 0;
    int64_t amount = strtoll(start, &rest, 10);
    if (*start != '\0' && *rest == '\0' && errno == 0) {
      begin_payment(amount);
    } else {
      printf("'%s' is not an amount\n", start);
      if (loop.status == MADE) loop.status = NOT_MADE;
    }
    start = end + 1;
  }
  size_t left = length - (size_t)(start - buffer);
  memmove(buffer, start, left);
  return left;
}

/* Takes all available completions, many at a time. */
static void take_completions(void) {
  peerid_completion *completions[32];
  size_t count = 0;
  do {
    peerid_error *error = peerid_queue_take(loop.queue, 0, 32, completions, &count);
    if (error) {
      peerid_error_free(error);
      return;
    }
    for (size_t i = 0; i < count; i++) {
      end_payment(completions[i]);
      peerid_completion_free(completions[i]);
    }
  } while (count > 0);
  fflush(stdout);
}

static void cancel_all(void) {
  for (int i = 0; i < MOST_IN_FLIGHT; i++) {
    if (loop.payments[i].is_in_flight) peerid_client_cancel(loop.client, loop.payments[i].id);
  }
}

static void run(void) {
  char buffer[4096];
  size_t length = 0;
  bool is_cancelled = false;
  while (loop.is_input_open || loop.in_flight > 0 || length > 0) {
    bool reads = loop.is_input_open && loop.in_flight < MOST_IN_FLIGHT && length < sizeof buffer - 1;
    /* poll ignores the descriptor -1. */
    struct pollfd watched[] = {
        {.fd = peerid_queue_fd(loop.queue), .events = POLLIN},
        {.fd = reads ? STDIN_FILENO : -1, .events = POLLIN},
    };
    poll(watched, 2, is_cancelled ? 1000 : -1);
    if (is_interrupted && !is_cancelled) {
      is_cancelled = true;
      loop.is_input_open = false;
      length = 0;
      cancel_all();
    }
    if (watched[0].revents & POLLIN) take_completions();
    if (watched[1].revents && loop.is_input_open) {
      ssize_t count = read(STDIN_FILENO, buffer + length, sizeof buffer - 1 - length);
      if (count > 0) length += (size_t)count;
      if (count == 0) loop.is_input_open = false;
    }
    /* The last line may have no line end. A line that fills the buffer is not an amount. */
    if (length > 0 && (!loop.is_input_open || length == sizeof buffer - 1) && !memchr(buffer, '\n', length)) {
      buffer[length++] = '\n';
    }
    length = pay_lines(buffer, length);
  }
}

static int fail(const char *doing, peerid_error *error) {
  fprintf(stderr, "%s: %s\n", doing, peerid_error_message(error));
  peerid_error_free(error);
  return NOT_MADE;
}

int main(int argc, char **argv) {
  if (argc != 8) {
    fprintf(stderr, "usage: %s BASE_URL CLIENT_ID CLIENT_SECRET LOGIN PASSWORD FROM TO\n", argv[0]);
    return 2;
  }
  loop.from = argv[6];
  loop.to = argv[7];
  /* No SA_RESTART, so that a signal interrupts poll. */
  struct sigaction action = {.sa_handler = interrupt};
  sigaction(SIGINT, &action, NULL);

  peerid_config *config = NULL;
  peerid_error *error = peerid_config_create(argv[1], argv[2], argv[3], &config);
  if (!error) error = peerid_client_create(config, &loop.client);
  peerid_config_free(config);
  if (!error) error = peerid_client_login(loop.client, argv[4], argv[5], NULL, NULL, &loop.session);
  if (!error) error = peerid_queue_create(&loop.queue);
  if (error) {
    loop.status = fail("preparing", error);
  } else {
    run();
  }
  peerid_queue_free(loop.queue);
  peerid_session_free(loop.session);
  peerid_client_free(loop.client);
  return loop.status;
}
