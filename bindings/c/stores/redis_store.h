/* A session store in Redis, which several machines can share. Needs hiredis.
 *
 * An example of libpeerid: copy the two files into your program and change them as you like. */
#ifndef REDIS_STORE_H
#define REDIS_STORE_H

#include <peerid.h>

/* Creates a store. `host` and `password` are copied; `password` may be NULL. Does not connect yet. Free the store with
 * `peerid_store_free`. */
PEERID_MUST_CHECK peerid_error *redis_store_create(const char *host, int port, const char *password,
                                                   peerid_store **out_store);

#endif
