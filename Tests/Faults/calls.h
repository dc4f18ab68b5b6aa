/* The calls that send a request, for the tables of faults. */
#ifndef CALLS_H
#define CALLS_H

#include "expect.h"

typedef enum call {
  SUBMIT,       /* a transfer */
  SUBMIT_LARGE, /* operations of four megabytes */
  CONFIRM,
  BROADCAST,
  LOG_IN,
  EXCHANGE,
  REFRESH,
  READ_CHAIN,
} call;

/* The call's name, for the name of a test. */
const char *call_name(call call);

/* The two ways to make every call. A fault must have the same effect on both. */
typedef enum mode { BLOCKING, ASYNCHRONOUS } mode;

/* The objects for calls: a client, and a session with tokens that the server does not know. */
typedef struct caller {
  peerid_client *client;
  peerid_session *session;
  peerid_queue *queue; /* NULL: calls block */
} caller;

/* Options whose time limits, those named *_timeout_ms, are multiplied; `options` ends with NULL. Returns the number of
 * texts in `longer`, whose texts last as long as `values`. */
typedef struct option_values {
  char texts[4][16];
} option_values;
int longer_limits(const char *const options[], int factor, const char *longer[], option_values *values);
bool has_limits(const char *const options[]);

/* A caller with these options. Time limits that they do not contain are half an hour, so that a slow machine does not
 * end a call. */
caller caller_make(mode mode, const char *base_url, const char *const options[]);
void caller_free(caller *caller);

/* Makes the call, waits until it ends, and frees its result. `amount` identifies the transfer. */
peerid_error *make_call(const caller *caller, call call, int64_t amount);

#endif
