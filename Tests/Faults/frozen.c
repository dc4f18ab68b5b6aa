/* A process that is stopped: SIGSTOP, a paused container, a closed laptop. When it continues, the time of its call is
 * over. An answer that has arrived is in the socket: the call reads it instead of timing out. A request that was not
 * sent yet is not sent any more. */
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

/* The first and the longest limit for a call. On a slow machine the first is too short to send all requests. */
enum { FIRST_LIMIT_MS = 3000, LONGEST_LIMIT_MS = 400000 };

static const call calls[] = {SUBMIT, CONFIRM, BROADCAST, LOG_IN, EXCHANGE, REFRESH, READ_CHAIN};
typedef struct fault {
  const char *name;
  const char *waiting; /* what the server counts when a call waits */
  peerid_outcome outcome;
  int requests;
} fault;
static const fault faults[] = {
    {"answers_when_triggered", "requests", 0, 1},
    {"tls_answers_when_triggered", "requests", 0, 1},
    {"tls_opens_when_triggered", "fragments", PEERID_OUTCOME_NOT_SENT, 0},
};
enum { CALLS = sizeof calls / sizeof calls[0], FAULTS = sizeof faults / sizeof faults[0], CHILDREN = CALLS * 2 };

typedef struct child {
  call call;
  mode mode;
  pid_t pid;
} child;

static child start(const fault *fault, call call, mode mode, int limit_ms) {
  pid_t pid = fork();
  assert_true(pid >= 0);
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    bool with_tls = strncmp(fault->name, "tls_", 4) == 0;
    /* The refresh itself must not time out; the call that waits for it has its own timeout. */
    char limit[16];
    snprintf(limit, sizeof limit, "%d", limit_ms);
    const char *request_limit = call == REFRESH ? "3600000" : limit;
    caller caller = caller_make(mode, fault_url(with_tls ? "https" : "http", fault->name),
                                OPTIONS("request_timeout_ms", request_limit, "refresh_timeout_ms", limit,
                                        "ca_file", "build/tests/tls/ca.pem"));
    peerid_error *error = make_call(&caller, call, 1000);
    if (error) fprintf(stderr, "%s: %s\n", call_name(call), peerid_error_message(error));
    leave_child(error ? peerid_error_outcome(error) != fault->outcome : fault->outcome != 0);
  }
  return (child){call, mode, pid};
}

/* Stops the child; returns whether it still ran. */
static bool stop(const child *child) {
  int status = 0;
  kill(child->pid, SIGSTOP);
  assert_int_equal(waitpid(child->pid, &status, WUNTRACED), child->pid);
  return WIFSTOPPED(status);
}

/* Starts all calls at once, each in its own process, so that the test waits for the limit only once. Returns whether
 * all of them waited for the server when they were stopped; otherwise ends them. */
static bool stop_while_waiting(const fault *fault, child children[], int limit_ms) {
  const char *certificate = "build/tests/tls/right.pem";
  fault_server_start(certificate, certificate);
  int64_t begin = now_ms();
  for (int i = 0; i < CHILDREN; i++) children[i] = start(fault, calls[i / 2], i % 2, limit_ms);
  char condition[64];
  snprintf(condition, sizeof condition, "%s=%d&within_ms=%d", fault->waiting, CHILDREN, limit_ms);
  port_record record = fault_record(fault->name, condition);
  bool all_wait = record.requests + record.fragments == CHILDREN;
  json_decref(record.whole);
  bool runs[CHILDREN];
  for (int i = 0; i < CHILDREN; i++) {
    runs[i] = stop(&children[i]);
    all_wait = all_wait && runs[i];
  }
  if (all_wait && now_ms() - begin < limit_ms) return true;
  for (int i = 0; i < CHILDREN; i++) {
    if (!runs[i]) continue;
    kill(children[i].pid, SIGKILL);
    assert_int_equal(waitpid(children[i].pid, NULL, 0), children[i].pid);
  }
  fault_server_stop();
  return false;
}

static void time_is_over_after_stop(void **state) {
  const fault *fault = *state;
  child children[CHILDREN];
  int limit_ms = FIRST_LIMIT_MS;
  while (limit_ms < LONGEST_LIMIT_MS && !stop_while_waiting(fault, children, limit_ms)) limit_ms *= 2;
  assert_true(limit_ms < LONGEST_LIMIT_MS);
  for (int i = 0; i < CHILDREN; i++) fault_trigger(fault->name);
  char condition[64];
  snprintf(condition, sizeof condition, "strays=%d", CHILDREN);
  port_record record = fault_record(fault->name, condition);
  assert_int_equal(record.strays, CHILDREN);
  json_decref(record.whole);
  /* The passing of this time is the fault, so there is no event to await. */
  struct timespec rest = {.tv_sec = limit_ms / 1000, .tv_nsec = 100 * 1000 * 1000};
  while (nanosleep(&rest, &rest) != 0) {
  }
  int failed = 0;
  for (int i = 0; i < CHILDREN; i++) {
    int status = 0;
    kill(children[i].pid, SIGCONT);
    assert_int_equal(waitpid(children[i].pid, &status, 0), children[i].pid);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
      print_message("%s%s had another outcome\n", call_name(children[i].call),
                    children[i].mode == ASYNCHRONOUS ? ", asynchronously," : "");
      failed++;
    }
  }
  assert_int_equal(failed, 0);
  record = fault_record(fault->name, NULL);
  assert_int_equal(record.requests, fault->requests * CHILDREN);
  json_decref(record.whole);
  fault_server_stop();
}

int main(void) {
  static struct CMUnitTest tests[FAULTS];
  for (size_t i = 0; i < FAULTS; i++) {
    void *fault = (void *)(uintptr_t)&faults[i];
    tests[i] = (struct CMUnitTest){faults[i].name, time_is_over_after_stop, NULL, NULL, fault};
  }
  return run_group("frozen processes", tests, NULL, NULL);
}
