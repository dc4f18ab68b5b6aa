// Command go makes the calls of a Go program for soak.py: two goroutines submit on a session that other processes
// share, two on a session of their own, and one makes all other calls. See soak.py for a worker's arguments and output.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

type worker struct {
	client *peerid.Client
	first  int64
	last   int64
	pause  time.Duration
	over   chan struct{}
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if len(arguments) != 4 {
		return errors.New("usage: go URL FOLDER FIRST PAUSE")
	}
	first, err := strconv.ParseInt(arguments[2], 10, 64)
	if err != nil {
		return err
	}
	pause, err := strconv.Atoi(arguments[3])
	if err != nil {
		return err
	}
	store, err := peerid.NewDirectoryStore(arguments[1])
	if err != nil {
		return err
	}
	client, err := peerid.NewClient(peerid.Config{
		BaseURL: arguments[0], ClientID: "4", ClientSecret: "demo-secret-4", Store: store,
		Options: map[string]string{"request_timeout_ms": "2000", "relogin": "keep", "settleable": "true"},
	})
	store.Close()
	if err != nil {
		return err
	}
	w := &worker{client: client, first: first, last: first, pause: time.Duration(pause) * time.Millisecond, over: make(chan struct{})}
	var lanes sync.WaitGroup
	for _, lane := range []func(){
		func() { w.submit("shared", "1.2.31", peerid.WithKey("shared")) },
		func() { w.submit("shared", "1.2.31", peerid.WithKey("shared")) },
		func() { w.submit("go", "1.2.35") },
		func() { w.submit("go", "1.2.35") },
		w.mix,
	} {
		lanes.Add(1)
		go func(lane func()) {
			defer lanes.Done()
			lane()
		}(lane)
	}
	go w.collect()
	_, _ = io.Copy(io.Discard, os.Stdin)
	close(w.over)
	lanes.Wait()
	if err := client.Close(); err != nil {
		return err
	}
	fmt.Println("end", atomic.LoadInt64(&w.last)-w.first)
	return nil
}

// rest waits until the next call; false when the run is over.
func (w *worker) rest() bool {
	select {
	case <-w.over:
		return false
	case <-time.After(w.pause):
		return true
	}
}

// collect frees garbage every second and returns its pages to the system, so that the measured memory is what is in
// use, not what the collector has yet to free.
func (w *worker) collect() {
	for {
		select {
		case <-w.over:
			return
		case <-time.After(time.Second):
			debug.FreeOSMemory()
		}
	}
}

// report prints how a call ended, and returns its error.
func report(kind string, marker int64, call func() error) error {
	began := time.Now()
	err := call()
	outcome, name := "done", "ok"
	var failure *peerid.Error
	if errors.As(err, &failure) {
		outcome, name = failure.Outcome.String(), failure.Code.String()
	}
	fmt.Printf("%s %d %s %d %s\n", kind, marker, outcome, time.Since(began).Microseconds(), name)
	return err
}

// logIn tries until it succeeds; nil when the run is over.
func (w *worker) logIn(user string, options ...peerid.SessionOption) *peerid.Session {
	for w.rest() {
		var session *peerid.Session
		err := report("login", 0, func() (err error) {
			session, err = w.client.Login(context.Background(), peerid.Password{Login: user, Password: user + "-password"}, options...)
			return err
		})
		if err == nil {
			return session
		}
	}
	return nil
}

// submit submits one operation after the other, and settles unknown outcomes.
func (w *worker) submit(user, account string, options ...peerid.SessionOption) {
	ctx := context.Background()
	session := w.logIn(user, options...)
	for session != nil && w.rest() {
		marker := atomic.AddInt64(&w.last, 1) - 1
		err := report("submit", marker, func() error {
			_, err := session.Submit(ctx, peerid.Transfer{FeeAsset: "1.3.0", From: peerid.ObjectID(account), To: "1.2.33",
				Amount: peerid.Asset{Amount: marker, AssetID: "1.3.0"}})
			return err
		})
		switch {
		case errors.Is(err, peerid.ErrLoginRequired):
			session.Close()
			session = w.logIn(user, options...)
		case errors.Is(err, peerid.OutcomeUnknown):
			// A certain result must already be true.
			began, state := time.Now(), peerid.SettlementState("failed")
			if settlement, err := session.Settle(ctx, err); err == nil {
				state = settlement.State
			}
			fmt.Println("settle", marker, state, time.Since(began).Microseconds(), "ok")
		}
	}
	if session != nil {
		session.Close()
	}
}

// mix makes all other calls in turn.
func (w *worker) mix() {
	ctx := context.Background()
	session := w.logIn("go-others", peerid.WithKey("go-others"))
	for turn := 0; session != nil && w.rest(); turn++ {
		var err error
		switch {
		case turn%6 == 0:
			_ = report("read", 0, func() error {
				_, err := w.client.ReadChain(ctx, "database", "get_chain_properties")
				return err
			})
		case turn%6 == 1:
			err = report("token", 0, func() error {
				_, err := session.Token(ctx)
				return err
			})
		case turn%6 == 2:
			_ = report("open", 0, func() error {
				opened, err := w.client.Open(ctx, "shared")
				if err == nil {
					opened.Close()
				}
				return err
			})
		case turn%6 == 3:
			_ = report("statistics", 0, func() error {
				_, err := w.client.Statistics()
				return err
			})
		case turn%60 == 4:
			err = report("refresh", 0, func() error { return session.Refresh(ctx) })
		case turn%90 == 5:
			_ = report("logout", 0, func() error { return session.Logout(ctx) })
			err = peerid.ErrLoginRequired
		}
		if errors.Is(err, peerid.ErrLoginRequired) {
			session.Close()
			session = w.logIn("go-others", peerid.WithKey("go-others"))
		}
	}
	if session != nil {
		session.Close()
	}
}
