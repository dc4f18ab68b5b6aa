package peerid

import "sync"

// registry assigns numbers to the Go values that callbacks from C use, because C must not keep a pointer to Go memory.
// A number that was removed finds nothing (a cgo.Handle would panic), because a refresh may outlive its session.
type registry[Value any] struct {
	mutex  sync.RWMutex
	last   uintptr
	values map[uintptr]Value
}

func (r *registry[Value]) add(value Value) uintptr {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.values == nil {
		r.values = map[uintptr]Value{}
	}
	r.last++
	r.values[r.last] = value
	return r.last
}

func (r *registry[Value]) get(id uintptr) (Value, bool) {
	r.mutex.RLock()
	defer r.mutex.RUnlock()
	value, found := r.values[id]
	return value, found
}

func (r *registry[Value]) remove(id uintptr) (Value, bool) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	value, found := r.values[id]
	delete(r.values, id)
	return value, found
}
