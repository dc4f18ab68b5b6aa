/* All that the library shows of calls: the lines of its log and the texts of its errors. They must not hold a secret, which
 * ../secrets.py checks when the run has ended. */
#ifndef CONFORMANCE_SHOWN_H
#define CONFORMANCE_SHOWN_H

#include <stdint.h>

/* Notes a text in the file that the variable PEERID_SHOWN names. */
void note_shown(const char *text);

/* The log handler of every client. */
void note_line(void *context, int32_t level, const char *line);

#endif
