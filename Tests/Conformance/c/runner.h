/* Runs one case. */
#ifndef CONFORMANCE_RUNNER_H
#define CONFORMANCE_RUNNER_H

#include <stdbool.h>

#include "failure.h"

/* Whether a case runs in this mode. */
bool is_for(json_t *content, bool is_asynchronous);

/* Runs a case from the initial state of the server. Returns what differs from the case. In the asynchronous mode, each
 * call that has an asynchronous form uses it. */
failure run_case(json_t *content, bool is_asynchronous);

#endif
