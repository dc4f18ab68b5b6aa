/* Blocking calls by hand: libcurl's easy interface and jansson, one easy handle per thread. */
#include <pthread.h>

#include "by_hand.h"

struct worker {
  pthread_t thread;
  const struct settings *settings;
  const char *operations;
  struct request request;
  long calls;
  long long bytes;
};

static void *work(void *context) {
  struct worker *w = context;
  for (long i = 0; i < w->calls; i++) {
    if (w->settings->parse) parse_operations(w->operations);
    prepare_request(&w->request, w->operations);
    char *result = read_answer(&w->request, curl_easy_perform(w->request.easy));
    w->bytes += (long long)strlen(result);
    free(result);
  }
  return NULL;
}

/* One thread means the main thread, as in a program without threads. */
static void run(struct worker *workers, long threads, long calls) {
  for (long t = 0; t < threads; t++) {
    workers[t].calls = calls / threads + (t < calls % threads);
    if (threads > 1) pthread_create(&workers[t].thread, NULL, work, &workers[t]);
    else work(&workers[t]);
  }
  for (long t = 0; threads > 1 && t < threads; t++) pthread_join(workers[t].thread, NULL);
}

int main(int argc, char **argv) {
  struct settings s = read_settings(argc, argv);
  struct measurement m;
  char *operations = make_operations(s.operations);
  struct worker *workers = calloc((size_t)s.threads, sizeof *workers);
  if (!workers) die("workers", "no memory");
  curl_global_init(CURL_GLOBAL_DEFAULT);
  struct curl_slist *headers = make_headers();
  for (long t = 0; t < s.threads; t++) {
    workers[t].settings = &s;
    workers[t].operations = operations;
    open_request(&workers[t].request, &s, headers);
  }

  run(workers, s.threads, s.warmup);
  for (long t = 0; t < s.threads; t++) workers[t].bytes = 0;
  begin_measurement(&m);
  run(workers, s.threads, s.calls);
  end_measurement(&m);

  long long bytes = 0;
  for (long t = 0; t < s.threads; t++) {
    bytes += workers[t].bytes;
    close_request(&workers[t].request);
  }
  print_measurement(&m, s.calls, bytes, "");
  curl_slist_free_all(headers);
  curl_global_cleanup();
  free(workers);
  free(operations);
  return 0;
}
