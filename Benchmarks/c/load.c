/* Measures how long the dynamic linker takes to load a library, and how much resident memory that adds, beyond the
 * libraries that it depends on:
 *
 *   load LIBRARY [BASE...]
 *
 * loads the bases first, unmeasured. It ignores all arguments from the first one with a dash, which the runner adds.
 */
#include <dlfcn.h>

#include "contender.h"

static void load(const char *name) {
  if (!dlopen(name, RTLD_NOW | RTLD_GLOBAL)) die(name, dlerror());
}

int main(int argc, char **argv) {
  struct measurement m;
  char extra[64];
  if (argc < 2) die("usage", "load LIBRARY [BASE...]");
  for (int i = 2; i < argc && argv[i][0] != '-'; i++) load(argv[i]);
  double resident = resident_bytes();
  begin_measurement(&m);
  load(argv[1]);
  end_measurement(&m);
  resident = resident_bytes() - resident;
  snprintf(extra, sizeof extra, ", \"resident_bytes\": %.0f", resident);
  print_measurement(&m, 1, 0, extra);
  return 0;
}
