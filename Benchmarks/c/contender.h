/* Shared by all contenders in C: the command line, the clock, the operations to send, and the output line.
 *
 * Nothing here runs between the two readings of the clock, except functions that both sides call.
 */
#ifndef CONTENDER_H
#define CONTENDER_H

#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define CLIENT_ID "4"
#define TOKEN_LENGTH 124

struct settings {
  const char *url;    /* the server's base URL, without /api/v1 */
  const char *ca;     /* the CA that signed the server's certificate; NULL: that of the system */
  long calls;         /* calls that are timed */
  long warmup;        /* calls before, which open the connections: at least as many as needed, unless 0 */
  long threads;       /* threads of a blocking contender */
  long in_flight;     /* calls in flight of an asynchronous contender */
  long on_the_wire;   /* libpeerid only: how many of those are sent; 0: all */
  long operations;    /* operations in one call */
  long sessions;      /* sessions that the calls use in turn */
  bool http2;         /* HTTP/2 over TLS */
  bool unchecked;     /* libpeerid only: do not check the fields of operations */
  bool settleable;    /* libpeerid only: read the end of the payer's history before each call */
  bool parse;         /* by hand only: parse the operations before sending, and refuse duplicate keys */
};

_Noreturn static inline void die(const char *doing, const char *why) {
  fprintf(stderr, "%s: %s\n", doing, why);
  exit(1);
}

static inline struct settings read_settings(int count, char **arguments) {
  struct settings s = {.calls = 1000, .threads = 1, .in_flight = 1, .operations = 1, .sessions = 1};
  for (int i = 1; i < count; i++) {
    const char *name = arguments[i];
    if (!strcmp(name, "--http2")) { s.http2 = true; continue; }
    if (!strcmp(name, "--unchecked")) { s.unchecked = true; continue; }
    if (!strcmp(name, "--settleable")) { s.settleable = true; continue; }
    if (!strcmp(name, "--parse")) { s.parse = true; continue; }
    const char *value = i + 1 < count ? arguments[++i] : NULL;
    if (!value) die(name, "needs a value");
    if (!strcmp(name, "--url")) s.url = value;
    else if (!strcmp(name, "--ca")) s.ca = value;
    else if (!strcmp(name, "--calls")) s.calls = atol(value);
    else if (!strcmp(name, "--warmup")) s.warmup = atol(value);
    else if (!strcmp(name, "--threads")) s.threads = atol(value);
    else if (!strcmp(name, "--in-flight")) s.in_flight = atol(value);
    else if (!strcmp(name, "--on-the-wire")) s.on_the_wire = atol(value);
    else if (!strcmp(name, "--operations")) s.operations = atol(value);
    else if (!strcmp(name, "--sessions")) s.sessions = atol(value);
    else die(name, "no such argument");
  }
  if (!s.url) die("--url", "is missing");
  /* Every connection must be open before the clock starts. */
  long connections = s.threads > s.in_flight ? s.threads : s.in_flight;
  if (s.warmup && s.warmup < 2 * connections) s.warmup = 2 * connections;
  return s;
}

/* A JSON array of this many transfers, the same text for all contenders. */
static inline char *make_operations(long count) {
  static const char one[] = "{\"op_name\":\"transfer\",\"fee_asset\":\"1.3.0\",\"from\":\"1.2.31\",\"to\":\"1.2.33\","
                            "\"amount\":{\"amount\":100000,\"asset_id\":\"1.3.0\"}}";
  char *text = malloc((size_t)count * sizeof one + 3);
  if (!text) die("operations", "no memory");
  char *end = text;
  *end++ = '[';
  for (long i = 0; i < count; i++) {
    memcpy(end, one, sizeof one - 1);
    end += sizeof one - 1;
    *end++ = i + 1 < count ? ',' : ']';
  }
  *end = '\0';
  return text;
}

/* The access token of session `number`: unique, and as long as a real one. */
static inline void make_token(char text[TOKEN_LENGTH + 1], char kind, long number) {
  int length = snprintf(text, TOKEN_LENGTH + 1, "%c%09ld", kind, number);
  memset(text + length, 'x', TOKEN_LENGTH - (size_t)length);
  text[TOKEN_LENGTH] = '\0';
}

static inline double seconds_of(struct timespec time) { return (double)time.tv_sec + (double)time.tv_nsec * 1e-9; }

static inline double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return seconds_of(time);
}

/* The processor time of all threads of the process, which other programs affect less than wall time. */
static inline double processor_seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return seconds_of(time);
}

/* Bytes allocated by malloc, in all arenas. */
static inline double allocated_bytes(void) {
  struct mallinfo2 information = mallinfo2();
  return (double)information.uordblks + (double)information.hblkhd;
}

static inline double resident_bytes(void) {
  long pages = 0, resident = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (!file || fscanf(file, "%ld %ld", &pages, &resident) != 2) die("/proc/self/statm", "cannot be read");
  fclose(file);
  return (double)resident * 4096;
}

/* The clocks before and after the measured calls. */
struct measurement {
  double started, processor_started, seconds, processor;
};

static inline void begin_measurement(struct measurement *m) {
  m->processor_started = processor_seconds();
  m->started = now();
}

static inline void end_measurement(struct measurement *m) {
  m->seconds = now() - m->started;
  m->processor = processor_seconds() - m->processor_started;
}

/* `extra` is further members, or "". `bytes` is the total size of the results: it shows when a contender skips work. */
static inline void print_measurement(const struct measurement *m, long calls, long long bytes, const char *extra) {
  printf("{\"seconds\": %.9f, \"processor_seconds\": %.9f, \"calls\": %ld, \"result_bytes\": %lld%s}\n", m->seconds,
         m->processor, calls, bytes, extra);
}

#endif
