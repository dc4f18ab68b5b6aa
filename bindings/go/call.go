package peerid

// #include "bridge.h"
import "C"

import "context"

// This file is where Go waits for the library: for calls that answer into the queue, and for the few that block because
// they may use a store.

// beginning is how a call that answers into the queue is begun.
type beginning func(queue *C.peerid_queue, tag C.uint64_t, id *C.uint64_t) *C.peerid_error

// call makes a call that answers into the queue, and gives its completion, which the caller frees. When the context ends
// the call is cancelled; its completion still comes, and tells what really became of the request.
func (c *Client) call(ctx context.Context, begin beginning) (*C.peerid_completion, error) {
	if ended := ctx.Err(); ended != nil {
		return nil, notBegun(ended)
	}
	completions, err := theCompletions()
	if err != nil {
		return nil, err
	}
	select {
	case c.slots <- struct{}{}:
	default:
		// The library would refuse the call. Goroutines are used to waiting for their turn.
		select {
		case c.slots <- struct{}{}:
		case <-ctx.Done():
			return nil, notBegun(ctx.Err())
		}
	}
	defer func() { <-c.slots }()

	tag, w := completions.expect()
	var id C.uint64_t
	if err := asError(begin(completions.queue, tag, &id)); err != nil {
		completions.forget(tag, w)
		return nil, err
	}
	completion := c.wait(ctx, w, id)
	waiters.Put(w)
	failure := takeError(C.peerid_completion_error(completion))
	if failure == nil {
		return completion, nil
	}
	C.peerid_completion_free(completion)
	if ended := ctx.Err(); ended != nil && failure.Code == ErrCancelled {
		return nil, failure.withContext(ended)
	}
	return nil, failure
}

func (c *Client) wait(ctx context.Context, w waiter, id C.uint64_t) *C.peerid_completion {
	select {
	case completion := <-w:
		return completion
	case <-ctx.Done():
		C.peerid_client_cancel(c.handle.object, id)
		return <-w
	}
}

// maximumThreads is how many calls block a thread at a time. The Go runtime ends a program that needs 10,000 threads.
const maximumThreads = 64

var threads = make(chan struct{}, maximumThreads)

// block makes a call that sends nothing but may have to wait for a store. When the context ends the caller goes on, and
// so does the call, in the background; abandon then frees what it brings.
func block(ctx context.Context, run func() error, abandon func()) error {
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
		go func() {
			if err := <-done; err == nil && abandon != nil {
				abandon()
			}
		}()
		return newError(ErrCancelled, "the store has not answered; what was asked of it may still happen").withContext(ctx.Err())
	}
}

// notBegun is the error of a call whose context ended before it.
func notBegun(ended error) *Error {
	e := newError(ErrCancelled, "nothing was sent").withContext(ended)
	e.Retryable = true
	return e
}
