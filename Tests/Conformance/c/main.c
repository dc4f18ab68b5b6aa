/* Runs the cases of Tests/Conformance through the C interface, and prints a line of TAP for each. PEERID_CASE limits
 * the run to cases with this text in their names. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runner.h"
#include "control.h"
#include "table.h"
#include "threads.h"

static int test_count;
static int failure_count;

/* Prints the result of a case and frees the failure. */
static void report(const char *name, const char *file, failure found) {
  test_count++;
  failure_count += found != NULL;
  printf("%s %d - %s\n", found ? "not ok" : "ok", test_count, name);
  if (found) printf("%s: %s: %s\n", file, name, found);
  fflush(stdout);
  free(found);
}

static const char *name_in(json_t *content) { return json_string_value(json_object_get(content, "name")); }

/* Runs the broken cases, each of which must fail with the expected message: a runner that cannot fail proves nothing.
 * */
static failure run_broken_case(json_t *content, json_t *says) {
  failure found = run_case(content, false);
  failure missed = found ? NULL : fail("the case passed");
  for (size_t i = 0; i < json_array_size(says) && !missed; i++) {
    const char *part = json_string_value(json_array_get(says, i));
    if (!strstr(found, part)) missed = fail("expected a failure with '%s', got '%s'", part, found);
  }
  free(found);
  return missed;
}

static void run_in_modes(json_t *content, const char *file) {
  if (is_for(content, false)) report(name_in(content), file, run_case(content, false));
  if (!is_for(content, true)) return;
  char *name = fail("asynchronously: %s", name_in(content));
  report(name, file, run_case(content, true));
  free(name);
}

int main(void) {
  const char *part = getenv("PEERID_CASE") ? getenv("PEERID_CASE") : "";
  table_open("Tests/Conformance");
  control_start();
  size_t index;
  json_t *entry;
  json_array_foreach(table_cases(), index, entry) {
    json_t *content = json_object_get(entry, "case");
    if (strstr(name_in(content), part)) run_in_modes(content, json_string_value(json_object_get(entry, "file")));
  }
  json_array_foreach(table_broken_cases(), index, entry) {
    json_t *content = json_object_get(entry, "case");
    if (!strstr(name_in(content), part)) continue;
    char *name = fail("broken: %s", name_in(content));
    report(name, "broken.json", run_broken_case(content, json_object_get(entry, "says")));
    free(name);
  }
  printf("1..%d\n", test_count);
  control_stop();
  table_close();
  wait_for_threads();
  return failure_count > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
