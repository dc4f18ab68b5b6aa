/* Runs one case. */
#ifndef CONFORMANCE_RUNNER_H
#define CONFORMANCE_RUNNER_H

#include "failure.h"

/* Runs a case from a fresh state of the server; what does not come out as it says is the failure. */
failure run_case(json_t *content);

#endif
