/* Forks while another thread holds a lock of OpenSSL. `fork_in_tls NUMBER`: a thread opens a TLS connection and holds the
 * NUMBERth lock that it takes. `fork_in_tls exit NUMBER`: a thread of the library ends and holds the NUMBERth lock that it
 * takes. The child opens its own connection. Status 50: the child hung; 77: the thread took fewer locks. */
#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "program.h"
#include "threads.h"

enum { NONE_HELD = 77, STUCK = 50, PATIENCE_SECONDS = 600 };

static peerid_session *session;
static pthread_t main_thread, caller;
/* Whether a thread of the library is waited for, instead of the caller. */
static bool waits_for_exit;
static sem_t is_held, fork_begins;
static atomic_int locks_until_held;

/* Replaces the C library's function. The thread keeps the lock until the fork has begun, and long enough for a fork
 * that does not wait to finish. */
int pthread_rwlock_wrlock(pthread_rwlock_t *lock) {
  static int (*real)(pthread_rwlock_t *);
  if (!real) real = (int (*)(pthread_rwlock_t *))(uintptr_t)dlsym(RTLD_NEXT, "pthread_rwlock_wrlock");
  int code = real(lock);
  bool is_watched = waits_for_exit ? !pthread_equal(pthread_self(), main_thread) : pthread_equal(pthread_self(), caller);
  if (locks_until_held > 0 && is_watched && --locks_until_held == 0) {
    sem_post(&is_held);
    sem_wait(&fork_begins);
    pause_ms(100);
  }
  return code;
}

static void begin_fork(void) { sem_post(&fork_begins); }

static void *call(void *number) {
  caller = pthread_self();
  locks_until_held = (int)(intptr_t)number;
  must("the parent's call", transfer(session, 1));
  if (locks_until_held > 0) exit(NONE_HELD);
  return NULL;
}

/* Whether a thread holds the lock now. The library ends its threads when they have been idle for some seconds. */
static bool is_held_at_exit(int number) {
  must("the refresh", peerid_session_refresh(session));
  main_thread = pthread_self();
  waits_for_exit = true;
  locks_until_held = number;
  for (int64_t end = now_ms() + PATIENCE_SECONDS * 1000; now_ms() < end; pause_ms(10)) {
    if (sem_trywait(&is_held) == 0) return true;
    if (has_one_thread()) return false;
  }
  return false;
}

int main(int count, char **arguments) {
  if (count < 2) return EXIT_FAILURE;
  session = make_session(make_client());
  sem_init(&is_held, 0, 0);
  sem_init(&fork_begins, 0, 0);
  /* Runs before the library's handlers, which were registered earlier. */
  pthread_atfork(begin_fork, NULL, NULL);
  pthread_t thread;
  if (strcmp(arguments[1], "exit") == 0) {
    if (count < 3 || !is_held_at_exit(atoi(arguments[2]))) return NONE_HELD;
  } else {
    pthread_create(&thread, NULL, call, (void *)(intptr_t)atoi(arguments[1]));
    sem_wait(&is_held);
  }
  pid_t child = fork_patiently();
  if (child == 0) {
    alarm(PATIENCE_SECONDS);
    /* A thread that has not used OpenSSL needs more of its locks: a refresh starts one. */
    peerid_error *error = waits_for_exit ? peerid_session_refresh(session) : transfer(session, 2);
    _exit(error ? EXIT_FAILURE : EXIT_SUCCESS);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (!waits_for_exit) pthread_join(thread, NULL);
  return WIFSIGNALED(status) ? STUCK : WEXITSTATUS(status);
}
