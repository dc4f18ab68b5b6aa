package peerid

import "sync/atomic"

// handle owns an object of the library. It lets any number of calls use the object and frees it when it is closed and
// the last of them has ended, because an object must not be freed while another thread uses it.
type handle[Object any] struct {
	object *Object
	free   func(*Object)
	// The number of users; closedBit is added when the handle is closed.
	state atomic.Int64
}

const closedBit = int64(1) << 62

func newHandle[Object any](object *Object, free func(*Object)) *handle[Object] {
	return &handle[Object]{object: object, free: free}
}

// acquire allows to use the object until release; false when it is closed.
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

// close lets nobody acquire the handle any more, and frees the object after its last user. Returns whether this call
// was the one that closed it.
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
