/* Functions that cgo cannot express, or that combine several calls.
 *
 * C must not keep pointers to Go memory, and a number in an unsafe.Pointer makes the garbage collector stop the program.
 * So ids are uintptr_t between Go and this file, and void * between this file and libpeerid.
 */
#ifndef PEERID_GO_BRIDGE_H
#define PEERID_GO_BRIDGE_H

#include <peerid.h>

/* Registers the hooks with this id; the library calls them until it releases them. */
peerid_error *peerid_go_config_set_log_handler(peerid_config *config, uintptr_t hooks);
peerid_error *peerid_go_config_set_relogin_handler(peerid_config *config, uintptr_t hooks);

/* Creates a store that uses the Go backend with this id. */
peerid_error *peerid_go_store_custom(uintptr_t backend, peerid_store **out_store);
void peerid_go_store_reply_lock(peerid_store_reply *reply, uintptr_t lock);

/* Takes the available completions, with their tags, in one cgo call. */
size_t peerid_go_queue_take(peerid_queue *queue, size_t capacity, peerid_completion **completions, uint64_t *tags);

/* A response, with everything that Go copies from it. The strings belong to the response. */
typedef struct peerid_go_answer {
  peerid_response *response;
  const char *json;
  size_t json_length;
  const char *transaction_id;
  const char *transaction_token;
  int64_t block_num;
  int64_t trx_num;
  size_t created_count;
} peerid_go_answer;

/* Takes the result from a completion, and frees the completion. */
peerid_error *peerid_go_take_answer(peerid_completion *completion, peerid_go_answer *answer);
peerid_error *peerid_go_take_session(peerid_completion *completion, peerid_session **session);
peerid_error *peerid_go_take_token(peerid_completion *completion, peerid_token **token);
peerid_error *peerid_go_take_nothing(peerid_completion *completion);

/* Blocking calls. If there is a cancellation, cancelling it ends the call. */
peerid_error *peerid_go_submit(
    peerid_session *session, const char *operations, size_t length, peerid_cancellation *cancellation, peerid_go_answer *answer);
peerid_error *peerid_go_confirm(
    peerid_session *session, const char *transaction_token, peerid_cancellation *cancellation, peerid_go_answer *answer);
peerid_error *peerid_go_broadcast(
    peerid_session *session, const char *transaction, size_t length, peerid_cancellation *cancellation, peerid_go_answer *answer);
peerid_error *peerid_go_mark(
    peerid_session *session, const char *operations, size_t length, peerid_cancellation *cancellation, peerid_go_answer *answer);
peerid_error *peerid_go_settle(
    peerid_session *session, const char *mark, size_t length, peerid_cancellation *cancellation, peerid_go_answer *answer);
peerid_error *peerid_go_check(peerid_client *client, peerid_cancellation *cancellation);
peerid_error *peerid_go_find_account(
    peerid_client *client, const char *name, peerid_cancellation *cancellation, peerid_go_answer *answer);
peerid_error *peerid_go_read_chain(
    peerid_client *client,
    const char *api,
    const char *method,
    const char *params,
    size_t length,
    peerid_cancellation *cancellation,
    peerid_go_answer *answer);
peerid_error *peerid_go_fresh_token(
    peerid_session *session, uint64_t refused_generation, peerid_cancellation *cancellation, peerid_token **token);

#endif
