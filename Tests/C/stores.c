/* Session stores: memory, directory and custom ones. */
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "process.h"
#include "sandbox.h"

static int begin(void **state) { return sandbox_reset(state); }

static int end(void **state) { return sandbox_check(state); }

/* A client of the demo's first app with a store. */
static peerid_client *client_with(peerid_store *store) {
  peerid_config *config = make_config(sandbox_url(), "4", "demo-secret-4");
  peerid_client *client = NULL;
  assert_success(peerid_config_set(config, "refresh_probe_delay_ms", "0"));
  assert_success(peerid_config_set_store(config, store));
  assert_success(peerid_client_create(config, &client));
  peerid_config_free(config);
  return client;
}

static peerid_session *log_in_with_key(peerid_client *client, const char *key) {
  peerid_session *session = NULL;
  assert_success(peerid_client_login(client, "alice", "alice-password", NULL, key, &session));
  session_generation(session);
  return session;
}

static peerid_session *open_session(peerid_client *client, const char *key) {
  peerid_session *session = NULL;
  assert_success(peerid_client_open(client, key, &session));
  session_generation(session);
  return session;
}

static void assert_keys(peerid_store *store, const char *keys) {
  peerid_response *response = NULL;
  assert_success(peerid_store_list(store, &response));
  assert_string_equal(peerid_response_json(response, NULL), keys);
  peerid_response_free(response);
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk) {
  (void)status, (void)type, (void)walk;
  return remove(path);
}

static void remove_folder(const char *folder) { nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS); }

/* ---- Tests of every store ---- */

/* Two clients share a session, as two processes do: each uses the other's refresh. */
static void sessions_are_shared(peerid_store *store) {
  assert_keys(store, "[]");
  peerid_client *first = client_with(store);
  peerid_client *second = client_with(store);
  peerid_session *one = log_in_with_key(first, "alice");
  peerid_session *two = open_session(second, "alice");
  assert_keys(store, "[\"alice\"]");
  sandbox_post("expire", "{}");
  assert_success(submit_transfer(one, 201));
  /* The other client's token is refused, and it uses the stored pair. */
  assert_success(submit_transfer(two, 202));
  assert_int_equal(sandbox_count(PATH_REFRESH), 1);
  assert_int_equal(session_generation(one), 2);
  assert_int_equal(session_generation(two), 2);
  /* Logging in again returns the stored pair. */
  peerid_session *three = log_in_with_key(second, "alice");
  assert_int_equal(session_generation(three), 2);
  peerid_session_free(three);
  assert_success(peerid_session_logout(one));
  assert_keys(store, "[]");
  assert_failure(peerid_session_refresh(two), LOGIN_REQUIRED, NOT_SENT, "logged out elsewhere");
  assert_failure(submit_transfer(two, 203), LOGIN_REQUIRED, NOT_SENT, "logged out elsewhere");
  peerid_session *none = NULL;
  assert_failure(peerid_client_open(first, "alice", &none), LOGIN_REQUIRED, NOT_SENT, "'alice'");
  assert_success(peerid_store_remove(store, "alice"));
  assert_int_equal(sandbox_executed(), 2);
  peerid_session_free(one);
  peerid_session_free(two);
  peerid_client_free(first);
  peerid_client_free(second);
}

/* ---- Memory ---- */

static void memory_shares_sessions(void **state) {
  (void)state;
  peerid_store *store = NULL;
  assert_success(peerid_store_create_memory(&store));
  sessions_are_shared(store);
  peerid_store_free(store);
}

static void store_outlives_its_handle(void **state) {
  (void)state;
  peerid_store *store = NULL;
  assert_success(peerid_store_create_memory(&store));
  peerid_client *client = client_with(store);
  peerid_store_free(store);
  peerid_session *session = log_in_with_key(client, "alice");
  assert_success(peerid_session_refresh(session));
  assert_int_equal(session_generation(session), 2);
  peerid_session_free(session);
  session = open_session(client, "alice");
  assert_int_equal(session_generation(session), 2);
  peerid_session_free(session);
  peerid_client_free(client);
}

static void any_text_is_a_key(void **state) {
  (void)state;
  static char longest[4097];
  memset(longest, 'k', 4096);
  const char *const keys[] = {" ", "a/b", "../../etc/passwd", ".", "caf\xc3\xa9", "cafe\xcc\x81", "line\nbreak", "\"quoted\"", longest};
  peerid_store *store = NULL;
  char folder[] = "/tmp/peerid-store-XXXXXX";
  assert_non_null(mkdtemp(folder));
  assert_success(peerid_store_create_directory(folder, &store));
  peerid_client *client = client_with(store);
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
    peerid_session_free(log_in_with_key(client, keys[i]));
    peerid_session_free(open_session(client, keys[i]));
    assert_success(peerid_store_remove(store, keys[i]));
  }
  assert_keys(store, "[]");
  peerid_client_free(client);
  peerid_store_free(store);
  remove_folder(folder);
}

/* ---- Directory ---- */

/* The path of the only session file in a folder, by its ending. */
static void find_file(const char *folder, const char *ending, char *path, size_t size) {
  DIR *entries = opendir(folder);
  struct dirent *entry;
  *path = '\0';
  while ((entry = readdir(entries))) {
    const char *dot = strrchr(entry->d_name, '.');
    if (dot && strcmp(dot, ending) == 0) snprintf(path, size, "%s/%s", folder, entry->d_name);
  }
  closedir(entries);
}

static void folder_shares_sessions(void **state) {
  (void)state;
  char parent[] = "/tmp/peerid-store-XXXXXX";
  assert_non_null(mkdtemp(parent));
  char folder[64];
  snprintf(folder, sizeof folder, "%s/sessions", parent);
  peerid_store *store = NULL;
  assert_success(peerid_store_create_directory(folder, &store));
  struct stat status;
  assert_int_equal(stat(folder, &status), 0);
  assert_int_equal(status.st_mode & 0777, 0700);
  sessions_are_shared(store);
  peerid_store_free(store);
  remove_folder(parent);
}

static void files_are_private_and_complete(void **state) {
  (void)state;
  char folder[] = "/tmp/peerid-store-XXXXXX";
  assert_non_null(mkdtemp(folder));
  peerid_store *store = NULL;
  assert_success(peerid_store_create_directory(folder, &store));
  peerid_client *client = client_with(store);
  peerid_session *session = log_in_with_key(client, "alice");
  assert_success(peerid_session_refresh(session));
  char file[512];
  char other[512];
  find_file(folder, ".session", file, sizeof file);
  struct stat status;
  assert_int_equal(stat(file, &status), 0);
  assert_int_equal(status.st_mode & 0777, 0600);
  find_file(folder, ".new", other, sizeof other);
  assert_string_equal(other, "");
  peerid_session_free(session);

  /* A damaged file is not changed, and the error names it. */
  assert_int_equal(truncate(file, status.st_size / 2), 0);
  assert_failure(peerid_client_open(client, "alice", &session), STORE, NOT_SENT, file);
  failure found = assert_failure(peerid_client_login(client, "alice", "alice-password", NULL, "alice", &session), STORE,
                                 NOT_SENT, "cannot be used");
  assert_contains(found.message, file);
  assert_int_equal(sandbox_count(PATH_LOG_IN), 1);
  peerid_response *response = NULL;
  assert_failure(peerid_store_list(store, &response), STORE, NOT_SENT, file);
  assert_success(peerid_store_remove(store, "alice"));
  peerid_session_free(log_in_with_key(client, "alice"));
  peerid_client_free(client);
  peerid_store_free(store);

  /* A folder that others can read is not used. */
  assert_int_equal(chmod(folder, 0755), 0);
  assert_failure(peerid_store_create_directory(folder, &store), STORE, NOT_SENT, "chmod 700");
  assert_failure(peerid_store_create_directory(file, &store), STORE, NOT_SENT, "not a directory");
  remove_folder(folder);
}

static void processes_share_one_refresh(void **state) {
  (void)state;
  enum { PROCESSES = 4, CALLS = 5 };
  char folder[] = "/tmp/peerid-store-XXXXXX";
  assert_non_null(mkdtemp(folder));
  peerid_store *store = NULL;
  assert_success(peerid_store_create_directory(folder, &store));
  peerid_client *client = client_with(store);
  peerid_session *session = log_in_with_key(client, "alice");
  sandbox_post("expire", "{}");
  pid_t children[PROCESSES];
  for (int i = 0; i < PROCESSES; i++) {
    children[i] = fork();
    if (children[i] == 0) {
      /* The child uses the inherited client. Only the parent asserts. */
      int failures = 0;
      for (int call = 0; call < CALLS; call++) {
        peerid_error *error = submit_transfer(session, 300 + 10 * i + call);
        if (error) fprintf(stderr, "in a child: %s\n", peerid_error_message(error));
        failures += error != NULL;
        peerid_error_free(error);
      }
      leave_child(failures);
    }
  }
  for (int i = 0; i < PROCESSES; i++) {
    int status = 0;
    assert_int_equal(waitpid(children[i], &status, 0), children[i]);
    assert_int_equal(status, 0);
  }
  assert_int_equal(sandbox_answered(PATH_REFRESH, "200"), 1);
  assert_int_equal(sandbox_executed(), PROCESSES * CALLS);
  for (int i = 0; i < PROCESSES; i++) {
    for (int call = 0; call < CALLS; call++) assert_int_equal(sandbox_executed_amount(300 + 10 * i + call), 1);
  }
  assert_success(submit_transfer(session, 399));
  assert_int_equal(sandbox_count(PATH_REFRESH), 1);
  peerid_session_free(session);
  peerid_client_free(client);
  peerid_store_free(store);
  remove_folder(folder);
}

/* ---- Callbacks ---- */

/* A custom store for one session, which records the calls of its callbacks. */
typedef struct custom {
  pthread_mutex_t mutex;
  char calls[512]; /* L(ock) l(oad) s(ave) r(emove) U(nlock) k(eys) in order */
  char data[4096];
  size_t length;
  uint64_t generation;
  bool is_locked;
  int fails;     /* the letter of the callback that fails, or 0 */
  int conflicts; /* how many saves find another generation */
  char answering; /* the letter of the callback that returns `answer`, or 0 */
  int32_t answer;
  atomic_int released;
  bool broke_rules;
} custom;

static bool note(custom *custom, char letter, const char *key, void *lock, bool wants_lock) {
  pthread_mutex_lock(&custom->mutex);
  size_t count = strlen(custom->calls);
  if (count + 1 < sizeof custom->calls) custom->calls[count] = letter, custom->calls[count + 1] = '\0';
  if (key && strcmp(key, "alice") != 0) custom->broke_rules = true;
  if (wants_lock && (!custom->is_locked || lock != custom->data)) custom->broke_rules = true;
  pthread_mutex_unlock(&custom->mutex);
  return custom->fails != letter;
}

/* The result of a callback that succeeded: OK, or the result that a test has set. */
static int32_t answer_of(const custom *custom, char call) {
  return custom->answering == call ? custom->answer : PEERID_STORE_RESULT_OK;
}

static int32_t custom_lock(void *context, const char *key, int64_t timeout_ms, peerid_store_reply *reply) {
  custom *custom = context;
  if (!note(custom, 'L', key, NULL, false)) {
    peerid_store_reply_set_error(reply, "the lock server is down");
    return PEERID_STORE_RESULT_FAILED;
  }
  if (timeout_ms <= 0 || custom->is_locked) custom->broke_rules = true;
  custom->is_locked = true;
  peerid_store_reply_set_lock(reply, custom->data);
  return answer_of(custom, 'L');
}

static void custom_unlock(void *context, const char *key, void *lock) {
  custom *custom = context;
  note(custom, 'U', key, lock, true);
  custom->is_locked = false;
}

static int32_t custom_load(void *context, const char *key, void *lock, peerid_store_reply *reply) {
  custom *custom = context;
  /* Opening a session loads without the lock. */
  if (!note(custom, 'l', key, lock, lock != NULL)) return PEERID_STORE_RESULT_FAILED;
  if (custom->length > 0) peerid_store_reply_set_session(reply, custom->data, custom->length, custom->generation);
  return answer_of(custom, 'l');
}

static int32_t custom_save(void *context, const char *key, const char *data, size_t length, uint64_t generation,
                           uint64_t expected, void *lock, peerid_store_reply *reply) {
  custom *custom = context;
  if (!note(custom, 's', key, lock, true)) {
    peerid_store_reply_set_error(reply, "the disk is full");
    return PEERID_STORE_RESULT_FAILED;
  }
  if (custom->conflicts > 0 || expected != custom->generation) {
    custom->conflicts--;
    return PEERID_STORE_RESULT_CONFLICT;
  }
  if (generation <= expected || length >= sizeof custom->data || strlen(data) != length) custom->broke_rules = true;
  memcpy(custom->data, data, length);
  custom->length = length;
  custom->generation = generation;
  return answer_of(custom, 's');
}

static int32_t custom_remove(void *context, const char *key, void *lock, peerid_store_reply *reply) {
  custom *custom = context;
  (void)reply;
  if (!note(custom, 'r', key, lock, true)) return PEERID_STORE_RESULT_FAILED;
  custom->length = 0;
  custom->generation = 0;
  return answer_of(custom, 'r');
}

static int32_t custom_list(void *context, peerid_store_reply *reply) {
  custom *custom = context;
  if (!note(custom, 'k', NULL, NULL, false)) return 4711; /* not a valid result */
  if (custom->length > 0) peerid_store_reply_add_key(reply, "alice");
  return answer_of(custom, 'k');
}

static void custom_release(void *context) { ((custom *)context)->released++; }

/* Waits until the library releases the context: one of its threads may still use the store. */
static void assert_is_released(custom *custom) {
  for (int tries = 0; tries < 300000 && custom->released == 0; tries++) {
    nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
  }
  assert_int_equal(custom->released, 1);
}

static peerid_store *make_custom(custom *custom) {
  peerid_store *store = NULL;
  *custom = (struct custom){.mutex = PTHREAD_MUTEX_INITIALIZER};
  const peerid_store_callbacks callbacks = {
      .size = sizeof callbacks,
      .context = custom,
      .release = custom_release,
      .load = custom_load,
      .save = custom_save,
      .remove = custom_remove,
      .lock = custom_lock,
      .unlock = custom_unlock,
      .list = custom_list,
  };
  assert_success(peerid_store_create_custom(&callbacks, &store));
  return store;
}

static void callbacks_share_sessions(void **state) {
  (void)state;
  custom custom;
  peerid_store *store = make_custom(&custom);
  sessions_are_shared(store);
  assert_false(custom.broke_rules);
  assert_false(custom.is_locked);
  assert_int_equal(custom.released, 0);
  peerid_store_free(store);
  assert_is_released(&custom);
}

static void pair_is_saved_under_the_lock_before_it_is_used(void **state) {
  (void)state;
  custom custom;
  peerid_store *store = make_custom(&custom);
  peerid_client *client = client_with(store);
  peerid_session *session = log_in_with_key(client, "alice");
  assert_string_equal(custom.calls, "LlsU");
  custom.calls[0] = '\0';
  assert_success(peerid_session_refresh(session));
  assert_string_equal(custom.calls, "LlsU");
  assert_int_equal(custom.generation, 2);
  custom.calls[0] = '\0';
  assert_success(submit_transfer(session, 211));
  assert_string_equal(custom.calls, "");
  assert_success(peerid_session_logout(session));
  assert_string_equal(custom.calls, "LlrU");
  assert_false(custom.broke_rules);
  /* The context is used until no callback can run any more. */
  peerid_store_free(store);
  peerid_client_free(client);
  assert_int_equal(custom.released, 0);
  peerid_session_free(session);
  assert_is_released(&custom);
}

static void without_the_lock_nothing_is_sent(void **state) {
  (void)state;
  custom custom;
  peerid_store *store = make_custom(&custom);
  peerid_client *client = client_with(store);
  peerid_session *session = log_in_with_key(client, "alice");
  custom.fails = 'L';
  assert_failure(peerid_session_refresh(session), STORE, NOT_SENT, "the lock server is down");
  peerid_session *another = NULL;
  assert_failure(peerid_client_login(client, "alice", "alice-password", NULL, "alice", &another), STORE, NOT_SENT,
                 "the lock server is down");
  assert_int_equal(sandbox_count(PATH_REFRESH), 0);
  assert_int_equal(sandbox_count(PATH_LOG_IN), 1);
  custom.fails = 'l';
  assert_failure(peerid_client_open(client, "alice", &another), STORE, NOT_SENT, "no reason was given");
  custom.fails = 'k';
  peerid_response *response = NULL;
  assert_failure(peerid_store_list(store, &response), STORE, NOT_SENT, NULL);
  assert_false(custom.broke_rules);
  peerid_session_free(session);
  peerid_client_free(client);
  peerid_store_free(store);
  assert_is_released(&custom);
}

static void pair_that_cannot_be_saved_is_not_lost(void **state) {
  (void)state;
  custom custom;
  peerid_store *store = make_custom(&custom);
  peerid_client *client = client_with(store);
  peerid_session *session = log_in_with_key(client, "alice");
  sandbox_post("settings", "{'save_delay_ms':0}");
  custom.fails = 's';
  /* The server has rotated the pair: it is used, and the caller of the refresh gets an error. */
  failure found = assert_failure(peerid_session_refresh(session), STORE, UNKNOWN, "the disk is full");
  assert_contains(found.message, "in use");
  assert_int_equal(session_generation(session), 2);
  assert_success(submit_transfer(session, 212));
  assert_int_equal(custom.generation, 1);
  custom.fails = 0;
  assert_success(peerid_session_refresh(session));
  assert_int_equal(custom.generation, 3);
  assert_int_equal(sandbox_executed_amount(212), 1);
  assert_false(custom.broke_rules);
  peerid_session_free(session);
  peerid_client_free(client);
  peerid_store_free(store);
  assert_is_released(&custom);
}

/* Without its lock, another process may write the entry while a login is in flight. Only the server knows which tokens
   are newer, so the login is repeated. */
static void login_is_repeated_after_a_conflict(void **state) {
  (void)state;
  custom custom;
  peerid_store *store = make_custom(&custom);
  peerid_client *client = client_with(store);
  custom.conflicts = 2;
  peerid_session *session = log_in_with_key(client, "alice");
  assert_string_equal(custom.calls, "LlslslsU");
  assert_success(submit_transfer(session, 213));
  peerid_session_free(session);
  peerid_client_free(client);
  peerid_store_free(store);
  assert_is_released(&custom);
}

static void conflict_without_end_is_reported(void **state) {
  (void)state;
  custom custom;
  peerid_store *store = make_custom(&custom);
  peerid_client *client = client_with(store);
  custom.conflicts = INT_MAX;
  peerid_session *session = NULL;
  assert_failure(peerid_client_login(client, "alice", "alice-password", NULL, "alice", &session), STORE, NOT_DONE,
                 "modified despite the lock");
  assert_null(session);
  custom.conflicts = 0;
  session = log_in_with_key(client, "alice");
  peerid_session_free(session);
  peerid_client_free(client);
  peerid_store_free(store);
  assert_is_released(&custom);
}

static void assert_store_failed(peerid_error *error, char call, int32_t answer) {
  if (error == NULL) fail_msg("callback %c answered %d, and the call succeeded", call, (int)answer);
  if (peerid_error_code(error) != PEERID_CODE_STORE) {
    fail_msg("callback %c answered %d: %s", call, (int)answer, peerid_error_message(error));
  }
  peerid_error_free(error);
}

static void any_answer_but_ok_is_a_failure(void **state) {
  (void)state;
  custom custom;
  peerid_store *store = make_custom(&custom);
  peerid_client *client = client_with(store);
  peerid_session *session = log_in_with_key(client, "alice"), *another = NULL;
  peerid_response *response = NULL;
  static const int32_t answers[] = {PEERID_STORE_RESULT_CONFLICT, PEERID_STORE_RESULT_FAILED, 3, -1, INT32_MAX, INT32_MIN};
  for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
    custom.answer = answers[i];
    /* If another process holds the lock, neither a refresh nor a login is sent. */
    custom.answering = 'L';
    custom.is_locked = false;
    assert_store_failed(peerid_session_refresh(session), 'L', answers[i]);
    custom.is_locked = false;
    assert_store_failed(peerid_store_remove(store, "alice"), 'L', answers[i]);
    custom.is_locked = false;
    /* A failed load does not mean that the session has ended. */
    custom.answering = 'l';
    assert_store_failed(peerid_client_open(client, "alice", &another), 'l', answers[i]);
    custom.answering = 'k';
    assert_store_failed(peerid_store_list(store, &response), 'k', answers[i]);
    custom.answering = 's';
    assert_store_failed(peerid_client_login(client, "bob", "bob-password", NULL, "bob", &another), 's', answers[i]);
    custom.answering = 'r';
    assert_store_failed(peerid_store_remove(store, "bob"), 'r', answers[i]);
  }
  assert_int_equal(sandbox_count(PATH_REFRESH), 0);
  custom.answering = 0;
  peerid_session_free(session);
  peerid_client_free(client);
  peerid_store_free(store);
  assert_is_released(&custom);
}

int main(void) {
#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)
  const struct CMUnitTest tests[] = {
      TEST(memory_shares_sessions),
      TEST(store_outlives_its_handle),
      TEST(any_text_is_a_key),
      TEST(folder_shares_sessions),
      TEST(files_are_private_and_complete),
      TEST(processes_share_one_refresh),
      TEST(callbacks_share_sessions),
      TEST(pair_is_saved_under_the_lock_before_it_is_used),
      TEST(without_the_lock_nothing_is_sent),
      TEST(pair_that_cannot_be_saved_is_not_lost),
      TEST(login_is_repeated_after_a_conflict),
      TEST(conflict_without_end_is_reported),
      TEST(any_answer_but_ok_is_a_failure),
  };
  return run_group("stores", tests, sandbox_start, sandbox_stop);
}
