/* Does what the header forbids: two threads change one configuration. If the thread sanitizer does not report it, it
 * does not see into the library, and would find every other program clean. */
#include <peerid.h>
#include <pthread.h>
#include <stdlib.h>

enum { THREADS = 2, CHANGES = 1000 };

static peerid_config *config;
static pthread_barrier_t start;

static void *change(void *argument) {
  (void)argument;
  pthread_barrier_wait(&start);
  for (int i = 0; i < CHANGES; i++) {
    if (peerid_config_set(config, "request_timeout_ms", "5000")) abort();
  }
  return NULL;
}

int main(void) {
  if (peerid_config_create("https://peerid.example", "4", NULL, &config)) abort();
  pthread_barrier_init(&start, NULL, THREADS);
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, change, NULL);
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  pthread_barrier_destroy(&start);
  peerid_config_free(config);
  return EXIT_SUCCESS;
}
