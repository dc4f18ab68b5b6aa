/* The objects that most tests begin with: a client of the demo's first app, a session of alice, and a queue. */
#ifndef SUPPORT_FIXTURE_H
#define SUPPORT_FIXTURE_H

#include "sandbox.h"

extern peerid_client *client;
extern peerid_session *session;
extern peerid_queue *queue;

/* Set-up and tear-down of one test. */
int begin_test(void **state);
int end_test(void **state);

/* Replaces the client and the session, for a test that needs options or another app. */
void begin_with(const char *const options[]);
void begin_with_app(int app, const char *const options[]);

/* Replaces the client by one with a short limit for requests, and attempts something that needs the limit to end after
 * the request is sent. On a slow machine it may end before that; then the attempt returns false and is repeated with
 * twice the limit. */
void repeat_with_longer_limits(bool (*attempt)(void));

/* The next completion of the queue; the test fails when none comes. */
peerid_completion *next_completion(void);

#endif
