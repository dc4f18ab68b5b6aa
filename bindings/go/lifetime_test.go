package peerid_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"time"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

func TestWhatNobodyClosesIsFreedByTheGarbageCollector(t *testing.T) {
	reset(t)
	use := func() {
		client, err := peerid.NewClient(peerid.Config{
			BaseURL: sandboxURL, ClientID: "4", ClientSecret: "demo-secret-4",
			Store: peerid.NewStore(newMapBackend()), Log: func(peerid.Level, string) {},
		})
		if err != nil {
			t.Fatal(err)
		}
		session, err := client.Login(context.Background(), alice, peerid.WithKey("alice"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := session.Submit(context.Background(), transfer(1)); err != nil {
			t.Fatal(err)
		}
	}
	runtime.GC()
	before := peerid.Registered()
	for i := 0; i < 50; i++ {
		use()
	}
	// Finalizers run some time after a collection. The one of a client runs after those of its sessions.
	deadline := time.Now().Add(patience)
	for peerid.Registered() > before {
		if time.Now().After(deadline) {
			t.Fatalf("%d more are registered than before", peerid.Registered()-before)
		}
		runtime.GC()
	}
}

func TestASessionKeepsItsClientAlive(t *testing.T) {
	session := func() *peerid.Session {
		client, err := peerid.NewClient(peerid.Config{BaseURL: sandboxURL, ClientID: "4", ClientSecret: "demo-secret-4"})
		if err != nil {
			t.Fatal(err)
		}
		session, err := client.Login(context.Background(), alice)
		if err != nil {
			t.Fatal(err)
		}
		return session
	}
	reset(t)
	alive := session()
	defer alive.Close()
	for i := 0; i < 5; i++ {
		runtime.GC()
		if _, err := alive.Submit(context.Background(), transfer(1)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestClosingWhileManyGoroutinesCallIsSafe(t *testing.T) {
	for round := 0; round < 5; round++ {
		client := newClient(t)
		session := login(t, client)
		var group sync.WaitGroup
		for i := 0; i < 50; i++ {
			group.Add(1)
			go func(i int) {
				defer group.Done()
				for {
					if i == 0 {
						session.Close()
					}
					if i == 1 {
						client.Close()
					}
					if _, err := session.Submit(context.Background(), transfer(1)); err != nil {
						if !errors.Is(err, peerid.ErrClosed) {
							t.Error(err)
						}
						return
					}
				}
			}(i)
		}
		group.Wait()
	}
}
