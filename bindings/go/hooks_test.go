package peerid_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

func TestTheLogContainsARefreshAndNoSecret(t *testing.T) {
	var mutex sync.Mutex
	var lines []string
	session := login(t, newClient(t, func(config *peerid.Config) {
		config.Log = func(level peerid.Level, message string) {
			mutex.Lock()
			defer mutex.Unlock()
			lines = append(lines, fmt.Sprintf("%v: %s", level, message))
			panic("a log that breaks")
		}
	}))
	if err := session.Refresh(context.Background()); err != nil {
		t.Fatal(err)
	}
	// The event is logged after the waiting calls have been woken.
	deadline := time.Now().Add(patience)
	for {
		mutex.Lock()
		text := strings.Join(lines, "\n")
		mutex.Unlock()
		if strings.Contains(text, "info: session refreshed") {
			if token, err := session.CurrentToken(); err != nil || strings.Contains(text, token.AccessToken) {
				t.Errorf("the log holds a token (%v)", err)
			}
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the log says %q", text)
		}
		time.Sleep(time.Millisecond)
	}
}

func TestReloginIsAskedWhenTheRefreshTokenWasUsed(t *testing.T) {
	asked := make(chan string, 1)
	session := login(t, newClient(t, func(config *peerid.Config) {
		config.Relogin = func(key string) (peerid.Password, bool) {
			asked <- key
			return alice, true
		}
	}))
	control(t, "expire", object{})
	control(t, "revoke", object{"part": "refresh"})
	// The pair that the server returns has expired as well: the test only checks that the handler was asked.
	_, _ = session.Submit(context.Background(), transfer(1))
	select {
	case key := <-asked:
		if key != "" {
			t.Errorf("asked for the key %q", key)
		}
	case <-time.After(patience):
		t.Error("nobody asked for the credentials")
	}
}

func TestReloginThatDeclinesOrPanicsEndsTheSession(t *testing.T) {
	for name, relogin := range map[string]func(string) (peerid.Password, bool){
		"declines": func(string) (peerid.Password, bool) { return peerid.Password{}, false },
		"panics":   func(string) (peerid.Password, bool) { panic("no credentials") },
		"a NUL":    func(string) (peerid.Password, bool) { return peerid.Password{Login: "\x00"}, true },
		"empty":    func(string) (peerid.Password, bool) { return peerid.Password{}, true },
	} {
		t.Run(name, func(t *testing.T) {
			session := login(t, newClient(t, func(config *peerid.Config) { config.Relogin = relogin }))
			control(t, "revoke", object{"part": "both"})
			_, err := session.Submit(context.Background(), transfer(1))
			wantError(t, err, peerid.ErrLoginRequired, peerid.OutcomeNotDone)
		})
	}
}

func TestALogThatPanicsAboutAPanicOfReloginIsDropped(t *testing.T) {
	var mutex sync.Mutex
	var told []string
	session := login(t, newClient(t, func(config *peerid.Config) {
		config.Relogin = func(string) (peerid.Password, bool) { panic("no credentials") }
		config.Log = func(level peerid.Level, message string) {
			mutex.Lock()
			defer mutex.Unlock()
			told = append(told, fmt.Sprintf("%v: %s", level, message))
			panic("a log that breaks")
		}
	}))
	control(t, "revoke", object{"part": "both"})
	_, err := session.Submit(context.Background(), transfer(1))
	wantError(t, err, peerid.ErrLoginRequired, peerid.OutcomeNotDone)
	mutex.Lock()
	defer mutex.Unlock()
	if text := strings.Join(told, "\n"); !strings.Contains(text, "error: Config.Relogin panicked: no credentials") {
		t.Errorf("the log says %q", text)
	}
}
