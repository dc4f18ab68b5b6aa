package peerid_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

// cancellationLimit is shorter than the limit of calls. The delayed ones get no answer.
const cancellationLimit = 5 * time.Minute

func TestAContextThatHasEndedSendsNothing(t *testing.T) {
	session := login(t, newClient(t))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for name, call := range map[string]func() error{
		"Submit":  func() error { _, err := session.Submit(ctx, transfer(1)); return err },
		"Token":   func() error { _, err := session.Token(ctx); return err },
		"Refresh": func() error { return session.Refresh(ctx) },
		"Logout":  func() error { return session.Logout(ctx) },
	} {
		err := call()
		wantError(t, err, peerid.ErrCancelled, peerid.OutcomeNotSent)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v does not wrap context.Canceled", name, err)
		}
	}
	if count := requestCount(t, "POST "+operationsPath); count != 0 {
		t.Errorf("%d requests were sent", count)
	}
}

func TestASubmitThatIsCancelledInFlightIsUnknown(t *testing.T) {
	session := login(t, newClient(t))
	control(t, "faults", operationsFault("delay", object{"ms": untilReleased}))
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		// The request has left when the sandbox has seen it.
		awaitRequests(t, operationsPath, 1)
		cancel()
	}()
	within(t, cancellationLimit, func() {
		_, err := session.Submit(ctx, transfer(1))
		failure := wantError(t, err, peerid.ErrCancelled, peerid.OutcomeUnknown)
		if !errors.Is(err, context.Canceled) || failure.Retryable {
			t.Errorf("got %v, retryable %v", err, failure.Retryable)
		}
	})
}

func TestADeadlineEndsACall(t *testing.T) {
	session := login(t, newClient(t))
	control(t, "faults", operationsFault("delay", object{"ms": untilReleased, "times": "always"}))
	outcome := peerid.OutcomeNotSent
	// On a slow machine the deadline may pass before the request is sent.
	for limit := 100 * time.Millisecond; outcome == peerid.OutcomeNotSent && limit < cancellationLimit; limit *= 2 {
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		within(t, limit+cancellationLimit, func() {
			_, err := session.Submit(ctx, transfer(1))
			var failure *peerid.Error
			if !errors.As(err, &failure) || !errors.Is(err, peerid.ErrTimeout) || !errors.Is(err, context.DeadlineExceeded) ||
				!failure.Timeout() {
				t.Fatalf("got %v", err)
			}
			outcome = failure.Outcome
		})
		cancel()
	}
	if outcome != peerid.OutcomeUnknown {
		t.Errorf("the outcome is %v", outcome)
	}
}

func TestACallThatWaitsForARefreshHasDoneNothingWhenItIsCancelled(t *testing.T) {
	session := login(t, newClient(t))
	control(t, "expire", object{})
	control(t, "faults", object{"kind": "delay", "path": refreshPath, "ms": untilReleased})
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		awaitRequests(t, refreshPath, 1)
		cancel()
	}()
	_, err := session.Submit(ctx, transfer(1))
	// The server has refused the token, and the operation was not sent again.
	wantError(t, err, peerid.ErrCancelled, peerid.OutcomeNotDone)
	// The refresh continues, and the session gets its tokens.
	release(t)
	if _, err := session.Submit(context.Background(), transfer(1)); err != nil {
		t.Error(err)
	}
	if count := requestCount(t, "POST "+refreshPath); count != 1 {
		t.Errorf("%d refreshes", count)
	}
}

func TestALogInIsCancelled(t *testing.T) {
	client := newClient(t)
	control(t, "faults", object{"kind": "delay", "path": tokenPath, "ms": untilReleased})
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	within(t, cancellationLimit, func() {
		_, err := client.Login(ctx, alice)
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, peerid.ErrTimeout) {
			t.Errorf("got %v", err)
		}
	})
}

func TestOneContextEndsItsOwnCallAlone(t *testing.T) {
	session := login(t, newClient(t))
	control(t, "faults", operationsFault("delay_after", object{"ms": untilReleased, "times": 2}))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var group sync.WaitGroup
	group.Add(2)
	go func() {
		defer group.Done()
		_, err := session.Submit(ctx, transfer(1))
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		release(t)
	}()
	go func() {
		defer group.Done()
		other, cancelOther := context.WithCancel(context.Background())
		defer cancelOther()
		if _, err := session.Submit(other, transfer(2)); err != nil {
			t.Error(err)
		}
	}()
	awaitRequests(t, operationsPath, 2)
	cancel()
	group.Wait()
}

func TestTenThousandGoroutinesNeedFewThreads(t *testing.T) {
	session := login(t, newClient(t, option("max_in_flight", "5000")))
	control(t, "faults", operationsFault("delay", object{"ms": untilReleased, "times": 100}))
	const calls = 10_000
	var group sync.WaitGroup
	group.Add(calls)
	for i := 0; i < calls; i++ {
		go func() {
			defer group.Done()
			if _, err := session.Submit(context.Background(), transfer(1)); err != nil {
				t.Error(err)
			}
		}()
	}
	awaitRequests(t, operationsPath, 50)
	if count := threadCount(t); count > 100 {
		t.Errorf("%d threads", count)
	} else {
		t.Logf("%d threads", count)
	}
	control(t, "faults", object{"clear": true})
	release(t)
	group.Wait()
	var executed struct{ Transactions int }
	if err := json.Unmarshal(control(t, "executed", nil), &executed); err != nil {
		t.Fatal(err)
	}
	if executed.Transactions != calls {
		t.Errorf("%d transactions, want %d", executed.Transactions, calls)
	}
}

// threadCount returns the number of threads of this process.
func threadCount(t *testing.T) int {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	var count int
	if _, found, _ := strings.Cut(string(status), "Threads:"); found == "" {
		t.Fatal("the number of threads is not told")
	} else if _, err := fmt.Sscan(found, &count); err != nil {
		t.Fatal(err)
	}
	return count
}

func TestMoreCallsThanTheClientTakesWaitForTheirTurn(t *testing.T) {
	session := login(t, newClient(t, option("max_in_flight", "10")))
	control(t, "faults", operationsFault("delay", object{"ms": untilReleased, "times": 10}))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	const calls = 40
	outcomes := make(chan peerid.Outcome, calls)
	within(t, cancellationLimit, func() {
		for i := 0; i < calls; i++ {
			go func() {
				_, err := session.Submit(ctx, transfer(1))
				var failure *peerid.Error
				if !errors.As(err, &failure) || !errors.Is(err, context.Canceled) {
					t.Errorf("got %v", err)
					outcomes <- 0
					return
				}
				outcomes <- failure.Outcome
			}()
		}
		awaitRequests(t, operationsPath, 10)
		cancel()
		counted := map[peerid.Outcome]int{}
		for i := 0; i < calls; i++ {
			counted[<-outcomes]++
		}
		if counted[peerid.OutcomeUnknown] != 10 || counted[peerid.OutcomeNotSent] != 30 {
			t.Errorf("outcomes %v", counted)
		}
	})
}

func TestCallsCanFailWhenTheClientIsFull(t *testing.T) {
	session := login(t, newClient(t, option("max_in_flight", "2"), func(config *peerid.Config) { config.FailWhenFull = true }))
	control(t, "faults", operationsFault("delay_after", object{"ms": untilReleased, "times": 2}))
	const calls = 5
	failures := make(chan error, calls)
	for i := 0; i < calls; i++ {
		go func() {
			_, err := session.Submit(context.Background(), transfer(1))
			failures <- err
		}()
	}
	refused := 0
	for i := 0; i < calls; i++ {
		err := <-failures
		if err == nil {
			continue
		}
		var failure *peerid.Error
		if !errors.As(err, &failure) || !errors.Is(err, peerid.ErrQueueFull) ||
			failure.Outcome != peerid.OutcomeNotSent || !failure.Retryable {
			t.Errorf("got %v", err)
		}
		if refused++; refused == calls-2 {
			awaitRequests(t, operationsPath, 2)
			release(t)
		}
	}
	if refused != calls-2 {
		t.Errorf("%d of %d calls were refused", refused, calls)
	}
	if _, err := session.Submit(context.Background(), transfer(1)); err != nil {
		t.Errorf("with room again: %v", err)
	}
}
