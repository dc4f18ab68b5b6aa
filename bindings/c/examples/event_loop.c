/* Makes many payments at a time in one thread, with an event loop that watches its input and libpeerid's queue.
 *
 *   event_loop BASE_URL CLIENT_ID CLIENT_SECRET LOGIN PASSWORD FROM TO
 *
 * Reads amounts from standard input, one on each line, and pays each of them. Up to 100 payments are in flight; then
 * the program stops reading its input until a payment ends. Prints one line for each payment when it ends. Ctrl-C
 * cancels the calls in flight; their lines still report the outcome. Payments that were read but not begun are not
 * made, and have their lines, too; the rest of the input is not read. Check every payment whose outcome is "unknown".
 *
 * The exit status is 0 if all payments of the input were made, 3 if some may have been made or wait for the user's
 * signature, and 1 otherwise.
 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <fcntl.h>
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
  bool is_cancelled;
  int status;
} loop = {.is_input_open = true, .status = MADE};

static volatile sig_atomic_t is_interrupted;

static void interrupt(int number) {
  (void)number;
  is_interrupted = 1;
}

/* The most urgent status is the program's: OPEN before NOT_MADE before MADE. */
static void note(int status) {
  if (status > loop.status) loop.status = status;
}

/* ---- One payment ---- */

static void report(int64_t amount, peerid_error *error) {
  peerid_outcome outcome = peerid_error_outcome(error);
  /* Outcomes of newer versions count as unknown. */
  bool is_not_made = outcome == PEERID_OUTCOME_NOT_SENT || outcome == PEERID_OUTCOME_NOT_DONE;
  printf("%" PRId64 ": %s: %s\n", amount, is_not_made ? "not made" : "unknown", peerid_error_message(error));
  note(is_not_made ? NOT_MADE : OPEN);
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
  if (length < 0 || (size_t)length >= sizeof operation) {
    printf("%" PRId64 ": not made: the accounts are too long\n", amount);
    note(NOT_MADE);
    return;
  }
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
      note(OPEN);
    }
    peerid_response_free(response);
  }
  payment->is_in_flight = false;
  loop.in_flight--;
}

/* ---- The two kinds of events ---- */

/* Starts payments for the amounts in the buffer, up to the limit of calls in flight; the rest stays in the buffer.
 * After Ctrl-C, reports that they are not made. */
static size_t pay_lines(char *buffer, size_t length) {
  char *start = buffer;
  while (loop.is_cancelled || loop.in_flight < MOST_IN_FLIGHT) {
    char *end = memchr(start, '\n', length - (size_t)(start - buffer));
    if (!end) break;
    *end = '\0';
    char *rest = NULL;
    errno = 0;
    int64_t amount = strtoll(start, &rest, 10);
    if (rest == start || rest != end || errno != 0) {
      printf("'%s' is not an amount\n", start);
      note(NOT_MADE);
    } else if (loop.is_cancelled) {
      printf("%" PRId64 ": not made: interrupted\n", amount);
      note(NOT_MADE);
    } else {
      begin_payment(amount);
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

/* Gives up the rest of the input. Returns the length of the whole lines in the buffer: a part of a line must not be
 * paid, because 12 may be the beginning of 1200. */
static size_t give_up(const char *why, const char *buffer, size_t length) {
  printf("the rest of the input: not made: %s\n", why);
  note(NOT_MADE);
  loop.is_input_open = false;
  while (length > 0 && buffer[length - 1] != '\n') length--;
  return length;
}

/* Reads what is available. Returns the new length of the content of the buffer. */
static size_t read_input(char *buffer, size_t length, size_t size) {
  ssize_t count = read(STDIN_FILENO, buffer + length, size - length);
  if (count < 0) return errno == EINTR || errno == EAGAIN ? length : give_up(strerror(errno), buffer, length);
  length += (size_t)count;
  if (count == 0) {
    loop.is_input_open = false;
    /* The last line may have no line end. */
    if (length > 0 && buffer[length - 1] != '\n') buffer[length++] = '\n';
  }
  return length;
}

static void run(void) {
  char buffer[4096];
  const size_t most = sizeof buffer - 1; /* leaves room for the last line end */
  size_t length = 0;
  while (loop.is_input_open || loop.in_flight > 0 || length > 0) {
    bool reads = loop.is_input_open && loop.in_flight < MOST_IN_FLIGHT && length < most;
    /* poll ignores the descriptor -1. */
    struct pollfd watched[] = {
        {.fd = peerid_queue_fd(loop.queue), .events = POLLIN},
        {.fd = reads ? STDIN_FILENO : -1, .events = POLLIN},
    };
    poll(watched, 2, is_interrupted ? 1000 : -1);
    if (is_interrupted && !loop.is_cancelled) {
      loop.is_cancelled = true;
      if (loop.is_input_open) length = give_up("interrupted", buffer, length);
      cancel_all();
    }
    if (watched[0].revents & POLLIN) take_completions();
    if (watched[1].revents && loop.is_input_open) length = read_input(buffer, length, most);
    if (length == most && !memchr(buffer, '\n', length)) length = give_up("a line is too long", buffer, length);
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
  /* If it is closed, a descriptor of the library could take its place. */
  if (fcntl(STDIN_FILENO, F_GETFD) < 0) {
    perror("standard input");
    return NOT_MADE;
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
