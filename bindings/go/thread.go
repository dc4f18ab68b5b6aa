package peerid

import "context"

// maximumThreads is the maximum number of calls that block a thread at a time. The Go runtime ends a program that has
// 10,000 threads.
const maximumThreads = 64

var threads = make(chan struct{}, maximumThreads)

// onThread makes a call that can block only in a store. When the context ends, the caller continues, and the call
// continues in the background; abandon then frees its result. The outcome is then unknown.
func onThread(ctx context.Context, run func() error, abandon func()) error {
	if ended := ctx.Err(); ended != nil {
		return notBegun(ended)
	}
	select {
	case threads <- struct{}{}:
	case <-ctx.Done():
		return notBegun(ctx.Err())
	}
	if ctx.Done() == nil {
		defer func() { <-threads }()
		return run()
	}
	done := make(chan error, 1)
	go func() {
		defer func() { <-threads }()
		done <- run()
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		select {
		case err := <-done:
			return err
		default:
		}
		go func() {
			if err := <-done; err == nil && abandon != nil {
				abandon()
			}
		}()
		e := newError(ErrCancelled, "the store has not answered; it may still carry out the call").withContext(ctx.Err())
		e.Outcome = OutcomeUnknown
		return e
	}
}
