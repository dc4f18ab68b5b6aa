/* Many threads on one session, interrupted calls, forks and signals. */
#include <curl/curl.h>
#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "process.h"

enum { THREADS = 200 };

/* ---- Threads that make one call each; only the main thread asserts ---- */

typedef struct caller {
  pthread_t thread;
  peerid_session *session;
  pthread_barrier_t *start;
  int64_t amount;
  peerid_error *error;
} caller;

static void *call(void *context) {
  caller *caller = context;
  if (caller->start) pthread_barrier_wait(caller->start);
  caller->error = submit_transfer(caller->session, caller->amount);
  return NULL;
}

static void start_callers(caller callers[], int count, pthread_barrier_t *start) {
  for (int i = 0; i < count; i++) {
    callers[i] = (caller){.session = session, .start = start, .amount = 1000 + i};
    assert_int_equal(pthread_create(&callers[i].thread, NULL, call, &callers[i]), 0);
  }
}

static void join_callers(caller callers[], int count) {
  for (int i = 0; i < count; i++) assert_int_equal(pthread_join(callers[i].thread, NULL), 0);
}

static caller all_callers[THREADS];

/* All threads start at once. */
static void call_from_all_threads_and_return(void) {
  pthread_barrier_t start;
  pthread_barrier_init(&start, NULL, THREADS);
  start_callers(all_callers, THREADS, &start);
  join_callers(all_callers, THREADS);
  pthread_barrier_destroy(&start);
}

static void call_from_all_threads(void) {
  call_from_all_threads_and_return();
  for (int i = 0; i < THREADS; i++) assert_success(all_callers[i].error);
}

/* Asserts that the chain has exactly one transfer of each amount, and none of a call that failed. */
static void assert_each_executed_once(void) {
  static int counts[THREADS];
  memset(counts, 0, sizeof counts);
  json_t *executed = sandbox_get("executed");
  size_t index;
  json_t *entry;
  json_array_foreach(json_object_get(executed, "operations"), index, entry) {
    json_t *fields = json_array_get(json_object_get(entry, "operation"), 1);
    json_int_t amount = json_integer_value(json_object_get(json_object_get(fields, "amount"), "amount"));
    assert_in_range(amount, 1000, 1000 + THREADS - 1);
    counts[amount - 1000]++;
  }
  json_decref(executed);
  for (int i = 0; i < THREADS; i++) assert_int_equal(counts[i], all_callers[i].error ? 0 : 1);
}

static void threads_share_a_session(void **state) {
  (void)state;
  call_from_all_threads();
  assert_each_executed_once();
  assert_int_equal(sandbox_count(PATH_OPERATIONS), THREADS);
  assert_int_equal(sandbox_count(PATH_REFRESH), 0);
}

/* The token expires on the server; all threads get 401 at once. */
static void threads_share_one_refresh(void **state) {
  (void)state;
  sandbox_post("expire", "{}");
  call_from_all_threads();
  assert_int_equal(sandbox_count(PATH_REFRESH), 1);
  assert_each_executed_once();
  assert_int_equal(sandbox_answered(PATH_OPERATIONS, "200"), THREADS);
  assert_int_equal(session_generation(session), 2);
  assert_int_equal(await_log_lines("session refreshed", 1), 1);
}

/* The same with a server that saves the new pair late. A thread that learns of a refusal two seconds after the refresh
 * takes the pair for refused, and refreshes it again: only a slow machine has such threads. Another thread that has
 * already used its resends then reports the refusal, and its operation must not be executed. */
static void threads_wait_for_a_pair_that_is_saved_late(void **state) {
  (void)state;
  sandbox_post("settings", "{'save_delay_ms':300}");
  sandbox_post("expire", "{}");
  int64_t begin = now_ms();
  call_from_all_threads_and_return();
  bool is_slow = now_ms() - begin >= 2000;
  if (!is_slow) assert_int_equal(sandbox_count(PATH_REFRESH), 1);
  assert_each_executed_once();
  for (int i = 0; i < THREADS; i++) {
    if (is_slow && all_callers[i].error) assert_failure(all_callers[i].error, REJECTED, NOT_DONE, NULL);
    else assert_success(all_callers[i].error);
  }
}

/* The client knows that the token has expired: nothing is sent before the refresh has ended. */
static void threads_wait_for_a_refresh_that_is_due(void **state) {
  (void)state;
  peerid_session_free(session);
  peerid_session *erin = NULL;
  sandbox_post("settings", "{'save_delay_ms':0}");
  /* Restored, because a login would refresh the expired pair. */
  char refresh_token[125] = "demoRefreshErinApp4";
  memset(refresh_token + strlen(refresh_token), '0', 124 - strlen(refresh_token));
  char json[512];
  int length =
      snprintf(json, sizeof json,
               "{\"token\":\"expiredAccessTokenOfErin\",\"refresh_token\":\"%s\",\"expires\":\"2020-01-01T00:00:00Z\"}",
               refresh_token);
  assert_success(peerid_client_restore(client, json, (size_t)length, NULL, &erin));
  session = erin;
  call_from_all_threads();
  assert_int_equal(sandbox_count(PATH_REFRESH), 1);
  assert_int_equal(sandbox_count(PATH_OPERATIONS), THREADS);
  assert_each_executed_once();
}

static void *read_everything(void *context) {
  peerid_token *token = context;
  for (int i = 0; i < 200; i++) {
    size_t length = 0;
    if (strlen(peerid_token_access_token(token, &length)) != length) return token;
    if (!peerid_token_permits(token, "transfer") || peerid_token_generation(token) != 1) return token;
    peerid_token *snapshot = NULL;
    if (peerid_session_get_token(session, &snapshot) != NULL) return token;
    peerid_token_free(snapshot);
  }
  return NULL;
}

static void tokens_are_read_while_the_session_is_refreshed(void **state) {
  (void)state;
  enum { READERS = 16 };
  pthread_t readers[READERS];
  peerid_token *token = NULL;
  sandbox_post("settings", "{'save_delay_ms':0}");
  assert_success(peerid_session_get_token(session, &token));
  for (int i = 0; i < READERS; i++) assert_int_equal(pthread_create(&readers[i], NULL, read_everything, token), 0);
  for (int i = 0; i < 20; i++) {
    assert_success(peerid_session_refresh(session));
    session_generation(session);
  }
  for (int i = 0; i < READERS; i++) {
    void *mistake = NULL;
    assert_int_equal(pthread_join(readers[i], &mistake), 0);
    assert_null(mistake);
  }
  peerid_token_free(token);
}

/* ---- Calls that end before their answer ---- */

static void closing_ends_calls_under_way(void **state) {
  (void)state;
  enum { CALLS = 8 };
  static caller callers[CALLS];
  sandbox_fault("delay", PATH_OPERATIONS, CALLS, UNTIL_RELEASED);
  start_callers(callers, CALLS, NULL);
  sandbox_wait_for(PATH_OPERATIONS, CALLS);
  peerid_client_close(client);
  join_callers(callers, CALLS);
  assert_int_equal(sandbox_answered(PATH_OPERATIONS, "200"), 0);
  for (int i = 0; i < CALLS; i++) assert_failure(callers[i].error, CLOSED, UNKNOWN, "closed");
  assert_failure(submit_transfer(session, 1), CLOSED, NOT_SENT, "closed");
}

static void freeing_the_client_ends_calls_under_way(void **state) {
  (void)state;
  static caller callers[1];
  sandbox_fault("delay", PATH_OPERATIONS, 1, UNTIL_RELEASED);
  start_callers(callers, 1, NULL);
  sandbox_wait_for(PATH_OPERATIONS, 1);
  peerid_client_free(client);
  client = NULL;
  join_callers(callers, 1);
  assert_failure(callers[0].error, CLOSED, UNKNOWN, "closed");
}

/* Closes the client while the caller's operation waits for a refresh, which the sandbox holds. */
static void close_during_refresh(peerid_client *closing, caller *waiting) {
  sandbox_post("expire", "{}");
  sandbox_fault("delay", PATH_REFRESH, 1, UNTIL_RELEASED);
  assert_int_equal(pthread_create(&waiting->thread, NULL, call, waiting), 0);
  sandbox_wait_for(PATH_REFRESH, 1);
  peerid_client_close(closing);
  join_callers(waiting, 1);
}

/* A refresh in progress continues after the client is closed: otherwise its new pair would be lost. */
static void closing_does_not_lose_a_refresh(void **state) {
  (void)state;
  peerid_store *store = NULL;
  peerid_config *config = make_config(sandbox_url(), "4", "demo-secret-4");
  peerid_client *closing = NULL;
  peerid_client *later = NULL;
  peerid_session *shared = NULL;
  assert_success(peerid_store_create_memory(&store));
  assert_success(peerid_config_set_store(config, store));
  assert_success(peerid_client_create(config, &closing));
  assert_success(peerid_client_create(config, &later));
  peerid_config_free(config);
  assert_success(peerid_client_login(closing, "alice", "alice-password", NULL, "alice", &shared));
  caller waiting = {.session = shared, .amount = 1500};
  close_during_refresh(closing, &waiting);
  failure found = take_failure(waiting.error, __FILE__, __LINE__);
  assert_int_equal(found.code, PEERID_CODE_CLOSED);
  assert_int_not_equal(found.outcome, PEERID_OUTCOME_UNKNOWN);
  peerid_session_free(shared);
  peerid_client_free(closing);
  /* The next process waits for the store's lock and finds the new pair. */
  assert_success(peerid_client_open(later, "alice", &shared));
  waiting = (caller){.session = shared, .amount = 1501};
  assert_int_equal(pthread_create(&waiting.thread, NULL, call, &waiting), 0);
  sandbox_release();
  join_callers(&waiting, 1);
  assert_success(waiting.error);
  session_generation(shared);
  assert_int_equal(sandbox_answered(PATH_REFRESH, "200"), 1);
  peerid_session_free(shared);
  peerid_client_free(later);
  peerid_store_free(store);
}

/* The context of a handler; it must stay valid until the library releases it. */
typedef struct handler_context {
  atomic_bool is_released;
  atomic_int events;
  atomic_int events_after_release;
} handler_context;

static void count_event(void *context, int32_t level, const char *message) {
  (void)level;
  (void)message;
  handler_context *counted = context;
  counted->events++;
  if (counted->is_released) counted->events_after_release++;
}

static void release_context(void *context) {
  handler_context *released = context;
  if (released->is_released) abort();
  released->is_released = true;
}

/* A refresh continues after the configuration, the client and the session are freed, and may still log.
 * The handler's context is released after that, once. */
static void context_of_a_handler_is_released_at_the_end(void **state) {
  (void)state;
  handler_context logged = {0};
  handler_context asked = {0};
  peerid_config *config = make_config(sandbox_url(), "4", "demo-secret-4");
  assert_success(peerid_config_set_log_handler(config, count_event, &asked, release_context));
  /* Another handler takes its place. */
  assert_success(peerid_config_set_log_handler(config, count_event, &logged, release_context));
  assert_true(asked.is_released);
  peerid_client *own = NULL;
  assert_success(peerid_client_create(config, &own));
  peerid_config_free(config);
  peerid_session *ended = log_in(own, "alice");
  caller waiting = {.session = ended, .amount = 1550};
  close_during_refresh(own, &waiting);
  take_failure(waiting.error, __FILE__, __LINE__);
  peerid_session_free(ended);
  peerid_client_free(own);
  assert_false(logged.is_released);
  sandbox_release();
  for (int i = 0; i < 60000 && !logged.is_released; i++) usleep(10000);
  assert_true(logged.is_released);
  assert_int_equal(logged.events, 1);
  assert_int_equal(logged.events_after_release, 0);
  assert_int_equal(asked.events, 0);
}

/* ---- Interrupts and signals ---- */

static atomic_bool is_interrupted;
static atomic_int questions;
static pthread_t asked_on;

static int32_t ask(void *context) {
  if (context != &is_interrupted) abort();
  asked_on = pthread_self();
  questions++;
  return is_interrupted ? -1 : 0;
}

static void interrupt_handler_ends_the_call(void **state) {
  (void)state;
  peerid_config *config = make_config(sandbox_url(), "4", "demo-secret-4");
  assert_success(peerid_config_set_interrupt_handler(config, ask, &is_interrupted, NULL));
  peerid_session_free(session);
  peerid_client_free(client);
  assert_success(peerid_client_create(config, &client));
  peerid_config_free(config);
  session = log_in(client, "alice");
  is_interrupted = false;
  sandbox_fault("delay", PATH_OPERATIONS, 1, UNTIL_RELEASED);
  caller waiting;
  start_callers(&waiting, 1, NULL);
  sandbox_wait_for(PATH_OPERATIONS, 1);
  is_interrupted = true;
  join_callers(&waiting, 1);
  assert_int_equal(sandbox_answered(PATH_OPERATIONS, "200"), 0);
  assert_failure(waiting.error, CANCELLED, UNKNOWN, "cancelled");
  assert_true(pthread_equal(asked_on, waiting.thread));
  /* While the call waits for a refresh, the operation is not sent. */
  is_interrupted = false;
  sandbox_post("expire", "{}");
  sandbox_fault("delay", PATH_REFRESH, 1, UNTIL_RELEASED);
  start_callers(&waiting, 1, NULL);
  sandbox_wait_for(PATH_REFRESH, 1);
  is_interrupted = true;
  join_callers(&waiting, 1);
  failure found = take_failure(waiting.error, __FILE__, __LINE__);
  assert_int_equal(found.code, PEERID_CODE_CANCELLED);
  assert_int_not_equal(found.outcome, PEERID_OUTCOME_UNKNOWN);
  /* The refresh continues. */
  is_interrupted = false;
  sandbox_release();
  assert_success(submit_transfer(session, 1600));
  assert_int_equal(sandbox_count(PATH_REFRESH), 1);
  assert_int_equal(sandbox_executed(), 1);
}

typedef struct cancellable_caller {
  caller caller;
  atomic_int thread; /* its id in the kernel */
  peerid_cancellation *cancellation;
  peerid_error *after_cancelling; /* a further call of the same thread */
  peerid_error *without;          /* and one more, without the cancellation */
} cancellable_caller;

/* While this is set, the library's waits on this thread end only when something wakes it. */
static _Thread_local bool sleeps_until_woken;
static atomic_bool was_not_woken;

/* This definition takes precedence over that of libcurl. */
CURLMcode curl_multi_poll(CURLM *multi, struct curl_waitfd extra[], unsigned int count, int timeout_ms, int *ready) {
  CURLMcode (*real)(CURLM *, struct curl_waitfd[], unsigned int, int, int *);
  *(void **)&real = dlsym(RTLD_NEXT, "curl_multi_poll");
  enum { LONGEST_MS = 600000 };
  if (!sleeps_until_woken || timeout_ms == 0) return real(multi, extra, count, timeout_ms, ready);
  int64_t begin = now_ms();
  CURLMcode result = real(multi, extra, count, LONGEST_MS, ready);
  if (now_ms() - begin >= LONGEST_MS) was_not_woken = true;
  return result;
}

static void *call_with_cancellation(void *context) {
  cancellable_caller *cancellable = context;
  cancellable->thread = (int)syscall(SYS_gettid);
  peerid_cancellation_use(cancellable->cancellation);
  sleeps_until_woken = true;
  call(&cancellable->caller);
  sleeps_until_woken = false;
  cancellable->after_cancelling = submit_transfer(session, 1701);
  peerid_cancellation_use(NULL);
  cancellable->without = submit_transfer(session, 1702);
  return NULL;
}

/* Waits until a thread of this process sleeps in a system call. */
static void wait_until_asleep(int thread) {
  char path[64], line[512] = "";
  snprintf(path, sizeof path, "/proc/self/task/%d/stat", thread);
  for (char thread_state = 0; thread_state != 'S'; sched_yield()) {
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    fclose(file);
    thread_state = strrchr(line, ')')[2];
  }
}

static void cancellation_wakes_a_waiting_call(void **state) {
  (void)state;
  cancellable_caller waiting = {.caller = {.session = session, .amount = 1700}};
  was_not_woken = false;
  assert_success(peerid_cancellation_create(&waiting.cancellation));
  sandbox_fault("delay", PATH_OPERATIONS, 1, UNTIL_RELEASED);
  assert_int_equal(pthread_create(&waiting.caller.thread, NULL, call_with_cancellation, &waiting), 0);
  sandbox_wait_for(PATH_OPERATIONS, 1);
  /* The thread has sent its request. */
  wait_until_asleep(waiting.thread);
  peerid_cancellation_cancel(waiting.cancellation);
  join_callers(&waiting.caller, 1);
  assert_failure(waiting.caller.error, CANCELLED, UNKNOWN, "cancelled");
  assert_failure(waiting.after_cancelling, CANCELLED, NOT_SENT, "cancelled");
  assert_success(waiting.without);
  assert_false(was_not_woken);
  peerid_cancellation_cancel(waiting.cancellation);
  peerid_cancellation_free(waiting.cancellation);
  assert_int_equal(sandbox_executed_amount(1701), 0);
  assert_int_equal(sandbox_executed_amount(1702), 1);
}

/* One cancellation for many threads, freed while they use it; a thread may end without unsetting it. */
static void *call_and_leave(void *context) {
  cancellable_caller *cancellable = context;
  peerid_cancellation_use(cancellable->cancellation);
  return call(&cancellable->caller);
}

static void cancellation_ends_many_calls(void **state) {
  (void)state;
  enum { CALLERS = 20 };
  peerid_cancellation *cancellation = NULL;
  assert_success(peerid_cancellation_create(&cancellation));
  sandbox_fault("delay", PATH_OPERATIONS, CALLERS, UNTIL_RELEASED);
  cancellable_caller waiting[CALLERS];
  for (int i = 0; i < CALLERS; i++) {
    waiting[i] = (cancellable_caller){.caller = {.session = session, .amount = 1750 + i}, .cancellation = cancellation};
    assert_int_equal(pthread_create(&waiting[i].caller.thread, NULL, call_and_leave, &waiting[i]), 0);
  }
  sandbox_wait_for(PATH_OPERATIONS, CALLERS);
  peerid_cancellation_cancel(cancellation);
  peerid_cancellation_free(cancellation);
  for (int i = 0; i < CALLERS; i++) {
    join_callers(&waiting[i].caller, 1);
    assert_failure(waiting[i].caller.error, CANCELLED, UNKNOWN, "cancelled");
  }
  assert_int_equal(sandbox_executed(), 0);
}

static void *call_and_end(void *context) {
  call(context);
  pthread_testcancel();
  return NULL;
}

/* A thread that is cancelled during a call ends after the call. In it, the thread would leave locks locked. */
static void cancelled_thread_ends_after_its_call(void **state) {
  (void)state;
  caller waiting = {.session = session, .amount = 1800};
  sandbox_post("expire", "{}");
  sandbox_fault("delay", PATH_REFRESH, 1, UNTIL_RELEASED);
  assert_int_equal(pthread_create(&waiting.thread, NULL, call_and_end, &waiting), 0);
  sandbox_wait_for(PATH_REFRESH, 1);
  assert_int_equal(pthread_cancel(waiting.thread), 0);
  sandbox_release();
  void *result = NULL;
  assert_int_equal(pthread_join(waiting.thread, &result), 0);
  assert_ptr_equal(result, PTHREAD_CANCELED);
  assert_success(waiting.error);
  assert_int_equal(sandbox_executed_amount(1800), 1);
  assert_success(submit_transfer(session, 1801));
}

static atomic_int signals;
static atomic_bool on_foreign_thread;
static pthread_t main_thread;

static void note_signal(int number) {
  (void)number;
  signals++;
  if (!pthread_equal(pthread_self(), main_thread)) on_foreign_thread = true;
}

/* The library sets no signal handler, and its threads block signals meant for the program. A signal that interrupts a
 * call does not end it. */
static void signals_belong_to_the_program(void **state) {
  (void)state;
  struct sigaction before[NSIG];
  for (int number = 1; number < NSIG; number++) sigaction(number, NULL, &before[number]);
  main_thread = pthread_self();
  struct sigaction own = {.sa_handler = note_signal}; /* without SA_RESTART */
  struct sigaction old;
  sigaction(SIGUSR1, &own, &old);
  sandbox_post("expire", "{}");
  sandbox_fault("delay", PATH_REFRESH, 1, UNTIL_RELEASED);
  pid_t sender = fork();
  if (sender == 0) {
    /* Sends signals while the call waits for its refresh, with pauses so that each is delivered. */
    sandbox_wait_for(PATH_REFRESH, 1);
    struct timespec pause = {.tv_nsec = 5 * 1000 * 1000};
    for (int sent = 0;; sent++) {
      kill(getppid(), SIGUSR1);
      nanosleep(&pause, NULL);
      if (sent == 50) sandbox_release();
    }
  }
  assert_success(submit_transfer(session, 1700));
  assert_in_range(signals, 1, INT_MAX);
  kill(sender, SIGKILL);
  while (waitpid(sender, NULL, 0) < 0) {
  }
  sigaction(SIGUSR1, &old, NULL);
  assert_false(on_foreign_thread);
  assert_int_equal(sandbox_executed(), 1);
  for (int number = 1; number < NSIG; number++) {
    struct sigaction now;
    if (sigaction(number, NULL, &now) == 0) assert_ptr_equal(now.sa_handler, before[number].sa_handler);
  }
}

/* ---- fork ---- */

static int in_child(int64_t amount) {
  peerid_error *error = submit_transfer(session, amount);
  if (!error) error = peerid_session_refresh(session);
  if (!error) error = submit_transfer(session, amount + 1);
  if (error) fprintf(stderr, "in a child: %s\n", peerid_error_message(error));
  int status = error != NULL;
  peerid_error_free(error);
  peerid_session_free(session);
  peerid_client_free(client);
  return status;
}

static void child_uses_the_inherited_session(void **state) {
  (void)state;
  assert_success(submit_transfer(session, 1800));
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) leave_child(in_child(1801));
  int status = -1;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
  /* The parent's connection still works. Its pair does not: without a store, the child has used it. */
  failure found = take_failure(submit_transfer(session, 1803), __FILE__, __LINE__);
  assert_int_equal(found.code, PEERID_CODE_LOGIN_REQUIRED);
  assert_int_equal(sandbox_executed(), 3);
  for (int64_t amount = 1800; amount < 1803; amount++) assert_int_equal(sandbox_executed_amount(amount), 1);
}

static void fork_during_calls_is_safe(void **state) {
  (void)state;
  enum { CALLS = 8 };
  static caller callers[CALLS];
  sandbox_fault("delay", PATH_OPERATIONS, CALLS, UNTIL_RELEASED);
  start_callers(callers, CALLS, NULL);
  sandbox_wait_for(PATH_OPERATIONS, CALLS);
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    peerid_error *error = submit_transfer(session, 1900);
    if (error) fprintf(stderr, "in a child: %s\n", peerid_error_message(error));
    leave_child(error != NULL);
  }
  int status = -1;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
  sandbox_release();
  join_callers(callers, CALLS);
  for (int i = 0; i < CALLS; i++) assert_success(callers[i].error);
  assert_int_equal(sandbox_executed(), CALLS + 1);
  assert_int_equal(sandbox_count(PATH_OPERATIONS), CALLS + 1);
}

int main(void) {
#define TEST(test) cmocka_unit_test_setup_teardown(test, begin_test, end_test)
  const struct CMUnitTest tests[] = {
      TEST(threads_share_a_session),
      TEST(threads_share_one_refresh),
      TEST(threads_wait_for_a_pair_that_is_saved_late),
      TEST(threads_wait_for_a_refresh_that_is_due),
      TEST(tokens_are_read_while_the_session_is_refreshed),
      TEST(closing_ends_calls_under_way),
      TEST(freeing_the_client_ends_calls_under_way),
      TEST(closing_does_not_lose_a_refresh),
      TEST(context_of_a_handler_is_released_at_the_end),
      TEST(interrupt_handler_ends_the_call),
      TEST(cancellation_wakes_a_waiting_call),
      TEST(cancellation_ends_many_calls),
      TEST(cancelled_thread_ends_after_its_call),
      TEST(signals_belong_to_the_program),
      TEST(child_uses_the_inherited_session),
      TEST(fork_during_calls_is_safe),
  };
  return run_group("concurrency", tests, sandbox_start, sandbox_stop);
}
