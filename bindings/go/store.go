package peerid

// #include "bridge.h"
import "C"

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
)

// Store is where sessions with a key are kept, so that they outlive the program and are shared by many. Clients and
// processes may share one, and any number of goroutines may use it at once.
//
// A new pair of tokens is saved before anybody uses it, and a pair is renewed only while its key is locked: two
// refreshes of one pair at a time would leave one of them with a dead pair.
type Store struct {
	handle *handle[C.peerid_store]
}

// NewMemoryStore makes a store in the memory of this process: sessions are shared by key among its clients, and are gone
// with it.
func NewMemoryStore() *Store {
	var object *C.peerid_store
	if err := asError(C.peerid_store_create_memory(&object)); err != nil {
		// It has nothing that could fail but its pointer, which is not nil.
		panic(err)
	}
	return newStore(object)
}

// NewDirectoryStore makes a store of files in a folder: one file for each key, readable by its owner alone, replaced as
// a whole or not at all, and locked by the kernel, so that any number of processes of one machine share the sessions.
// The folder is made with mode 0700 if it does not exist.
//
// Errors: [ErrInvalidArgument] when the path is empty or not UTF-8; [ErrStore] when the folder cannot be made or used,
// or other users may look into it.
func NewDirectoryStore(path string) (*Store, error) {
	pathText, err := newText(path, "path")
	if err != nil {
		return nil, err
	}
	var object *C.peerid_store
	if err := asError(C.peerid_store_create_directory(pathText.pointer(), &object)); err != nil {
		return nil, err
	}
	return newStore(object), nil
}

// NewStore makes a store over anything that can keep a text, compare a number and lock a name, such as a database that
// several machines reach. Package sqlstore has a backend for PostgreSQL.
func NewStore(backend StoreBackend) *Store {
	id := backends.add(backend)
	var object *C.peerid_store
	if err := asError(C.peerid_go_store_custom(C.uintptr_t(id), &object)); err != nil {
		// As with NewMemoryStore: no pointer is nil.
		panic(err)
	}
	return newStore(object)
}

func newStore(object *C.peerid_store) *Store {
	store := &Store{handle: newHandle(object, func(object *C.peerid_store) { C.peerid_store_free(object) })}
	runtime.SetFinalizer(store, (*Store).finalize)
	return store
}

// Close gives the store back. Clients that were made with it, and their sessions, go on using it. The error is always
// nil.
func (s *Store) Close() error {
	s.handle.close()
	runtime.SetFinalizer(s, nil)
	return nil
}

func (s *Store) finalize() {
	s.handle.close()
}

// use calls body with the library's store.
func (s *Store) use(body func(*C.peerid_store) error) error {
	defer runtime.KeepAlive(s)
	if !s.handle.acquire() {
		return errClosed("store")
	}
	defer s.handle.release()
	return body(s.handle.object)
}

// Keys lists the keys of all sessions in the store.
//
// Errors: [ErrStore] when the store failed, holds a damaged session, or cannot list; [ErrClosed].
func (s *Store) Keys(ctx context.Context) ([]string, error) {
	var response *C.peerid_response
	err := onThread(ctx, func() error {
		return s.use(func(store *C.peerid_store) error { return asError(C.peerid_store_list(store, &response)) })
	}, func() { C.peerid_response_free(response) })
	if err != nil {
		return nil, err
	}
	defer C.peerid_response_free(response)
	var keys []string
	if err := json.Unmarshal(responseJSON(response), &keys); err != nil {
		return nil, newError(ErrInternal, "the library listed the keys in a form that is not known: %v", err).causedBy(err)
	}
	return keys, nil
}

// Remove removes a session, usable or not; nothing to remove is fine. The tokens stay valid at the server.
//
// Errors: [ErrInvalidArgument] when the key is empty or longer than 4096 bytes; [ErrStore]; [ErrClosed].
func (s *Store) Remove(ctx context.Context, key string) error {
	keyText, err := newText(key, "key")
	if err != nil {
		return err
	}
	return onThread(ctx, func() error {
		return s.use(func(store *C.peerid_store) error { return asError(C.peerid_store_remove(store, keyText.pointer())) })
	}, nil)
}

// StoredSession is a session as a backend keeps it. Printing it does not show the tokens; its JSON holds them, so that a
// backend may keep that.
type StoredSession struct {
	// Data is the text to keep, UTF-8 of about a kilobyte. It holds the tokens: a secret.
	Data []byte
	// Generation tells two writers who came first; it grows with every save.
	Generation uint64
}

// String describes the session without its tokens.
func (s StoredSession) String() string {
	return fmt.Sprintf("peerid.StoredSession{Data: %d bytes, Generation: %d}", len(s.Data), s.Generation)
}

// GoString keeps the tokens out of %#v as well.
func (s StoredSession) GoString() string {
	return s.String()
}

// ErrConflict is what [StoreLock.Save] answers when the key has another generation than the expected one.
var ErrConflict = errors.New("peerid: the stored session has another generation than the expected one")

// StoreBackend keeps sessions for a [Store]. Its methods may block, are called by any goroutine and by several at once,
// and must not use this package. When one fails the session fails closed: nothing is sent without the lock. The text of
// an error goes into logs and into the error of the call, so it must hold no secret.
type StoreBackend interface {
	// Load gives the session under a key that is not locked; nil when there is none.
	Load(ctx context.Context, key string) (*StoredSession, error)
	// Lock waits until no other program, on any machine, holds the key, and holds it until it is unlocked or its holder
	// dies. The key is held for at most twice the time that the context allows, and some seconds for loading and saving:
	// a lease must last longer.
	// The context ends the wait, and must end nothing else: it ends as soon as Lock has returned.
	Lock(ctx context.Context, key string) (StoreLock, error)
	// List gives all keys, in any order.
	List(ctx context.Context) ([]string, error)
}

// StoreLock is a key that is locked. One goroutine at a time uses it.
type StoreLock interface {
	// Load gives the session under the key; nil when there is none.
	Load(ctx context.Context) (*StoredSession, error)
	// Save saves a session durably if the key has the expected generation (0: there must be no session), and answers
	// [ErrConflict] if it has not.
	Save(ctx context.Context, session StoredSession, expected uint64) error
	// Remove removes the session; nothing to remove is fine.
	Remove(ctx context.Context) error
	// Unlock gives the key back, whatever happened to it. The lock is not used any more afterwards.
	Unlock()
}
