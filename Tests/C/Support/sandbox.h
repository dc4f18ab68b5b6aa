/* A peerid-sandbox for the tests, and its controls. */
#ifndef SUPPORT_SANDBOX_H
#define SUPPORT_SANDBOX_H

#include <jansson.h>
#include <stdint.h>

#include "expect.h"

/* Paths of the server, for faults, counts and the log. */
#define PATH_OPERATIONS "/api/v1/app/operations"
#define PATH_CONFIRM "/api/v1/app/transaction-token"
#define PATH_BROADCAST "/api/v1/app/broadcast"
#define PATH_CHAIN_DATA "/api/v1/app/blockchain-data"
#define PATH_LOG_IN "/api/v1/auth/token"
#define PATH_EXCHANGE "/api/v1/auth/exchange"
#define PATH_REFRESH "/api/v1/auth/refreshtoken"

/* Starts the sandbox; for a group of tests as its set-up and tear-down. */
int sandbox_start(void **state);
int sandbox_stop(void **state);

/* Set-up of a test: resets the sandbox, which saves refreshed pairs at once. Tear-down: checks the log lines, and resets the sandbox. */
int sandbox_reset(void **state);
int sandbox_check(void **state);

/* Its base URL and port. */
const char *sandbox_url(void);
int sandbox_port(void);

/* Posts to a control such as "expire"; `body` is a format for JSON with ' instead of ". */
void sandbox_post(const char *control, const char *body, ...) __attribute__((format(printf, 2, 3)));

/* The answer of a control; free it with `json_decref`. */
json_t *sandbox_get(const char *control);

/* Injects a fault such as "drop_after" into `times` requests to a path; `more` are further JSON members, or "". */
void sandbox_fault(const char *kind, const char *path, int times, const char *more);

/* A member of a delay: it lasts until `sandbox_release` is called, or the sandbox is reset. */
#define UNTIL_RELEASED "'ms':'until_released'"
void sandbox_release(void);

/* The number of requests to a path, and of those with this answer ("200", "401", "dropped"). */
int sandbox_count(const char *path);
int sandbox_answered(const char *path, const char *how);

/* The number of operations that the chain has executed, and of transfers of this amount. */
int sandbox_executed(void);
int sandbox_executed_amount(int64_t amount);

/* Waits until that many requests to a path have arrived. */
void sandbox_wait_for(const char *path, int count);

/* Clients of the demo's first app and of another one. */
peerid_client *demo_client(const char *const options[]);
peerid_client *demo_app_client(int app, const char *const options[]);

/* Logs in as one of the demo's users; the password of NAME is NAME-password. */
peerid_session *log_in(peerid_client *client, const char *user);

#endif
