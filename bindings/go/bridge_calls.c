/* Calls from Go to C are slow, so each of these functions combines several calls into one. */
#include "bridge.h"

static void fill(peerid_response *response, peerid_go_answer *answer) {
  answer->response = response;
  answer->json = peerid_response_json(response, &answer->json_length);
  answer->transaction_id = peerid_response_transaction_id(response);
  answer->transaction_token = peerid_response_transaction_token(response);
  answer->block_num = peerid_response_block_num(response);
  answer->trx_num = peerid_response_trx_num(response);
  answer->created_count = peerid_response_created_count(response);
}

peerid_error *peerid_go_take_answer(peerid_completion *completion, peerid_go_answer *answer) {
  peerid_error *error = peerid_completion_error(completion);
  if (!error) fill(peerid_completion_response(completion), answer);
  peerid_completion_free(completion);
  return error;
}

peerid_error *peerid_go_take_session(peerid_completion *completion, peerid_session **session) {
  peerid_error *error = peerid_completion_error(completion);
  if (!error) *session = peerid_completion_session(completion);
  peerid_completion_free(completion);
  return error;
}

peerid_error *peerid_go_take_token(peerid_completion *completion, peerid_token **token) {
  peerid_error *error = peerid_completion_error(completion);
  if (!error) *token = peerid_completion_token(completion);
  peerid_completion_free(completion);
  return error;
}

peerid_error *peerid_go_take_nothing(peerid_completion *completion) {
  peerid_error *error = peerid_completion_error(completion);
  peerid_completion_free(completion);
  return error;
}

/* Ends a blocking call. A goroutine keeps its thread only during one cgo call. */
static peerid_error *finish(peerid_error *error, peerid_response **response, peerid_go_answer *answer) {
  peerid_cancellation_use(NULL);
  if (!error) fill(*response, answer);
  return error;
}

peerid_error *peerid_go_submit(
    peerid_session *session, const char *operations, size_t length, peerid_cancellation *cancellation, peerid_go_answer *answer) {
  peerid_response *response = NULL;
  peerid_cancellation_use(cancellation);
  return finish(peerid_session_submit(session, operations, length, &response), &response, answer);
}

peerid_error *peerid_go_confirm(
    peerid_session *session, const char *transaction_token, peerid_cancellation *cancellation, peerid_go_answer *answer) {
  peerid_response *response = NULL;
  peerid_cancellation_use(cancellation);
  return finish(peerid_session_confirm(session, transaction_token, &response), &response, answer);
}

peerid_error *peerid_go_broadcast(
    peerid_session *session, const char *transaction, size_t length, peerid_cancellation *cancellation, peerid_go_answer *answer) {
  peerid_response *response = NULL;
  peerid_cancellation_use(cancellation);
  return finish(peerid_session_broadcast(session, transaction, length, &response), &response, answer);
}

peerid_error *peerid_go_mark(
    peerid_session *session, const char *operations, size_t length, peerid_cancellation *cancellation, peerid_go_answer *answer) {
  peerid_response *response = NULL;
  peerid_cancellation_use(cancellation);
  return finish(peerid_session_mark(session, operations, length, &response), &response, answer);
}

peerid_error *peerid_go_settle(
    peerid_session *session, const char *mark, size_t length, peerid_cancellation *cancellation, peerid_go_answer *answer) {
  peerid_response *response = NULL;
  peerid_cancellation_use(cancellation);
  return finish(peerid_session_settle(session, mark, length, &response), &response, answer);
}

peerid_error *peerid_go_check(peerid_client *client, peerid_cancellation *cancellation) {
  peerid_cancellation_use(cancellation);
  peerid_error *error = peerid_client_check(client);
  peerid_cancellation_use(NULL);
  return error;
}

peerid_error *peerid_go_find_account(
    peerid_client *client, const char *name, peerid_cancellation *cancellation, peerid_go_answer *answer) {
  peerid_response *response = NULL;
  peerid_cancellation_use(cancellation);
  return finish(peerid_client_account(client, name, &response), &response, answer);
}

peerid_error *peerid_go_read_chain(
    peerid_client *client,
    const char *api,
    const char *method,
    const char *params,
    size_t length,
    peerid_cancellation *cancellation,
    peerid_go_answer *answer) {
  peerid_response *response = NULL;
  peerid_cancellation_use(cancellation);
  return finish(peerid_client_read_chain(client, api, method, params, length, &response), &response, answer);
}

peerid_error *peerid_go_fresh_token(
    peerid_session *session, uint64_t refused_generation, peerid_cancellation *cancellation, peerid_token **token) {
  peerid_cancellation_use(cancellation);
  peerid_error *error = peerid_session_acquire_token(session, refused_generation, token);
  peerid_cancellation_use(NULL);
  return error;
}
