/* The threads of the process. */
#ifndef SUPPORT_THREADS_H
#define SUPPORT_THREADS_H

#include <stdbool.h>

/* Whether memcheck or the thread sanitizer makes this program slow. */
bool is_slow(void);

/* Whether only the main thread is left. */
bool has_one_thread(void);

/* Waits until only the main thread is left. A thread of the library ends after two seconds without work; if the
 * process ended sooner, memcheck would report what OpenSSL keeps for that thread. Ends the process after ten minutes. */
void wait_for_threads(void);

/* Runs the tests of a program and waits for the library's threads. */
#define run_group(name, tests, setup, teardown) \
  end_of_group(cmocka_run_group_tests_name((name), (tests), (setup), (teardown)))
int end_of_group(int failures);

#endif
