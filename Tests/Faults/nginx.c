#include "nginx.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fault_server.h"

enum { SERVERS = 4 };

static const char *const certificates[SERVERS] = {"right", "wrong-name", "expired", "unknown-ca"};
static const char *const faults[] = {"closes_after_request", "resets_after_request", "silent", "html_502",
                                     "status_500"};
static int listeners[SERVERS];
static char urls[SERVERS][64];
static pid_t master;

static void die(const char *what) {
  perror(what);
  exit(EXIT_FAILURE);
}

/* Opens a free port here, and nginx inherits the socket. So no other program can use the port, and early connections
 * wait in the queue until nginx is ready. */
static int listen_somewhere(int *port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 512) != 0 ||
      getsockname(listener, (struct sockaddr *)&address, &length) != 0) {
    die("no port for nginx");
  }
  *port = ntohs(address.sin_port);
  return listener;
}

static void write_configuration(const char *folder, const int ports[]) {
  char path[512];
  snprintf(path, sizeof path, "%s/nginx.conf", folder);
  FILE *file = fopen(path, "w");
  if (!file) die(path);
  fprintf(file,
          "pid nginx.pid;\nerror_log stderr crit;\nworker_processes 1;\nevents {}\nhttp {\n  access_log off;\n"
          "  client_body_temp_path body;\n  proxy_temp_path proxy;\n  fastcgi_temp_path fastcgi;\n"
          "  uwsgi_temp_path uwsgi;\n  scgi_temp_path scgi;\n  client_max_body_size 8m;\n"
          /* A program under memcheck on a busy machine may be slow; only the server that never answers has a short limit. */
          "  client_header_timeout 1800s;\n  client_body_timeout 1800s;\n  send_timeout 1800s;\n"
          "  keepalive_timeout 1800s;\n  proxy_connect_timeout 1800s;\n  proxy_send_timeout 1800s;\n"
          "  proxy_read_timeout 1800s;\n");
  for (int i = 0; i < SERVERS; i++) {
    fprintf(file,
            "  server {\n    listen 127.0.0.1:%d ssl http2;\n    ssl_certificate %s.pem;\n"
            "    ssl_certificate_key %s.pem;\n    keepalive_requests 10;\n"
            "    location / { proxy_pass http://127.0.0.1:%d; }\n",
            ports[i], certificates[i], certificates[i], fault_port("healthy"));
    for (size_t k = 0; i == 0 && k < sizeof faults / sizeof faults[0]; k++) {
      fprintf(file, "    location /%s/ { proxy_pass http://127.0.0.1:%d/;%s }\n", faults[k], fault_port(faults[k]),
              strcmp(faults[k], "silent") == 0 ? " proxy_read_timeout 300ms;" : "");
    }
    fprintf(file, "  }\n");
  }
  fprintf(file, "}\n");
  fclose(file);
}

void nginx_start(const char *folder) {
  int ports[SERVERS];
  char inherited[128] = "";
  for (int i = 0; i < SERVERS; i++) {
    listeners[i] = listen_somewhere(&ports[i]);
    snprintf(urls[i], sizeof urls[i], "https://127.0.0.1:%d", ports[i]);
    snprintf(inherited + strlen(inherited), sizeof inherited - strlen(inherited), "%d;", listeners[i]);
  }
  write_configuration(folder, ports);
  master = fork();
  if (master < 0) die("nginx");
  if (master == 0) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    setenv("NGINX", inherited, 1);
    setenv("PATH", "/usr/sbin:/usr/local/sbin:/usr/local/bin:/usr/bin:/bin", 1);
    char prefix[512];
    if (!realpath(folder, prefix)) _exit(127);
    execlp("nginx", "nginx", "-p", prefix, "-c", "nginx.conf", "-e", "stderr", "-g", "daemon off;", (char *)NULL);
    perror("nginx");
    _exit(127);
  }
  for (int i = 0; i < SERVERS; i++) close(listeners[i]);
}

void nginx_stop(void) {
  kill(master, SIGTERM);
  waitpid(master, NULL, 0);
}

const char *nginx_url(const char *certificate) {
  for (int i = 0; i < SERVERS; i++) {
    if (strcmp(certificates[i], certificate) == 0) return urls[i];
  }
  die(certificate);
  return NULL;
}
