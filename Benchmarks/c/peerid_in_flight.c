/* Measures the memory of a call in flight: as many calls as sessions, all started by one thread before the server,
 * which delays its answers, has answered more than a few. Then the client is closed, and every call must complete.
 */
#include "with_library.h"

int main(int argc, char **argv) {
  struct settings s = read_settings(argc, argv);
  struct measurement m;
  char *operations = make_operations(s.operations);
  size_t operations_length = strlen(operations);
  peerid_client *client = make_client(&s, "max_in_flight", "1000000");
  peerid_session **sessions = calloc((size_t)s.sessions, sizeof *sessions);
  peerid_queue *queue = NULL;
  if (!sessions) die("sessions", "no memory");
  check("queue", peerid_queue_create(&queue));
  for (long i = 0; i < s.sessions; i++) sessions[i] = make_session(client, i);

  double allocated = allocated_bytes(), resident = resident_bytes();
  begin_measurement(&m);
  for (long i = 0; i < s.sessions; i++) {
    check("begin",
          peerid_session_submit_async(sessions[i], operations, operations_length, queue, (uint64_t)i, NULL));
  }
  end_measurement(&m);
  /* The I/O thread must have taken all calls and filled the connections. */
  struct timespec pause = {.tv_nsec = 400000000};
  nanosleep(&pause, NULL);
  allocated = allocated_bytes() - allocated;
  resident = resident_bytes() - resident;

  peerid_client_close(client);
  long done = 0, closed = 0;
  while (done + closed < s.sessions) {
    peerid_completion *completion = NULL;
    size_t count = 0;
    check("next", peerid_queue_take(queue, 10000, 1, &completion, &count));
    if (count == 0) die("completions", "not all calls completed");
    peerid_error *error = peerid_completion_error(completion);
    if (!error) done++;
    else if (peerid_error_code(error) == PEERID_CODE_CLOSED) closed++;
    else die("call", peerid_error_message(error));
    peerid_error_free(error);
    peerid_completion_free(completion);
  }

  char extra[256];
  snprintf(extra, sizeof extra,
           ", \"allocated_bytes_per_call\": %.0f, \"resident_bytes_per_call\": %.0f, \"answered\": %ld",
           allocated / (double)closed, resident / (double)closed, done);
  print_measurement(&m, s.sessions, 0, extra);
  for (long i = 0; i < s.sessions; i++) peerid_session_free(sessions[i]);
  peerid_client_free(client);
  peerid_queue_free(queue);
  free(sessions);
  free(operations);
  return 0;
}
