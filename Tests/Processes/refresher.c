/* Refreshes a session: `refresher TIMES` (0: until it is killed). Exits with status 3 when the user has to log in. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "program.h"

int main(int count, char **arguments) {
  if (count != 2) return EXIT_FAILURE;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  peerid_client *client = make_client();
  peerid_session *session = make_session(client);
  long times = atol(arguments[1]);
  for (long done = 0; times == 0 || done < times; done++) {
    peerid_error *error = peerid_session_refresh(session);
    if (error && peerid_error_code(error) == PEERID_CODE_LOGIN_REQUIRED) {
      peerid_error_free(error);
      return 3;
    }
    must("refresh", error);
  }
  peerid_session_free(session);
  peerid_client_free(client);
  return EXIT_SUCCESS;
}
