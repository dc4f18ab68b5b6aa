package peerid

import "sync/atomic"

// handle owns an object of the library. Any number of calls may use the object. It is freed when the handle is closed
// and the last call has ended, because an object must not be freed while another thread uses it.
type handle[Object any] struct {
	object *Object
	free   func(*Object)
	// The number of calls that use it; closedBit is added when the handle is closed.
	state atomic.Int64
}

const closedBit = int64(1) << 62

func newHandle[Object any](object *Object, free func(*Object)) *handle[Object] {
	return &handle[Object]{object: object, free: free}
}

// acquire keeps the object usable until release; it returns false when the handle is closed.
func (h *handle[Object]) acquire() bool {
	for {
		state := h.state.Load()
		if state >= closedBit {
			return false
		}
		if h.state.CompareAndSwap(state, state+1) {
			return true
		}
	}
}

func (h *handle[Object]) release() {
	if h.state.Add(-1) == closedBit {
		h.free(h.object)
	}
}

// close makes later calls of acquire fail, and frees the object after the last call that uses it. It returns whether
// this call closed the handle.
func (h *handle[Object]) close() bool {
	for {
		state := h.state.Load()
		if state >= closedBit {
			return false
		}
		if h.state.CompareAndSwap(state, state+closedBit) {
			if state == 0 {
				h.free(h.object)
			}
			return true
		}
	}
}
