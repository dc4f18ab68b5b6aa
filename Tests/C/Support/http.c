#include "http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static void die(const char *what, int port) {
  fprintf(stderr, "control port %d: %s (%s)\n", port, what, strerror(errno));
  exit(EXIT_FAILURE);
}

static void send_all(int connection, const char *text, size_t length, int port) {
  while (length > 0) {
    ssize_t sent = send(connection, text, length, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) die("cannot send", port);
    text += sent;
    length -= (size_t)sent;
  }
}

static char *receive_all(int connection, int port) {
  size_t capacity = 65536;
  size_t length = 0;
  char *text = malloc(capacity + 1);
  for (;;) {
    if (length == capacity) text = realloc(text, (capacity *= 2) + 1);
    ssize_t count = recv(connection, text + length, capacity - length, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) die("cannot receive", port);
    if (count == 0) break;
    length += (size_t)count;
  }
  text[length] = '\0';
  return text;
}

http_answer http_call(int port, const char *method, const char *target, const char *type, const char *body) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connection < 0 || connect(connection, (struct sockaddr *)&address, sizeof address) != 0) {
    die("cannot connect", port);
  }
  char *head = NULL;
  int head_length = asprintf(
      &head,
      "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n",
      method, target, type ? type : "application/json", body ? strlen(body) : 0);
  send_all(connection, head, (size_t)head_length, port);
  if (body) send_all(connection, body, strlen(body), port);
  free(head);
  char *text = receive_all(connection, port);
  close(connection);

  char *end_of_head = strstr(text, "\r\n\r\n");
  if (!end_of_head) die("incomplete answer", port);
  http_answer answer = {.head = strndup(text, (size_t)(end_of_head - text + 2)), .body = strdup(end_of_head + 4)};
  sscanf(answer.head, "HTTP/%*s %d", &answer.status);
  free(text);
  return answer;
}

char *http_header(const http_answer *answer, const char *name) {
  size_t length = strlen(name);
  for (const char *line = strstr(answer->head, "\r\n"); line; line = strstr(line, "\r\n")) {
    line += 2;
    if (strncasecmp(line, name, length) != 0 || line[length] != ':') continue;
    const char *value = line + length + 1;
    value += strspn(value, " ");
    return strndup(value, strcspn(value, "\r"));
  }
  return NULL;
}

void http_free(http_answer *answer) {
  free(answer->head);
  free(answer->body);
}
