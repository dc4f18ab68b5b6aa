/* The sandbox that the cases run against, and its controls. */
#ifndef CONFORMANCE_CONTROL_H
#define CONFORMANCE_CONTROL_H

#include "failure.h"

void control_start(void);
void control_stop(void);

const char *control_url(void);

/* Resets the sandbox to the demo fixture, or to another one if it is not NULL. */
void control_reset(json_t *fixture);

/* Uses a control: `method` is GET or POST, `body` may be NULL. The answer is a new value. */
failure control_use(const char *method, const char *control, json_t *body, json_t **answer);

/* Waits until a request to this path has arrived. */
void control_wait_for(const char *path);

#endif
