/* Shared by the programs of the many-process tests. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <peerid.h>
#include <stdint.h>
#include <sys/types.h>

/* The environment variables with which a program finds the sandbox and its store:
 *
 *   PEERID_URL, PEERID_CA     the sandbox, or nginx in front of it
 *   PEERID_STORE              none, directory:PATH, postgres:CONNECTION or redis:PORT
 *   PEERID_TABLE              whether the table of the store in PostgreSQL exists
 *   PEERID_KEY                the session's key
 *   PEERID_USER               the user of the session
 *   PEERID_RELOGIN            whether the user may be logged in again
 *   PEERID_OPTIONS            NAME=VALUE,...; the default time limits are ten minutes
 */
peerid_client *make_client(void);

/* The session of PEERID_KEY: opened, or created by a login. */
peerid_session *make_session(peerid_client *client);
peerid_error *log_in(peerid_client *client, const char *key, peerid_session **session);

/* The value of a variable, or a default. */
const char *setting(const char *name, const char *otherwise);

/* Ends the program if there is an error. */
void must(const char *what, peerid_error *error);

/* Submits one transfer, identified by its amount. */
peerid_error *transfer(peerid_session *session, uint64_t amount);
peerid_error *begin_transfer(peerid_session *session, uint64_t amount, peerid_queue *queue);

/* The monotonic clock of the process. A slow machine would reach the library's time limits for a fork and for an exit:
 * one second, and two. So tests stop the clock until what they wait for has happened. */
void stop_clock(void);
void start_clock(void);
/* Stops the clock for an exit that has to give up: the wait that begins on this thread next ends at once. */
void stop_clock_after_a_wait(void);

/* Forks while the clock stands still: the fork waits for the library's threads, however slow the machine is. */
pid_t fork_patiently(void);

int64_t now_ms(void);
void pause_ms(int64_t duration);

#endif
