#include <peerid.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(void) {
  const char *url = "http://127.0.0.1:8400", *secret = "demo-secret-4", *password = "alice-password";
  peerid_config *config = NULL;
  peerid_client *client = NULL;
  peerid_session *session = NULL;
  peerid_response *response = NULL;
  // PROGRAM
}
