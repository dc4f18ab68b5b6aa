/* What exists while a case runs: its variables, and the objects that it has made. */
#ifndef CONFORMANCE_WORLD_H
#define CONFORMANCE_WORLD_H

#include <peerid.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "failure.h"

typedef enum kind { CLIENT, SESSION, STORE } kind;

typedef struct world {
  json_t *variables;
  json_t *values; /* what only has to stay */
  struct object *objects;
  bool is_asynchronous;
  /* Whether the waiting call should end. */
  atomic_bool is_interrupted;
} world;

/* Makes a world for the server with this URL and a folder of the case's own, which is removed in the end. */
world *world_make(const char *url, bool is_asynchronous);
void world_free(world *world);

/* Gives an object a name; the world frees it. */
void world_keep(world *world, kind kind, const char *name, void *made);

/* Keeps a value as long as the world. */
json_t *world_keep_value(world *world, json_t *value);

/* The object with this name; NULL with a failure when there is none of this kind. */
void *world_find(world *world, kind kind, const char *name, failure *found);

#endif
