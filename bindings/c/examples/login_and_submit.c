/* Logs a user in, submits a transfer, lets the token expire, and submits again.
 *
 *   login_and_submit BASE_URL CLIENT_ID CLIENT_SECRET LOGIN PASSWORD FROM TO
 *
 * If the environment variable PEERID_EXAMPLE_EXPIRE contains a command, the program runs it between the two transfers;
 * the demo uses it to expire the token in the sandbox.
 */
#include <inttypes.h>
#include <peerid.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fail(const char *doing, peerid_error *error) {
  fprintf(stderr, "%s: %s\n", doing, peerid_error_message(error));
  peerid_error_free(error);
  return EXIT_FAILURE;
}

static void log_event(void *context, int32_t level, const char *message) {
  (void)context;
  if (level >= PEERID_LOG_LEVEL_INFO) printf("  (library)   %s\n", message);
}

static void print_scope(const peerid_token *token) {
  size_t count = 0;
  const int32_t *scope = peerid_token_scope(token, &count);
  int column = printf("  may submit");
  for (size_t i = 0; i < count; i++) {
    const char *name = peerid_operation_name(scope[i]);
    if (column > 76) column = printf("\n            ");
    column += printf(" %s", name ? name : "?");
  }
  printf("\n");
}

/* Returns the exit status of the program. */
static int transfer(peerid_session *session, const char *from, const char *to, int64_t amount) {
  char operations[512];
  int length = snprintf(operations, sizeof operations,
                        "[{\"op_name\":\"transfer\",\"fee_asset\":\"1.3.0\",\"from\":\"%s\",\"to\":\"%s\","
                        "\"amount\":{\"amount\":%" PRId64 ",\"asset_id\":\"1.3.0\"}}]",
                        from, to, amount);
  if (length < 0 || (size_t)length >= sizeof operations) {
    fputs("transfer: the accounts are too long\n", stderr);
    return EXIT_FAILURE;
  }
  peerid_response *response = NULL;
  peerid_error *error = peerid_session_submit(session, operations, (size_t)length, &response);
  if (error) return fail("transfer", error);
  const char *transaction = peerid_response_transaction_id(response);
  if (transaction) {
    printf("  transaction %s in block %" PRId64 "\n", transaction, peerid_response_block_num(response));
  } else {
    puts("  not done yet: the user has to sign it, see peerid_session_confirm");
  }
  peerid_response_free(response);
  return EXIT_SUCCESS;
}

int main(int argc, char **argv) {
  if (argc != 8) {
    fprintf(stderr, "usage: %s BASE_URL CLIENT_ID CLIENT_SECRET LOGIN PASSWORD FROM TO\n", argv[0]);
    return 2;
  }
  int status = EXIT_SUCCESS;
  peerid_config *config = NULL;
  peerid_client *client = NULL;
  peerid_session *session = NULL;
  peerid_token *token = NULL;
  peerid_error *error = NULL;

  if ((error = peerid_config_create(argv[1], argv[2], argv[3], &config))) return fail("configuration", error);
  if ((error = peerid_config_set_log_handler(config, log_event, NULL, NULL))) return fail("log handler", error);
  error = peerid_client_create(config, &client);
  peerid_config_free(config);
  if (error) return fail("client", error);

  printf("Logging in as %s\n", argv[4]);
  if ((error = peerid_client_login(client, argv[4], argv[5], NULL, NULL, &session))) {
    status = fail("log in", error);
    goto done;
  }
  if ((error = peerid_session_get_token(session, &token))) {
    status = fail("token", error);
    goto done;
  }
  print_scope(token);

  printf("Transferring 100000 from %s to %s\n", argv[6], argv[7]);
  if ((status = transfer(session, argv[6], argv[7], 100000))) goto done;

  const char *expire = getenv("PEERID_EXAMPLE_EXPIRE");
  if (expire) {
    printf("The server lets the token expire\n");
    fflush(stdout);
    if (system(expire) != 0) fprintf(stderr, "'%s' failed\n", expire);
  }

  printf("Transferring 250 from %s to %s\n", argv[6], argv[7]);
  status = transfer(session, argv[6], argv[7], 250);

done:
  peerid_token_free(token);
  peerid_session_free(session);
  peerid_client_free(client);
  return status;
}
