#include "bridge.h"

size_t peerid_go_queue_take(peerid_queue *queue, size_t capacity, peerid_completion **completions, uint64_t *tags) {
  size_t count = 0;
  peerid_error *error = peerid_queue_take(queue, 0, capacity, completions, &count);
  if (error) {
    /* Fails only for NULL or an empty array, which cannot happen here. */
    peerid_error_free(error);
    return 0;
  }
  for (size_t i = 0; i < count; i++) tags[i] = peerid_completion_tag(completions[i]);
  return count;
}
