/* The lower bound: writes a prepared request into a raw socket, and reads the whole answer without parsing it. No
 * client can be faster. HTTP/1.1 without TLS, one connection. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "contender.h"

static int connect_to(const char *url) {
  char host[256];
  int port = 0;
  if (sscanf(url, "http://%255[^:/]:%d", host, &port) != 2) die("--url", "must be http://ADDRESS:PORT");
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  int one = 1, connection = socket(AF_INET, SOCK_STREAM, 0);
  if (inet_pton(AF_INET, host, &address.sin_addr) != 1) die("--url", "is not an IPv4 address");
  if (connection < 0 || connect(connection, (struct sockaddr *)&address, sizeof address) != 0) die("connect", url);
  setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return connection;
}

/* Reads one answer; its length is found once, since all answers are the same. */
static void read_answer(int connection, size_t *length) {
  static char answer[1 << 20];
  size_t count = 0;
  do {
    ssize_t got = read(connection, answer + count, sizeof answer - 1 - count);
    if (got <= 0) die("read", "the server closed the connection");
    count += (size_t)got;
    answer[count] = '\0';
    char *body = *length ? NULL : strstr(answer, "\r\n\r\n");
    char *size = body ? strcasestr(answer, "\r\nContent-Length:") : NULL;
    if (size) *length = (size_t)(body + 4 - answer) + (size_t)atol(size + 17);
  } while (!*length || count < *length);
}

static void call(int connection, const char *request, size_t size, size_t *length) {
  if (write(connection, request, size) != (ssize_t)size) die("write", "the request did not fit");
  read_answer(connection, length);
}

int main(int argc, char **argv) {
  struct settings s = read_settings(argc, argv);
  struct measurement m;
  char *operations = make_operations(s.operations), token[TOKEN_LENGTH + 1], *request = NULL;
  make_token(token, 'a', 0);
  const char *path = strchr(s.url + sizeof "http://" - 1, '/');
  int size = asprintf(&request,
                      "POST %s/api/v1/app/operations HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n"
                      "ClientID: " CLIENT_ID "\r\nContent-Type: application/json\r\nAccept: application/json\r\n"
                      "Content-Length: %zu\r\n\r\n{\"operations\":%s}",
                      path ? path : "", token, strlen(operations) + sizeof "{\"operations\":}" - 1, operations);
  if (size < 0) die("request", "no memory");
  int connection = connect_to(s.url);
  size_t length = 0;
  for (long i = 0; i < s.warmup; i++) call(connection, request, (size_t)size, &length);
  begin_measurement(&m);
  for (long i = 0; i < s.calls; i++) call(connection, request, (size_t)size, &length);
  end_measurement(&m);
  printf("{\"seconds\": %.9f, \"processor_seconds\": %.9f, \"calls\": %ld}\n", m.seconds, m.processor, s.calls);
  close(connection);
  free(request);
  free(operations);
  return 0;
}
