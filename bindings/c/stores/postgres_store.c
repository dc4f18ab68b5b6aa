#include "postgres_store.h"

#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The timeout of statements for which the library gives none, in milliseconds. */
enum { PATIENCE = 10000 };

/* One connection, which belongs to one thread at a time. */
typedef struct wire {
  PGconn *connection;
  struct wire *next;
  struct wire *next_of_all;
  /* The process that opened the connection: its number of forks from the first one. */
  int process;
} wire;

typedef struct {
  char *address;
  wire *idle;
  /* Whether a lock was lost, because a pooler has moved connections between database sessions. */
  atomic_bool has_lost_lock;
} pool;

/* ---- The statements ---- */

/* The primary key is the SHA-256 of the key, because an index allows 2,700 bytes and a key can have 4,096. */
#define ID "sha256(convert_to($1, 'UTF8'))"
/* The number of a key's advisory lock: the first 8 bytes of the SHA-256 of table, NUL and key. */
#define LOCK_ID \
  "('x' || encode(substring(sha256('peerid_sessions\\000'::bytea || convert_to($1, 'UTF8')) for 8), 'hex'))" \
  "::bit(64)::bigint"

static const char create_statement[] =
    "CREATE TABLE IF NOT EXISTS peerid_sessions (id bytea PRIMARY KEY, key text NOT NULL, data bytea NOT NULL, "
    "generation bigint NOT NULL, saved_at timestamptz NOT NULL DEFAULT now())";
/* Waits for the lock. Without waiting, the result is NULL if the database is read-only, and true if the database session
 * already has the lock. */
static const char lock_statement[] =
    "SELECT (CASE WHEN current_setting('transaction_read_only') = 'on' THEN NULL "
    "WHEN EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND objsubid = 1 "
    "AND classid::bigint << 32 | objid::bigint = " LOCK_ID ") "
    "THEN true ELSE pg_advisory_lock(" LOCK_ID ") IS NULL END)::text";
static const char unlock_statement[] = "SELECT pg_advisory_unlock(" LOCK_ID ")::text";
/* Changes nothing, but fails if the session could not be saved. */
static const char reserve_statement[] =
    "WITH new AS (INSERT INTO peerid_sessions (id, key, data, generation) SELECT id, key, data, generation FROM "
    "peerid_sessions WHERE false) UPDATE peerid_sessions SET generation = generation WHERE id = " ID;
static const char load_statement[] = "SELECT data, generation::text FROM peerid_sessions WHERE id = " ID;
static const char insert_statement[] =
    "INSERT INTO peerid_sessions (id, key, data, generation) VALUES (" ID ", $1, $2, $3::bigint) "
    "ON CONFLICT (id) DO NOTHING";
static const char update_statement[] =
    "UPDATE peerid_sessions SET data = $2, generation = $3::bigint, saved_at = now() "
    "WHERE id = " ID " AND generation = $4::bigint";
static const char remove_statement[] = "DELETE FROM peerid_sessions WHERE id = " ID;
static const char list_statement[] = "SELECT key FROM peerid_sessions ORDER BY key";

/* ---- Fork ---- */

/* Guards the idle connections and the list of all connections. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static wire *all;
/* Grows with each fork. A process id would not do: in a namespace of its own, a child may have that of its parent. */
static int this_process;

/* A child of fork must not use its parent's connections. It closes its copies at once: later their numbers may belong to
 * files of the program. The memory of the connections is not freed, because that could end them for the parent. */
static void before_fork(void) { pthread_mutex_lock(&mutex); }

static void after_fork(void) { pthread_mutex_unlock(&mutex); }

static void after_fork_in_child(void) {
  for (wire *each = all; each; each = each->next_of_all) close(PQsocket(each->connection));
  all = NULL;
  this_process++;
  pthread_mutex_unlock(&mutex);
}

static void watch_forks(void) { pthread_atfork(before_fork, after_fork, after_fork_in_child); }

static bool is_of_parent(const wire *wire) { return wire->process != this_process; }

static void forget_parents(pool *pool) {
  if (pool->idle && is_of_parent(pool->idle)) pool->idle = NULL;
}

static void add_to_all(wire *wire) {
  pthread_mutex_lock(&mutex);
  wire->next_of_all = all;
  all = wire;
  pthread_mutex_unlock(&mutex);
}

static void remove_from_all(const wire *wire) {
  pthread_mutex_lock(&mutex);
  struct wire **place = &all;
  while (*place && *place != wire) place = &(*place)->next_of_all;
  if (*place) *place = wire->next_of_all;
  pthread_mutex_unlock(&mutex);
}

/* ---- Connections ---- */

static int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void close_wire(wire *wire) {
  if (is_of_parent(wire)) return;
  remove_from_all(wire);
  PQfinish(wire->connection);
  free(wire);
}

static wire *take_idle(pool *pool) {
  pthread_mutex_lock(&mutex);
  forget_parents(pool);
  wire *taken = pool->idle;
  if (taken) pool->idle = taken->next;
  pthread_mutex_unlock(&mutex);
  return taken;
}

static void put_back(pool *pool, wire *wire) {
  if (is_of_parent(wire) || PQstatus(wire->connection) != CONNECTION_OK ||
      PQtransactionStatus(wire->connection) != PQTRANS_IDLE) {
    close_wire(wire);
    return;
  }
  pthread_mutex_lock(&mutex);
  forget_parents(pool);
  wire->next = pool->idle;
  pool->idle = wire;
  pthread_mutex_unlock(&mutex);
}

/* Do not print the server's notices on standard error. */
static void ignore_notice(void *context, const char *message) {
  (void)context;
  (void)message;
}

/* The connection string overrides the keywords before `dbname`, but not those after it. */
static wire *connect_new(const pool *pool) {
  static const char *const keywords[] = {"connect_timeout", "fallback_application_name", "dbname", "client_encoding",
                                         NULL};
  const char *values[] = {"10", "libpeerid", pool->address, "UTF8", NULL};
  wire *made = calloc(1, sizeof *made);
  if (!made) return NULL;
  made->process = this_process;
  made->connection = PQconnectdbParams(keywords, values, 1);
  add_to_all(made);
  PQsetNoticeProcessor(made->connection, ignore_notice, NULL);
  return made;
}

/* ---- Statements ---- */

typedef struct {
  int count;
  const char *values[4];
  int lengths[4];
  /* 1 for bytes, 0 for text. */
  int formats[4];
} parameters;

/* Waits until the connection is readable, a second has passed, or a signal has arrived. Returns false after the deadline
 * or an error; otherwise the caller looks whether the answer is there, and waits again. */
static bool await(PGconn *connection, int64_t deadline) {
  int64_t left = deadline - now_ms();
  struct pollfd watched = {.fd = PQsocket(connection), .events = POLLIN};
  return left > 0 && (poll(&watched, 1, left > 1000 ? 1000 : (int)left) >= 0 || errno == EINTR);
}

/* Executes a statement. Returns NULL if it fails; then the connection contains the error, except after a timeout. After
 * a timeout the connection cannot be used any more. */
static PGresult *execute(wire *wire, const char *statement, const parameters *given, int64_t timeout_ms) {
  static const parameters none;
  if (is_of_parent(wire)) return NULL;
  if (!given) given = &none;
  PGconn *connection = wire->connection;
  int64_t deadline = now_ms() + timeout_ms;
  if (!PQsendQueryParams(connection, statement, given->count, NULL, given->values, given->lengths, given->formats, 1)) {
    return NULL;
  }
  PGresult *result = NULL;
  for (;;) {
    while (PQisBusy(connection)) {
      if (!await(connection, deadline)) {
        PQclear(result);
        return NULL;
      }
      if (!PQconsumeInput(connection)) break;
    }
    PGresult *next = PQgetResult(connection);
    if (!next) break;
    PQclear(result);
    result = next;
  }
  ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) return result;
  PQclear(result);
  return NULL;
}

/* Executes the first statement on a connection, which is then in `*out_wire`. An idle connection may have broken since
 * its last use, so a statement that is safe to repeat is repeated on a new connection. */
static PGresult *begin(pool *pool, const char *statement, const parameters *given, int64_t timeout_ms,
                       wire **out_wire) {
  int64_t deadline = now_ms() + timeout_ms;
  for (;;) {
    wire *wire = take_idle(pool);
    bool is_new = !wire;
    if (is_new) wire = connect_new(pool);
    *out_wire = wire;
    if (!wire || PQstatus(wire->connection) != CONNECTION_OK) return NULL;
    PGresult *result = execute(wire, statement, given, deadline - now_ms());
    if (result || is_new || PQstatus(wire->connection) == CONNECTION_OK) return result;
    close_wire(wire);
  }
}

static const char *problem(const wire *wire) {
  const char *reason = !wire ? "" : PQerrorMessage(wire->connection);
  return *reason ? reason : "the database did not answer in time";
}

static int32_t fail(peerid_store_reply *reply, const wire *wire) {
  peerid_store_reply_set_error(reply, problem(wire));
  return PEERID_STORE_RESULT_FAILED;
}

static int32_t fail_and_close(peerid_store_reply *reply, wire *wire, const char *reason) {
  peerid_store_reply_set_error(reply, reason);
  if (wire) close_wire(wire);
  return PEERID_STORE_RESULT_FAILED;
}

static const char lost_lock[] =
    "a session lock was lost, because a pooler before PostgreSQL changes the database session between transactions: "
    "set it to session pooling (pgbouncer: pool_mode = session)";
static const char read_only[] =
    "the database is read-only, so it cannot save new tokens: connect to the primary server "
    "(target_session_attrs=read-write)";

static bool is_true(const PGresult *result) { return strcmp(PQgetvalue(result, 0, 0), "true") == 0; }

static parameters key_alone(const char *key) { return (parameters){.count = 1, .values = {key}}; }

/* ---- The callbacks ---- */

/* Waits for the lock, on a connection that stays reserved until the key is unlocked. If the holder dies, the connection
 * ends and the database releases the lock. */
static int32_t lock_key(void *context, const char *key, int64_t timeout_ms, peerid_store_reply *reply) {
  if (((pool *)context)->has_lost_lock) return fail_and_close(reply, NULL, lost_lock);
  parameters given = key_alone(key);
  wire *wire;
  PGresult *result = begin(context, lock_statement, &given, timeout_ms, &wire);
  /* The database may still take the lock, so the connection must be closed. */
  if (!result) return fail_and_close(reply, wire, problem(wire));
  bool is_read_only = PQgetisnull(result, 0, 0), had_lock = is_true(result);
  PQclear(result);
  if (is_read_only) return fail_and_close(reply, wire, read_only);
  if (had_lock) {
    /* A pooler uses one database session for two connections, which would both have the lock. */
    ((pool *)context)->has_lost_lock = true;
    return fail_and_close(reply, wire, lost_lock);
  }
  /* A missing privilege or a full disk must be noticed before new tokens are requested. */
  result = execute(wire, reserve_statement, &given, PATIENCE);
  if (!result) return fail_and_close(reply, wire, problem(wire));
  PQclear(result);
  peerid_store_reply_set_lock(reply, wire);
  return PEERID_STORE_RESULT_OK;
}

static void unlock_key(void *context, const char *key, void *lock) {
  parameters given = key_alone(key);
  wire *wire = lock;
  PGresult *result = execute(wire, unlock_statement, &given, PATIENCE);
  bool unlocked = result && is_true(result);
  /* The connection works, but its database session does not have the lock. */
  if (result && !unlocked) ((pool *)context)->has_lost_lock = true;
  PQclear(result);
  if (unlocked) {
    put_back(context, wire);
  } else {
    close_wire(wire);
  }
}

static int32_t load(void *context, const char *key, void *lock, peerid_store_reply *reply) {
  parameters given = key_alone(key);
  wire *wire = lock;
  PGresult *result = lock ? execute(wire, load_statement, &given, PATIENCE)
                          : begin(context, load_statement, &given, PATIENCE, &wire);
  int32_t answer = PEERID_STORE_RESULT_OK;
  if (!result) {
    answer = fail(reply, wire);
  } else if (PQntuples(result) == 1) {
    peerid_store_reply_set_session(reply, PQgetvalue(result, 0, 0), (size_t)PQgetlength(result, 0, 0),
                               strtoull(PQgetvalue(result, 0, 1), NULL, 10));
  }
  PQclear(result);
  if (!lock && wire) put_back(context, wire);
  return answer;
}

/* Compare and set, on the connection that holds the lock: if the lock is lost, the connection is lost too. */
static int32_t save(void *context, const char *key, const char *data, size_t length, uint64_t generation,
                    uint64_t expected, void *lock, peerid_store_reply *reply) {
  (void)context;
  char new_number[24], old_number[24];
  snprintf(new_number, sizeof new_number, "%llu", (unsigned long long)generation);
  snprintf(old_number, sizeof old_number, "%llu", (unsigned long long)expected);
  parameters given = {.count = expected ? 4 : 3,
                      .values = {key, data, new_number, old_number},
                      .lengths = {0, (int)length, 0, 0},
                      .formats = {0, 1, 0, 0}};
  PGresult *result = execute(lock, expected ? update_statement : insert_statement, &given, PATIENCE);
  if (!result) return fail(reply, lock);
  bool written = strcmp(PQcmdTuples(result), "1") == 0;
  PQclear(result);
  return written ? PEERID_STORE_RESULT_OK : PEERID_STORE_RESULT_CONFLICT;
}

static int32_t remove_key(void *context, const char *key, void *lock, peerid_store_reply *reply) {
  (void)context;
  parameters given = key_alone(key);
  PGresult *result = execute(lock, remove_statement, &given, PATIENCE);
  if (!result) return fail(reply, lock);
  PQclear(result);
  return PEERID_STORE_RESULT_OK;
}

static int32_t list(void *context, peerid_store_reply *reply) {
  wire *wire;
  PGresult *result = begin(context, list_statement, NULL, PATIENCE, &wire);
  int32_t answer = result ? PEERID_STORE_RESULT_OK : fail(reply, wire);
  for (int i = 0; result && i < PQntuples(result); i++) peerid_store_reply_add_key(reply, PQgetvalue(result, i, 0));
  PQclear(result);
  if (wire) put_back(context, wire);
  return answer;
}

static void release(void *context) {
  pool *pool = context;
  forget_parents(pool);
  while (pool->idle) {
    wire *wire = pool->idle;
    pool->idle = wire->next;
    close_wire(wire);
  }
  free(pool->address);
  free(pool);
}

/* ---- The interface ---- */

peerid_error *postgres_store_create(const char *connection, peerid_store **out_store) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, watch_forks);
  pool *made = calloc(1, sizeof *made);
  if (made) made->address = strdup(connection);
  if (!made || !made->address) abort();
  peerid_error *error =
      peerid_store_create_custom(
          &(peerid_store_callbacks){.size = sizeof(peerid_store_callbacks), .load = load, .save = save, .remove = remove_key, .lock = lock_key, .unlock = unlock_key, .list = list, .release = release, .context = made}, out_store);
  if (error) release(made);
  return error;
}

bool postgres_store_create_table(const char *connection, char *message, size_t size) {
  pool pool = {.address = (char *)connection};
  wire *wire = connect_new(&pool);
  /* PostgreSQL can fail if two clients create a table at the same time, even with "if not exists". The lock prevents
   * that, and ends with the connection. */
  parameters given = key_alone("");
  PGresult *locked = wire ? execute(wire, lock_statement, &given, PATIENCE) : NULL;
  PGresult *made = locked ? execute(wire, create_statement, NULL, PATIENCE) : NULL;
  bool succeeded = made != NULL;
  if (!succeeded) snprintf(message, size, "%s", wire ? PQerrorMessage(wire->connection) : "memory ran out");
  PQclear(locked);
  PQclear(made);
  if (wire) close_wire(wire);
  return succeeded;
}
