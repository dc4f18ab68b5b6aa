/* What is wrong with a case: a new text for `free`, or NULL. */
#ifndef CONFORMANCE_FAILURE_H
#define CONFORMANCE_FAILURE_H

#include <jansson.h>

typedef char *failure;

/* Creates a failure from a format for `printf`. */
failure fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The failure at a position whose value is not the expected one. `actual` may be NULL: no value. */
failure mismatch(const char *place, json_t *expected, json_t *actual);

/* A value as JSON, shortened for a message; a new text. */
char *shown(json_t *value);

#endif
