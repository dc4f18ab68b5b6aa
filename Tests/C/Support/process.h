/* Programs that a test starts and stops. */
#ifndef SUPPORT_PROCESS_H
#define SUPPORT_PROCESS_H

#include <jansson.h>
#include <stdio.h>
#include <sys/types.h>

typedef struct process {
  pid_t pid;
  FILE *input;  /* what we write is the program's standard input; NULL once it is closed */
  FILE *output; /* what the program prints */
} process;

/* Starts the program with these arguments, the last of which is NULL. Ends the test run if it cannot be started. */
process process_start(const char *const arguments[]);

/* Starts a server that first prints one line of JSON about itself and exits when its standard input is closed. */
process server_start(const char *const arguments[], json_t **description);

/* Reads all that the program still prints, up to the size of the buffer. */
void process_read_all(process *process, char *buffer, size_t size);

/* Closes the program's standard input, waits until it exits, and returns its exit status, or 128 + the signal. */
int process_stop(process *process);

/* Exits the child of a fork without memcheck's leak check: in a child, memory of the parent's other threads counts as
 * leaked. */
_Noreturn void leave_child(int status);

#endif
