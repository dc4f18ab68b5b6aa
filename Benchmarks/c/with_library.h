/* Shared by the contenders that use libpeerid: a client, and sessions with tokens that are valid for years. */
#ifndef WITH_LIBRARY_H
#define WITH_LIBRARY_H

#include <peerid.h>

#include "contender.h"

/* Ends the program if there is an error. */
static inline void check(const char *doing, peerid_error *error) {
  if (error) die(doing, peerid_error_message(error));
}

static inline peerid_client *make_client(const struct settings *s, const char *option, const char *value) {
  peerid_config *config = NULL;
  peerid_client *client = NULL;
  check("config", peerid_config_create(s->url, CLIENT_ID, "secret", &config));
  check("http_version", peerid_config_set(config, "http_version", s->http2 ? "2" : "1.1"));
  if (s->ca) check("ca_file", peerid_config_set(config, "ca_file", s->ca));
  if (s->unchecked) check("validate", peerid_config_set(config, "validate", "off"));
  if (s->settleable) check("settleable", peerid_config_set(config, "settleable", "true"));
  if (option) check(option, peerid_config_set(config, option, value));
  check("client", peerid_client_create(config, &client));
  peerid_config_free(config);
  return client;
}

/* A token object in the server's form, with the scope of an application of 26 operations. */
static inline peerid_session *make_session(peerid_client *client, long number) {
  char access[TOKEN_LENGTH + 1], refresh[TOKEN_LENGTH + 1], json[1024];
  make_token(access, 'a', number);
  make_token(refresh, 'r', number);
  int length = snprintf(json, sizeof json,
                        "{\"id\":1,\"token\":\"%s\",\"refresh_token\":\"%s\",\"scope\":[0,1,2,3,4,5,6,7,8,10,11,12,13,"
                        "14,15,16,17,18,19,22,23,25,26,27,29,30],\"expires\":\"2099-01-01T00:00:00.000Z\","
                        "\"app_id\":4,\"user_id\":%ld}",
                        access, refresh, number + 1);
  peerid_session *session = NULL;
  check("session", peerid_client_restore(client, json, (size_t)length, NULL, &session));
  return session;
}

#endif
