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

// Store keeps sessions under keys, so that they survive the process and can be shared. Clients and processes may share a
// store, and any number of goroutines may use it at once.
//
// New tokens are saved before anyone uses them, and tokens are refreshed only while their key is locked: two refreshes of
// the same tokens would leave one of the two with tokens that the server rejects.
type Store struct {
	handle *handle[C.peerid_store]
}

// NewMemoryStore creates a store in the memory of this process. Its clients share sessions by key.
func NewMemoryStore() *Store {
	var object *C.peerid_store
	if err := asError(C.peerid_store_create_memory(&object)); err != nil {
		// It has nothing that could fail but its pointer, which is not nil.
		panic(err)
	}
	return newStore(object)
}

// NewDirectoryStore creates a store of files in a directory. Each key has one file, which only its owner can read, which
// is replaced atomically, and which the kernel locks: all processes of one machine can share the sessions. The directory
// is created with mode 0700 if it does not exist.
//
// Errors: [ErrInvalidArgument] when the path is empty or not UTF-8; [ErrStore] when the directory cannot be created or
// used, or other users can read it.
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

// NewStore creates a store over anything that can keep a text, compare a number and lock a name, such as a database that
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

// Close frees the store. Clients that use it, and their sessions, keep what they need. The error is always nil.
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
// Errors: [ErrStore] when the store failed, contains a damaged session, or cannot list its keys; [ErrClosed].
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

// Remove removes a session, even a damaged one. It succeeds if there is none. The tokens stay valid at the server.
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

// StoredSession is a session as a backend keeps it. Printing it does not show the tokens; its JSON contains them, so that
// a backend can keep it.
type StoredSession struct {
	// Data is the text to keep, UTF-8 of about a kilobyte. It contains the tokens: a secret.
	Data []byte
	// Generation tells two writers who came first; it grows with every new
	// pair, and stays when only what is known of the user changes.
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

// ErrConflict is what [StoreLock.Save] returns when the key has another generation than the expected one.
var ErrConflict = errors.New("peerid: the stored session has another generation than the expected one")

// StoreBackend keeps sessions for a [Store]. Its methods may block, are called from any goroutine and from several at
// once, and must not use this package. If one fails, nothing is sent. The text of an error goes into logs and into the
// error of the call, so it must contain no secret.
type StoreBackend interface {
	// Load returns the session under a key that is not locked; nil if there is none.
	Load(ctx context.Context, key string) (*StoredSession, error)
	// Lock waits until no other program, on any machine, holds the key, and holds it until it is unlocked or its holder
	// dies. The key is held for at most twice the time that the context allows, and some seconds for loading and saving:
	// a lease must last longer.
	// The context ends the wait, and must end nothing else: it ends as soon as Lock has returned.
	Lock(ctx context.Context, key string) (StoreLock, error)
	// List returns all keys, in any order.
	List(ctx context.Context) ([]string, error)
}

// StoreLock is a key that is locked. One goroutine at a time uses it.
type StoreLock interface {
	// Load returns the session under the key; nil if there is none.
	Load(ctx context.Context) (*StoredSession, error)
	// Save saves a session durably if the key has the expected generation (0: it must have no session), and returns
	// [ErrConflict] otherwise.
	Save(ctx context.Context, session StoredSession, expected uint64) error
	// Remove removes the session. It succeeds if there is none.
	Remove(ctx context.Context) error
	// Unlock unlocks the key, whatever happened before. The lock is not used afterwards.
	Unlock()
}
