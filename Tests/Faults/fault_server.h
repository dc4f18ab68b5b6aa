/* The fault server, for the test programs. */
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
  json_t *whole; /* the whole record, with bodies and heads */
} port_record;

/* Starts the server, with TLS when a certificate is given. */
void fault_server_start(const char *certificate, const char *key);
void fault_server_stop(void);

/* The port with this fault. Ends the test run if there is none. */
int fault_port(const char *fault);

/* `scheme`://127.0.0.1:port of a fault; the string stays valid during the next seven calls. */
const char *fault_url(const char *scheme, const char *fault);

/* The record of a port; with `wait_for`, such as "closed=1", waits for that first. Free it with `json_decref`. */
port_record fault_record(const char *fault, const char *wait_for);

/* Clears the records of all ports. */
void fault_server_reset(void);

/* Triggers a fault that waits for the test. */
void fault_trigger(const char *fault);

/* The number of requests to this port whose body contains a string. */
int count_bodies(const char *fault, const char *text);

#endif
