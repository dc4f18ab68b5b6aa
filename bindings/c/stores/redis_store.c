#include "redis_store.h"

#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

/* The timeout for connecting and for each command. */
static const struct timeval patience = {.tv_sec = 5};
/* Added to the duration of a lease, for loading and saving, in milliseconds. */
enum { LEASE_MARGIN = 15000 };
/* The pause between attempts to get a lease, in milliseconds. */
enum { SHORTEST_PAUSE = 5, LONGEST_PAUSE = 40 };

/* One connection, which belongs to one thread at a time. */
typedef struct wire {
  redisContext *connection;
  struct wire *next;
  struct wire *next_of_all;
  /* The process that opened the connection: its number of forks from the first one. */
  int process;
} wire;

typedef struct {
  char *host;
  int port;
  char *password;
  wire *idle;
} pool;

/* A lock: a random number identifies its holder. */
typedef struct {
  char owner[33];
} lease;

/* ---- The scripts, which Redis executes atomically ---- */

/* Takes the lease, or renews it if an earlier answer was lost. 1: it is held. */
static const char lock_script[] =
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end "
    "return redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) and 1 or 0";
/* Releases the lease if it is still held. */
static const char unlock_script[] =
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";
/* -1: the lease is lost; 0: the stored generation differs; 1: saved. */
static const char save_script[] =
    "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end "
    "if (redis.call('HGET', KEYS[2], 'generation') or '0') ~= ARGV[2] then return 0 end "
    "redis.call('HSET', KEYS[2], 'generation', ARGV[3], 'data', ARGV[4]) "
    "redis.call('SADD', KEYS[3], ARGV[5]) return 1";
static const char remove_script[] =
    "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end "
    "redis.call('DEL', KEYS[2]) redis.call('SREM', KEYS[3], ARGV[2]) return 1";

/* The lease of a key, its session, and the set of all keys. */
#define LEASE "peerid:lock:%s"
#define SESSION "peerid:session:%s"
#define KEYS "peerid:keys"
/* A key of the library has at most 4,096 bytes. */
enum { NAME_SIZE = 4096 + sizeof SESSION };

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
  for (wire *each = all; each; each = each->next_of_all) close(each->connection->fd);
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
  if (wire->connection) redisFree(wire->connection);
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
  if (!wire->connection || wire->connection->err) {
    close_wire(wire);
    return;
  }
  pthread_mutex_lock(&mutex);
  forget_parents(pool);
  wire->next = pool->idle;
  pool->idle = wire;
  pthread_mutex_unlock(&mutex);
}

static wire *connect_new(const pool *pool) {
  wire *made = calloc(1, sizeof *made);
  if (!made) return NULL;
  made->process = this_process;
  made->connection = redisConnectWithTimeout(pool->host, pool->port, patience);
  if (!made->connection || made->connection->err) return made;
  add_to_all(made);
  /* Programs that the process starts must not inherit the connection; libpq does this itself. */
  fcntl(made->connection->fd, F_SETFD, FD_CLOEXEC);
  redisSetTimeout(made->connection, patience);
  if (pool->password) {
    redisReply *reply = redisCommand(made->connection, "AUTH %s", pool->password);
    if (reply) freeReplyObject(reply);
  }
  return made;
}

/* ---- Commands ---- */

/* hiredis writes to connections that the server has closed, which would end a program that does not ignore SIGPIPE. */
static redisReply *ask(wire *wire, int count, const char **words, const size_t *lengths) {
  sigset_t pipe, before, pending;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  sigpending(&pending);
  pthread_sigmask(SIG_BLOCK, &pipe, &before);
  redisReply *answer = redisCommandArgv(wire->connection, count, words, lengths);
  if (!answer && !sigismember(&pending, SIGPIPE)) sigtimedwait(&pipe, NULL, &(struct timespec){0});
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return answer;
}

/* Executes a command. An idle connection may have broken since its last use, and all commands are safe to repeat, so a
 * command that fails on an old connection is repeated on a new one. Returns NULL on failure, with the error in the
 * reply, if there is one. */
static redisReply *command(pool *pool, peerid_store_reply *reply, int type, int count, const char **words,
                           const size_t *lengths) {
  for (;;) {
    wire *wire = take_idle(pool);
    bool is_new = !wire;
    if (is_new) wire = connect_new(pool);
    bool usable = wire && wire->connection && !wire->connection->err;
    redisReply *answer = usable ? ask(wire, count, words, lengths) : NULL;
    if (answer && (answer->type == type || answer->type == REDIS_REPLY_NIL)) {
      put_back(pool, wire);
      return answer;
    }
    if (reply) {
      const char *reason = answer && answer->type == REDIS_REPLY_ERROR ? answer->str
                           : wire && wire->connection && wire->connection->err ? wire->connection->errstr
                                                                               : "the connection to the server failed";
      peerid_store_reply_set_error(reply, reason);
    }
    bool again = !answer && !is_new;
    if (answer) freeReplyObject(answer);
    if (wire) close_wire(wire);
    if (!again) return NULL;
  }
}

/* Runs a script with the names of a key. Returns its result; INT64_MIN if it failed. */
static int64_t run_script(pool *pool, peerid_store_reply *reply, const char *script, const char *key, int count,
                          const char *const arguments[], const size_t argument_lengths[]) {
  char lease_name[NAME_SIZE], session_name[NAME_SIZE];
  snprintf(lease_name, sizeof lease_name, LEASE, key);
  snprintf(session_name, sizeof session_name, SESSION, key);
  const char *words[16] = {"EVAL", script, "3", lease_name, session_name, KEYS};
  size_t lengths[16];
  for (int i = 0; i < 6; i++) lengths[i] = strlen(words[i]);
  for (int i = 0; i < count; i++) {
    words[6 + i] = arguments[i];
    lengths[6 + i] = argument_lengths ? argument_lengths[i] : strlen(arguments[i]);
  }
  redisReply *answer = command(pool, reply, REDIS_REPLY_INTEGER, 6 + count, words, lengths);
  int64_t result = answer && answer->type == REDIS_REPLY_INTEGER ? answer->integer : INT64_MIN;
  if (answer) freeReplyObject(answer);
  return result;
}

static int32_t lease_is_lost(peerid_store_reply *reply) {
  peerid_store_reply_set_error(reply, "the lock was lost: its lease expired or was removed");
  return PEERID_STORE_RESULT_FAILED;
}

/* ---- The callbacks ---- */

static bool make_owner(lease *lease) {
  unsigned char chance[16];
  if (getrandom(chance, sizeof chance, 0) != sizeof chance) return false;
  for (size_t i = 0; i < sizeof chance; i++) snprintf(lease->owner + 2 * i, 3, "%02x", chance[i]);
  return true;
}

static void pause_a_little(const lease *lease, int try) {
  int pause = SHORTEST_PAUSE << (try < 3 ? try : 3);
  /* A random part, so that the clients that wait for a lease do not all try at the same time. */
  pause += lease->owner[try % 32] % SHORTEST_PAUSE;
  if (pause > LONGEST_PAUSE) pause = LONGEST_PAUSE;
  nanosleep(&(struct timespec){.tv_nsec = pause * 1000000L}, NULL);
}

/* The lease must last longer than its holder needs: a refresh, and a login after a failed refresh, can each take as
 * long as the wait. If the holder dies, the others wait until the lease expires. */
static int32_t lock_key(void *context, const char *key, int64_t timeout_ms, peerid_store_reply *reply) {
  lease *made = calloc(1, sizeof *made);
  if (!made || !make_owner(made)) {
    free(made);
    peerid_store_reply_set_error(reply, "no random number for the lock");
    return PEERID_STORE_RESULT_FAILED;
  }
  char length[24];
  snprintf(length, sizeof length, "%lld", 2 * (long long)timeout_ms + LEASE_MARGIN);
  const char *arguments[] = {made->owner, length};
  int64_t deadline = now_ms() + timeout_ms;
  for (int try = 0;; try++) {
    int64_t result = run_script(context, reply, lock_script, key, 2, arguments, NULL);
    if (result == 1) break;
    bool failed = result == INT64_MIN;
    if (failed || now_ms() >= deadline) {
      if (failed) {
        /* The lease may have been taken, and only the answer lost. */
        run_script(context, NULL, unlock_script, key, 1, arguments, NULL);
      } else {
        peerid_store_reply_set_error(reply, "timed out: another process held the lock");
      }
      free(made);
      return PEERID_STORE_RESULT_FAILED;
    }
    pause_a_little(made, try);
  }
  peerid_store_reply_set_lock(reply, made);
  return PEERID_STORE_RESULT_OK;
}

static void unlock_key(void *context, const char *key, void *lock) {
  lease *held = lock;
  const char *arguments[] = {held->owner};
  run_script(context, NULL, unlock_script, key, 1, arguments, NULL);
  free(held);
}

static int32_t load(void *context, const char *key, void *lock, peerid_store_reply *reply) {
  (void)lock;
  char name[NAME_SIZE];
  snprintf(name, sizeof name, SESSION, key);
  const char *words[] = {"HMGET", name, "generation", "data"};
  size_t lengths[] = {5, strlen(name), 10, 4};
  redisReply *answer = command(context, reply, REDIS_REPLY_ARRAY, 4, words, lengths);
  if (!answer) return PEERID_STORE_RESULT_FAILED;
  if (answer->elements == 2 && answer->element[0]->type == REDIS_REPLY_STRING &&
      answer->element[1]->type == REDIS_REPLY_STRING) {
    peerid_store_reply_set_session(reply, answer->element[1]->str, answer->element[1]->len,
                               strtoull(answer->element[0]->str, NULL, 10));
  }
  freeReplyObject(answer);
  return PEERID_STORE_RESULT_OK;
}

static int32_t save(void *context, const char *key, const char *data, size_t length, uint64_t generation,
                    uint64_t expected, void *lock, peerid_store_reply *reply) {
  const lease *held = lock;
  char new_number[24], old_number[24];
  snprintf(new_number, sizeof new_number, "%llu", (unsigned long long)generation);
  snprintf(old_number, sizeof old_number, "%llu", (unsigned long long)expected);
  const char *arguments[] = {held->owner, old_number, new_number, data, key};
  size_t lengths[] = {strlen(held->owner), strlen(old_number), strlen(new_number), length, strlen(key)};
  switch (run_script(context, reply, save_script, key, 5, arguments, lengths)) {
    case 1: return PEERID_STORE_RESULT_OK;
    case 0: return PEERID_STORE_RESULT_CONFLICT;
    case -1: return lease_is_lost(reply);
    default: return PEERID_STORE_RESULT_FAILED;
  }
}

static int32_t remove_key(void *context, const char *key, void *lock, peerid_store_reply *reply) {
  const lease *held = lock;
  const char *arguments[] = {held->owner, key};
  switch (run_script(context, reply, remove_script, key, 2, arguments, NULL)) {
    case 1: return PEERID_STORE_RESULT_OK;
    case -1: return lease_is_lost(reply);
    default: return PEERID_STORE_RESULT_FAILED;
  }
}

static int32_t list(void *context, peerid_store_reply *reply) {
  const char *words[] = {"SMEMBERS", KEYS};
  size_t lengths[] = {8, sizeof KEYS - 1};
  redisReply *answer = command(context, reply, REDIS_REPLY_ARRAY, 2, words, lengths);
  if (!answer) return PEERID_STORE_RESULT_FAILED;
  for (size_t i = 0; i < answer->elements; i++) peerid_store_reply_add_key(reply, answer->element[i]->str);
  freeReplyObject(answer);
  return PEERID_STORE_RESULT_OK;
}

static void release(void *context) {
  pool *pool = context;
  forget_parents(pool);
  while (pool->idle) {
    wire *wire = pool->idle;
    pool->idle = wire->next;
    close_wire(wire);
  }
  free(pool->host);
  free(pool->password);
  free(pool);
}

/* ---- The interface ---- */

peerid_error *redis_store_create(const char *host, int port, const char *password, peerid_store **out_store) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, watch_forks);
  pool *made = calloc(1, sizeof *made);
  if (!made) abort();
  made->host = strdup(host);
  made->password = password ? strdup(password) : NULL;
  made->port = port;
  if (!made->host || (password && !made->password)) abort();
  peerid_error *error =
      peerid_store_create_custom(
          &(peerid_store_callbacks){.size = sizeof(peerid_store_callbacks), .load = load, .save = save, .remove = remove_key, .lock = lock_key, .unlock = unlock_key, .list = list, .release = release, .context = made}, out_store);
  if (error) release(made);
  return error;
}
