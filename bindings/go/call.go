package peerid

// #include "bridge.h"
import "C"

import "context"

// This file calls the library and waits for the results.

// beginning starts an asynchronous call. The queue receives its completion.
type beginning func(queue *C.peerid_queue, tag C.uint64_t, id *C.uint64_t) *C.peerid_error

// exchange is a call that can be made in two ways: blocking a thread, which is fastest for a few calls at a time, or
// asynchronously through the queue, for any number of calls.
type exchange[Answer any] struct {
	// run makes the call on this thread. The cancellation, if it is not nil, can end it early, but not while the thread
	// waits in a store: run is nil for the calls that would do so.
	run func(cancellation *C.peerid_cancellation, answer *Answer) *C.peerid_error
	// begin starts the asynchronous call.
	begin beginning
	// take takes the result from the completion, and frees the completion.
	take func(completion *C.peerid_completion, answer *Answer) *C.peerid_error
}

// maximumDirect is the maximum number of calls in flight for which a call blocks a thread. It is small, because a
// blocked thread keeps its processor from other goroutines for a while. Only tests change it.
var maximumDirect = 1

// perform makes a call in the better of the two ways. When the context ends, the call is cancelled, and the outcome of
// its error says whether the request may have been sent.
func perform[Answer any](ctx context.Context, client *Client, call exchange[Answer]) (*Answer, error) {
	if err := client.enter(ctx); err != nil {
		return nil, err
	}
	defer client.leave()
	if call.run != nil && len(client.slots) <= maximumDirect {
		return block(ctx, call)
	}
	return await(ctx, client, call)
}

// enter waits until the client may have another call in flight, or fails if [Config.FailWhenFull] is set. (The library
// itself would always return an error.)
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

// await makes an asynchronous call and waits for its completion.
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

// wait waits for the completion of a call, which always arrives.
func (c *Client) wait(ctx context.Context, w waiter, id C.uint64_t) *C.peerid_completion {
	select {
	case completion := <-w:
		return completion
	case <-ctx.Done():
		C.peerid_client_cancel(c.handle.object, id)
		return <-w
	}
}

// ofContext adds the error of the context that cancelled a call.
func ofContext(ctx context.Context, failure *Error) *Error {
	if ended := ctx.Err(); ended != nil && failure.Code == ErrCancelled {
		return failure.withContext(ended)
	}
	return failure
}

// notBegun is the error of a call whose context had already ended.
func notBegun(ended error) *Error {
	e := newError(ErrCancelled, "nothing was sent").withContext(ended)
	e.Retryable = true
	return e
}
