/* Forks while another thread is in a function of a library that takes a process-wide lock: `fork_inside FUNCTION`. The
 * thread creates the first client of the process, and makes the first call. Status 50: the fork did not wait for the thread, so the child could hang;
 * 77: the thread did not call the function. */
#include <curl/curl.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "program.h"

enum { NOT_CALLED = 77, DID_NOT_WAIT = 50 };

static const char *chosen;
static pthread_t caller;
static sem_t is_inside, fork_begins;
static atomic_bool was_inside, is_in_function;

/* The first time, the thread stays until the fork has begun, and long enough for a fork that does not wait. */
static void stay(const char *function) {
  if (!chosen || strcmp(function, chosen) != 0 || !pthread_equal(pthread_self(), caller)) return;
  if (atomic_exchange(&was_inside, true)) return;
  atomic_store(&is_in_function, true);
  sem_post(&is_inside);
  sem_wait(&fork_begins);
  pause_ms(100);
  atomic_store(&is_in_function, false);
}

static void *real(const char *function) { return dlsym(RTLD_NEXT, function); }

/* These replace the functions of the libraries. */

CURLcode curl_global_init(long flags) {
  stay("curl_global_init");
  return ((CURLcode(*)(long))(uintptr_t)real("curl_global_init"))(flags);
}

static bool is_in_multi_init;

/* libcurl's `curl_multi_init` calls it as well. */
CURL *curl_easy_init(void) {
  if (!is_in_multi_init) stay("curl_easy_init");
  return ((CURL * (*)(void))(uintptr_t)real("curl_easy_init"))();
}

CURLM *curl_multi_init(void) {
  stay("curl_multi_init");
  is_in_multi_init = true;
  CURLM *multi = ((CURLM * (*)(void))(uintptr_t)real("curl_multi_init"))();
  is_in_multi_init = false;
  return multi;
}

CURLMcode curl_multi_add_handle(CURLM *multi, CURL *easy) {
  stay("curl_multi_add_handle");
  return ((CURLMcode(*)(CURLM *, CURL *))(uintptr_t)real("curl_multi_add_handle"))(multi, easy);
}

CURLMcode curl_multi_perform(CURLM *multi, int *running) {
  stay("curl_multi_perform");
  return ((CURLMcode(*)(CURLM *, int *))(uintptr_t)real("curl_multi_perform"))(multi, running);
}

CURLMcode curl_multi_remove_handle(CURLM *multi, CURL *easy) {
  stay("curl_multi_remove_handle");
  return ((CURLMcode(*)(CURLM *, CURL *))(uintptr_t)real("curl_multi_remove_handle"))(multi, easy);
}

void curl_easy_cleanup(CURL *easy) {
  stay("curl_easy_cleanup");
  ((void (*)(CURL *))(uintptr_t)real("curl_easy_cleanup"))(easy);
}

CURLMcode curl_multi_cleanup(CURLM *multi) {
  stay("curl_multi_cleanup");
  return ((CURLMcode(*)(CURLM *))(uintptr_t)real("curl_multi_cleanup"))(multi);
}

/* jansson reads the seed of its hash tables in the first use of an object; other threads wait for it. */
int open(const char *path, int flags, ...) {
  if (strcmp(path, "/dev/urandom") == 0) stay("json_object_seed");
  /* The mode counts only when a file is created. */
  return (int)syscall(SYS_openat, AT_FDCWD, path, flags, 0600);
}

static void begin_fork(void) { sem_post(&fork_begins); }

static void *call_first(void *context) {
  (void)context;
  caller = pthread_self();
  peerid_client *client = make_client();
  must("the parent's call", peerid_client_check(client));
  peerid_client_free(client);
  if (!was_inside) exit(NOT_CALLED);
  return NULL;
}

int main(int count, char **arguments) {
  if (count != 2) return EXIT_FAILURE;
  chosen = arguments[1];
  sem_init(&is_inside, 0, 0);
  sem_init(&fork_begins, 0, 0);
  pthread_t thread;
  pthread_create(&thread, NULL, call_first, NULL);
  sem_wait(&is_inside);
  /* Runs before the library's handlers, which were registered earlier. */
  pthread_atfork(begin_fork, NULL, NULL);
  pid_t child = fork_patiently();
  if (child == 0) _exit(is_in_function ? DID_NOT_WAIT : EXIT_SUCCESS);
  int status = 0;
  waitpid(child, &status, 0);
  pthread_join(thread, NULL);
  return WEXITSTATUS(status);
}
