/* What is wrong with a case, as a new text for `free`; NULL: nothing. */
#ifndef CONFORMANCE_FAILURE_H
#define CONFORMANCE_FAILURE_H

#include <jansson.h>

typedef char *failure;

/* Makes a failure from a format as `printf` takes it. */
failure fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The failure that a place holds another value than the expected one. `actual` may be NULL: nothing. */
failure mismatch(const char *place, json_t *expected, json_t *actual);

/* A value as JSON, cut to what a failure can hold; a new text. */
char *shown(json_t *value);

#endif
