/* The environment of the library: host names whose address changes, proxies and certificates from the environment,
 * missing descriptors, and child processes. The function below replaces name look-ups in this process. */
#include <curl/curl.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "calls.h"
#include "fault_server.h"
#include "nginx.h"

static const mode modes[] = {BLOCKING, ASYNCHRONOUS};

static mode mode_of(void **state) { return *(const mode *)*state; }

/* ---- Names ---- */

/* The address of peerid.test, and the number of look-ups. */
static _Atomic(const char *) address_of_name = "127.0.0.1";
static atomic_int look_ups;
static atomic_bool look_ups_wait;
static sem_t look_up_began, look_up_may_end;

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **result) {
  int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
  *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
  if (!name || strcmp(name, "peerid.test") != 0) return real(name, service, hints, result);
  look_ups++;
  if (look_ups_wait) {
    sem_post(&look_up_began);
    sem_wait(&look_up_may_end);
  }
  return real(address_of_name, service, hints, result);
}

static const char *url_by_name(const char *fault) {
  static char url[64];
  snprintf(url, sizeof url, "http://peerid.test:%d", fault_port(fault));
  return url;
}

/* 127.0.0.2 stands for a dead machine: there is no listener. */
static void moved_name_is_looked_up_again(void **state) {
  fault_server_reset();
  look_ups = 0;
  address_of_name = "127.0.0.2";
  caller caller = caller_make(mode_of(state), url_by_name("closes_after_answer"), OPTIONS("allow_http", "true"));
  failure dead = take_failure(make_call(&caller, SUBMIT, 1000), __FILE__, __LINE__);
  assert_int_equal(dead.outcome, PEERID_OUTCOME_NOT_SENT);
  address_of_name = "127.0.0.1";
  assert_success(make_call(&caller, SUBMIT, 1001));
  /* The server has closed the connection, and the name now leads to the dead machine: the next call must notice. */
  json_decref(fault_record("closes_after_answer", "closed=1").whole);
  address_of_name = "127.0.0.2";
  dead = take_failure(make_call(&caller, SUBMIT, 1002), __FILE__, __LINE__);
  assert_int_equal(dead.outcome, PEERID_OUTCOME_NOT_SENT);
  address_of_name = "127.0.0.1";
  assert_success(make_call(&caller, SUBMIT, 1003));
  assert_int_equal(look_ups, 4);
  caller_free(&caller);
}

/* ---- Descriptors ---- */

enum { MOST_DESCRIPTORS = 4096 };
static bool was_open[MOST_DESCRIPTORS];

static void note_open_descriptors(void) {
  for (int i = 0; i < MOST_DESCRIPTORS; i++) was_open[i] = fcntl(i, F_GETFD) >= 0;
}

/* Counts the descriptors opened since then that a child program would inherit. */
static int count_inherited(void) {
  int count = 0;
  for (int i = 0; i < MOST_DESCRIPTORS; i++) count += !was_open[i] && fcntl(i, F_GETFD) == 0;
  return count;
}

static void pause_briefly(void) {
  struct timespec moment = {.tv_nsec = 2 * 1000 * 1000};
  nanosleep(&moment, NULL);
}

typedef struct background {
  caller caller;
  peerid_error *error;
} background;

static void *call_in_background(void *context) {
  background *background = context;
  background->error = make_call(&background->caller, SUBMIT, 2000);
  return NULL;
}

static void no_descriptor_is_inherited(void **state) {
  fault_server_reset();
  note_open_descriptors();
  address_of_name = "127.0.0.1";
  look_ups_wait = true;
  background background = {
      .caller = caller_make(mode_of(state), url_by_name("healthy"), OPTIONS("allow_http", "true"))};
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, call_in_background, &background), 0);
  /* During a look-up. The thread that started it has already set close-on-exec on libcurl's descriptors. */
  sem_wait(&look_up_began);
  for (int64_t end = now_ms() + 600000; count_inherited() > 0 && now_ms() < end;) pause_briefly();
  int during_look_up = count_inherited();
  look_ups_wait = false;
  sem_post(&look_up_may_end);
  pthread_join(thread, NULL);
  assert_success(background.error);
  assert_int_equal(during_look_up, 0);
  assert_int_equal(count_inherited(), 0);
  caller_free(&background.caller);
}

/* While this is set, the library's threads wait until something wakes them, or for ten minutes. */
static atomic_bool sleeps_until_woken;
enum { LONGEST_SLEEP_MS = 600000 };

/* This definition takes precedence over that of libcurl. */
CURLMcode curl_multi_poll(CURLM *multi, struct curl_waitfd extra[], unsigned int count, int timeout_ms, int *ready) {
  CURLMcode (*real)(CURLM *, struct curl_waitfd[], unsigned int, int, int *);
  *(void **)&real = dlsym(RTLD_NEXT, "curl_multi_poll");
  return real(multi, extra, count, sleeps_until_woken && timeout_ms > 0 ? LONGEST_SLEEP_MS : timeout_ms, ready);
}

/* A client that finds no free descriptor works as soon as there is one. */
static void client_recovers_when_descriptors_ran_out(void **state) {
  fault_server_reset();
  caller caller = caller_make(mode_of(state), fault_url("http", "healthy"), NULL);
  struct rlimit before, none;
  getrlimit(RLIMIT_NOFILE, &before);
  none = before;
  int lowest_free = dup(0);
  close(lowest_free);
  none.rlim_cur = (rlim_t)lowest_free;
  for (int free_ones = 0; free_ones < 4; free_ones++) {
    none.rlim_cur = (rlim_t)(lowest_free + free_ones);
    setrlimit(RLIMIT_NOFILE, &none);
    failure failed = take_failure(make_call(&caller, SUBMIT, 3000), __FILE__, __LINE__);
    setrlimit(RLIMIT_NOFILE, &before);
    if (failed.code != 0) assert_int_equal(failed.outcome, PEERID_OUTCOME_NOT_SENT);
  }
  /* A thread that cannot be woken sleeps to the end. */
  int64_t begin = now_ms();
  sleeps_until_woken = true;
  for (int i = 0; i < 3; i++) assert_success(make_call(&caller, SUBMIT, 3001 + i));
  assert_in_range(now_ms() - begin, 0, LONGEST_SLEEP_MS - 1);
  sleeps_until_woken = false;
  assert_success(make_call(&caller, SUBMIT, 3004));
  caller_free(&caller);
}

/* ---- Proxies ---- */

static const char *proxy_url(const char *fault) {
  static char url[64];
  snprintf(url, sizeof url, "http://127.0.0.1:%d", fault_port(fault));
  return url;
}

static void loopback_is_not_sent_through_the_environments_proxy(void **state) {
  fault_server_reset();
  setenv("http_proxy", proxy_url("html_502"), 1);
  caller caller = caller_make(mode_of(state), fault_url("http", "healthy"), NULL);
  assert_success(make_call(&caller, LOG_IN, 0));
  assert_success(make_call(&caller, EXCHANGE, 0));
  caller_free(&caller);
  /* A proxy set by option is used. */
  caller = caller_make(mode_of(state), fault_url("http", "healthy"), OPTIONS("proxy", proxy_url("html_502")));
  failure failed = take_failure(make_call(&caller, LOG_IN, 0), __FILE__, __LINE__);
  assert_int_equal(failed.http_status, 502);
  caller_free(&caller);
  unsetenv("http_proxy");
  port_record record = fault_record("html_502", NULL);
  assert_int_equal(record.requests, 1);
  json_decref(record.whole);
}

static void option_wins_over_the_environment(void **state) {
  fault_server_reset();
  address_of_name = "127.0.0.1";
  const char *url = url_by_name("healthy");
  setenv("http_proxy", proxy_url("html_503"), 1);
  caller caller = caller_make(mode_of(state), url, OPTIONS("allow_http", "true", "proxy", "none"));
  assert_success(make_call(&caller, SUBMIT, 4000));
  caller_free(&caller);
  caller = caller_make(mode_of(state), url, OPTIONS("allow_http", "true"));
  failure failed = take_failure(make_call(&caller, SUBMIT, 4001), __FILE__, __LINE__);
  assert_int_equal(failed.http_status, 503);
  caller_free(&caller);
  setenv("no_proxy", "*", 1);
  caller = caller_make(mode_of(state), url, OPTIONS("allow_http", "true", "proxy", proxy_url("html_502")));
  failed = take_failure(make_call(&caller, SUBMIT, 4002), __FILE__, __LINE__);
  assert_int_equal(failed.http_status, 502);
  caller_free(&caller);
  unsetenv("http_proxy");
  unsetenv("no_proxy");
}

static void password_of_a_proxy_is_not_shown(void **state) {
  remember_secret("geheim");
  static const char *const proxies[] = {"http://alice:geheim@127.0.0.1:1", "http://alice:geheim@nowhere.invalid",
                                        "alice:geheim@127.0.0.1:1"};
  for (size_t i = 0; i < sizeof proxies / sizeof proxies[0]; i++) {
    caller caller = caller_make(mode_of(state), "https://peerid.invalid", OPTIONS("proxy", proxies[i]));
    assert_int_equal(take_failure(make_call(&caller, SUBMIT, 5000), __FILE__, __LINE__).outcome,
                     PEERID_OUTCOME_NOT_SENT);
    caller_free(&caller);
  }
  static const char *const unusable[] = {"ftp://alice:geheim@127.0.0.1:1", "http://alice:geheim@127.0.0.1:port",
                                         "alice:geheim@"};
  for (size_t i = 0; i < sizeof unusable / sizeof unusable[0]; i++) {
    setenv("https_proxy", unusable[i], 1);
    caller caller = caller_make(mode_of(state), "https://peerid.invalid", NULL);
    failure failed = take_failure(make_call(&caller, SUBMIT, 5000), __FILE__, __LINE__);
    assert_int_equal(failed.code, PEERID_CODE_CONFIGURATION);
    assert_int_equal(failed.outcome, PEERID_OUTCOME_NOT_SENT);
    caller_free(&caller);
  }
  unsetenv("https_proxy");
  /* A proxy that shows the request, with "alice:geheim" in Base64. */
  char proxy[96];
  snprintf(proxy, sizeof proxy, "http://alice:geheim@127.0.0.1:%d", fault_port("echoes_head_407"));
  for (int from_environment = 0; from_environment < 2; from_environment++) {
    if (from_environment) setenv("http_proxy", proxy, 1);
    caller caller = caller_make(mode_of(state), "http://peerid.invalid",
                                OPTIONS("allow_http", "true", "proxy", from_environment ? "" : proxy));
    failure failed = take_failure(make_call(&caller, SUBMIT, 5000), __FILE__, __LINE__);
    assert_int_equal(failed.http_status, 407);
    assert_contains(failed.message, "Basic YWxpY2U6***");
    caller_free(&caller);
  }
  unsetenv("http_proxy");
  check_log();
}

/* Passwords with bytes that are not ASCII, escaped or not, from the environment. */
static void password_beyond_ascii_is_not_shown(void **state) {
  remember_secret("geheim");
  static const char *const passwords[] = {"geheim\xff\xfe", "\xff\xfegeheim", "g\xc3\xa4h-geheim", "geheim%FF%0A%01",
                                          "%D0%BF%D0%B0%D1%80geheim"};
  static const char *const variables[] = {"http_proxy", "all_proxy", "ALL_PROXY"};
  for (size_t i = 0; i < sizeof passwords / sizeof passwords[0]; i++) {
    char proxy[128];
    snprintf(proxy, sizeof proxy, "http://alice:%s@127.0.0.1:%d", passwords[i], fault_port("echoes_password_407"));
    const char *variable = variables[i % 3];
    setenv(variable, proxy, 1);
    caller caller = caller_make(mode_of(state), "http://peerid.invalid", OPTIONS("allow_http", "true"));
    failure failed = take_failure(make_call(&caller, SUBMIT, 5000), __FILE__, __LINE__);
    caller_free(&caller);
    unsetenv(variable);
    /* libcurl refuses control characters, and says so without the address. */
    if (strstr(passwords[i], "%0A")) continue;
    assert_int_equal(failed.http_status, 407);
    int masks = 0;
    for (const char *mask = failed.message; (mask = strstr(mask, "***")); mask += 3) masks++;
    /* Parts of "geheim": plain, in hexadecimal digits, and in Base64 from each of its three places. */
    static const char *const parts[] = {"ehei", "65 68 65", "Z2VoZW", "dlaGVp", "nZWhla"};
    for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++) {
      if (masks < 4 || strstr(failed.message, parts[k])) fail_msg("row %zu: '%s'", i, failed.message);
    }
  }
  check_log();
}

/* ---- Configuration that cannot work ---- */

static void refuse_option(const char *name, const char *value) {
  peerid_config *config = NULL;
  peerid_client *client = NULL;
  assert_success(peerid_config_create("https://peerid.invalid", "4", "secret", &config));
  peerid_error *error = peerid_config_set(config, name, value);
  if (!error) error = peerid_client_create(config, &client);
  assert_failure(error, CONFIGURATION, NOT_SENT, name);
  assert_null(client);
  peerid_config_free(config);
}

static void unusable_options_are_refused_at_creation(void **state) {
  (void)state;
  remember_secret("geheim");
  refuse_option("proxy", "ftp://alice:geheim@127.0.0.1:1");
  refuse_option("proxy", "http://alice:geheim@127.0.0.1:99999");
  refuse_option("ca_file", "/nonexistent/ca.pem");
  refuse_option("ca_file", "/tmp");
  refuse_option("ca_file", "/dev/null");
  refuse_option("ca_file", "Tests/Faults/networks.c");
  refuse_option("ca_file", "build/tests/tls/ca.key");
  char path[] = "/tmp/peerid-ca-XXXXXX";
  int file = mkstemp(path);
  static const char cut[] = "-----BEGIN CERTIFICATE-----\nMIIBhTCCASugAwIBAgI\n-----END CERTIFICATE-----\n";
  assert_int_equal(write(file, cut, sizeof cut - 1), (ssize_t)(sizeof cut - 1));
  close(file);
  refuse_option("ca_file", path);
  unlink(path);
}

/* ---- Certificates ---- */

typedef struct trust {
  const char *names[3]; /* of variables */
  const char *values[3];
  const char *ca_file;
  const char *server;
  bool is_trusted;
} trust;

#define CA "build/tests/tls/ca.pem"
#define OTHER_CA "build/tests/tls/other-ca.pem"

static const trust trusts[] = {
    /* A system with a bundle only, as in small container images: the option adds to it. */
    {{"SSL_CERT_DIR", "SSL_CERT_FILE"}, {"/nonexistent", CA}, OTHER_CA, "right", true},
    {{"SSL_CERT_DIR", "SSL_CERT_FILE"}, {"/nonexistent", CA}, OTHER_CA, "unknown-ca", true},
    {{"SSL_CERT_DIR", "SSL_CERT_FILE"}, {"/nonexistent", OTHER_CA}, OTHER_CA, "right", false},
    {{"SSL_CERT_DIR", "SSL_CERT_FILE"}, {"/nonexistent", CA}, NULL, "right", true},
    /* Read as the curl command reads them. */
    {{"SSL_CERT_FILE"}, {CA}, NULL, "right", true},
    {{"CURL_CA_BUNDLE"}, {CA}, NULL, "right", true},
    {{"CURL_CA_BUNDLE", "SSL_CERT_FILE"}, {OTHER_CA, CA}, NULL, "right", false},
    {{"SSL_CERT_DIR"}, {"build/tests/tls/hashed"}, NULL, "right", true},
    {{NULL}, {NULL}, CA, "right", true},
    {{NULL}, {NULL}, NULL, "right", false},
};

static void certificates_are_found_as_curl_finds_them(void **state) {
  for (size_t i = 0; i < sizeof trusts / sizeof trusts[0]; i++) {
    const trust *trust = &trusts[i];
    for (int k = 0; trust->names[k]; k++) setenv(trust->names[k], trust->values[k], 1);
    caller caller = caller_make(mode_of(state), nginx_url(trust->server),
                                trust->ca_file ? OPTIONS("ca_file", trust->ca_file) : NULL);
    failure failed = take_failure(make_call(&caller, SUBMIT, 6000), __FILE__, __LINE__);
    caller_free(&caller);
    for (int k = 0; trust->names[k]; k++) unsetenv(trust->names[k]);
    if ((failed.code == 0) != trust->is_trusted || (failed.code != 0 && failed.code != PEERID_CODE_TLS)) {
      fail_msg("row %zu: code %d, '%s'", i, failed.code, failed.message);
    }
  }
}

int main(void) {
  sem_init(&look_up_began, 0, 0);
  sem_init(&look_up_may_end, 0, 0);
  fault_server_start(NULL, NULL);
  nginx_start("build/tests/tls");
  if (system("mkdir -p build/tests/tls/hashed && cp build/tests/tls/ca.pem build/tests/tls/hashed/ && "
             "openssl rehash build/tests/tls/hashed") != 0) {
    return EXIT_FAILURE;
  }
#define BOTH(test)                                                                      \
  {#test, test, NULL, NULL, (void *)(uintptr_t)&modes[BLOCKING]}, {                    \
    #test " (asynchronous)", test, NULL, NULL, (void *)(uintptr_t)&modes[ASYNCHRONOUS] \
  }
  const struct CMUnitTest tests[] = {
      BOTH(moved_name_is_looked_up_again),
      BOTH(no_descriptor_is_inherited),
      BOTH(client_recovers_when_descriptors_ran_out),
      BOTH(loopback_is_not_sent_through_the_environments_proxy),
      BOTH(option_wins_over_the_environment),
      BOTH(password_of_a_proxy_is_not_shown),
      BOTH(password_beyond_ascii_is_not_shown),
      BOTH(certificates_are_found_as_curl_finds_them),
      {"unusable_options_are_refused_at_creation", unusable_options_are_refused_at_creation, NULL, NULL, NULL},
  };
  int failures = run_group("networks", tests, NULL, NULL);
  nginx_stop();
  fault_server_stop();
  return failures;
}
