package peerid_test

import (
	"context"
	"encoding/json"
	"sync"
	"testing"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

func TestRefreshGivesANewGeneration(t *testing.T) {
	session := login(t, newClient(t))
	before, err := session.CurrentToken()
	if err != nil {
		t.Fatal(err)
	}
	if err := session.Refresh(context.Background()); err != nil {
		t.Fatal(err)
	}
	after, err := session.CurrentToken()
	if err != nil {
		t.Fatal(err)
	}
	if after.Generation != before.Generation+1 || after.AccessToken == before.AccessToken {
		t.Errorf("%v became %v", before, after)
	}
}

func TestLogoutEndsTheSession(t *testing.T) {
	session := login(t, newClient(t))
	if err := session.Logout(context.Background()); err != nil {
		t.Fatal(err)
	}
	_, err := session.Submit(context.Background(), transfer(1))
	wantError(t, err, peerid.ErrLoginRequired, peerid.OutcomeNotSent)
}

func TestAThousandGoroutinesRefreshOnce(t *testing.T) {
	session := login(t, newClient(t))
	control(t, "expire", object{})
	const goroutines = 1000
	var group sync.WaitGroup
	for i := 0; i < goroutines; i++ {
		group.Add(1)
		go func(amount int64) {
			defer group.Done()
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			if _, err := session.Submit(ctx, transfer(amount)); err != nil {
				t.Error(err)
			}
		}(int64(i + 1))
	}
	group.Wait()
	if count := requestCount(t, "POST "+refreshPath); count != 1 {
		t.Errorf("%d refreshes", count)
	}
	var executed struct{ Transactions int }
	if err := json.Unmarshal(control(t, "executed", nil), &executed); err != nil {
		t.Fatal(err)
	}
	if executed.Transactions != goroutines {
		t.Errorf("%d transactions, want %d", executed.Transactions, goroutines)
	}
}
