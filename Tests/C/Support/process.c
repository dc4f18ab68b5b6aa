#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void die(const char *what, const char *program) {
  fprintf(stderr, "%s %s: %s\n", what, program, strerror(errno));
  exit(EXIT_FAILURE);
}

process process_start(const char *const arguments[]) {
  int input[2];
  int output[2];
  /* No other child may inherit our ends: they would keep the program's input open. */
  if (pipe2(input, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0) die("no pipe for", arguments[0]);
  pid_t pid = fork();
  if (pid < 0) die("cannot fork for", arguments[0]);
  if (pid == 0) {
    dup2(input[0], STDIN_FILENO);
    dup2(output[1], STDOUT_FILENO);
    execvp(arguments[0], (char *const *)arguments);
    fprintf(stderr, "cannot start %s: %s\n", arguments[0], strerror(errno));
    _exit(127);
  }
  close(input[0]);
  close(output[1]);
  return (process){pid, fdopen(input[1], "w"), fdopen(output[0], "r")};
}

process server_start(const char *const arguments[], json_t **description) {
  process server = process_start(arguments);
  char *line = NULL;
  size_t size = 0;
  if (getline(&line, &size, server.output) < 0) die("nothing was printed by", arguments[0]);
  *description = json_loads(line, 0, NULL);
  free(line);
  if (!*description) die("no JSON was printed by", arguments[0]);
  return server;
}

void process_read_all(process *process, char *buffer, size_t size) {
  size_t length = fread(buffer, 1, size - 1, process->output);
  buffer[length] = '\0';
}

int process_stop(process *process) {
  if (process->input) fclose(process->input);
  int status = 0;
  while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR) {
  }
  fclose(process->output);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void leave_child(int status) {
  char command[32];
  snprintf(command, sizeof command, "exit %d", status != 0);
  execl("/bin/sh", "sh", "-c", command, (char *)NULL);
  _exit(127);
}
