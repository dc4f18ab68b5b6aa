/* Reads the cases, and refuses everything outside the format. */
#ifndef CONFORMANCE_TABLE_H
#define CONFORMANCE_TABLE_H

#include "failure.h"

/* Reads `Tests/Conformance/format.json` and the cases under the folder. Ends the program when they cannot be read. */
void table_open(const char *folder);
void table_close(void);

/* The part of the format with this name. */
json_t *format_of(const char *part);

/* All cases, an array of {"file": …, "case": …}; and those that must fail, {"says": …, "case": …}. */
json_t *table_cases(void);
json_t *table_broken_cases(void);

/* Refuses an object with unknown members, or members of the wrong kind. A kind is "string", "object|null"
 * or "any", with a trailing "?" if the member is optional. */
failure check_members(json_t *value, json_t *known, const char *what);

/* Refuses a case with unknown members, or for an unknown mode. */
failure check_case(json_t *content);

/* The kind of a step, after checking its members. */
failure check_step(json_t *step, const char **kind);

/* The format's description of a step's call, after checking the step. */
failure check_call(json_t *step, json_t **description);

/* Refuses unknown arguments of a call. `arguments` may be NULL. */
failure check_arguments(const char *name, json_t *description, json_t *arguments);

#endif
