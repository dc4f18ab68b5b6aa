/* The calls that a case can make, by name. */
#ifndef CONFORMANCE_CALLS_H
#define CONFORMANCE_CALLS_H

#include "world.h"

/* A call and its result. */
typedef struct call {
  world *world;
  const char *on;    /* the name of its object */
  const char *made;  /* the name of the object that it creates */
  json_t *arguments; /* an object; NULL: none */

  peerid_queue *queue; /* for the completion of an asynchronous call; NULL: the call blocks */
  uint64_t id;         /* of the asynchronous call */

  json_t *view;        /* the result, as the case sees it; NULL: none */
  peerid_error *error; /* the error of the library */
  failure fault;       /* why the call could not be made */
} call;

/* Makes the call with this name. May run on several threads at once, each with its own `call`. */
void call_by_name(const char *name, call *call);

#endif
