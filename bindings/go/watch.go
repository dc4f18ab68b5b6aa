package peerid

// #include "bridge.h"
import "C"

import (
	"context"
	"runtime"
	"sync"
)

// watch cancels a blocking call when a context ends.
type watch struct {
	canceller *canceller
	ended     chan struct{}
}

// canceller owns a cancellation of the library. The garbage collector frees it when it is not used any more.
type canceller struct {
	object *C.peerid_cancellation
}

// cancellers contains cancellers that were not cancelled, for reuse.
var cancellers = sync.Pool{New: func() any {
	c := &canceller{}
	if asError(C.peerid_cancellation_create(&c.object)) != nil {
		// This call fails only for NULL.
		return c
	}
	runtime.SetFinalizer(c, func(c *canceller) { C.peerid_cancellation_free(c.object) })
	return c
}}

// watchContext starts to watch a context.
func watchContext(ctx context.Context) watch {
	w := watch{canceller: cancellers.Get().(*canceller), ended: make(chan struct{})}
	go func() {
		select {
		case <-ctx.Done():
			// The call may have just ended. A cancellation that was cancelled is not reused.
			C.peerid_cancellation_cancel(w.canceller.object)
			runtime.KeepAlive(w.canceller)
		case <-w.ended:
			cancellers.Put(w.canceller)
		}
	}()
	return w
}

// cancellation returns the cancellation to use for the call.
func (w watch) cancellation() *C.peerid_cancellation {
	return w.canceller.object
}

// end stops watching.
func (w watch) end() {
	close(w.ended)
	runtime.KeepAlive(w.canceller)
}
