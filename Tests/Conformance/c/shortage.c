#include "shortage.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char *switch_for(const char *what) {
  const char *folder = getenv("PEERID_SHORTAGES");
  return folder ? fail("%s/%s", folder, what) : NULL;
}

failure shortage_begin(const char *what) {
  char *path = switch_for(what);
  if (!path) return fail("the runner was not started by Tests/Conformance/with_shortages");
  FILE *file = fopen(path, "w");
  failure found = file ? NULL : fail("%s cannot be made", path);
  if (file) fclose(file);
  free(path);
  return found;
}

void shortage_end(const char *what) {
  char *path = switch_for(what);
  if (path) unlink(path);
  free(path);
}
