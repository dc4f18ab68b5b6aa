/* Loads the library, uses it and unloads it: `reloading PATH URL TIMES`. Prints the memory in use, in kB, after each
 * quarter, when the threads have ended. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <peerid.h>

#include "threads.h"

/* Looks a function up, with its type from the header. */
#define FUNCTION(name) __typeof__(&name) call_##name = (__typeof__(&name))(uintptr_t)dlsym(library, #name)

static long resident_kilobytes(void) {
  long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (!file || fscanf(file, "%*d %ld", &pages) != 1) exit(EXIT_FAILURE);
  fclose(file);
  return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static void use(const char *path, const char *url) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    fprintf(stderr, "%s\n", dlerror());
    exit(EXIT_FAILURE);
  }
  FUNCTION(peerid_config_create);
  FUNCTION(peerid_client_create);
  FUNCTION(peerid_client_login);
  FUNCTION(peerid_session_refresh);
  FUNCTION(peerid_session_free);
  FUNCTION(peerid_client_free);
  FUNCTION(peerid_config_free);
  FUNCTION(peerid_error_message);
  peerid_config *config;
  peerid_client *client;
  peerid_session *session;
  peerid_error *error = call_peerid_config_create(url, "4", "demo-secret-4", &config);
  if (!error) error = call_peerid_client_create(config, &client);
  if (!error) error = call_peerid_client_login(client, "u0", "u0-password", NULL, NULL, &session);
  if (!error) error = call_peerid_session_refresh(session);
  if (error) {
    fprintf(stderr, "%s\n", call_peerid_error_message(error));
    exit(EXIT_FAILURE);
  }
  call_peerid_session_free(session);
  call_peerid_client_free(client);
  call_peerid_config_free(config);
  if (dlclose(library) != 0) exit(EXIT_FAILURE);
}

int main(int count, char **arguments) {
  if (count != 4) return EXIT_FAILURE;
  int times = atoi(arguments[3]);
  for (int done = 1; done <= times; done++) {
    use(arguments[1], arguments[2]);
    if (done % (times / 4) == 0) {
      wait_for_threads();
      printf("%ld\n", resident_kilobytes());
    }
  }
  return EXIT_SUCCESS;
}
