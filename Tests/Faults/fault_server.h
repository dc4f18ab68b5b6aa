/* The server of faults, as the test programs see it. */
#ifndef FAULT_SERVER_H
#define FAULT_SERVER_H

#include <jansson.h>

/* The record of a port; see fault_server.py. */
typedef struct port_record {
  int connections;
  int open;
  int requests;
  int fragments;
  int connects;
  int strays;
  json_t *whole; /* everything, bodies and heads included */
} port_record;

/* Starts the server, with TLS when a certificate is given. */
void fault_server_start(const char *certificate, const char *key);
void fault_server_stop(void);

/* The port with this fault. Ends the test run if there is none. */
int fault_port(const char *fault);

/* `scheme`://127.0.0.1:port of a fault; the text lives until the next call of this function but seven. */
const char *fault_url(const char *scheme, const char *fault);

/* What the port has seen; with `wait_for`, such as "closed=1", after waiting for that. Released with `json_decref`. */
port_record fault_record(const char *fault, const char *wait_for);

/* Forgets what all ports have seen. */
void fault_server_reset(void);

/* Lets a fault that waits for a word happen. */
void fault_word(const char *fault);

/* How many bodies of requests at this port hold a text. */
int count_bodies(const char *fault, const char *text);

#endif
