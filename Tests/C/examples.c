/* Runs the example programs and checks what they do. PEERID_EXAMPLE_WRAPPER may name a program that runs them. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http.h"
#include "process.h"
#include "sandbox.h"

static char folder[] = "/tmp/peerid-examples-XXXXXX";
static char ledger[64];

static int begin(void **state) {
  snprintf(ledger, sizeof ledger, "%s/ledger", folder);
  remove(ledger);
  return sandbox_reset(state);
}

static int end(void **state) { return sandbox_check(state); }

/* Starts an example with these arguments, the last of which is NULL. */
static process start(const char *example, const char *const arguments[]) {
  enum { MOST = 40 };
  const char *all[MOST] = {0};
  int count = 0;
  char wrapper[1024] = "";
  char path[256];
  if (getenv("PEERID_EXAMPLE_WRAPPER")) snprintf(wrapper, sizeof wrapper, "%s", getenv("PEERID_EXAMPLE_WRAPPER"));
  for (char *word = strtok(wrapper, " "); word; word = strtok(NULL, " ")) all[count++] = word;
  snprintf(path, sizeof path, "build/examples/%s", example);
  all[count++] = path;
  while (*arguments && count < MOST - 1) all[count++] = *arguments++;
  return process_start(all);
}

/* Runs an example and returns its exit status. */
static int run(const char *example, const char *const arguments[], char *output, size_t size) {
  process process = start(example, arguments);
  process_read_all(&process, output, size);
  return process_stop(&process);
}

static int count_of(const char *text, const char *part) {
  int count = 0;
  for (const char *place = text; (place = strstr(place, part)); place++) count++;
  return count;
}

/* ---- login_and_submit ---- */

static void login_and_submit_survives_an_expired_token(void **state) {
  (void)state;
  char output[8192];
  setenv("PEERID_SANDBOX_URL", sandbox_url(), 1);
  setenv("PEERID_EXAMPLE_EXPIRE", "Tools/scripts/sandbox-expire", 1);
  const char *const arguments[] = {sandbox_url(),    "4",      "demo-secret-4", "alice",
                                   "alice-password", "1.2.31", "1.2.33",        NULL};
  int status = run("login_and_submit", arguments, output, sizeof output);
  unsetenv("PEERID_EXAMPLE_EXPIRE");
  if (status != 0) fail_msg("%s", output);
  assert_int_equal(count_of(output, "transaction "), 2);
  assert_contains(output, "session refreshed");
  assert_contains(output, "bet_place");
  assert_true(is_free_of_secrets(output));
  assert_int_equal(sandbox_executed_amount(100000), 1);
  assert_int_equal(sandbox_executed_amount(250), 1);
  assert_int_equal(sandbox_count(PATH_REFRESH), 1);
}

static void login_and_submit_reports_why_it_fails(void **state) {
  (void)state;
  char output[8192];
  const char *const arguments[] = {sandbox_url(), "4", "demo-secret-4", "alice", "wrong", "1.2.31", "1.2.33", NULL};
  assert_int_equal(run("login_and_submit", arguments, output, sizeof output), 1);
  const char *const none[] = {NULL};
  assert_int_equal(run("login_and_submit", none, output, sizeof output), 2);
  assert_int_equal(sandbox_executed(), 0);
}

/* ---- authorization_code ---- */

/* Starts the example, submits this form as a browser would, and pastes the resulting address followed by `appended`. */
static int authorize(const char *form, const char *appended, char *output, size_t size) {
  const char *const arguments[] = {sandbox_url(), "4", "demo-secret-4", "http://127.0.0.1:8400/callback", "1.2.31",
                                   "1.2.33",      NULL};
  process process = start("authorization_code", arguments);
  char line[1024];
  char page[1024] = "";
  while (fgets(line, sizeof line, process.output)) {
    if (strstr(line, "/permissions?")) snprintf(page, sizeof page, "%s", strstr(line, "/permissions?"));
    if (strstr(line, "paste")) break;
  }
  page[strcspn(page, "\n")] = '\0';
  http_answer answer = http_call(sandbox_port(), "POST", page, "application/x-www-form-urlencoded", form);
  char *location = http_header(&answer, "Location");
  http_free(&answer);
  fprintf(process.input, "%s%s\n", location, appended);
  fflush(process.input);
  free(location);
  process_read_all(&process, output, size);
  return process_stop(&process);
}

static void authorization_code_exchanges_and_submits(void **state) {
  (void)state;
  char output[8192];
  int status = authorize("login=alice&password=alice-password&decision=allow", "", output, sizeof output);
  if (status != 0) fail_msg("%s", output);
  assert_contains(output, "granted transfers");
  assert_contains(output, "Transferred 1000: transaction ");
  assert_int_equal(sandbox_executed_amount(1000), 1);
}

static void authorization_code_sends_nothing_for_a_foreign_answer(void **state) {
  (void)state;
  char output[8192];
  assert_int_equal(authorize("decision=deny", "", output, sizeof output), 1);
  assert_int_equal(authorize("login=alice&password=alice-password&decision=allow", "x", output, sizeof output), 1);
  assert_int_equal(sandbox_count(PATH_EXCHANGE), 0);
  assert_int_equal(sandbox_executed(), 0);
}

/* ---- unknown_outcome ---- */

static process start_payment_of(const char *amount) {
  setenv("PEERID_EXAMPLE_LONGEST_WAIT_MS", "50", 1);
  const char *const arguments[] = {sandbox_url(), "4",      "demo-secret-4", "alice", "alice-password",
                                   "1.2.31",      "1.2.33", amount,          ledger,  NULL};
  return start("unknown_outcome", arguments);
}

static process start_payment(void) { return start_payment_of("4321"); }

static int pay_amount(const char *amount, char *output, size_t size) {
  process process = start_payment_of(amount);
  process_read_all(&process, output, size);
  return process_stop(&process);
}

static int pay(char *output, size_t size) { return pay_amount("4321", output, size); }

static void payment_is_made_once_however_often_it_is_run(void **state) {
  (void)state;
  char output[8192];
  int status = pay(output, sizeof output);
  if (status != 0) fail_msg("%s", output);
  assert_contains(output, "paid: transaction ");
  assert_int_equal(pay(output, sizeof output), 0);
  assert_contains(output, "already paid");
  assert_int_equal(sandbox_executed(), 1);
}

static void payment_that_the_user_has_to_sign_is_not_called_paid(void **state) {
  (void)state;
  char output[8192];
  const char *const arguments[] = {sandbox_url(), "6",      "demo-secret-6", "alice", "alice-password",
                                   "1.2.31",      "1.2.33", "4321",          ledger,  NULL};
  for (int i = 0; i < 2; i++) {
    assert_int_equal(run("unknown_outcome", arguments, output, sizeof output), 3);
    assert_contains(output, "left open: the user has to sign it");
    assert_null(strstr(output, "paid"));
  }
  assert_int_equal(sandbox_count(PATH_OPERATIONS), 1);
  const char *const transfers[] = {sandbox_url(),    "6",      "demo-secret-6", "alice",
                                   "alice-password", "1.2.31", "1.2.33",        NULL};
  run("login_and_submit", transfers, output, sizeof output);
  assert_contains(output, "not done yet: the user has to sign it");
  assert_null(strstr(output, "null"));
  assert_int_equal(sandbox_executed(), 0);
}

static void payment_with_a_lost_answer_is_found(void **state) {
  (void)state;
  char output[8192];
  sandbox_fault("drop_after", PATH_OPERATIONS, 1, "");
  int status = pay(output, sizeof output);
  if (status != 0) fail_msg("%s", output);
  assert_contains(output, "unknown: ");
  assert_contains(output, "the payment is on the chain");
  assert_int_equal(sandbox_count(PATH_OPERATIONS), 1);
  assert_int_equal(sandbox_executed_amount(4321), 1);
}

static void payment_that_never_arrived_is_made_again(void **state) {
  (void)state;
  char output[8192];
  sandbox_fault("drop_before", PATH_OPERATIONS, 1, "");
  process process = start_payment();
  sandbox_wait_for(PATH_OPERATIONS, 1);
  /* No block can contain the lost transaction any more. */
  sandbox_post("settings", "{'clock_offset_s':600}");
  process_read_all(&process, output, sizeof output);
  int status = process_stop(&process);
  if (status != 0) fail_msg("%s", output);
  assert_contains(output, "unknown: ");
  assert_contains(output, "the payment is not on the chain");
  assert_contains(output, "paid: transaction ");
  assert_int_equal(sandbox_count(PATH_OPERATIONS), 2);
  assert_int_equal(sandbox_executed_amount(4321), 1);
}

static void payment_that_cannot_be_looked_up_is_left_open(void **state) {
  (void)state;
  char output[8192];
  sandbox_fault("drop_after", PATH_OPERATIONS, 1, "");
  /* The mark is read before the payment. */
  sandbox_fault("status", PATH_CHAIN_DATA, 3, "'skip':1,'status':502");
  assert_int_equal(pay(output, sizeof output), 3);
  assert_contains(output, "left open");
  assert_int_equal(sandbox_count(PATH_OPERATIONS), 1);
  /* Later the chain can be read again. */
  int status = pay(output, sizeof output);
  if (status != 0) fail_msg("%s", output);
  assert_contains(output, "the payment is on the chain");
  assert_int_equal(sandbox_count(PATH_OPERATIONS), 1);
  assert_int_equal(sandbox_executed_amount(4321), 1);
}

static void rejected_payment_is_not_made_again(void **state) {
  (void)state;
  char output[8192];
  sandbox_post("consents", "{'user':'alice','app':4,'operations':['bet_place']}");
  assert_int_equal(pay(output, sizeof output), 1);
  assert_contains(output, "not done: ");
  assert_int_equal(sandbox_count(PATH_OPERATIONS), 1);
  assert_int_equal(sandbox_executed(), 0);
}

static void payment_of_a_killed_run_is_found(void **state) {
  (void)state;
  char output[8192];
  sandbox_fault("delay_after", PATH_OPERATIONS, 1, UNTIL_RELEASED);
  process process = start_payment();
  sandbox_wait_for(PATH_OPERATIONS, 1);
  kill(process.pid, SIGKILL);
  assert_int_equal(process_stop(&process), 128 + SIGKILL);
  /* As long as the login fails, the payment is open, not unpaid. */
  sandbox_fault("status", PATH_LOG_IN, 1, "'status':400");
  assert_int_equal(pay(output, sizeof output), 3);
  int status = pay(output, sizeof output);
  if (status != 0) fail_msg("%s", output);
  assert_contains(output, "the payment is on the chain");
  assert_int_equal(sandbox_count(PATH_OPERATIONS), 1);
  assert_int_equal(sandbox_executed_amount(4321), 1);
}

static void payment_is_not_made_by_two_runs_at_once(void **state) {
  (void)state;
  char output[8192];
  sandbox_fault("delay", PATH_OPERATIONS, 1, UNTIL_RELEASED);
  process first = start_payment();
  sandbox_wait_for(PATH_OPERATIONS, 1);
  assert_int_equal(pay(output, sizeof output), 3);
  assert_contains(output, "another run has the ledger");
  sandbox_release();
  process_read_all(&first, output, sizeof output);
  int status = process_stop(&first);
  if (status != 0) fail_msg("%s", output);
  assert_int_equal(sandbox_count(PATH_OPERATIONS), 1);
  assert_int_equal(sandbox_executed_amount(4321), 1);
}

static void payment_with_a_damaged_ledger_is_not_made(void **state) {
  (void)state;
  char output[8192];
  char content[2048];
  assert_int_equal(pay(output, sizeof output), 0);
  FILE *file = fopen(ledger, "r");
  size_t length = fread(content, 1, sizeof content, file);
  fclose(file);
  const size_t lengths[] = {0, 1, length / 2, length - 1};
  for (size_t i = 0; i < 4; i++) {
    assert_int_equal(truncate(ledger, (off_t)lengths[i]), 0);
    assert_int_equal(pay(output, sizeof output), 3);
    file = fopen(ledger, "w");
    fwrite(content, 1, length, file);
    fclose(file);
  }
  assert_int_equal(pay(output, sizeof output), 0);
  /* Unknown words, and a ledger that is no file. */
  memcpy(content, "Done", 4);
  file = fopen(ledger, "w");
  fwrite(content, 1, length, file);
  fclose(file);
  assert_int_equal(pay(output, sizeof output), 3);
  assert_int_equal(unlink(ledger), 0);
  assert_int_equal(mkdir(ledger, 0700), 0);
  assert_int_equal(pay(output, sizeof output), 3);
  assert_int_equal(sandbox_count(PATH_OPERATIONS), 1);
}

static void payment_that_cannot_be_recorded_is_not_made(void **state) {
  (void)state;
  char output[8192];
  char obstacle[80];
  snprintf(obstacle, sizeof obstacle, "%s.new", ledger);
  assert_int_equal(mkdir(obstacle, 0700), 0);
  int status = pay(output, sizeof output);
  rmdir(obstacle);
  assert_int_equal(status, 1);
  assert_int_equal(sandbox_count(PATH_OPERATIONS), 0);
  assert_int_equal(pay(output, sizeof output), 0);
  assert_int_equal(sandbox_executed_amount(4321), 1);
}

static void ledger_belongs_to_one_payment(void **state) {
  (void)state;
  char output[8192];
  assert_int_equal(pay(output, sizeof output), 0);
  assert_int_equal(pay_amount("4322", output, sizeof output), 2);
  assert_int_equal(sandbox_executed(), 1);
  assert_int_equal(pay(output, sizeof output), 0);
}

static void amount_has_to_be_a_whole_number(void **state) {
  (void)state;
  char output[8192];
  const char *const amounts[] = {"12.5", "250abc", "", "0", "-5", "9223372036854775808"};
  for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++) {
    assert_int_equal(pay_amount(amounts[i], output, sizeof output), 2);
  }
  assert_int_equal(access(ledger, F_OK), -1);
  assert_int_equal(sandbox_count(PATH_OPERATIONS), 0);
}

/* ---- event_loop ---- */

static process start_event_loop(void) {
  const char *const arguments[] = {sandbox_url(),    "4",      "demo-secret-4", "alice",
                                   "alice-password", "1.2.31", "1.2.33",        NULL};
  return start("event_loop", arguments);
}

static void event_loop_makes_each_payment_once(void **state) {
  (void)state;
  enum { PAYMENTS = 1000, SIZE = 128 * 1024 };
  char *output = malloc(SIZE);
  sandbox_post("revoke", "{'part':'access'}");
  process process = start_event_loop();
  for (int i = 1; i <= PAYMENTS; i++) fprintf(process.input, "%d\n", 5000 + i);
  fprintf(process.input, "ten\n\n4999");
  fclose(process.input);
  process.input = NULL;
  process_read_all(&process, output, SIZE);
  int status = process_stop(&process);
  if (status != 1) fail_msg("status %d: %s", status, output);
  assert_int_equal(count_of(output, ": transaction "), PAYMENTS + 1);
  assert_contains(output, "'ten' is not an amount");
  assert_contains(output, "'' is not an amount");
  assert_contains(output, "4999: transaction ");
  free(output);
  assert_int_equal(sandbox_executed(), PAYMENTS + 1);
  assert_int_equal(sandbox_executed_amount(4999), 1);
  assert_int_equal(sandbox_executed_amount(5001), 1);
}

static void event_loop_reports_unfinished_calls(void **state) {
  (void)state;
  char output[8192];
  sandbox_fault("delay", PATH_OPERATIONS, 3, UNTIL_RELEASED);
  process process = start_event_loop();
  fprintf(process.input, "1\n2\n3\n");
  fflush(process.input);
  sandbox_wait_for(PATH_OPERATIONS, 3);
  kill(process.pid, SIGINT);
  process_read_all(&process, output, sizeof output);
  assert_int_equal(process_stop(&process), 3);
  assert_int_equal(count_of(output, ": unknown: "), 3);
}

static void event_loop_reports_what_it_does_not_begin(void **state) {
  (void)state;
  enum { SIZE = 64 * 1024 };
  char *output = malloc(SIZE);
  sandbox_fault("delay", PATH_OPERATIONS, 130, UNTIL_RELEASED);
  process process = start_event_loop();
  for (int i = 1; i <= 130; i++) fprintf(process.input, "%d\n", i);
  /* The input stays open, and its last line is not whole. */
  fprintf(process.input, "12");
  fflush(process.input);
  sandbox_wait_for(PATH_OPERATIONS, 100);
  kill(process.pid, SIGINT);
  process_read_all(&process, output, SIZE);
  assert_int_equal(process_stop(&process), 3);
  /* A line for each payment, and one for the rest of the input. */
  assert_int_equal(count_of(output, "\n"), 131);
  assert_contains(output, "\n130: not made: interrupted\n");
  assert_contains(output, "the rest of the input: not made: interrupted\n");
  free(output);
}

static void event_loop_does_not_call_an_unsigned_payment_made(void **state) {
  (void)state;
  char output[8192];
  const char *const arguments[] = {sandbox_url(),    "6",      "demo-secret-6", "alice",
                                   "alice-password", "1.2.31", "1.2.33",        NULL};
  process process = start("event_loop", arguments);
  fprintf(process.input, "7\n");
  fclose(process.input);
  process.input = NULL;
  process_read_all(&process, output, sizeof output);
  assert_int_equal(process_stop(&process), 3);
  assert_contains(output, "7: not done yet: the user has to sign it");
  assert_int_equal(sandbox_executed(), 0);
}

static void event_loop_ends_if_it_cannot_read(void **state) {
  (void)state;
  char output[8192];
  const char *wrapper = getenv("PEERID_EXAMPLE_WRAPPER");
  const char *const redirections[] = {"</", "<&-"};
  for (int i = 0; i < 2; i++) {
    char command[2048];
    snprintf(command, sizeof command,
             "%s build/examples/event_loop %s 4 demo-secret-4 alice alice-password 1.2.31 1.2.33 %s",
             wrapper ? wrapper : "", sandbox_url(), redirections[i]);
    const char *const arguments[] = {"sh", "-c", command, NULL};
    process process = process_start(arguments);
    process_read_all(&process, output, sizeof output);
    assert_int_equal(process_stop(&process), 1);
  }
}

static int start_all(void **state) {
  if (!mkdtemp(folder)) return 1;
  sandbox_start(state);
  return sandbox_reset(state);
}

static int stop_all(void **state) {
  char lock[80];
  snprintf(lock, sizeof lock, "%s.lock", ledger);
  unlink(lock);
  remove(ledger);
  rmdir(folder);
  return sandbox_stop(state);
}

int main(void) {
#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)
  const struct CMUnitTest tests[] = {
      TEST(login_and_submit_survives_an_expired_token),
      TEST(login_and_submit_reports_why_it_fails),
      TEST(authorization_code_exchanges_and_submits),
      TEST(authorization_code_sends_nothing_for_a_foreign_answer),
      TEST(payment_is_made_once_however_often_it_is_run),
      TEST(payment_that_the_user_has_to_sign_is_not_called_paid),
      TEST(payment_with_a_lost_answer_is_found),
      TEST(payment_that_never_arrived_is_made_again),
      TEST(payment_that_cannot_be_looked_up_is_left_open),
      TEST(rejected_payment_is_not_made_again),
      TEST(payment_of_a_killed_run_is_found),
      TEST(payment_is_not_made_by_two_runs_at_once),
      TEST(payment_with_a_damaged_ledger_is_not_made),
      TEST(payment_that_cannot_be_recorded_is_not_made),
      TEST(ledger_belongs_to_one_payment),
      TEST(amount_has_to_be_a_whole_number),
      TEST(event_loop_makes_each_payment_once),
      TEST(event_loop_reports_unfinished_calls),
      TEST(event_loop_reports_what_it_does_not_begin),
      TEST(event_loop_does_not_call_an_unsigned_payment_made),
      TEST(event_loop_ends_if_it_cannot_read),
  };
  return run_group("examples", tests, start_all, stop_all);
}
