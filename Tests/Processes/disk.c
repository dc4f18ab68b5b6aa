/* A session whose store cannot be written: `disk KIND DIRECTORY`.
 *
 *   full, read-only   before a refresh is sent: nothing is sent
 *   later             during a refresh, from the moment when a line is read from standard input: the session keeps the
 *                     pair in memory, and saves it when that is possible again
 *   later-exit        the same, and the process exits as soon as the directory can be written again
 */
#include <grp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "program.h"

enum { NOBODY = 65534, SAVED_WITHIN = 600000 };

static peerid_client *client;
static peerid_session *session;

static void set_writable(const char *kind, const char *directory, bool writable) {
  if (strcmp(kind, "full") == 0) {
    /* A file that may not grow cannot be written, as on a full disk. Its signal would end the process. */
    struct rlimit limit;
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = writable ? limit.rlim_max : 16;
    setrlimit(RLIMIT_FSIZE, &limit);
  } else if (chmod(directory, writable ? 0700 : 0500) != 0) {
    perror(directory);
    exit(EXIT_FAILURE);
  }
}

/* The stored generation, read as another process reads it. */
static uint64_t stored_generation(void) {
  peerid_client *other = make_client();
  peerid_session *opened = make_session(other);
  peerid_token *token;
  must("token", peerid_session_get_token(opened, &token));
  uint64_t generation = peerid_token_generation(token);
  peerid_token_free(token);
  peerid_session_free(opened);
  peerid_client_free(other);
  return generation;
}

static void expect(bool condition, const char *what) {
  if (condition) return;
  fprintf(stderr, "%s\n", what);
  exit(EXIT_FAILURE);
}

static void expect_store_error(peerid_error *error, int32_t outcome) {
  expect(error != NULL, "the refresh succeeded");
  printf("%s: %s\n", peerid_error_name(error), peerid_error_message(error));
  expect(peerid_error_code(error) == PEERID_CODE_STORE, "the error is not one of the store");
  expect((int32_t)peerid_error_outcome(error) == outcome, "the error has another outcome");
  peerid_error_free(error);
}

static void transfer_three_times(uint64_t first) {
  for (uint64_t amount = first; amount < first + 3; amount++) must("an operation", transfer(session, amount));
}

/* Repeats the refresh until it succeeds: after a failure the session waits before it refreshes again. */
static void refresh_until_success(void) {
  peerid_error *error;
  for (int64_t end = now_ms() + SAVED_WITHIN; (error = peerid_session_refresh(session)) && now_ms() < end;) {
    peerid_error_free(error);
    pause_ms(50);
  }
  must("a refresh afterwards", error);
}

static void send_nothing(const char *kind, const char *directory) {
  set_writable(kind, directory, false);
  expect_store_error(peerid_session_refresh(session), PEERID_OUTCOME_NOT_SENT);
  /* A refresh runs on a thread of the library, which blocks all signals; a login on this one. */
  peerid_session *other;
  expect_store_error(log_in(client, "another", &other), PEERID_OUTCOME_NOT_SENT);
  transfer_three_times(1);
  expect(stored_generation() == 1, "the store contains a new pair");
  set_writable(kind, directory, true);
  refresh_until_success();
  expect(stored_generation() == 2, "the pair was not saved");
}

static void *refresh(void *directory) {
  (void)directory;
  return peerid_session_refresh(session);
}

static void save_later(const char *directory, bool just_ends) {
  pthread_t thread;
  void *error;
  pthread_create(&thread, NULL, refresh, NULL);
  expect(getchar() == '\n', "no line says that the refresh was sent");
  set_writable("read-only", directory, false);
  puts("read-only");
  fflush(stdout);
  pthread_join(thread, &error);
  expect_store_error(error, PEERID_OUTCOME_UNKNOWN);
  transfer_three_times(1);
  expect(stored_generation() == 1, "the store contains a new pair");
  set_writable("read-only", directory, true);
  if (just_ends) exit(EXIT_SUCCESS);
  /* No call is made while saving is retried. */
  for (int64_t end = now_ms() + SAVED_WITHIN; stored_generation() == 1 && now_ms() < end;) pause_ms(50);
  expect(stored_generation() == 2, "the pair was not saved later");
  must("a refresh afterwards", peerid_session_refresh(session));
  expect(stored_generation() == 3, "the next pair was not saved");
}

int main(int count, char **arguments) {
  if (count != 3) return EXIT_FAILURE;
  const char *kind = arguments[1], *directory = arguments[2];
  /* root can write to any directory. */
  if (geteuid() == 0) {
    expect(mkdir(directory, 0700) == 0 && chown(directory, NOBODY, NOBODY) == 0, "the directory cannot be made");
    expect(setgroups(0, NULL) == 0 && setgid(NOBODY) == 0 && setuid(NOBODY) == 0, "the user cannot be changed");
  }
  client = make_client();
  session = make_session(client);
  if (strncmp(kind, "later", 5) == 0) {
    save_later(directory, strcmp(kind, "later-exit") == 0);
  } else {
    send_nothing(kind, directory);
  }
  peerid_session_free(session);
  peerid_client_free(client);
  return EXIT_SUCCESS;
}
