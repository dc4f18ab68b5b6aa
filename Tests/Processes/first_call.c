/* Forks while another thread makes the first call of the process: `first_call KIND MICROSECONDS`, the time between the
 * start of the call and the fork. The child makes the same call. `first_call kinds` lists the kinds. All threads run on
 * one processor, so that the fork interrupts the call at any point. Status 50: the child hung. */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "program.h"

enum { STUCK = 50, PATIENCE_SECONDS = 600 };

static peerid_client *client;
static peerid_session *session;
/* The results of the call. */
static peerid_response *response;
static pthread_barrier_t start;

#define ACCOUNT(id) ",\"account_id\":\"" id "\",\"account_name\":\"pi-u0\""

/* Restores a session with tokens that the sandbox knows and with what is known of its user, without a request. */
static void restore(const char *identity) {
  static const char form[] = "{\"access_token\":\"%s\",\"refresh_token\":\"%s\",\"scope\":[0],"
                             "\"expires_at\":4070908800000,\"app_id\":4,\"user_id\":1%s}";
  char json[1024];
  int length = snprintf(json, sizeof json, form, setting("PEERID_ACCESS", ""), setting("PEERID_REFRESH", ""), identity);
  must("restore", peerid_client_restore(client, json, (size_t)length, NULL, &session));
}

static peerid_error *take(peerid_queue *queue) {
  peerid_completion *completion = NULL;
  size_t count = 0;
  must("a completion", peerid_queue_take(queue, -1, 1, &completion, &count));
  peerid_error *error = peerid_completion_error(completion);
  peerid_completion_free(completion);
  peerid_queue_free(queue);
  return error;
}

static peerid_queue *make_queue(void) {
  peerid_queue *queue = NULL;
  must("the queue", peerid_queue_create(&queue));
  return queue;
}

static peerid_error *submit(void) { return transfer(session, 1); }

static peerid_error *submit_async(void) {
  peerid_queue *queue = make_queue();
  must("submit", begin_transfer(session, 1, queue));
  return take(queue);
}

static peerid_error *read_chain(void) {
  return peerid_client_read_chain(client, "database", "get_chain_id", NULL, 0, &response);
}

static peerid_error *restore_session(void) {
  restore(ACCOUNT("1.2.31"));
  return NULL;
}

static peerid_error *list_store(void) {
  peerid_store *store = NULL;
  const char *path = strchr(setting("PEERID_STORE", ""), ':') + 1;
  peerid_error *error = peerid_store_create_directory(path, &store);
  if (!error) error = peerid_store_list(store, &response);
  peerid_store_free(store);
  return error;
}

static peerid_error *log_in_stored(void) {
  peerid_session *made = NULL;
  peerid_error *error = log_in(client, "a key", &made);
  peerid_session_free(made);
  return error;
}

static peerid_error *log_in_async(void) {
  peerid_queue *queue = make_queue();
  must("log in", peerid_client_login_async(client, "u0", "u0-password", NULL, "a key", queue, 1, NULL));
  return take(queue);
}

static peerid_error *exchange(void) {
  peerid_session *made = NULL;
  peerid_error *error = peerid_client_exchange(client, "no code", NULL, &made);
  peerid_session_free(made);
  return error;
}

static peerid_error *open_stored(void) {
  peerid_session *made = NULL;
  peerid_error *error = peerid_client_open(client, "another key", &made);
  peerid_session_free(made);
  return error;
}

static peerid_error *refresh(void) { return peerid_session_refresh(session); }

static peerid_error *refresh_async(void) {
  peerid_queue *queue = make_queue();
  must("refresh", peerid_session_refresh_async(session, queue, 1, NULL));
  return take(queue);
}

static peerid_error *log_out(void) { return peerid_session_logout(session); }

static peerid_error *confirm(void) { return peerid_session_confirm(session, "no token", &response); }

/* The operation that `transfer` sends with the amount 1. */
#define TRANSFER                                                                               \
  "{\"op_name\":\"transfer\",\"fee_asset\":\"1.3.0\",\"from\":\"1.2.31\",\"to\":\"1.2.33\"," \
  "\"amount\":{\"amount\":1,\"asset_id\":\"1.3.0\"}}"
static const char operations[] = "[" TRANSFER "," TRANSFER "]";
static const char signed_transaction[] =
    "{\"ref_block_num\":1,\"ref_block_prefix\":1,\"expiration\":\"2099-01-01T00:00:00\",\"operations\":[[0,"
    "{\"from\":\"1.2.31\",\"to\":\"1.2.33\",\"amount\":{\"amount\":1,\"asset_id\":\"1.3.0\"}}]],\"signatures\":[\"00\"]}";

static peerid_error *broadcast(void) {
  return peerid_session_broadcast(session, signed_transaction, sizeof signed_transaction - 1, &response);
}

static peerid_error *mark(void) { return peerid_session_mark(session, operations, sizeof operations - 1, &response); }

static peerid_error *mark_async(void) {
  peerid_queue *queue = make_queue();
  must("mark", peerid_session_mark_async(session, operations, sizeof operations - 1, queue, 1, NULL));
  return take(queue);
}

static peerid_error *settle_request(const char *request) {
  char text[1024];
  int length = snprintf(
      text, sizeof text, "{\"mark\":1,\"payer\":\"1.2.31\",\"after\":\"1.11.0\",\"sent_by\":1,\"request\":%s}", request
  );
  return peerid_session_settle(session, text, (size_t)length, &response);
}

/* The test has executed this operation, so it is found. */
static peerid_error *settle(void) { return settle_request("{\"operations\":[" TRANSFER "]}"); }

/* This one differs only in a field that cannot be compared. */
static peerid_error *settle_unsure(void) {
  return settle_request("{\"operations\":[{\"op_name\":\"transfer\",\"fee_asset\":\"1.3.0\",\"from\":\"1.2.31\","
                        "\"to\":\"1.2.33\",\"amount\":{\"amount\":1,\"asset_id\":\"1.3.0\"},\"memo\":\"for lunch\"}]}");
}

static peerid_error *settle_signed(void) {
  char request[512];
  snprintf(request, sizeof request, "{\"transaction\":%s}", signed_transaction);
  return settle_request(request);
}

static peerid_error *account(void) { return peerid_session_account(session, &response); }

static peerid_error *account_async(void) {
  peerid_queue *queue = make_queue();
  must("the account", peerid_session_account_async(session, queue, 1, NULL));
  return take(queue);
}

static peerid_error *set_account(void) { return peerid_session_set_account(session, "1.2.31", &response); }

/* The user's PeerID permission does not exist. */
static peerid_error *set_other_account(void) { return peerid_session_set_account(session, "peerid-payer", &response); }

static peerid_error *client_account(void) { return peerid_client_account(client, "pi-u0", &response); }

static peerid_error *asset(void) { return peerid_client_asset(client, "PPY", NULL, NULL, NULL); }

static peerid_error *statistics(void) { return peerid_client_statistics(client, &response); }

static peerid_error *check(void) { return peerid_client_check(client); }

static peerid_error *acquire_token(void) {
  peerid_token *token = NULL;
  peerid_error *error = peerid_session_acquire_token(session, 0, &token);
  if (!error) peerid_token_json(token, NULL);
  peerid_token_free(token);
  return error;
}

static peerid_error *authorize(void) {
  peerid_authorization *authorization = NULL;
  peerid_error *error = peerid_authorization_create(client, "https://shop.example/back?a=b", &authorization);
  peerid_authorization_free(authorization);
  return error;
}

static peerid_error *exchange_redirect(void) {
  peerid_session *made = NULL;
  peerid_error *error =
      peerid_client_exchange_redirect(client, "https://shop.example/?state=a&code=b", "a", NULL, &made);
  peerid_session_free(made);
  return error;
}

static peerid_error *check_operations(void) {
  char text[256];
  peerid_operation_warnings(operations, sizeof operations - 1, sizeof text, text);
  peerid_operation_describe("transfer");
  return peerid_operation_check(operations, sizeof operations - 1);
}

static peerid_error *convert(void) {
  char text[64];
  int64_t number;
  peerid_error *error = peerid_amount_parse("1.5", 5, &number);
  if (!error) error = peerid_amount_format(number, 5, sizeof text, text);
  if (!error) error = peerid_odds_parse("2.5", &number);
  if (!error) error = peerid_percent_parse("2.5", &number);
  return error;
}

/* ---- Asynchronous calls that differ from the blocking ones only in how they begin ---- */

#define ASYNCHRONOUS(name, begin)             \
  static peerid_error *name##_async(void) {   \
    peerid_queue *queue = make_queue();       \
    must(#name, begin);                       \
    return take(queue);                       \
  }
#define PARTS_OF(text) text, strlen(text)

static const char tokens[] = "{\"access_token\":\"a\"}";
static const char mark_of_transfer[] =
    "{\"mark\":1,\"payer\":\"1.2.31\",\"after\":\"1.11.0\",\"sent_by\":1,\"request\":{\"operations\":[" TRANSFER "]}}";

ASYNCHRONOUS(read_chain, peerid_client_read_chain_async(client, "database", "get_chain_id", NULL, 0, queue, 1, NULL))
ASYNCHRONOUS(check, peerid_client_check_async(client, queue, 1, NULL))
ASYNCHRONOUS(client_account, peerid_client_account_async(client, "pi-u0", queue, 1, NULL))
ASYNCHRONOUS(restore, peerid_client_restore_async(client, PARTS_OF(tokens), "a key", queue, 1, NULL))
ASYNCHRONOUS(open, peerid_client_open_async(client, "another key", queue, 1, NULL))
ASYNCHRONOUS(exchange, peerid_client_exchange_async(client, "no code", NULL, queue, 1, NULL))
ASYNCHRONOUS(exchange_redirect,
             peerid_client_exchange_redirect_async(client, "?state=a&code=b", "a", NULL, queue, 1, NULL))
ASYNCHRONOUS(confirm, peerid_session_confirm_async(session, "no token", queue, 1, NULL))
ASYNCHRONOUS(broadcast, peerid_session_broadcast_async(session, PARTS_OF(signed_transaction), queue, 1, NULL))
ASYNCHRONOUS(settle, peerid_session_settle_async(session, PARTS_OF(mark_of_transfer), queue, 1, NULL))
ASYNCHRONOUS(set_account, peerid_session_set_account_async(session, "1.2.31", queue, 1, NULL))
ASYNCHRONOUS(acquire_token, peerid_session_acquire_token_async(session, 0, queue, 1, NULL))
ASYNCHRONOUS(log_out, peerid_session_logout_async(session, queue, 1, NULL))

static const struct kind {
  const char *name;
  peerid_error *(*call)(void);
  bool succeeds; /* in the child as well */
  const char *identity; /* of the session that exists before the call; NULL: none */
  const char *options;
} kinds[] = {
    {"submit", submit, true, "", ""},
    {"submit_async", submit_async, true, "", ""},
    {"submit_known", submit, true, ACCOUNT("1.2.31"), ""},
    {"submit_known_async", submit_async, true, ACCOUNT("1.2.31"), ""},
    {"submit_other", submit, true, ACCOUNT("1.2.32"), ""},
    {"submit_expired", submit, false, ",\"expires_at\":1", ""},
    {"submit_settleable", submit, true, "", "settleable=true"},
    {"confirm", confirm, false, "", ""},
    {"broadcast", broadcast, false, "", ""},
    {"read_chain", read_chain, true, NULL, ""},
    {"mark", mark, true, "", ""},
    {"mark_async", mark_async, true, "", ""},
    {"settle", settle, true, "", ""},
    {"settle_unsure", settle_unsure, true, "", ""},
    {"settle_signed", settle_signed, true, "", ""},
    {"account", account, true, ",\"user\":\"u0\"", ""},
    {"account_async", account_async, true, ",\"user\":\"u0\"", ""},
    {"account_known", account, true, ACCOUNT("1.2.31"), ""},
    {"account_unknown", account, false, "", ""},
    {"set_account", set_account, true, "", ""},
    {"set_other_account", set_other_account, true, "", ""},
    {"client_account", client_account, true, NULL, ""},
    {"asset", asset, true, NULL, ""},
    {"statistics", statistics, true, NULL, ""},
    {"check", check, true, NULL, ""},
    {"check_operations", check_operations, true, NULL, ""},
    {"convert", convert, true, NULL, ""},
    {"authorize", authorize, true, NULL, ""},
    {"exchange_redirect", exchange_redirect, false, NULL, ""},
    {"restore", restore_session, true, NULL, ""},
    {"list_store", list_store, true, NULL, ""},
    {"log_in", log_in_stored, true, NULL, ""},
    {"log_in_async", log_in_async, true, NULL, ""},
    {"exchange", exchange, false, NULL, ""},
    {"open", open_stored, false, NULL, ""},
    {"acquire_token", acquire_token, true, "", ""},
    {"refresh", refresh, false, "", ""},
    {"refresh_async", refresh_async, false, "", ""},
    {"log_out", log_out, true, "", ""},
    {"read_chain_async", read_chain_async, true, NULL, ""},
    {"check_async", check_async, true, NULL, ""},
    {"client_account_async", client_account_async, true, NULL, ""},
    {"restore_async", restore_async, true, NULL, ""},
    {"open_async", open_async, false, NULL, ""},
    {"exchange_async", exchange_async, false, NULL, ""},
    {"exchange_redirect_async", exchange_redirect_async, false, NULL, ""},
    {"confirm_async", confirm_async, false, "", ""},
    {"broadcast_async", broadcast_async, false, "", ""},
    {"settle_async", settle_async, true, "", ""},
    {"set_account_async", set_account_async, true, "", ""},
    {"acquire_token_async", acquire_token_async, true, "", ""},
    {"log_out_async", log_out_async, true, "", ""},
};
static const struct kind *kind;

/* Makes the call, and reads its results. */
static peerid_error *make_call(void) {
  peerid_error *error = kind->call();
  peerid_error_name(error);
  peerid_error_message(error);
  peerid_outcome_name((int32_t)peerid_error_outcome(error));
  peerid_error_detail(error, NULL);
  peerid_error_reason(error);
  peerid_response_json(response, NULL);
  peerid_response_created_count(response);
  peerid_operation_name(0);
  return error;
}

static void *call_first(void *context) {
  (void)context;
  pthread_barrier_wait(&start);
  peerid_error_free(make_call());
  peerid_response_free(response);
  return NULL;
}

int main(int count, char **arguments) {
  if (count == 2 && strcmp(arguments[1], "kinds") == 0) {
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) puts(kinds[i].name);
    return EXIT_SUCCESS;
  }
  if (count != 3) return EXIT_FAILURE;
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    if (strcmp(kinds[i].name, arguments[1]) == 0) kind = &kinds[i];
  }
  if (!kind) return EXIT_FAILURE;
  cpu_set_t processors;
  CPU_ZERO(&processors);
  CPU_SET(sched_getcpu(), &processors);
  sched_setaffinity(0, sizeof processors, &processors);
  setenv("PEERID_OPTIONS", kind->options, 1);
  client = make_client();
  if (kind->identity) restore(kind->identity);
  pthread_barrier_init(&start, NULL, 2);
  pthread_t thread;
  pthread_create(&thread, NULL, call_first, NULL);
  pthread_barrier_wait(&start);
  usleep((useconds_t)atol(arguments[2]));
  pid_t child = fork_patiently();
  if (child == 0) {
    alarm(PATIENCE_SECONDS);
    peerid_error *error = make_call();
    if (error && kind->succeeds) must("the child's call", error);
    _exit(EXIT_SUCCESS);
  }
  int status = 0;
  waitpid(child, &status, 0);
  pthread_join(thread, NULL);
  return WIFSIGNALED(status) ? STUCK : WEXITSTATUS(status);
}
