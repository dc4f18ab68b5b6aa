/* One of the processes that share a session: `sharing BOARD INDEX THREADS`.
 *
 * The board is a file of 64-bit numbers that all processes map: the round, a stop flag, then five numbers for each
 * thread: the last round in which one of its operations succeeded, its successes, and its failures: login required,
 * store, others. A thread records the round that it read before it sent. So when all have reached a round, each has
 * used a token from after the start of the round. */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <signal.h>

#include "program.h"

enum { ROUND, STOP, FIRST_THREAD, NUMBERS_PER_THREAD = 5 };
enum { REACHED, SUCCESSES, LOGIN_REQUIRED, STORE_FAILURES, OTHER_FAILURES };

/* Milliseconds that a thread waits after a success in a round, and after a failure. */
enum { REST = 250, PATIENCE = 100 };

static _Atomic uint64_t *board;
static peerid_session *session;

static void *work(void *argument) {
  uint64_t index = (uint64_t)(uintptr_t)argument;
  _Atomic uint64_t *mine = board + FIRST_THREAD + NUMBERS_PER_THREAD * index;
  for (uint64_t sent = 1; !board[STOP]; sent++) {
    uint64_t round = board[ROUND];
    peerid_error *error = transfer(session, (index + 1) * 1000000 + sent);
    if (!error) {
      mine[SUCCESSES]++;
      mine[REACHED] = round;
      for (int64_t end = now_ms() + REST; now_ms() < end && board[ROUND] == round && !board[STOP];) pause_ms(5);
      continue;
    }
    switch (peerid_error_code(error)) {
      case PEERID_CODE_LOGIN_REQUIRED: mine[LOGIN_REQUIRED]++; break;
      case PEERID_CODE_STORE: mine[STORE_FAILURES]++; break;
      default:
        mine[OTHER_FAILURES]++;
        fprintf(stderr, "%s: %s\n", peerid_error_name(error), peerid_error_message(error));
    }
    peerid_error_free(error);
    pause_ms(PATIENCE);
  }
  return NULL;
}

int main(int count, char **arguments) {
  if (count != 4) return EXIT_FAILURE;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  int file = open(arguments[1], O_RDWR);
  board = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (board == MAP_FAILED) return EXIT_FAILURE;
  uint64_t index = strtoull(arguments[2], NULL, 10), threads = strtoull(arguments[3], NULL, 10);
  peerid_client *client = make_client();
  session = make_session(client);
  pthread_t thread[64];
  for (uint64_t i = 0; i < threads; i++) {
    pthread_create(&thread[i], NULL, work, (void *)(uintptr_t)(index * threads + i));
  }
  for (uint64_t i = 0; i < threads; i++) pthread_join(thread[i], NULL);
  peerid_session_free(session);
  peerid_client_free(client);
  return EXIT_SUCCESS;
}
