/* Memory that runs out in libcurl and jansson: the n-th of their allocations fails, for every n. No call may crash or arrive
 * twice, and after a reported success the store holds the session that the caller has.
 *
 * The allocator of this program stands in front of the C library's and looks who asks. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "calls.h"
#include "fault_server.h"
#include "process.h"

/* Which allocation of the two libraries fails, counted from 1; 0: none. */
static atomic_long failing;
static atomic_long counted;
static atomic_bool has_failed;

typedef struct range {
  uintptr_t from, to;
} range;
static range libraries[16];
static int library_count;

/* Notes where the code of libcurl and jansson is. */
static void find_libraries(void) {
  FILE *maps = fopen("/proc/self/maps", "r");
  char line[1024];
  while (maps && fgets(line, sizeof line, maps)) {
    unsigned long from, to;
    char mode[8];
    if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) != 3 || !strchr(mode, 'x')) continue;
    if (!strstr(line, "/libcurl") && !strstr(line, "/libjansson")) continue;
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

/* What is done while memory runs out. */
typedef struct scene {
  const char *name;
  const char *fault;
  call call;
  mode mode;
  const char *parameters;
} scene;

static const scene scenes[] = {
    {"log in with a store", "healthy", LOG_IN, BLOCKING, "form"},
    {"log in with JSON parameters", "healthy", LOG_IN, BLOCKING, "json"},
    {"refresh", "healthy", REFRESH, BLOCKING, "form"},
    {"refresh with JSON parameters", "healthy", REFRESH, BLOCKING, "json"},
    {"refresh asynchronously", "healthy", REFRESH, ASYNCHRONOUS, "form"},
    {"submit", "healthy", SUBMIT, BLOCKING, "form"},
    {"submit, answered with what jansson reads", "repeats_keys", SUBMIT, BLOCKING, "form"},
    {"submit asynchronously", "healthy", SUBMIT, ASYNCHRONOUS, "form"},
    {"exchange", "healthy", EXCHANGE, BLOCKING, "form"},
};

enum { SCENES = sizeof scenes / sizeof scenes[0] };

/* What the child reports. */
enum { DONE = 0, FAILED_TRULY = 1, NOTHING_FAILED = 2, WRONG = 3 };

static const char key[] = "alice";

static int wrong(const char *what, peerid_error *error) {
  fprintf(stderr, "%s%s%s\n", what, error ? ": " : "", error ? peerid_error_message(error) : "");
  return WRONG;
}

/* The stored session can be opened and holds the same pair. */
static bool store_holds(peerid_client *client, peerid_session *session) {
  peerid_session *opened = NULL;
  peerid_token *mine = NULL, *stored = NULL;
  peerid_error *error = peerid_client_open(client, key, &opened);
  if (!error) error = peerid_session_get_token(session, &mine);
  if (!error) error = peerid_session_get_token(opened, &stored);
  bool is_same = !error && strcmp(peerid_token_json(mine, NULL), peerid_token_json(stored, NULL)) == 0;
  if (!is_same) wrong("the store does not hold the session", error);
  if (!is_same && !error) fprintf(stderr, "%s\n%s\n", peerid_token_json(mine, NULL), peerid_token_json(stored, NULL));
  peerid_error_free(error);
  peerid_token_free(mine);
  peerid_token_free(stored);
  peerid_session_free(opened);
  return is_same;
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
    return wrong("the scene could not be set", NULL);
  }
  caller.client = client;
  caller.session = session;
  if (scene->mode == ASYNCHRONOUS && (error = peerid_queue_create(&caller.queue))) return wrong("queue", error);

  find_libraries();
  counted = 0;
  failing = number;
  if (scene->call == LOG_IN) {
    peerid_session *again = NULL;
    error = peerid_client_login(client, "alice", "password", NULL, key, &again);
    failing = 0;
    if (again) caller.session = again;
  } else {
    error = make_call(&caller, scene->call, 1234);
    failing = 0;
  }
  if (!has_failed) return NOTHING_FAILED;
  if (!store_holds(client, caller.session)) return wrong("after the call", error);
  return error ? FAILED_TRULY : DONE;
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
      /* Whatever hangs ends the child. */
      alarm(30);
      _exit(play(scene, folder, number));
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    if (system(command) != 0) print_message("%s is left\n", folder);
    if (!WIFEXITED(status)) fail_msg("%s: allocation %ld: signal %d", scene->name, number, WTERMSIG(status));
    if (WEXITSTATUS(status) == NOTHING_FAILED) {
      print_message("%s: %ld allocations, %d calls failed, %d went well\n", scene->name, number - 1, failures,
                    successes);
      assert_in_range(number, 10, MOST);
      return;
    }
    if (WEXITSTATUS(status) == WRONG) fail_msg("%s: allocation %ld", scene->name, number);
    failures += WEXITSTATUS(status) == FAILED_TRULY;
    successes += WEXITSTATUS(status) == DONE;
    if (scene->call == SUBMIT) assert_in_range(count_bodies(scene->fault, "\"amount\":1234"), 0, 1);
  }
  fail_msg("there is no end to the allocations");
}

int main(void) {
  fault_server_start(NULL, NULL);
  struct CMUnitTest tests[SCENES];
  for (int i = 0; i < SCENES; i++) {
    tests[i] = (struct CMUnitTest){scenes[i].name, every_allocation_may_fail, NULL, NULL, (void *)(uintptr_t)&scenes[i]};
  }
  int failures = cmocka_run_group_tests_name("allocations", tests, NULL, NULL);
  fault_server_stop();
  return failures;
}
