/* A process that is stopped while its answer arrives: SIGSTOP, a paused container, a closed laptop. When it continues,
 * the call's time is over, but the answer is in the socket: the call reads it instead of timing out. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "calls.h"
#include "fault_server.h"
#include "process.h"

/* Long enough for a child to send its request under memcheck. */
#define TIME_LIMIT "3000"
enum { TIME_LIMIT_MS = 3000 };

static const call calls[] = {SUBMIT, CONFIRM, BROADCAST, LOG_IN, EXCHANGE, REFRESH, READ_CHAIN};
static const char *const faults[] = {"answers_when_triggered", "tls_answers_when_triggered"};
enum { CALLS = sizeof calls / sizeof calls[0], FAULTS = sizeof faults / sizeof faults[0], CHILDREN = CALLS * 2 };

typedef struct child {
  call call;
  mode mode;
  pid_t pid;
} child;

static child start(const char *fault, call call, mode mode) {
  pid_t pid = fork();
  assert_true(pid >= 0);
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    bool with_tls = strncmp(fault, "tls_", 4) == 0;
    /* The refresh itself must not time out; the call that waits for it has its own timeout. */
    const char *request_limit = call == REFRESH ? "30000" : TIME_LIMIT;
    caller caller = caller_make(mode, fault_url(with_tls ? "https" : "http", fault),
                                OPTIONS("request_timeout_ms", request_limit, "refresh_timeout_ms", TIME_LIMIT,
                                        "ca_file", "build/tests/tls/ca.pem"));
    peerid_error *error = make_call(&caller, call, 1000);
    if (error) fprintf(stderr, "%s: %s\n", call_name(call), peerid_error_message(error));
    leave_child(error != NULL);
  }
  return (child){call, mode, pid};
}

/* All calls at once, each in its own process, so that the test waits for the timeout only once. */
static void answer_received_while_stopped_is_read(void **state) {
  const char *fault = *state;
  fault_server_reset();
  child children[CHILDREN];
  for (int i = 0; i < CHILDREN; i++) children[i] = start(fault, calls[i / 2], i % 2);
  char condition[64];
  snprintf(condition, sizeof condition, "requests=%d", CHILDREN);
  port_record record = fault_record(fault, condition);
  assert_int_equal(record.requests, CHILDREN);
  json_decref(record.whole);

  for (int i = 0; i < CHILDREN; i++) {
    int status = 0;
    kill(children[i].pid, SIGSTOP);
    assert_int_equal(waitpid(children[i].pid, &status, WUNTRACED), children[i].pid);
    assert_true(WIFSTOPPED(status));
  }
  for (int i = 0; i < CHILDREN; i++) fault_trigger(fault);
  snprintf(condition, sizeof condition, "strays=%d", CHILDREN);
  record = fault_record(fault, condition);
  assert_int_equal(record.strays, CHILDREN);
  json_decref(record.whole);
  /* The passing of this time is the fault, so there is no event to await. */
  struct timespec rest = {.tv_sec = TIME_LIMIT_MS / 1000, .tv_nsec = 100 * 1000 * 1000};
  while (nanosleep(&rest, &rest) != 0) {
  }
  int failed = 0;
  for (int i = 0; i < CHILDREN; i++) {
    int status = 0;
    kill(children[i].pid, SIGCONT);
    assert_int_equal(waitpid(children[i].pid, &status, 0), children[i].pid);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
      print_message("%s%s did not read its answer\n", call_name(children[i].call),
                    children[i].mode == ASYNCHRONOUS ? ", asynchronously," : "");
      failed++;
    }
  }
  assert_int_equal(failed, 0);
  record = fault_record(fault, NULL);
  assert_int_equal(record.requests, CHILDREN);
  json_decref(record.whole);
}

int main(void) {
  fault_server_start("build/tests/tls/right.pem", "build/tests/tls/right.pem");
  static struct CMUnitTest tests[FAULTS];
  for (size_t i = 0; i < FAULTS; i++) {
    void *fault = (void *)(uintptr_t)faults[i];
    tests[i] = (struct CMUnitTest){faults[i], answer_received_while_stopped_is_read, NULL, NULL, fault};
  }
  int failures = run_group("frozen processes", tests, NULL, NULL);
  fault_server_stop();
  return failures;
}
