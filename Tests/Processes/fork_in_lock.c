/* Forks while another thread holds the lock of a session, prints the child's number, and waits to be killed. The child
 * does nothing for a minute. */
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
  pause_ms(300);
  pid_t child = fork();
  if (child == 0) {
    alarm(60);
    pause();
    _exit(0);
  }
  printf("%d\n", (int)child);
  fflush(stdout);
  pthread_join(thread, NULL);
  return EXIT_SUCCESS;
}
