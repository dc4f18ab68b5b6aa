package peerid_test

import (
	"context"
	"sync"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

// mapBackend stores sessions in a map; each method can be made to fail.
type mapBackend struct {
	mutex    sync.Mutex
	sessions map[string]peerid.StoredSession
	held     map[string]chan struct{}
	failures map[string]error
	unlocked int
}

func newMapBackend() *mapBackend {
	return &mapBackend{
		sessions: map[string]peerid.StoredSession{}, held: map[string]chan struct{}{}, failures: map[string]error{},
	}
}

// fail makes a method fail until it is called with a nil error.
func (b *mapBackend) fail(method string, err error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.failures[method] = err
}

func (b *mapBackend) Load(_ context.Context, key string) (*peerid.StoredSession, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if err := b.failures["Load"]; err != nil {
		return nil, err
	}
	if session, found := b.sessions[key]; found {
		return &session, nil
	}
	return nil, nil
}

func (b *mapBackend) Lock(ctx context.Context, key string) (peerid.StoreLock, error) {
	b.mutex.Lock()
	if err := b.failures["Lock"]; err != nil {
		b.mutex.Unlock()
		return nil, err
	}
	turn, found := b.held[key]
	if !found {
		turn = make(chan struct{}, 1)
		b.held[key] = turn
	}
	b.mutex.Unlock()
	select {
	case turn <- struct{}{}:
		return &mapLock{backend: b, key: key, turn: turn}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (b *mapBackend) List(context.Context) ([]string, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if err := b.failures["List"]; err != nil {
		return nil, err
	}
	var keys []string
	for key := range b.sessions {
		keys = append(keys, key)
	}
	return keys, nil
}

// gatedBackend is a mapBackend that blocks while its gate is locked, whatever the context.
type gatedBackend struct {
	*mapBackend
	gate sync.RWMutex
	// arrived receives a value for each call that has to wait.
	arrived chan struct{}
}

func newGatedBackend() *gatedBackend {
	return &gatedBackend{mapBackend: newMapBackend(), arrived: make(chan struct{}, 100)}
}

func (b *gatedBackend) pass() {
	if !b.gate.TryRLock() {
		b.arrived <- struct{}{}
		b.gate.RLock()
	}
	b.gate.RUnlock()
}

func (b *gatedBackend) Load(ctx context.Context, key string) (*peerid.StoredSession, error) {
	b.pass()
	return b.mapBackend.Load(ctx, key)
}

func (b *gatedBackend) Lock(ctx context.Context, key string) (peerid.StoreLock, error) {
	b.pass()
	return b.mapBackend.Lock(ctx, key)
}

func (b *gatedBackend) List(ctx context.Context) ([]string, error) {
	b.pass()
	return b.mapBackend.List(ctx)
}

type mapLock struct {
	backend *mapBackend
	key     string
	turn    chan struct{}
}

func (l *mapLock) Load(ctx context.Context) (*peerid.StoredSession, error) {
	return l.backend.Load(ctx, l.key)
}

func (l *mapLock) Save(_ context.Context, session peerid.StoredSession, expected uint64) error {
	l.backend.mutex.Lock()
	defer l.backend.mutex.Unlock()
	if err := l.backend.failures["Save"]; err != nil {
		return err
	}
	if l.backend.sessions[l.key].Generation != expected {
		return peerid.ErrConflict
	}
	l.backend.sessions[l.key] = session
	return nil
}

func (l *mapLock) Remove(context.Context) error {
	l.backend.mutex.Lock()
	defer l.backend.mutex.Unlock()
	if err := l.backend.failures["Remove"]; err != nil {
		return err
	}
	delete(l.backend.sessions, l.key)
	return nil
}

func (l *mapLock) Unlock() {
	l.backend.mutex.Lock()
	l.backend.unlocked++
	l.backend.mutex.Unlock()
	<-l.turn
}
