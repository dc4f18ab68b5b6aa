/* Asynchronous calls by hand: one thread, a bare multi handle, and as many easy handles as calls are in flight. */
#include "by_hand.h"

static long long bytes;

static void start(CURLM *multi, struct request *r, const char *operations) {
  prepare_request(r, operations);
  CURLMcode code = curl_multi_add_handle(multi, r->easy);
  if (code != CURLM_OK) die("curl_multi_add_handle", curl_multi_strerror(code));
}

static void run(CURLM *multi, struct request *requests, long in_flight, const char *operations, long calls) {
  long begun = 0, ended = 0;
  while (begun < in_flight && begun < calls) start(multi, &requests[begun++], operations);
  while (ended < calls) {
    int running = 0, queued = 0;
    CURLMcode code = curl_multi_perform(multi, &running);
    if (code != CURLM_OK) die("curl_multi_perform", curl_multi_strerror(code));
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &queued))) {
      if (message->msg != CURLMSG_DONE) continue;
      /* The message becomes invalid when its handle is removed. */
      CURL *easy = message->easy_handle;
      CURLcode outcome = message->data.result;
      struct request *r = NULL;
      curl_easy_getinfo(easy, CURLINFO_PRIVATE, &r);
      curl_multi_remove_handle(multi, easy);
      char *result = read_answer(r, outcome);
      bytes += (long long)strlen(result);
      free(result);
      ended++;
      if (begun < calls) {
        begun++;
        start(multi, r, operations);
      }
    }
    if (ended < calls) curl_multi_poll(multi, NULL, 0, 1000, NULL);
  }
}

int main(int argc, char **argv) {
  struct settings s = read_settings(argc, argv);
  struct measurement m;
  char *operations = make_operations(s.operations);
  struct request *requests = calloc((size_t)s.in_flight, sizeof *requests);
  if (!requests) die("requests", "no memory");
  curl_global_init(CURL_GLOBAL_DEFAULT);
  struct curl_slist *headers = make_headers();
  CURLM *multi = curl_multi_init();
  curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
  for (long i = 0; i < s.in_flight; i++) open_request(&requests[i], &s, headers);

  run(multi, requests, s.in_flight, operations, s.warmup);
  bytes = 0;
  begin_measurement(&m);
  run(multi, requests, s.in_flight, operations, s.calls);
  end_measurement(&m);

  print_measurement(&m, s.calls, bytes, "");
  for (long i = 0; i < s.in_flight; i++) close_request(&requests[i]);
  curl_multi_cleanup(multi);
  curl_slist_free_all(headers);
  curl_global_cleanup();
  free(requests);
  free(operations);
  return 0;
}
