package peerid_test

import (
	"context"
	"errors"
	"testing"
	"time"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

func TestCloseIsIdempotentAndUseAfterwardsIsAnError(t *testing.T) {
	client := newClient(t)
	session := login(t, client)
	session.Close()
	session.Close()
	for name, use := range map[string]func() error{
		"Submit":       func() error { _, err := session.Submit(context.Background(), transfer(1)); return err },
		"SubmitJSON":   func() error { _, err := session.SubmitJSON(context.Background(), []byte("[]")); return err },
		"Confirm":      func() error { _, err := session.Confirm(context.Background(), "x"); return err },
		"Broadcast":    func() error { _, err := session.Broadcast(context.Background(), nil); return err },
		"Refresh":      func() error { return session.Refresh(context.Background()) },
		"Logout":       func() error { return session.Logout(context.Background()) },
		"Token":        func() error { _, err := session.Token(context.Background()); return err },
		"CurrentToken": func() error { _, err := session.CurrentToken(); return err },
	} {
		if err := use(); !errors.Is(err, peerid.ErrClosed) {
			t.Errorf("%s of a closed session: %v", name, err)
		}
	}
	other := login(t, client)
	client.Close()
	client.Close()
	for name, use := range map[string]func() error{
		"Login":            func() error { _, err := client.Login(context.Background(), alice); return err },
		"Open":             func() error { _, err := client.Open(context.Background(), "key"); return err },
		"Restore":          func() error { _, err := client.Restore(context.Background(), nil); return err },
		"Exchange":         func() error { _, err := client.Exchange(context.Background(), "", ""); return err },
		"ExchangeCode":     func() error { _, err := client.ExchangeCode(context.Background(), ""); return err },
		"ReadChain":        func() error { _, err := client.ReadChain(context.Background(), "database", "x"); return err },
		"AuthorizationURL": func() error { _, err := client.AuthorizationURL("x"); return err },
		"a session's call": func() error { _, err := other.Submit(context.Background(), transfer(1)); return err },
	} {
		if err := use(); !errors.Is(err, peerid.ErrClosed) {
			t.Errorf("%s after the client was closed: %v", name, err)
		}
	}
}

func TestClosingTheClientEndsCallsInFlight(t *testing.T) {
	client := newClient(t)
	session := login(t, client)
	control(t, "faults", operationsFault("delay", object{"ms": untilReleased}))
	go func() {
		awaitRequests(t, operationsPath, 1)
		client.Close()
	}()
	within(t, cancellationLimit, func() {
		_, err := session.Submit(context.Background(), transfer(1))
		wantError(t, err, peerid.ErrClosed, peerid.OutcomeUnknown)
	})
}

func TestClosingASessionLetsItsCallsFinish(t *testing.T) {
	session := login(t, newClient(t))
	control(t, "faults", operationsFault("delay", object{"ms": untilReleased}))
	go func() {
		awaitRequests(t, operationsPath, 1)
		session.Close()
		release(t)
	}()
	if _, err := session.Submit(context.Background(), transfer(1)); err != nil {
		t.Error(err)
	}
}

// A Go program ends without C's exit handlers, so unsaved tokens would be lost.
func TestCloseWaitsUntilARefreshIsOverAndSaved(t *testing.T) {
	store := peerid.NewMemoryStore()
	defer store.Close()
	withStore := func(config *peerid.Config) { config.Store = store }
	client := newClient(t, withStore)
	session, err := client.Login(context.Background(), alice, peerid.WithKey("alice"))
	if err != nil {
		t.Fatal(err)
	}
	control(t, "faults", object{"kind": "delay_after", "path": refreshPath, "ms": untilReleased})
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		awaitRequests(t, refreshPath, 1)
		cancel()
	}()
	if err := session.Refresh(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	// A slow machine may take longer for the rest of the refresh.
	defer peerid.SetFlushLimit(patience)()
	closed := make(chan struct{})
	go func() {
		client.Close()
		close(closed)
	}()
	select {
	case <-closed:
		t.Error("Close did not wait")
	case <-time.After(100 * time.Millisecond):
	}
	release(t)
	<-closed
	saved, err := addClient(t, withStore).Open(context.Background(), "alice")
	if err != nil {
		t.Fatal(err)
	}
	if token, err := saved.CurrentToken(); err != nil || token.Generation != 2 {
		t.Errorf("the store has generation %d, %v", token.Generation, err)
	}
}
