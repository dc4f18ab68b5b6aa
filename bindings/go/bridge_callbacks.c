#include "bridge.h"

#include "_cgo_export.h"

static void log_event(void *context, int32_t level, const char *message) {
  peerid_go_log((uintptr_t)context, level, (char *)message);
}

static int32_t relogin(void *context, const char *key, peerid_credentials *credentials) {
  return peerid_go_relogin((uintptr_t)context, (char *)key, credentials);
}

static int32_t load(void *context, const char *key, void *lock, peerid_store_reply *reply) {
  return peerid_go_store_load((uintptr_t)context, (char *)key, (uintptr_t)lock, reply);
}

static int32_t save(
    void *context,
    const char *key,
    const char *data,
    size_t length,
    uint64_t generation,
    uint64_t expected,
    void *lock,
    peerid_store_reply *reply) {
  (void)context;
  (void)key;
  return peerid_go_store_save((uintptr_t)lock, (char *)data, length, generation, expected, reply);
}

static int32_t remove_session(void *context, const char *key, void *lock, peerid_store_reply *reply) {
  (void)context;
  (void)key;
  return peerid_go_store_remove((uintptr_t)lock, reply);
}

static int32_t lock_key(void *context, const char *key, int64_t timeout_ms, peerid_store_reply *reply) {
  return peerid_go_store_lock((uintptr_t)context, (char *)key, timeout_ms, reply);
}

static void unlock_key(void *context, const char *key, void *lock) {
  (void)context;
  (void)key;
  peerid_go_store_unlock((uintptr_t)lock);
}

static int32_t list(void *context, peerid_store_reply *reply) {
  return peerid_go_store_list((uintptr_t)context, reply);
}

static void release_store(void *context) { peerid_go_store_release((uintptr_t)context); }

static void release_hooks(void *context) { peerid_go_hooks_release((uintptr_t)context); }

peerid_error *peerid_go_config_set_log_handler(peerid_config *config, uintptr_t hooks) {
  return peerid_config_set_log_handler(config, log_event, (void *)hooks, release_hooks);
}

peerid_error *peerid_go_config_set_relogin_handler(peerid_config *config, uintptr_t hooks) {
  return peerid_config_set_relogin_handler(config, relogin, (void *)hooks, release_hooks);
}

peerid_error *peerid_go_store_custom(uintptr_t backend, peerid_store **out_store) {
  return peerid_store_create_custom(
      &(peerid_store_callbacks){
          .size = sizeof(peerid_store_callbacks),
          .context = (void *)backend,
          .release = release_store,
          .load = load,
          .save = save,
          .remove = remove_session,
          .lock = lock_key,
          .unlock = unlock_key,
          .list = list,
      },
      out_store);
}

void peerid_go_store_reply_lock(peerid_store_reply *reply, uintptr_t lock) {
  peerid_store_reply_set_lock(reply, (void *)lock);
}
