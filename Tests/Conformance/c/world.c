#include "world.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct object {
  kind kind;
  char *name;
  void *made;
  struct object *next;
} object;

world *world_make(const char *url, bool is_asynchronous) {
  char folder[] = "/tmp/peerid-conformance-XXXXXX";
  if (!mkdtemp(folder)) {
    perror(folder);
    exit(EXIT_FAILURE);
  }
  world *made = calloc(1, sizeof *made);
  made->is_asynchronous = is_asynchronous;
  made->variables = json_pack("{s:s, s:s, s:s}", "url", url, "port", strrchr(url, ':') + 1, "folder", folder);
  made->values = json_array();
  return made;
}

static int remove_entry(const char *path, const struct stat *status, int flag, struct FTW *place) {
  (void)status, (void)flag, (void)place;
  return remove(path);
}

static void free_object(object *object) {
  switch (object->kind) {
    case CLIENT: peerid_client_free(object->made); break;
    case SESSION: peerid_session_free(object->made); break;
    case STORE: peerid_store_free(object->made); break;
  }
  free(object->name);
  free(object);
}

void world_free(world *world) {
  while (world->objects) {
    object *first = world->objects;
    world->objects = first->next;
    free_object(first);
  }
  nftw(json_string_value(json_object_get(world->variables, "folder")), remove_entry, 8, FTW_DEPTH | FTW_PHYS);
  json_decref(world->variables);
  json_decref(world->values);
  free(world);
}

void world_keep(world *world, kind kind, const char *name, void *made) {
  object *object = calloc(1, sizeof *object);
  object->kind = kind;
  object->name = strdup(name);
  object->made = made;
  object->next = world->objects;
  world->objects = object;
}

json_t *world_keep_value(world *world, json_t *value) {
  json_array_append(world->values, value);
  return value;
}

void *world_find(world *world, kind kind, const char *name, failure *found) {
  static const char *const kinds[] = {"client", "session", "store"};
  for (object *object = world->objects; object; object = object->next) {
    /* The newest object of a name hides the others. */
    if (strcmp(object->name, name) == 0 && object->kind == kind) return object->made;
  }
  if (!*found) *found = fail("there is no %s '%s'", kinds[kind], name);
  return NULL;
}
