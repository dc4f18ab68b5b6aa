/* Everything that the library shows of calls: log lines and error messages. They must not contain a secret, which
 * ../secrets.py checks at the end of the run. */
#ifndef CONFORMANCE_SHOWN_H
#define CONFORMANCE_SHOWN_H

#include <stdint.h>

/* Appends a string to the file that the variable PEERID_SHOWN names. */
void note_shown(const char *text);

/* The log handler of every client. */
void note_line(void *context, int32_t level, const char *line);

#endif
