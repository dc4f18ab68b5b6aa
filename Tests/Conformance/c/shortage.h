/* Shortages of the system, in a process that was started by with_shortages. */
#ifndef CONFORMANCE_SHORTAGE_H
#define CONFORMANCE_SHORTAGE_H

#include "failure.h"

/* From now on this resource runs out for the library: see `Tests/Conformance/shortage.c`. */
failure shortage_begin(const char *what);
void shortage_end(const char *what);

#endif
