/* The state of a case: its variables and its objects. */
#ifndef CONFORMANCE_WORLD_H
#define CONFORMANCE_WORLD_H

#include <peerid.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "failure.h"

typedef enum kind { CLIENT, SESSION, STORE } kind;

typedef struct world {
  json_t *variables;
  json_t *values; /* values that must stay valid */
  struct object *objects;
  bool is_asynchronous;
  /* Whether the waiting call has to end. */
  atomic_bool is_interrupted;
} world;

/* Creates the state for the server with this URL, and a folder that is removed in the end. */
world *world_make(const char *url, bool is_asynchronous);
void world_free(world *world);

/* Gives an object a name. `world_free` frees it. */
void world_keep(world *world, kind kind, const char *name, void *made);

/* Keeps a value until `world_free`. */
json_t *world_keep_value(world *world, json_t *value);

/* The object of this kind and name; NULL with a failure if there is none. */
void *world_find(world *world, kind kind, const char *name, failure *found);

#endif
