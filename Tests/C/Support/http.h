/* A minimal HTTP client for the controls of a test server, independent of the library under test. */
#ifndef SUPPORT_HTTP_H
#define SUPPORT_HTTP_H

typedef struct http_answer {
  int status;
  char *head; /* status line and headers */
  char *body;
} http_answer;

/* Sends a request to a port of this machine. `body` may be NULL. Ends the test run when there is no answer. */
http_answer http_call(int port, const char *method, const char *target, const char *type, const char *body);

/* A header's value as a new text, or NULL. */
char *http_header(const http_answer *answer, const char *name);

void http_free(http_answer *answer);

#endif
