package peerid_test

import (
	"context"
	"syscall"
	"testing"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

func TestTheQueueIsCreatedLaterIfThereWasNoDescriptorForIt(t *testing.T) {
	store := peerid.NewMemoryStore()
	defer store.Close()
	client := newClient(t, in(store))
	defer peerid.ForgetQueue()()
	withoutDescriptors(t, func() {
		_, err := client.Open(context.Background(), "nobody")
		wantError(t, err, peerid.ErrInternal, peerid.OutcomeNotSent)
	})
	// Open uses the queue, and tells that the store is empty.
	_, err := client.Open(context.Background(), "nobody")
	wantError(t, err, peerid.ErrLoginRequired, peerid.OutcomeNotSent)
}

// withoutDescriptors calls body while this process can open no further descriptor.
func withoutDescriptors(t *testing.T, body func()) {
	t.Helper()
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: 0, Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
			t.Fatal(err)
		}
	}()
	body()
}
