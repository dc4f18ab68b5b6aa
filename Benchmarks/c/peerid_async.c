/* Asynchronous calls with libpeerid: the main thread starts calls and takes completions, as an event loop does. */
#include "with_library.h"

#define BATCH 64

static long long bytes;

static void take(peerid_completion *completion) {
  size_t length = 0;
  check("call", peerid_completion_error(completion));
  peerid_response *response = peerid_completion_response(completion);
  if (!response) die("completion", "no response");
  peerid_response_json(response, &length);
  bytes += (long long)length;
  peerid_response_free(response);
  peerid_completion_free(completion);
}

static void run(peerid_session *session, peerid_queue *queue, long in_flight, const char *operations, long calls) {
  size_t operations_length = strlen(operations);
  peerid_completion *completions[BATCH];
  long begun = 0, ended = 0;
  while (ended < calls) {
    while (begun < calls && begun - ended < in_flight) {
      check("begin", peerid_session_submit_async(session, operations, operations_length, queue, (uint64_t)begun, NULL));
      begun++;
    }
    size_t count = 0;
    check("next", peerid_queue_take(queue, -1, BATCH, completions, &count));
    for (size_t i = 0; i < count; i++) take(completions[i]);
    ended += (long)count;
  }
}

int main(int argc, char **argv) {
  struct settings s = read_settings(argc, argv);
  struct measurement m;
  char *operations = make_operations(s.operations);
  char on_the_wire[32];
  /* As many calls on the wire as in flight, as with the bare multi handle, unless the arguments say otherwise. */
  snprintf(on_the_wire, sizeof on_the_wire, "%ld", s.on_the_wire ? s.on_the_wire : s.in_flight);
  peerid_client *client = make_client(&s, "max_active_requests", on_the_wire);
  peerid_session *session = make_session(client, 0);
  peerid_queue *queue = NULL;
  check("queue", peerid_queue_create(&queue));

  run(session, queue, s.in_flight, operations, s.warmup);
  bytes = 0;
  begin_measurement(&m);
  run(session, queue, s.in_flight, operations, s.calls);
  end_measurement(&m);

  print_measurement(&m, s.calls, bytes, "");
  peerid_session_free(session);
  peerid_client_free(client);
  peerid_queue_free(queue);
  free(operations);
  return 0;
}
