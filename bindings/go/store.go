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

// Store keeps sessions under keys, so that they survive the process and can be shared. Clients and processes may share
// a store, and any number of goroutines may use it at once.
//
// New tokens are saved before any call uses them, and tokens are refreshed only while their key is locked: of two
// concurrent refreshes of the same tokens, one would end with tokens that the server rejects.
type Store struct {
	handle *handle[C.peerid_store]
}

// NewMemoryStore creates a store in the memory of this process. Clients that use it share sessions by key.
func NewMemoryStore() *Store {
	var object *C.peerid_store
	if err := asError(C.peerid_store_create_memory(&object)); err != nil {
		// This call fails only for a nil pointer.
		panic(err)
	}
	return newStore(object)
}

// NewDirectoryStore creates a store of files in a directory. Each key has a file, readable only by the process's user.
// The file is replaced atomically, while a lock (flock) is held. All processes of one machine can share the sessions.
// The directory is created with mode 0700 if it does not exist.
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

// NewStore creates a store from a backend, such as a database that several machines share. Package sqlstore has a
// backend for PostgreSQL.
func NewStore(backend StoreBackend) *Store {
	id := backends.add(backend)
	var object *C.peerid_store
	if err := asError(C.peerid_go_store_custom(C.uintptr_t(id), &object)); err != nil {
		// As in NewMemoryStore, this call fails only for a nil pointer.
		panic(err)
	}
	return newStore(object)
}

func newStore(object *C.peerid_store) *Store {
	store := &Store{handle: newHandle(object, func(object *C.peerid_store) { C.peerid_store_free(object) })}
	runtime.SetFinalizer(store, (*Store).finalize)
	return store
}

// Close frees the store. Clients that use it, and their sessions, continue to work. The error is always nil.
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

// Remove removes a session, even a damaged one. It succeeds if there is none. The tokens stay valid at the server. If
// the context ends meanwhile, the outcome is [OutcomeUnknown]: the store may remove the session later, even if the user
// has logged in again by then.
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

// StoredSession is a session in the form in which a backend stores it. Printing it does not show the tokens. Its JSON
// contains them, so a backend can store the JSON.
type StoredSession struct {
	// Data is the text to save, about a kilobyte of UTF-8. A secret: it contains the tokens.
	Data []byte
	// Generation shows which of two versions is newer: it grows with each new pair of tokens, and stays the same if
	// only data about the user changes.
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
// once, and must not use this package. If one fails, nothing is sent. The text of an error appears in logs and in the
// error of the call, so it must not contain a secret.
type StoreBackend interface {
	// Load returns the session of a key without locking the key; nil if there is no session.
	Load(ctx context.Context, key string) (*StoredSession, error)
	// Lock waits until no other program, on any machine, holds the key, and then holds it until it is unlocked or its
	// holder dies. The key is held for at most twice the time that the context allows, plus some seconds for loading
	// and saving; a lease must last longer. The context limits only the wait. It is cancelled as soon as Lock has
	// returned, which must not release the lock.
	Lock(ctx context.Context, key string) (StoreLock, error)
	// List returns all keys, in any order.
	List(ctx context.Context) ([]string, error)
}

// StoreLock is a locked key. One goroutine at a time uses it.
type StoreLock interface {
	// Load returns the session of the key; nil if there is none.
	Load(ctx context.Context) (*StoredSession, error)
	// Save saves a session durably if the key has the expected generation (0: it must have no session), and returns
	// [ErrConflict] otherwise.
	Save(ctx context.Context, session StoredSession, expected uint64) error
	// Remove removes the session. It succeeds if there is none.
	Remove(ctx context.Context) error
	// Unlock unlocks the key, even after another method has failed. The lock is not used afterwards.
	Unlock()
}
