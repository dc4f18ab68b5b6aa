package peerid

import "time"

// Registered returns the number of values that C can call back.
func Registered() int {
	return size(&allHooks) + size(&backends) + size(&locks)
}

func size[Value any](r *registry[Value]) int {
	r.mutex.RLock()
	defer r.mutex.RUnlock()
	return len(r.values)
}

// SetFlushLimit changes how long Close waits; restore ends that.
func SetFlushLimit(limit time.Duration) (restore func()) {
	before := flushMilliseconds
	flushMilliseconds = limit.Milliseconds()
	return func() { flushMilliseconds = before }
}

// AnswerIntoQueue makes all calls use the queue, even the few that would block a thread; restore ends that. No call may
// be in flight meanwhile.
func AnswerIntoQueue() (restore func()) {
	before := maximumDirect
	maximumDirect = 0
	return func() { maximumDirect = before }
}

// ForgetQueue makes the next call create the queue of the process again; restore ends that. No call may be in flight
// meanwhile.
func ForgetQueue() (restore func()) {
	before := sharedCompletions
	sharedCompletions = nil
	return func() { sharedCompletions = before }
}
