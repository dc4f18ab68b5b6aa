//go:build !race

// The race detector remembers memory that was freed long ago, which would look like a leak.

package peerid_test

import (
	"context"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

func TestMemoryDoesNotGrow(t *testing.T) {
	session := login(t, newClient(t))
	calls := func(count int) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		for i := 0; i < count; i++ {
			if _, err := session.Submit(ctx, transfer(1)); err != nil {
				t.Fatal(err)
			}
			_, err := session.Submit(ctx, peerid.Transfer{})
			wantError(t, err, peerid.ErrInvalidArgument, peerid.OutcomeNotSent)
			if _, err := session.CurrentToken(); err != nil {
				t.Fatal(err)
			}
		}
	}
	calls(2000)
	before := residentKilobytes(t)
	calls(10_000)
	if grown := residentKilobytes(t) - before; grown > 4096 {
		t.Errorf("10,000 calls took %d kB", grown)
	}
}

// residentKilobytes returns the memory of the process, after Go has returned free memory to the system.
func residentKilobytes(t *testing.T) int {
	t.Helper()
	runtime.GC()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		t.Fatal("the memory is not told")
	}
	kilobytes, err := strconv.Atoi(fields[0])
	if err != nil {
		t.Fatal(err)
	}
	return kilobytes
}
