/* Compares what came with what a case expects. */
#ifndef CONFORMANCE_MATCHING_H
#define CONFORMANCE_MATCHING_H

#include "failure.h"

/* The first place where `actual` is not what is expected; `place` names the whole. */
failure match(json_t *expected, json_t *actual, const char *place);

/* What kind of JSON value it is: "object", "array", "string", "integer", "real", "boolean" or "null". */
const char *kind_of(json_t *value);

#endif
