/* A daemon: forks during calls, closes descriptors 3 to 1023 in the child, and opens its own files in their place. Then
 * the child uses the inherited objects or not (`daemon uses|frees`), and frees them. None of its files may change.
 *
 * Each input line starts the next step: first a blocking and an asynchronous call, then the fork. Prints a line when the
 * child has ended. */
#include <dirent.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "program.h"

enum { FIRST = 3, LAST = 1023, PATIENCE_SECONDS = 600 };

static peerid_client *client;
static peerid_session *session;
static peerid_queue *queue;
static struct stat files[LAST + 1];

static void *block(void *context) {
  (void)context;
  must("the parent's call", transfer(session, 2));
  return NULL;
}

static void take(const char *what) {
  peerid_completion *completion = NULL;
  size_t count = 0;
  must(what, peerid_queue_take(queue, -1, 1, &completion, &count));
  must(what, peerid_completion_error(completion));
  peerid_completion_free(completion);
}

/* The descriptors of the child besides the harness's three: none of them may belong to the library. */
static int inherited(void) {
  DIR *folder = opendir("/proc/self/fd");
  int found = 0;
  for (struct dirent *entry; (entry = readdir(folder));) {
    int number = atoi(entry->d_name);
    if (number < FIRST || number == dirfd(folder)) continue;
    char path[64], target[256] = "";
    snprintf(path, sizeof path, "/proc/self/fd/%d", number);
    if (readlink(path, target, sizeof target - 1) < 0) continue;
    fprintf(stderr, "the child has inherited %d: %s\n", number, target);
    found++;
  }
  closedir(folder);
  return found;
}

static void open_own_files(void) {
  for (int number = FIRST; number <= LAST; number++) close(number);
  for (int number = FIRST; number <= LAST; number++) {
    FILE *file = tmpfile();
    if (!file || fileno(file) != number || fstat(number, &files[number]) != 0) {
      perror("a file of the child");
      _exit(EXIT_FAILURE);
    }
  }
}

static void check_own_files(const char *when) {
  int changed = 0;
  for (int number = FIRST; number <= LAST; number++) {
    struct stat now;
    bool is_same = fstat(number, &now) == 0 && now.st_ino == files[number].st_ino && now.st_dev == files[number].st_dev &&
        now.st_size == 0;
    if (!is_same && changed++ == 0) fprintf(stderr, "%s: the file with descriptor %d is another one\n", when, number);
  }
  if (changed) _exit(EXIT_FAILURE);
}

static void use(void) {
  must("the child's call", transfer(session, 10));
  check_own_files("a blocking call");
  must("the child's asynchronous call", begin_transfer(session, 11, queue));
  struct pollfd watched = {.fd = peerid_queue_fd(queue), .events = POLLIN};
  if (watched.fd <= LAST || poll(&watched, 1, PATIENCE_SECONDS * 1000) != 1) {
    fprintf(stderr, "the queue's descriptor is %d, or no completion came\n", watched.fd);
    _exit(EXIT_FAILURE);
  }
  take("the child's asynchronous call");
  check_own_files("an asynchronous call");
  must("the child's refresh", peerid_session_refresh(session));
  check_own_files("a refresh");
}

static int be_daemon(bool uses) {
  alarm(PATIENCE_SECONDS);
  int found = inherited();
  struct rlimit limit = {LAST + 1000, LAST + 1000};
  setrlimit(RLIMIT_NOFILE, &limit);
  open_own_files();
  if (uses) use();
  peerid_session_free(session);
  peerid_client_free(client);
  peerid_queue_free(queue);
  check_own_files("the end of the client");
  return found ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int count, char **arguments) {
  if (count != 2) return EXIT_FAILURE;
  client = make_client();
  session = make_session(client);
  must("the first call", transfer(session, 1));
  must("the queue", peerid_queue_create(&queue));
  getchar();
  pthread_t thread;
  pthread_create(&thread, NULL, block, NULL);
  must("the parent's asynchronous call", begin_transfer(session, 3, queue));
  getchar();
  pid_t child = fork_patiently();
  if (child == 0) _exit(be_daemon(strcmp(arguments[1], "uses") == 0));
  int status = 0;
  waitpid(child, &status, 0);
  puts("the child has ended");
  fflush(stdout);
  pthread_join(thread, NULL);
  take("the parent's asynchronous call");
  must("the parent's last call", transfer(session, 4));
  return WIFSIGNALED(status) ? 100 + WTERMSIG(status) : WEXITSTATUS(status);
}
