/* A session store in a PostgreSQL database, which several machines can share. Needs libpq.
 *
 * An example of libpeerid: copy the two files into your program and change them as you like. */
#ifndef POSTGRES_STORE_H
#define POSTGRES_STORE_H

#include <peerid.h>

/* Creates the table `peerid_sessions` if it does not exist. Any number of programs can call this at their start. If it
 * fails, returns false and writes the reason to `message`, a buffer of `size` bytes. */
bool postgres_store_create_table(const char *connection, char *message, size_t size);

/* Creates a store. `connection` is a connection string or URI of libpq; it is copied. Does not connect yet. Free the
 * store with `peerid_store_free`. */
PEERID_MUST_CHECK peerid_error *postgres_store_create(const char *connection, peerid_store **out_store);

#endif
