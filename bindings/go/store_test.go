package peerid_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

// in sets the store of the client.
func in(store *peerid.Store) func(*peerid.Config) {
	return func(config *peerid.Config) { config.Store = store }
}

func newDirectoryStore(t *testing.T) *peerid.Store {
	t.Helper()
	store, err := peerid.NewDirectoryStore(filepath.Join(t.TempDir(), "sessions"))
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func TestSessionsWithAKeyAreSharedByAllWhoUseTheStore(t *testing.T) {
	for name, newStore := range map[string]func(*testing.T) *peerid.Store{
		"memory":    func(*testing.T) *peerid.Store { return peerid.NewMemoryStore() },
		"directory": newDirectoryStore,
		"backend":   func(*testing.T) *peerid.Store { return peerid.NewStore(newMapBackend()) },
	} {
		t.Run(name, func(t *testing.T) {
			store := newStore(t)
			defer store.Close()
			first, second := newClient(t, in(store)), addClient(t, in(store))
			const key = "user 1: Zoë ♞"
			one := login(t, first, peerid.WithKey(key))
			two, err := second.Open(context.Background(), key)
			if err != nil {
				t.Fatal(err)
			}
			defer two.Close()
			control(t, "expire", object{})

			var group sync.WaitGroup
			for i := 0; i < 20; i++ {
				for _, session := range []*peerid.Session{one, two} {
					group.Add(1)
					go func(session *peerid.Session) {
						defer group.Done()
						if _, err := session.Submit(context.Background(), transfer(1)); err != nil {
							t.Error(err)
						}
					}(session)
				}
			}
			group.Wait()
			if count := requestCount(t, "POST "+refreshPath); count != 1 {
				t.Errorf("%d refreshes", count)
			}

			keys, err := store.Keys(context.Background())
			if err != nil || len(keys) != 1 || keys[0] != key {
				t.Errorf("keys are %q, %v", keys, err)
			}
			if err := one.Logout(context.Background()); err != nil {
				t.Error(err)
			}
			_, err = second.Open(context.Background(), key)
			wantError(t, err, peerid.ErrLoginRequired, peerid.OutcomeNotSent)
		})
	}
}

func TestAStoreOutlivesItsHandleAsLongAsAClientUsesIt(t *testing.T) {
	store := peerid.NewStore(newMapBackend())
	client := newClient(t, in(store))
	store.Close()
	store.Close()
	session := login(t, client, peerid.WithKey("alice"))
	if err := session.Refresh(context.Background()); err != nil {
		t.Error(err)
	}
	_, err := store.Keys(context.Background())
	wantError(t, err, peerid.ErrClosed, peerid.OutcomeNotSent)
	wantError(t, store.Remove(context.Background(), "alice"), peerid.ErrClosed, peerid.OutcomeNotSent)
}

func TestRestoreKeepsTheTokensUnderAKey(t *testing.T) {
	store := peerid.NewMemoryStore()
	defer store.Close()
	client := newClient(t, in(store))
	token, err := login(t, client).CurrentToken()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for _, key := range []string{"b", "a"} {
		session, err := client.Restore(ctx, token.Export(), peerid.WithKey(key))
		if err != nil {
			t.Fatal(err)
		}
		session.Close()
	}
	if err := store.Remove(ctx, "b"); err != nil {
		t.Error(err)
	}
	if err := store.Remove(ctx, "never there"); err != nil {
		t.Error(err)
	}
	keys, err := store.Keys(ctx)
	if err != nil || len(keys) != 1 || keys[0] != "a" {
		t.Errorf("keys are %q, %v", keys, err)
	}
	_, err = client.Open(ctx, "b")
	wantError(t, err, peerid.ErrLoginRequired, peerid.OutcomeNotSent)
}

func TestAKeyWithoutAStoreIsAMistakeOfTheConfiguration(t *testing.T) {
	client := newClient(t)
	_, err := client.Login(context.Background(), alice, peerid.WithKey("alice"))
	wantError(t, err, peerid.ErrConfiguration, peerid.OutcomeNotSent)
	_, err = client.Open(context.Background(), "alice")
	wantError(t, err, peerid.ErrConfiguration, peerid.OutcomeNotSent)
	_, err = client.Login(context.Background(), alice, peerid.WithKey("a\x00b"))
	wantError(t, err, peerid.ErrInvalidArgument, peerid.OutcomeNotSent)
	_, err = client.Open(context.Background(), strings.Repeat("k", 5000))
	if !errors.Is(err, peerid.ErrInvalidArgument) && !errors.Is(err, peerid.ErrConfiguration) {
		t.Errorf("got %v", err)
	}
}

func TestDirectoriesThatCannotBeUsed(t *testing.T) {
	open := filepath.Join(t.TempDir(), "open")
	if err := os.Mkdir(open, 0o777); err != nil {
		t.Fatal(err)
	}
	// The mask of the process may have taken bits away.
	if err := os.Chmod(open, 0o777); err != nil {
		t.Fatal(err)
	}
	for path, code := range map[string]peerid.Code{
		"": peerid.ErrInvalidArgument, "a\x00b": peerid.ErrInvalidArgument, open: peerid.ErrStore, "/proc/nowhere": peerid.ErrStore,
	} {
		_, err := peerid.NewDirectoryStore(path)
		if !errors.Is(err, code) {
			t.Errorf("%q: %v, want %v", path, err, code)
		}
	}
}

func TestWhatABackendAnswersBecomesAnErrorOfTheStore(t *testing.T) {
	for _, method := range []string{"Load", "Lock", "Save"} {
		t.Run(method, func(t *testing.T) {
			backend := newMapBackend()
			client := newClient(t, in(peerid.NewStore(backend)))
			backend.fail(method, errors.New("the disk is\x00full"))
			_, err := client.Login(context.Background(), alice, peerid.WithKey("alice"))
			if !errors.Is(err, peerid.ErrStore) {
				t.Errorf("got %v", err)
			}
			backend.fail(method, errors.New("the disk is full"))
			if _, err = client.Login(context.Background(), alice, peerid.WithKey("alice")); err == nil || !strings.Contains(err.Error(), "the disk is full") {
				t.Errorf("the reason is not told: %v", err)
			}
			backend.fail(method, nil)
			session, err := client.Login(context.Background(), alice, peerid.WithKey("alice"))
			if err != nil {
				t.Fatal(err)
			}
			session.Close()
		})
	}
	backend := newMapBackend()
	store := peerid.NewStore(backend)
	session := login(t, newClient(t, in(store)), peerid.WithKey("alice"))
	backend.fail("List", errors.New("no list"))
	_, err := store.Keys(context.Background())
	wantError(t, err, peerid.ErrStore, peerid.OutcomeNotSent)
	backend.fail("Remove", errors.New("no removal"))
	if err := session.Logout(context.Background()); !errors.Is(err, peerid.ErrStore) {
		t.Errorf("got %v", err)
	}
}

func TestNothingIsSentWithoutTheLock(t *testing.T) {
	backend := newMapBackend()
	session := login(t, newClient(t, in(peerid.NewStore(backend))), peerid.WithKey("alice"))
	backend.fail("Lock", errors.New("the database is down"))
	if err := session.Refresh(context.Background()); !errors.Is(err, peerid.ErrStore) {
		t.Errorf("got %v", err)
	}
	if count := requestCount(t, "POST "+refreshPath); count != 0 {
		t.Errorf("%d refreshes", count)
	}
}

// panickingBackend panics in every method.
type panickingBackend struct{}

func (panickingBackend) Load(context.Context, string) (*peerid.StoredSession, error) {
	panic("load")
}
func (panickingBackend) Lock(context.Context, string) (peerid.StoreLock, error) { panic("lock") }
func (panickingBackend) List(context.Context) ([]string, error)                 { panic("list") }

func TestAPanicOfABackendIsAFailureOfTheStore(t *testing.T) {
	store := peerid.NewStore(panickingBackend{})
	client := newClient(t, in(store))
	_, err := client.Open(context.Background(), "alice")
	if failure := wantError(t, err, peerid.ErrStore, peerid.OutcomeNotSent); !strings.Contains(failure.Message, "panic: load") {
		t.Errorf("got %v", failure)
	}
	_, err = client.Login(context.Background(), alice, peerid.WithKey("alice"))
	wantError(t, err, peerid.ErrStore, peerid.OutcomeNotSent)
	_, err = store.Keys(context.Background())
	wantError(t, err, peerid.ErrStore, peerid.OutcomeNotSent)
}

func TestAContextEndsTheWaitForAStore(t *testing.T) {
	backend := newMapBackend()
	store := peerid.NewStore(backend)
	client := newClient(t, in(store))
	token, err := login(t, client).CurrentToken()
	if err != nil {
		t.Fatal(err)
	}
	held, err := backend.Lock(context.Background(), "alice")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	within(t, cancellationLimit, func() {
		_, err = client.Restore(ctx, token.Export(), peerid.WithKey("alice"))
		wantError(t, err, peerid.ErrTimeout, peerid.OutcomeNotSent)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
	held.Unlock()
	// Not sent means that the store does not change later. The call has waited for this lock longer.
	again, err := backend.Lock(context.Background(), "alice")
	if err != nil {
		t.Fatal(err)
	}
	again.Unlock()
	awaitKeys(t, store, 0)
}

func TestAContextEndsACallThatWaitsInABackend(t *testing.T) {
	for name, call := range map[string]func(context.Context, *peerid.Session) error{
		"Account": func(ctx context.Context, session *peerid.Session) error {
			_, err := session.Account(ctx)
			return err
		},
		"SetAccount": func(ctx context.Context, session *peerid.Session) error {
			_, err := session.SetAccount(ctx, "pi-alice")
			return err
		},
		"TokenAfter": func(ctx context.Context, session *peerid.Session) error {
			current, err := session.CurrentToken()
			if err == nil {
				_, err = session.TokenAfter(ctx, current.Generation)
			}
			return err
		},
		"Refresh": func(ctx context.Context, session *peerid.Session) error { return session.Refresh(ctx) },
		"Submit": func(ctx context.Context, session *peerid.Session) error {
			_, err := session.Submit(ctx, transfer(1))
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			backend := newGatedBackend()
			session := login(t, newClient(t, in(peerid.NewStore(backend))), peerid.WithKey("alice"))
			control(t, "expire", object{})
			backend.gate.Lock()
			defer backend.gate.Unlock()
			err := cancelInside(t, backend, func(ctx context.Context) error { return call(ctx, session) })
			if !errors.Is(err, peerid.ErrCancelled) || !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestARemovalThatIsCancelledMayStillHappen(t *testing.T) {
	backend := newGatedBackend()
	store := peerid.NewStore(backend)
	defer store.Close()
	login(t, newClient(t, in(store)), peerid.WithKey("alice"))
	remove := func(ctx context.Context) error { return store.Remove(ctx, "alice") }
	backend.gate.Lock()
	err := cancelInside(t, backend, remove)
	backend.gate.Unlock()
	failure := wantError(t, err, peerid.ErrCancelled, peerid.OutcomeUnknown)
	if !errors.Is(err, context.Canceled) || failure.Retryable || !strings.Contains(failure.Message, "may still carry out the call") {
		t.Errorf("got %v, retryable %v", err, failure.Retryable)
	}
	awaitKeys(t, store, 0)

	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if failure := wantError(t, remove(ended), peerid.ErrCancelled, peerid.OutcomeNotSent); !failure.Retryable {
		t.Errorf("got %v, not retryable", failure)
	}
}

// cancelInside cancels a call as soon as it waits at the backend's gate, and returns its error.
func cancelInside(t *testing.T, backend *gatedBackend, call func(context.Context) error) error {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	result := make(chan error, 1)
	go func() { result <- call(ctx) }()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	for {
		select {
		case <-backend.arrived:
			cancel()
		case err := <-result:
			return err
		case <-limit.C:
			t.Fatal("the call does not end with its context")
		}
	}
}

// awaitKeys waits until the store has as many keys.
func awaitKeys(t *testing.T, store *peerid.Store, count int) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		keys, err := store.Keys(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if len(keys) == count {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("keys are %q", keys)
		}
		time.Sleep(time.Millisecond)
	}
}

func TestEveryLockIsGivenBack(t *testing.T) {
	backend := newMapBackend()
	session := login(t, newClient(t, in(peerid.NewStore(backend))), peerid.WithKey("alice"))
	if err := session.Refresh(context.Background()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	lock, err := backend.Lock(ctx, "alice")
	if err != nil {
		t.Fatal(err)
	}
	lock.Unlock()
	if backend.unlocked < 3 {
		t.Errorf("unlocked %d times", backend.unlocked)
	}
}
