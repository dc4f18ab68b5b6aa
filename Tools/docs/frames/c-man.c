#include <peerid.h>
#include <stdio.h>
#include <string.h>
int main(void) {
  const char *url = "http://127.0.0.1:8400", *secret = "demo-secret-4", *password = "alice-password";
  const char *operations = "{\"op_name\": \"transfer\", \"fee_asset\": \"1.3.0\", \"from\": \"1.2.31\", \"to\": \"1.2.33\","
                           " \"amount\": {\"amount\": 100000, \"asset_id\": \"1.3.0\"}}";
  // PROGRAM
}
