/* Out of memory in libcurl, in jansson, and where libpeerid calls the C allocator directly: the n-th allocation fails,
 * for every n. No call may crash or be sent twice. After a reported success, the session and its store have exactly the
 * pair that the server issued.
 *
 * The allocator of this program replaces the C library's and checks its caller. */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "calls.h"
#include "fault_server.h"
#include "process.h"

/* Which of these allocations fails, counted from 1; 0: none. */
static atomic_long failing;
static atomic_long counted;
static atomic_bool has_failed;

typedef struct range {
  uintptr_t from, to;
} range;
static range libraries[16];
static int library_count;

/* The code of libpeerid's buffer for answers. All other code of libpeerid allocates through Swift, which ends the
 * process when there is no memory. */
static range answer_buffer;

static void find_answer_buffer(void) {
  const char *programs = getenv("PEERID_TEST_PROGRAMS");
  char line[4096];
  snprintf(line, sizeof line, "nm -S %s/symbols/libpeerid.so.1", programs ? programs : "build/tests");
  FILE *symbols = popen(line, "r");
  while (symbols && fgets(line, sizeof line, symbols)) {
    unsigned long from, size;
    /* clang moves rarely executed code into functions whose names end in .cold. */
    if (!strstr(line, "ResponseBufferV4grow") || strstr(line, ".cold") || sscanf(line, "%lx %lx", &from, &size) != 2) continue;
    answer_buffer = (range){from, from + size};
  }
  if (symbols) pclose(symbols);
  assert_int_not_equal(answer_buffer.from, 0);
}

/* Finds the code whose allocations fail. */
static void find_libraries(void) {
  FILE *maps = fopen("/proc/self/maps", "r");
  char line[1024];
  while (maps && fgets(line, sizeof line, maps)) {
    unsigned long from, to, offset;
    char mode[8];
    if (sscanf(line, "%lx-%lx %7s %lx", &from, &to, mode, &offset) != 4) continue;
    if (strstr(line, "/libpeerid") && offset == 0) {
      libraries[library_count++] = (range){from + answer_buffer.from, from + answer_buffer.to};
    }
    if (!strchr(mode, 'x') || (!strstr(line, "/libcurl") && !strstr(line, "/libjansson"))) continue;
    if (library_count < 16) libraries[library_count++] = (range){from, to};
  }
  if (maps) fclose(maps);
}

static bool must_fail(const void *caller) {
  if (failing == 0) return false;
  for (int i = 0; i < library_count; i++) {
    if ((uintptr_t)caller < libraries[i].from || (uintptr_t)caller >= libraries[i].to) continue;
    if (++counted != failing) return false;
    has_failed = true;
    errno = ENOMEM;
    return true;
  }
  return false;
}

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);

__attribute__((noinline)) void *malloc(size_t size) {
  return must_fail(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

__attribute__((noinline)) void *calloc(size_t count, size_t size) {
  return must_fail(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}

__attribute__((noinline)) void *realloc(void *memory, size_t size) {
  return must_fail(__builtin_return_address(0)) ? NULL : __libc_realloc(memory, size);
}

/* A call during which memory runs out. */
typedef struct scene {
  const char *name;
  const char *fault;
  call call;
  mode mode;
  const char *parameters;
} scene;

static const scene scenes[] = {
    {"log in with a store", "rotates", LOG_IN, BLOCKING, "form"},
    {"log in with JSON parameters", "rotates", LOG_IN, BLOCKING, "json"},
    {"log in asynchronously", "rotates", LOG_IN, ASYNCHRONOUS, "form"},
    {"log in asynchronously with JSON parameters", "rotates", LOG_IN, ASYNCHRONOUS, "json"},
    {"exchange with a store", "rotates", EXCHANGE, BLOCKING, "form"},
    {"exchange asynchronously with JSON parameters", "rotates", EXCHANGE, ASYNCHRONOUS, "json"},
    {"refresh", "rotates", REFRESH, BLOCKING, "form"},
    {"refresh with JSON parameters", "rotates", REFRESH, BLOCKING, "json"},
    {"refresh asynchronously", "rotates", REFRESH, ASYNCHRONOUS, "form"},
    {"refresh asynchronously with JSON parameters", "rotates", REFRESH, ASYNCHRONOUS, "json"},
    {"submit", "rotates", SUBMIT, BLOCKING, "form"},
    {"submit, answered with repeated keys", "repeats_keys", SUBMIT, BLOCKING, "form"},
    {"submit asynchronously", "rotates", SUBMIT, ASYNCHRONOUS, "form"},
    {"submit that the chain refuses", "refuses_after_login", SUBMIT, BLOCKING, "form"},
    {"refresh that the server refuses", "refuses_after_login", REFRESH, ASYNCHRONOUS, "json"},
};

enum { SCENES = sizeof scenes / sizeof scenes[0] };

/* The results of the child. */
enum { DONE = 0, CALL_FAILED = 1, NOTHING_FAILED = 2, WRONG = 3 };

static const char key[] = "alice";

static int wrong(const char *what, peerid_error *error) {
  fprintf(stderr, "%s%s%s\n", what, error ? ": " : "", error ? peerid_error_message(error) : "");
  return WRONG;
}

/* How many pairs the server has issued. */
static int pairs_issued(const char *fault) {
  port_record record = fault_record(fault, NULL);
  int pairs = 0;
  size_t index;
  json_t *head;
  json_array_foreach(json_object_get(record.whole, "heads"), index, head) {
    pairs += strstr(json_string_value(head), "/auth/") != NULL;
  }
  json_decref(record.whole);
  return pairs;
}

/* Whether a token is the access token of the n-th pair that the server has issued. */
static bool is_pair(const char *token, int n) {
  char expected[125];
  memset(expected, 'x', sizeof expected);
  int length = sprintf(expected, "newAccessToken%d", n);
  expected[length] = 'x';
  expected[124] = 0;
  return strcmp(token, expected) == 0;
}

/* Whether the session has a pair exactly as the server issued it; after a success, the last one. */
static bool holds_pair(peerid_session *session, const char *fault, bool has_succeeded) {
  if (strcmp(fault, "rotates") != 0) return true;
  peerid_token *token = NULL;
  peerid_error *error = peerid_session_get_token(session, &token);
  if (error) return !wrong("there is no token", error);
  int last = pairs_issued(fault);
  bool is_right = is_pair(peerid_token_access_token(token, NULL), last);
  for (int n = 1; !has_succeeded && n < last; n++) {
    is_right = is_right || is_pair(peerid_token_access_token(token, NULL), n);
  }
  if (!is_right) fprintf(stderr, "the pair is not one that the server issued: %s\n", peerid_token_json(token, NULL));
  peerid_token_free(token);
  return is_right;
}

/* Whether the stored session can be opened and has the same pair. */
static bool store_holds(peerid_client *client, peerid_session *session) {
  peerid_session *opened = NULL;
  peerid_token *mine = NULL, *stored = NULL;
  peerid_error *error = peerid_client_open(client, key, &opened);
  if (!error) error = peerid_session_get_token(session, &mine);
  if (!error) error = peerid_session_get_token(opened, &stored);
  bool is_same = !error && strcmp(peerid_token_json(mine, NULL), peerid_token_json(stored, NULL)) == 0;
  if (!is_same) wrong("the store does not contain the session", error);
  if (!is_same && !error) fprintf(stderr, "%s\n%s\n", peerid_token_json(mine, NULL), peerid_token_json(stored, NULL));
  peerid_error_free(error);
  peerid_token_free(mine);
  peerid_token_free(stored);
  peerid_session_free(opened);
  return is_same;
}

/* Logs in or exchanges a code, under the key of the existing session. */
static peerid_error *begin_session(const caller *caller, call call, peerid_session **session) {
  enum { TAG = 1, LONGEST_MS = 900000 };
  peerid_client *client = caller->client;
  if (!caller->queue) {
    return call == LOG_IN ? peerid_client_login(client, "alice", "password", NULL, key, session)
                          : peerid_client_exchange(client, "code", key, session);
  }
  peerid_error *error =
      call == LOG_IN ? peerid_client_login_async(client, "alice", "password", NULL, key, caller->queue, TAG, NULL)
                     : peerid_client_exchange_async(client, "code", key, caller->queue, TAG, NULL);
  if (error) return error;
  peerid_completion *completion = NULL;
  size_t count = 0;
  error = peerid_queue_take(caller->queue, LONGEST_MS, 1, &completion, &count);
  if (error) return error;
  if (count != 1) _exit(wrong("the call did not end", NULL));
  *session = peerid_completion_session(completion);
  error = peerid_completion_error(completion);
  peerid_completion_free(completion);
  return error;
}

static int play(const scene *scene, const char *folder, long number) {
  peerid_config *config = NULL;
  peerid_client *client = NULL;
  peerid_store *store = NULL;
  peerid_session *session = NULL;
  caller caller = {0};
  peerid_error *error = NULL;
  if (peerid_store_create_directory(folder, &store) ||
      peerid_config_create(fault_url("http", scene->fault), "4", "the-client-secret", &config) ||
      peerid_config_set(config, "parameters", scene->parameters) || peerid_config_set_store(config, store) ||
      peerid_client_create(config, &client) || peerid_client_login(client, "alice", "password", NULL, key, &session)) {
    return wrong("the set-up failed", NULL);
  }
  caller.client = client;
  caller.session = session;
  if (scene->mode == ASYNCHRONOUS && (error = peerid_queue_create(&caller.queue))) return wrong("queue", error);

  find_libraries();
  counted = 0;
  failing = number;
  if (scene->call == LOG_IN || scene->call == EXCHANGE) {
    peerid_session *again = NULL;
    error = begin_session(&caller, scene->call, &again);
    failing = 0;
    if (again) caller.session = again;
  } else {
    error = make_call(&caller, scene->call, 1234);
    failing = 0;
  }
  if (!has_failed) return NOTHING_FAILED;
  if (!holds_pair(caller.session, scene->fault, !error)) return wrong("after the call", error);
  if (!store_holds(client, caller.session)) return wrong("after the call", error);
  return error ? CALL_FAILED : DONE;
}

static void every_allocation_may_fail(void **state) {
  const scene *scene = *state;
  enum { MOST = 3000 };
  int failures = 0, successes = 0;
  for (long number = 1; number < MOST; number++) {
    fault_server_reset();
    char folder[] = "/tmp/peerid-allocations-XXXXXX";
    assert_non_null(mkdtemp(folder));
    pid_t pid = fork();
    if (pid == 0) {
      /* A child that hangs is killed. */
      alarm(1200);
      _exit(play(scene, folder, number));
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    if (system(command) != 0) print_message("%s could not be removed\n", folder);
    if (!WIFEXITED(status)) fail_msg("%s: allocation %ld: signal %d", scene->name, number, WTERMSIG(status));
    if (WEXITSTATUS(status) == NOTHING_FAILED) {
      print_message("%s: %ld allocations, %d calls failed, %d succeeded\n", scene->name, number - 1, failures,
                    successes);
      assert_in_range(number, 10, MOST);
      return;
    }
    if (WEXITSTATUS(status) == WRONG) fail_msg("%s: allocation %ld", scene->name, number);
    failures += WEXITSTATUS(status) == CALL_FAILED;
    successes += WEXITSTATUS(status) == DONE;
    /* The login of the set-up is one of them. */
    static const char *const sent[] = {[SUBMIT] = "\"amount\":1234", [REFRESH] = "refresh_token", [EXCHANGE] = "code",
                                       [LOG_IN] = "password"};
    assert_in_range(count_bodies(scene->fault, sent[scene->call]), 0, scene->call == LOG_IN ? 2 : 1);
  }
  fail_msg("the allocations do not end");
}

/* ---- Large inputs ---- */

static const char *const large_texts[] = {"an answer", "operations", "a signed transaction", "an asset", "a refusal",
                                          "tokens"};
enum { LARGE_TEXTS = sizeof large_texts / sizeof large_texts[0], LARGE = 3 << 20 };

/* Limits the process to this many bytes of memory beyond what it uses now. */
static void limit_memory(long more) {
  long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (!file || fscanf(file, "%ld", &pages) != 1) _exit(WRONG);
  fclose(file);
  rlim_t limit = (rlim_t)(pages * sysconf(_SC_PAGESIZE) + more);
  setrlimit(RLIMIT_AS, &(struct rlimit){limit, limit});
}

static int send_large_text(size_t which, long memory) {
  const char *fault = which == 4 ? "refuses_with_a_megabyte" : "answers_with_three_megabytes";
  caller caller = caller_make(BLOCKING, fault_url("http", fault), OPTIONS("validate", "off"));
  peerid_error *error = make_call(&caller, SUBMIT, 1);
  if (error) return wrong("the first call", error);
  static const char transaction[] =
      "{\"ref_block_num\":1,\"ref_block_prefix\":1,\"expiration\":\"x\",\"signatures\":[],\"operations\":[";
  char *text = malloc(LARGE + 256);
  size_t length = (size_t)sprintf(text, "%s", which == 2 ? transaction : "[");
  while (length < LARGE) length += (size_t)sprintf(text + length, "{\"op_name\":\"transfer\",\"x\":[1,2]},");
  length += (size_t)sprintf(text + length - 1, which == 2 ? "]}" : "]") - 1;
  peerid_response *response = NULL;
  peerid_session *session = NULL;
  const char *id, *symbol;
  int32_t precision;
  limit_memory(memory);
  switch (which) {
    case 0: error = peerid_client_read_chain(caller.client, "database", "m", "[]", 2, &response); break;
    case 1: error = peerid_session_submit(caller.session, text, length, &response); break;
    case 2: error = peerid_session_broadcast(caller.session, text, length, &response); break;
    case 4:
      error = make_call(&caller, BROADCAST, 0);
      if (peerid_error_http_status(error) != 500) break;
      /* The code tells what the status means. */
      return strstr(peerid_error_message(error), "memory ran out") ? CALL_FAILED : DONE;
    case 5: error = peerid_client_login(caller.client, "alice", "password", NULL, NULL, &session); break;
    default: error = peerid_client_asset(caller.client, "PPY", &id, &symbol, &precision); break;
  }
  if (!error) return DONE;
  return peerid_error_code(error) == PEERID_CODE_OUT_OF_MEMORY ? CALL_FAILED : wrong(large_texts[which], error);
}

static void large_text_without_memory_is_an_error(void **state) {
  size_t which = (size_t)(uintptr_t)*state;
  int failures = 0;
  for (long memory = 0; memory < 512L << 20; memory += memory < 16 << 20 ? 512 << 10 : 32 << 20) {
    pid_t pid = fork();
    if (pid == 0) _exit(send_large_text(which, memory));
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (!WIFEXITED(status)) fail_msg("%ld bytes of memory: signal %d", memory, WTERMSIG(status));
    if (WEXITSTATUS(status) == WRONG) fail_msg("%ld bytes of memory", memory);
    failures += WEXITSTATUS(status) == CALL_FAILED;
    if (WEXITSTATUS(status) == DONE && memory > 16 << 20) {
      assert_in_range(failures, 1, 512);
      return;
    }
  }
  fail_msg("the call fails with any amount of memory");
}

/* When an allocation through Swift fails, the process ends with a message, and nothing is written to address 0. */
static void without_memory_the_library_aborts_with_a_message(void **state) {
  (void)state;
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  pid_t pid = fork();
  if (pid == 0) {
    dup2(ends[1], STDERR_FILENO);
    answer_buffer = (range){0, 1 << 30};
    find_libraries();
    failing = 1;
    peerid_config *config = NULL;
    peerid_error_free(peerid_config_create("https://peerid.example", "4", "the-client-secret", &config));
    _exit(0);
  }
  close(ends[1]);
  char said[4096] = "";
  ssize_t length = read(ends[0], said, sizeof said - 1);
  close(ends[0]);
  int status = 0;
  assert_int_equal(waitpid(pid, &status, 0), pid);
  assert_true(WIFSIGNALED(status));
  if (length <= 0 || !strstr(said, "memory")) fail_msg("signal %d and: %s", WTERMSIG(status), said);
}

int main(void) {
  find_answer_buffer();
  fault_server_start(NULL, NULL);
  struct CMUnitTest tests[SCENES + LARGE_TEXTS + 1] = {
      [SCENES + LARGE_TEXTS] = cmocka_unit_test(without_memory_the_library_aborts_with_a_message),
  };
  for (size_t i = 0; i < LARGE_TEXTS; i++) {
    tests[SCENES + i] = (struct CMUnitTest){large_texts[i], large_text_without_memory_is_an_error, NULL, NULL,
                                            (void *)(uintptr_t)i};
  }
  for (int i = 0; i < SCENES; i++) {
    tests[i] = (struct CMUnitTest){scenes[i].name, every_allocation_may_fail, NULL, NULL, (void *)(uintptr_t)&scenes[i]};
  }
  int failures = run_group("allocations", tests, NULL, NULL);
  fault_server_stop();
  return failures;
}
