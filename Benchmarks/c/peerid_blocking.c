/* Blocking calls with libpeerid: one client, any number of threads, calls that use its sessions in turn. */
#include <pthread.h>

#include "with_library.h"

struct worker {
  pthread_t thread;
  const struct settings *settings;
  peerid_session **sessions;
  const char *operations;
  long calls;
  long next; /* the session of the next call */
  long long bytes;
};

/* Coprime to every measured number of sessions, and far from 1: no call finds its session in the processor's cache. */
#define STRIDE 7919

static void *work(void *context) {
  struct worker *w = context;
  size_t operations_length = strlen(w->operations);
  for (long i = 0; i < w->calls; i++) {
    peerid_response *response = NULL;
    size_t length = 0;
    check("submit",
          peerid_session_submit(w->sessions[w->next], w->operations, operations_length, &response));
    peerid_response_json(response, &length);
    w->bytes += (long long)length;
    peerid_response_free(response);
    w->next = (w->next + STRIDE) % w->settings->sessions;
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
  peerid_session **sessions = calloc((size_t)s.sessions, sizeof *sessions);
  if (!workers || !sessions) die("workers", "no memory");
  peerid_client *client = make_client(&s, NULL, NULL);
  /* The first session includes what all sessions share. */
  sessions[0] = make_session(client, 0);
  double allocated = allocated_bytes(), resident = resident_bytes();
  for (long i = 1; i < s.sessions; i++) sessions[i] = make_session(client, i);
  allocated = allocated_bytes() - allocated;
  resident = resident_bytes() - resident;
  for (long t = 0; t < s.threads; t++) {
    workers[t] = (struct worker){.settings = &s, .sessions = sessions, .operations = operations, .next = t % s.sessions};
  }

  run(workers, s.threads, s.warmup);
  for (long t = 0; t < s.threads; t++) workers[t].bytes = 0;
  begin_measurement(&m);
  run(workers, s.threads, s.calls);
  end_measurement(&m);

  long long bytes = 0;
  for (long t = 0; t < s.threads; t++) bytes += workers[t].bytes;
  char extra[256] = "";
  if (s.sessions > 1) {
    double others = (double)(s.sessions - 1);
    snprintf(extra, sizeof extra,
             ", \"allocated_bytes_per_session\": %.0f, \"resident_bytes_per_session\": %.0f, "
             "\"bytes_per_session_beyond_tokens\": %.0f",
             allocated / others, resident / others, allocated / others - 2 * TOKEN_LENGTH);
  }
  print_measurement(&m, s.calls, bytes, extra);
  for (long i = 0; i < s.sessions; i++) peerid_session_free(sessions[i]);
  peerid_client_free(client);
  free(sessions);
  free(workers);
  free(operations);
  return 0;
}
