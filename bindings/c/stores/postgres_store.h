/* A store of sessions in a PostgreSQL database, for all machines that reach it. Needs libpq.
 *
 * Part of the examples of libpeerid: take the two files into your program and change them as you like. */
#ifndef POSTGRES_STORE_H
#define POSTGRES_STORE_H

#include <peerid.h>

/* Makes the table `peerid_sessions` if it does not exist. Every program may do it at its start, also many at a time.
 * Returns false and writes the reason into `message` (of `size` bytes) when it fails. */
bool postgres_store_create_table(const char *connection, char *message, size_t size);

/* Makes a store. `connection` is a connection string or URL as libpq takes them; it is copied. Nothing is asked of the
 * database yet. The store is to be freed with `peerid_store_free`. */
PEERID_MUST_CHECK peerid_error *postgres_store_create(const char *connection, peerid_store **out_store);

#endif
