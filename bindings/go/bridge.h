/* What cgo cannot say itself: callbacks whose context is a number.
 *
 * C may not keep a pointer into Go's memory, and a number inside an unsafe.Pointer makes the garbage collector stop the
 * program. So ids travel as uintptr_t between Go and this file, and as void * between this file and libpeerid.
 */
#ifndef PEERID_GO_BRIDGE_H
#define PEERID_GO_BRIDGE_H

#include <peerid.h>

/* Lets the library call the hooks with this id. */
peerid_error *peerid_go_config_set_log_handler(peerid_config *config, uintptr_t hooks);
peerid_error *peerid_go_config_set_relogin_handler(peerid_config *config, uintptr_t hooks);

/* Makes a store over the Go backend with this id. */
peerid_error *peerid_go_store_custom(uintptr_t backend, peerid_store **out_store);
void peerid_go_store_reply_lock(peerid_store_reply *reply, uintptr_t lock);

/* Takes the completions that are there, with their tags, in one call out of Go. */
size_t peerid_go_queue_take(peerid_queue *queue, size_t capacity, peerid_completion **completions, uint64_t *tags);

#endif
