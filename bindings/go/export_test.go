package peerid

// Registered counts what C may call back to.
func Registered() int {
	return size(&allHooks) + size(&backends) + size(&locks)
}

func size[Value any](r *registry[Value]) int {
	r.mutex.RLock()
	defer r.mutex.RUnlock()
	return len(r.values)
}

// AnswerIntoQueue makes all calls answer into the queue, also the few that would block a thread; restore ends that. No
// call may be under way meanwhile.
func AnswerIntoQueue() (restore func()) {
	before := maximumDirect
	maximumDirect = 0
	return func() { maximumDirect = before }
}
