// Package storetest tests whether a backend of a peerid.Store behaves as sessions require.
package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

// Run tests a backend. The backend must be empty, and is empty again if the test passes.
func Run(t *testing.T, backend peerid.StoreBackend) {
	t.Run("returns what was saved", func(t *testing.T) { keepsWhatWasSaved(t, backend) })
	t.Run("compares generations", func(t *testing.T) { comparesGenerations(t, backend) })
	t.Run("accepts any key", func(t *testing.T) { takesAnyKey(t, backend) })
	t.Run("locks a key for one holder", func(t *testing.T) { locksAKeyForOne(t, backend) })
	t.Run("serialises writers", func(t *testing.T) { serialisesWriters(t, backend) })
}

// patience is how long a slow machine may take; it only guards against a store that never answers.
const patience = 10 * time.Minute

// with runs body while it holds a key's lock.
func with(t *testing.T, backend peerid.StoreBackend, key string, body func(context.Context, peerid.StoreLock)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	waiting, stop := context.WithTimeout(ctx, patience)
	lock, err := backend.Lock(waiting, key)
	// As in real use, the context of the wait ends here, and the lock must stay.
	stop()
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Unlock()
	body(ctx, lock)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func want(t *testing.T, session *peerid.StoredSession, err error, data []byte, generation uint64) {
	t.Helper()
	must(t, err)
	if session == nil || session.Generation != generation || !bytes.Equal(session.Data, data) {
		t.Fatalf("got %v, want generation %d and %d bytes", session, generation, len(data))
	}
}

func wantNone(t *testing.T, session *peerid.StoredSession, err error) {
	t.Helper()
	if session != nil || err != nil {
		t.Fatalf("got %v, %v, want nothing", session, err)
	}
}

func keepsWhatWasSaved(t *testing.T, backend peerid.StoreBackend) {
	data := []byte(`{"token":"` + strings.Repeat("a\\u0000é♞", 500) + `"}`)
	with(t, backend, "alice", func(ctx context.Context, lock peerid.StoreLock) {
		session, err := backend.Load(ctx, "alice")
		wantNone(t, session, err)
		session, err = lock.Load(ctx)
		wantNone(t, session, err)
		must(t, lock.Save(ctx, peerid.StoredSession{Data: data, Generation: 1}, 0))
		session, err = lock.Load(ctx)
		want(t, session, err, data, 1)
		session, err = backend.Load(ctx, "alice")
		want(t, session, err, data, 1)
		session, err = backend.Load(ctx, "bob")
		wantNone(t, session, err)
		must(t, lock.Remove(ctx))
		must(t, lock.Remove(ctx))
		session, err = lock.Load(ctx)
		wantNone(t, session, err)
	})
}

func comparesGenerations(t *testing.T, backend peerid.StoreBackend) {
	with(t, backend, "alice", func(ctx context.Context, lock peerid.StoreLock) {
		conflict := func(generation, expected uint64) {
			t.Helper()
			err := lock.Save(ctx, peerid.StoredSession{Data: []byte("other"), Generation: generation}, expected)
			if !errors.Is(err, peerid.ErrConflict) {
				t.Fatalf("saving %d over %d: %v, want a conflict", generation, expected, err)
			}
		}
		conflict(2, 1)
		must(t, lock.Save(ctx, peerid.StoredSession{Data: []byte("one"), Generation: 1}, 0))
		conflict(1, 0)
		conflict(3, 2)
		must(t, lock.Save(ctx, peerid.StoredSession{Data: []byte("two"), Generation: 1 << 53}, 1))
		conflict(2, 1)
		session, err := lock.Load(ctx)
		want(t, session, err, []byte("two"), 1<<53)
		must(t, lock.Remove(ctx))
		must(t, lock.Save(ctx, peerid.StoredSession{Data: []byte("three"), Generation: 9}, 0))
		must(t, lock.Remove(ctx))
	})
}

func takesAnyKey(t *testing.T, backend peerid.StoreBackend) {
	keys := []string{" ", "Zoë ♞", "a/../b", "a'b\"c;%_\\", "A", "a", incompressible(4096)}
	for i, key := range keys {
		with(t, backend, key, func(ctx context.Context, lock peerid.StoreLock) {
			must(t, lock.Save(ctx, peerid.StoredSession{Data: []byte(key), Generation: uint64(i + 1)}, 0))
		})
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	listed, err := backend.List(ctx)
	must(t, err)
	sorted := append([]string(nil), keys...)
	sort.Strings(sorted)
	sort.Strings(listed)
	if strings.Join(listed, "\x00") != strings.Join(sorted, "\x00") {
		t.Errorf("listed %q", listed)
	}
	for i, key := range keys {
		session, err := backend.Load(ctx, key)
		want(t, session, err, []byte(key), uint64(i+1))
		with(t, backend, key, func(ctx context.Context, lock peerid.StoreLock) { must(t, lock.Remove(ctx)) })
	}
}

// incompressible makes a key that an index cannot compress.
func incompressible(length int) string {
	var key strings.Builder
	for state := uint32(1); key.Len() < length; state = state*1664525 + 1013904223 {
		key.WriteByte("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_"[state>>26])
	}
	return key.String()
}

func locksAKeyForOne(t *testing.T, backend peerid.StoreBackend) {
	with(t, backend, "alice", func(ctx context.Context, _ peerid.StoreLock) {
		short, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
		defer cancel()
		begin := time.Now()
		if lock, err := backend.Lock(short, "alice"); err == nil {
			lock.Unlock()
			t.Fatal("a key was locked twice")
		}
		if took := time.Since(begin); took > patience/2 {
			t.Errorf("a wait of 200 ms took %v", took)
		}
		with(t, backend, "bob", func(context.Context, peerid.StoreLock) {})
	})
	// A wait that was cancelled must not lock the key later.
	with(t, backend, "alice", func(context.Context, peerid.StoreLock) {})

	locked := make(chan error, 1)
	with(t, backend, "alice", func(ctx context.Context, _ peerid.StoreLock) {
		go func() {
			waiting, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			lock, err := backend.Lock(waiting, "alice")
			if err == nil {
				lock.Unlock()
			}
			locked <- err
		}()
		select {
		case <-locked:
			t.Error("a key was locked twice")
		case <-time.After(50 * time.Millisecond):
		}
	})
	must(t, <-locked)
}

func serialisesWriters(t *testing.T, backend peerid.StoreBackend) {
	const writers, rounds = 8, 5
	failures := make(chan error, writers)
	var group sync.WaitGroup
	for i := 0; i < writers; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for round := 0; round < rounds; round++ {
				if err := increment(backend); err != nil {
					failures <- err
					return
				}
			}
		}()
	}
	group.Wait()
	close(failures)
	for err := range failures {
		t.Error(err)
	}
	with(t, backend, "alice", func(ctx context.Context, lock peerid.StoreLock) {
		session, err := lock.Load(ctx)
		want(t, session, err, []byte("data"), writers*rounds)
		must(t, lock.Remove(ctx))
	})
}

// increment saves the next generation.
func increment(backend peerid.StoreBackend) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	lock, err := backend.Lock(ctx, "alice")
	if err != nil {
		return err
	}
	defer lock.Unlock()
	session, err := lock.Load(ctx)
	if err != nil {
		return err
	}
	var generation uint64
	if session != nil {
		generation = session.Generation
	}
	if err := lock.Save(ctx, peerid.StoredSession{Data: []byte("data"), Generation: generation + 1}, generation); err != nil {
		return fmt.Errorf("saving over generation %d: %w", generation, err)
	}
	return nil
}
