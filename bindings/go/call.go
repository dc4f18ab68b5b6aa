package peerid

// #include "bridge.h"
import "C"

import "context"

// This file is where Go waits for the library.

// beginning is how a call that answers into the queue is begun.
type beginning func(queue *C.peerid_queue, tag C.uint64_t, id *C.uint64_t) *C.peerid_error

// exchange is a call that can be made in two ways: blocking a thread, which is the fastest way for a few calls at a time,
// or answering into the queue, which serves any number.
type exchange[Answer any] struct {
	// run makes the call on this thread. The cancellation, if there is one, ends it early.
	run func(cancellation *C.peerid_cancellation, answer *Answer) *C.peerid_error
	// begin begins the call.
	begin beginning
	// take takes what the completion brings, and frees it.
	take func(completion *C.peerid_completion, answer *Answer) *C.peerid_error
}

// maximumDirect is how many calls of a client may be in flight, so that another one blocks a thread. A thread that is
// blocked keeps its processor from other goroutines for a while, so this is for the few. Only tests change it.
var maximumDirect = 1

// perform makes a call in the way that is better now. When the context ends the call is cancelled, and its error tells
// what really became of the request.
func perform[Answer any](ctx context.Context, client *Client, call exchange[Answer]) (*Answer, error) {
	if err := client.enter(ctx); err != nil {
		return nil, err
	}
	defer client.leave()
	if len(client.slots) <= maximumDirect {
		return block(ctx, call)
	}
	return await(ctx, client, call)
}

// queued makes a call that answers into the queue in any case.
func queued[Answer any](ctx context.Context, client *Client, call exchange[Answer]) (*Answer, error) {
	if err := client.enter(ctx); err != nil {
		return nil, err
	}
	defer client.leave()
	return await(ctx, client, call)
}

// enter waits until the client takes another call, or fails if that is wanted. The library would refuse it; goroutines
// are used to waiting.
func (c *Client) enter(ctx context.Context) error {
	if ended := ctx.Err(); ended != nil {
		return notBegun(ended)
	}
	select {
	case c.slots <- struct{}{}:
		return nil
	default:
	}
	if c.failsWhenFull {
		e := newError(ErrQueueFull, "%d calls are in flight (option max_in_flight): begin more when some have ended", cap(c.slots))
		e.Retryable = true
		return e
	}
	select {
	case c.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return notBegun(ctx.Err())
	}
}

func (c *Client) leave() {
	<-c.slots
}

// block makes a call on this thread.
func block[Answer any](ctx context.Context, call exchange[Answer]) (*Answer, error) {
	answer := new(Answer)
	var failure *C.peerid_error
	if ctx.Done() == nil {
		failure = call.run(nil, answer)
	} else {
		watch := watchContext(ctx)
		failure = call.run(watch.cancellation(), answer)
		watch.end()
	}
	if failure != nil {
		return nil, ofContext(ctx, takeError(failure))
	}
	return answer, nil
}

// await makes a call that answers into the queue.
func await[Answer any](ctx context.Context, client *Client, call exchange[Answer]) (*Answer, error) {
	completions, err := theCompletions()
	if err != nil {
		return nil, err
	}
	tag, w := completions.expect()
	var id C.uint64_t
	if err := asError(call.begin(completions.queue, tag, &id)); err != nil {
		completions.forget(tag, w)
		return nil, err
	}
	completion := client.wait(ctx, w, id)
	waiters.Put(w)
	answer := new(Answer)
	if failure := call.take(completion, answer); failure != nil {
		return nil, ofContext(ctx, takeError(failure))
	}
	return answer, nil
}

// wait waits for the completion of a call, which comes in any case.
func (c *Client) wait(ctx context.Context, w waiter, id C.uint64_t) *C.peerid_completion {
	select {
	case completion := <-w:
		return completion
	case <-ctx.Done():
		C.peerid_client_cancel(c.handle.object, id)
		return <-w
	}
}

// ofContext says why a call was cancelled, if the context did it.
func ofContext(ctx context.Context, failure *Error) *Error {
	if ended := ctx.Err(); ended != nil && failure.Code == ErrCancelled {
		return failure.withContext(ended)
	}
	return failure
}

// notBegun is the error of a call whose context ended before it.
func notBegun(ended error) *Error {
	e := newError(ErrCancelled, "nothing was sent").withContext(ended)
	e.Retryable = true
	return e
}
