/* The calls that send something, by name, so that tables can say which of them meets a fault. */
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

/* The two ways in which every call can be made. A fault must have the same effect on each of them. */
typedef enum mode { BLOCKING, ASYNCHRONOUS } mode;

/* What calls are made with: a client, and a session whose tokens no server has seen. */
typedef struct caller {
  peerid_client *client;
  peerid_session *session;
  peerid_queue *queue; /* NULL: calls block */
} caller;

caller caller_make(mode mode, const char *base_url, const char *const options[]);
void caller_free(caller *caller);

/* Makes the call, waits for its end, and frees what it gives. `amount` marks the transfer. */
peerid_error *make_call(const caller *caller, call call, int64_t amount);

#endif
