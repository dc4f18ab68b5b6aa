/* A store of sessions in Redis, for all machines that reach it. Needs hiredis.
 *
 * Part of the examples of libpeerid: take the two files into your program and change them as you like. */
#ifndef REDIS_STORE_H
#define REDIS_STORE_H

#include <peerid.h>

/* Makes a store. `host` and `password` are copied; `password` may be NULL. Nothing is asked of the server yet. The
 * store is to be freed with `peerid_store_free`. */
PEERID_MUST_CHECK peerid_error *redis_store_create(const char *host, int port, const char *password,
                                                   peerid_store **out_store);

#endif
