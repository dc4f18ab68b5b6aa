/* Expands the abbreviations of a case: `${name}`, `$repeat` and `$copies`. */
#ifndef CONFORMANCE_EXPANSION_H
#define CONFORMANCE_EXPANSION_H

#include "failure.h"

/* Expands a value with the strings of `variables` into a new value. A value of NULL stays NULL. */
failure expand(json_t *value, json_t *variables, json_t **expanded);

#endif
