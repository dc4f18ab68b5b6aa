/* Logs a user in through PeerID's own page, so that this program never sees a password, and submits a transfer.
 *
 *   authorization_code BASE_URL CLIENT_ID CLIENT_SECRET REDIRECT_URI FROM TO
 *
 * It prints the address of the page, and then reads from standard input the address to which the browser was
 * redirected. A web application does the same in two request handlers: the first redirects the browser to the page and
 * stores the state in the user's web session; the second handles REDIRECT_URI.
 */
#include <inttypes.h>
#include <peerid.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Prints an error, frees it, and returns the status of a failure. */
static int fail(const char *doing, peerid_error *error) {
  fprintf(stderr, "%s: %s\n", doing, peerid_error_message(error));
  peerid_error_free(error);
  return EXIT_FAILURE;
}

/* First handler: gets the consent page's address. The state later ties the redirect to this request. */
static peerid_error *begin(peerid_client *client, const char *redirect_uri, char *state, size_t size) {
  peerid_authorization *authorization = NULL;
  peerid_error *error = peerid_authorization_create(client, redirect_uri, &authorization);
  if (error) return error;
  printf("Open this page, sign in and allow what the application asks for:\n\n  %s\n\n",
         peerid_authorization_url(authorization));
  snprintf(state, size, "%s", peerid_authorization_state(authorization));
  peerid_authorization_free(authorization);
  return NULL;
}

/* Second handler: the browser was redirected to `address`. The library compares the state before it sends anything. */
static peerid_error *finish(peerid_client *client, const char *address, const char *state, peerid_session **session) {
  peerid_error *error = peerid_client_exchange_redirect(client, address, state, NULL, session);
  if (error) return error;
  peerid_token *token = NULL;
  if ((error = peerid_session_get_token(*session, &token))) return error;
  printf("The user %s transfers to this application.\n",
         peerid_token_permits(token, "transfer") ? "granted" : "did not grant");
  peerid_token_free(token);
  return NULL;
}

/* Returns the exit status of the program. */
static int transfer(peerid_session *session, const char *from, const char *to, int64_t amount) {
  char operation[512];
  int length = snprintf(operation, sizeof operation,
                        "{\"op_name\":\"transfer\",\"fee_asset\":\"1.3.0\",\"from\":\"%s\",\"to\":\"%s\","
                        "\"amount\":{\"amount\":%" PRId64 ",\"asset_id\":\"1.3.0\"}}",
                        from, to, amount);
  if (length < 0 || (size_t)length >= sizeof operation) {
    fputs("transfer: the accounts are too long\n", stderr);
    return EXIT_FAILURE;
  }
  peerid_response *response = NULL;
  peerid_error *error = peerid_session_submit(session, operation, (size_t)length, &response);
  if (error) return fail("transfer", error);
  const char *transaction = peerid_response_transaction_id(response);
  if (transaction) {
    printf("Transferred %" PRId64 ": transaction %s\n", amount, transaction);
  } else {
    puts("not done yet: the user has to sign it, see peerid_session_confirm");
  }
  peerid_response_free(response);
  return EXIT_SUCCESS;
}

int main(int argc, char **argv) {
  if (argc != 7) {
    fprintf(stderr, "usage: %s BASE_URL CLIENT_ID CLIENT_SECRET REDIRECT_URI FROM TO\n", argv[0]);
    return 2;
  }
  int status = EXIT_SUCCESS;
  peerid_config *config = NULL;
  peerid_client *client = NULL;
  peerid_session *session = NULL;
  peerid_error *error = NULL;
  char state[128];
  char address[4096];

  if ((error = peerid_config_create(argv[1], argv[2], argv[3], &config))) return fail("configuration", error);
  error = peerid_client_create(config, &client);
  peerid_config_free(config);
  if (error) return fail("client", error);

  if ((error = begin(client, argv[4], state, sizeof state))) {
    status = fail("authorization", error);
    goto done;
  }
  printf("Then paste the address to which the browser was redirected:\n");
  fflush(stdout);
  if (!fgets(address, sizeof address, stdin)) {
    fprintf(stderr, "nothing was pasted\n");
    status = EXIT_FAILURE;
    goto done;
  }
  address[strcspn(address, "\r\n")] = '\0';
  if ((error = finish(client, address, state, &session))) {
    status = fail("log in", error);
    goto done;
  }
  status = transfer(session, argv[5], argv[6], 1000);

done:
  peerid_session_free(session);
  peerid_client_free(client);
  return status;
}
