/* Refreshes in a thread, which holds the session's lock during the request. Forks when it reads a line, and waits to be
 * killed. The child prints its process id after the fork, and sleeps until it is killed. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "program.h"

static void *refresh(void *session) {
  must("refresh", peerid_session_refresh(session));
  return NULL;
}

int main(void) {
  peerid_session *session = make_session(make_client());
  pthread_t thread;
  pthread_create(&thread, NULL, refresh, session);
  getchar();
  if (fork_patiently() == 0) {
    printf("%d\n", (int)getpid());
    fflush(stdout);
    alarm(1200);
    pause();
    _exit(0);
  }
  pthread_join(thread, NULL);
  return EXIT_SUCCESS;
}
