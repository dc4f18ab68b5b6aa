package peerid

// #include "bridge.h"
import "C"

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// The callbacks through which the library uses a StoreBackend. Backends and held locks are identified by numbers.
var (
	backends registry[StoreBackend]
	locks    registry[StoreLock]
)

// backendTimeout limits calls for which the library has no timeout, so that no key stays locked forever if the database
// does not answer.
const backendTimeout = 30 * time.Second

// answer runs a callback. An error or a panic becomes the message of a failure. A panic must not unwind the library's
// stack frames.
func answer(reply *C.peerid_store_reply, body func() error) (result C.int32_t) {
	defer func() {
		if problem := recover(); problem != nil {
			result = fail(reply, fmt.Errorf("panic: %v", problem))
		}
	}()
	switch err := body(); {
	case err == nil:
		return C.PEERID_STORE_RESULT_OK
	case errors.Is(err, ErrConflict):
		return C.PEERID_STORE_RESULT_CONFLICT
	default:
		return fail(reply, err)
	}
}

func fail(reply *C.peerid_store_reply, reason error) C.int32_t {
	if message, err := newText(reason.Error(), "message"); err == nil {
		C.peerid_store_reply_set_error(reply, message.pointer())
	}
	return C.PEERID_STORE_RESULT_FAILED
}

// withTimeout calls a backend with backendTimeout.
func withTimeout(body func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), backendTimeout)
	defer cancel()
	return body(ctx)
}

func findBackend(id C.uintptr_t) (StoreBackend, error) {
	if backend, found := backends.get(uintptr(id)); found {
		return backend, nil
	}
	return nil, errors.New("the store was released")
}

func findLock(id C.uintptr_t) (StoreLock, error) {
	if lock, found := locks.get(uintptr(id)); found {
		return lock, nil
	}
	return nil, errors.New("the key is not locked")
}

//export peerid_go_store_load
func peerid_go_store_load(id C.uintptr_t, key *C.char, lockID C.uintptr_t, reply *C.peerid_store_reply) C.int32_t {
	return answer(reply, func() error {
		return withTimeout(func(ctx context.Context) error {
			stored, err := load(ctx, id, C.GoString(key), lockID)
			if err != nil || stored == nil {
				return err
			}
			data, length := borrowed(stored.Data)
			C.peerid_store_reply_set_session(reply, data, length, C.uint64_t(stored.Generation))
			return nil
		})
	})
}

func load(ctx context.Context, id C.uintptr_t, key string, lockID C.uintptr_t) (*StoredSession, error) {
	if lockID != 0 {
		lock, err := findLock(lockID)
		if err != nil {
			return nil, err
		}
		return lock.Load(ctx)
	}
	backend, err := findBackend(id)
	if err != nil {
		return nil, err
	}
	return backend.Load(ctx, key)
}

//export peerid_go_store_save
func peerid_go_store_save(lockID C.uintptr_t, data *C.char, length C.size_t, generation, expected C.uint64_t, reply *C.peerid_store_reply) C.int32_t {
	return answer(reply, func() error {
		lock, err := findLock(lockID)
		if err != nil {
			return err
		}
		session := StoredSession{Data: goBytes(data, length), Generation: uint64(generation)}
		return withTimeout(func(ctx context.Context) error { return lock.Save(ctx, session, uint64(expected)) })
	})
}

//export peerid_go_store_remove
func peerid_go_store_remove(lockID C.uintptr_t, reply *C.peerid_store_reply) C.int32_t {
	return answer(reply, func() error {
		lock, err := findLock(lockID)
		if err != nil {
			return err
		}
		return withTimeout(lock.Remove)
	})
}

//export peerid_go_store_lock
func peerid_go_store_lock(id C.uintptr_t, key *C.char, timeout C.int64_t, reply *C.peerid_store_reply) C.int32_t {
	return answer(reply, func() error {
		backend, err := findBackend(id)
		if err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(context.Background(), milliseconds(timeout))
		defer cancel()
		lock, err := backend.Lock(ctx, C.GoString(key))
		if err != nil {
			return err
		}
		C.peerid_go_store_reply_lock(reply, C.uintptr_t(locks.add(lock)))
		return nil
	})
}

//export peerid_go_store_unlock
func peerid_go_store_unlock(lockID C.uintptr_t) {
	lock, found := locks.remove(uintptr(lockID))
	if !found {
		return
	}
	defer func() { _ = recover() }()
	lock.Unlock()
}

//export peerid_go_store_list
func peerid_go_store_list(id C.uintptr_t, reply *C.peerid_store_reply) C.int32_t {
	return answer(reply, func() error {
		backend, err := findBackend(id)
		if err != nil {
			return err
		}
		return withTimeout(func(ctx context.Context) error {
			keys, err := backend.List(ctx)
			if err != nil {
				return err
			}
			for _, key := range keys {
				keyText, err := newText(key, "key")
				if err != nil {
					return err
				}
				C.peerid_store_reply_add_key(reply, keyText.pointer())
			}
			return nil
		})
	})
}

//export peerid_go_store_release
func peerid_go_store_release(id C.uintptr_t) {
	backends.remove(uintptr(id))
}
