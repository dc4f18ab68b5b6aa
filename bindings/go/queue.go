package peerid

// #include "bridge.h"
import "C"

import (
	"os"
	"sync"
	"syscall"
)

// completions is the queue of all calls of the process. One goroutine takes the completions and delivers them to the
// goroutines that wait for them. Go's poller watches the queue's descriptor, so waiting calls block no thread in C.
type completions struct {
	queue *C.peerid_queue

	mutex   sync.Mutex
	lastTag C.uint64_t
	waiters map[C.uint64_t]waiter
}

// waiter receives the completion of one call, exactly once.
type waiter chan *C.peerid_completion

// waiters are reused, so that a call costs no channel.
var waiters = sync.Pool{New: func() any { return make(waiter, 1) }}

var (
	sharedCompletions      *completions
	sharedCompletionsMutex sync.Mutex
)

// theCompletions creates the queue of the process at the first call, or later if it fails. It is never freed.
func theCompletions() (*completions, error) {
	sharedCompletionsMutex.Lock()
	defer sharedCompletionsMutex.Unlock()
	if sharedCompletions == nil {
		made, err := newCompletions()
		if err != nil {
			return nil, err
		}
		sharedCompletions = made
	}
	return sharedCompletions, nil
}

func newCompletions() (*completions, error) {
	var queue *C.peerid_queue
	if err := asError(C.peerid_queue_create(&queue)); err != nil {
		return nil, err
	}
	// Watch a copy of the queue's descriptor: Go closes what it watches, and the descriptor itself must stay open.
	descriptor, err := syscall.Dup(int(C.peerid_queue_fd(queue)))
	if err != nil {
		C.peerid_queue_free(queue)
		return nil, newError(ErrInternal, "no descriptor to watch the queue with: %v", err).causedBy(err)
	}
	syscall.CloseOnExec(descriptor)
	watched, err := os.NewFile(uintptr(descriptor), "peerid queue").SyscallConn()
	if err != nil {
		C.peerid_queue_free(queue)
		return nil, newError(ErrInternal, "the queue cannot be watched: %v", err).causedBy(err)
	}
	c := &completions{queue: queue, waiters: map[C.uint64_t]waiter{}}
	go c.deliver(watched)
	return c, nil
}

// deliver delivers completions; it never returns.
func (c *completions) deliver(watched syscall.RawConn) {
	const batch = 256
	completed := make([]*C.peerid_completion, batch)
	tags := make([]C.uint64_t, batch)
	for {
		var count C.size_t
		// Read calls the function immediately, and again whenever the descriptor has become readable.
		err := watched.Read(func(uintptr) bool {
			count = C.peerid_go_queue_take(c.queue, batch, &completed[0], &tags[0])
			return count > 0
		})
		if err != nil {
			// This cannot happen, because nothing closes the descriptor. Without it every call would hang.
			panic("peerid: the queue can no longer be watched: " + err.Error())
		}
		c.hand(completed[:count], tags[:count])
	}
}

func (c *completions) hand(completed []*C.peerid_completion, tags []C.uint64_t) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for i, tag := range tags {
		// This does not block: the channel has room for the one completion of its waiter.
		c.waiters[tag] <- completed[i]
		delete(c.waiters, tag)
	}
}

// expect prepares for the completion of a call that is about to start.
func (c *completions) expect() (C.uint64_t, waiter) {
	w := waiters.Get().(waiter)
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.lastTag++
	c.waiters[c.lastTag] = w
	return c.lastTag, w
}

// forget is for a call that did not start, which gets no completion.
func (c *completions) forget(tag C.uint64_t, w waiter) {
	c.mutex.Lock()
	delete(c.waiters, tag)
	c.mutex.Unlock()
	waiters.Put(w)
}
