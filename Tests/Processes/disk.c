/* Refreshes while the session cannot be saved, goes on with the pair in memory, and sees it saved once that is possible:
 * `disk full|read-only FOLDER`. With `exit` at the end it does not wait for that, but ends. */
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "program.h"

enum { NOBODY = 65534, SAVED_WITHIN = 20000 };

static void set_writable(const char *kind, const char *folder, bool writable) {
  if (strcmp(kind, "full") == 0) {
    /* A file that may not grow fails to be written as one on a full disk does. */
    struct rlimit limit;
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = writable ? limit.rlim_max : 16;
    setrlimit(RLIMIT_FSIZE, &limit);
  } else if (chmod(folder, writable ? 0700 : 0500) != 0) {
    perror(folder);
    exit(EXIT_FAILURE);
  }
}

/* The generation in the store, as another process would find it. */
static uint64_t stored_generation(void) {
  peerid_client *client = make_client();
  peerid_session *session = make_session(client);
  peerid_token *token;
  must("token", peerid_session_token(session, &token));
  uint64_t generation = peerid_token_generation(token);
  peerid_token_free(token);
  peerid_session_free(session);
  peerid_client_free(client);
  return generation;
}

static void expect(bool condition, const char *what) {
  if (condition) return;
  fprintf(stderr, "%s\n", what);
  exit(EXIT_FAILURE);
}

int main(int count, char **arguments) {
  bool just_ends = count == 4 && strcmp(arguments[3], "exit") == 0;
  if (count != 3 && !just_ends) return EXIT_FAILURE;
  const char *kind = arguments[1], *folder = arguments[2];
  signal(SIGXFSZ, SIG_IGN);
  /* For the superuser no folder is read-only. */
  if (geteuid() == 0) {
    expect(mkdir(folder, 0700) == 0 && chown(folder, NOBODY, NOBODY) == 0, "the folder cannot be made");
    expect(setgroups(0, NULL) == 0 && setgid(NOBODY) == 0 && setuid(NOBODY) == 0, "the user cannot be changed");
  }
  peerid_client *client = make_client();
  peerid_session *session = make_session(client);
  uint64_t first = stored_generation();

  set_writable(kind, folder, false);
  peerid_error *error = peerid_session_refresh(session);
  expect(error != NULL, "the refresh said that the pair was saved");
  printf("told: %s: %s\n", peerid_error_name(error), peerid_error_message(error));
  expect(peerid_error_code(error) == PEERID_CODE_STORE, "the error is not one of the store");
  peerid_error_free(error);
  expect(stored_generation() == first, "the store holds something new");
  for (uint64_t amount = 1; amount <= 3; amount++) {
    must("an operation with the pair in memory", transfer(session, amount));
  }

  set_writable(kind, folder, true);
  if (just_ends) return EXIT_SUCCESS;
  /* Nobody calls meanwhile. */
  for (int64_t end = now_ms() + SAVED_WITHIN; stored_generation() == first && now_ms() < end;) pause_ms(100);
  expect(stored_generation() == first + 1, "the pair was not saved later");
  must("a refresh afterwards", peerid_session_refresh(session));
  expect(stored_generation() == first + 2, "the next pair was not saved");
  peerid_session_free(session);
  peerid_client_free(client);
  return EXIT_SUCCESS;
}
