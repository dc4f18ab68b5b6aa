/* Compares a value with what a case expects. */
#ifndef CONFORMANCE_MATCHING_H
#define CONFORMANCE_MATCHING_H

#include "failure.h"

/* The first place where `actual` differs from what is expected; `place` names the whole value. */
failure match(json_t *expected, json_t *actual, const char *place);

/* The kind of a JSON value: "object", "array", "string", "integer", "real", "boolean" or "null". */
const char *kind_of(json_t *value);

#endif
