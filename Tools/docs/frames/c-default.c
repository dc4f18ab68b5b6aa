#include <peerid.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define CHECK(call) do { peerid_error *e_ = (call); if (e_) { fprintf(stderr, "%s\n", peerid_error_message(e_)); exit(1); } } while (0)
int main(void) {
  const char *url = "http://127.0.0.1:8400", *secret = "demo-secret-4", *password = "alice-password";
  const char *transfer = "{\"op_name\": \"transfer\", \"fee_asset\": \"1.3.0\", \"from\": \"1.2.31\", \"to\": \"1.2.33\","
                         " \"amount\": {\"amount\": 100000, \"asset_id\": \"1.3.0\"}}";
  peerid_config *config = NULL;
  peerid_client *client = NULL;
  peerid_session *session = NULL;
  CHECK(peerid_config_create(url, "4", secret, &config));
  CHECK(peerid_client_create(config, &client));
  CHECK(peerid_client_login(client, "alice", password, NULL, NULL, &session));
  {
    // PROGRAM
  }
  peerid_session_free(session);
  peerid_client_free(client);
  peerid_config_free(config);
}
