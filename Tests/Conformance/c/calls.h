/* The calls that a case can make, by name. */
#ifndef CONFORMANCE_CALLS_H
#define CONFORMANCE_CALLS_H

#include "world.h"

/* A call and how it ended. */
typedef struct call {
  world *world;
  const char *on;    /* the name of the object that it is made on */
  const char *made;  /* the name for what it makes */
  json_t *arguments; /* an object; NULL: none */

  peerid_queue *queue; /* what an asynchronous call answers into; NULL: the call blocks */
  uint64_t id;         /* of the asynchronous call */

  json_t *view;        /* what the case sees of the result; NULL: nothing */
  peerid_error *error; /* the error of the library */
  failure fault;       /* why the call could not be made at all */
} call;

/* Makes the call of this name. May run on several threads at once, with a `call` each. */
void call_by_name(const char *name, call *call);

#endif
