package peerid

// Registered returns the number of values that C can call back.
func Registered() int {
	return size(&allHooks) + size(&backends) + size(&locks)
}

func size[Value any](r *registry[Value]) int {
	r.mutex.RLock()
	defer r.mutex.RUnlock()
	return len(r.values)
}

// AnswerIntoQueue makes all calls use the queue, even the few that would block a thread; restore ends that. No call may
// be in flight meanwhile.
func AnswerIntoQueue() (restore func()) {
	before := maximumDirect
	maximumDirect = 0
	return func() { maximumDirect = before }
}
