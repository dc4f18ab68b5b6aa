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
