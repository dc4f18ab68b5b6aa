package peerid_test

import (
	"strings"
	"testing"

	peerid "github.com/peerplays/libpeerid/bindings/go"
	"github.com/peerplays/libpeerid/bindings/go/internal/conformance"
)

// TestConformance runs the cases of Tests/Conformance, which C and Python run as well.
func TestConformance(t *testing.T) {
	runCases(t, "blocking")
}

// TestConformanceAsynchronously runs the cases again, with all calls in the queue.
func TestConformanceAsynchronously(t *testing.T) {
	defer peerid.AnswerIntoQueue()()
	runCases(t, "asynchronous")
}

func runCases(t *testing.T, mode string) {
	t.Helper()
	table, runner := startConformance(t)
	for _, c := range table.Cases {
		if !c.IsFor(mode) {
			continue
		}
		c := c
		t.Run(c.Name, func(t *testing.T) {
			if err := runner.Run(c, t.TempDir()); err != nil {
				t.Errorf("%s: %s: %v", c.File, c.Name, err)
			}
		})
	}
}

// These cases show that the runner can fail.
func TestConformanceNoticesBrokenCases(t *testing.T) {
	table, runner := startConformance(t)
	for _, c := range table.BrokenCases {
		c := c
		t.Run(c.Name, func(t *testing.T) {
			err := runner.Run(c.Case, t.TempDir())
			if err == nil {
				t.Fatal("it came out")
			}
			for _, part := range c.Says {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("got %q, want %q in it", err, part)
				}
			}
		})
	}
}

func startConformance(t *testing.T) (*conformance.Table, *conformance.Runner) {
	t.Helper()
	table, err := conformance.ReadTable()
	if err != nil {
		t.Fatal(err)
	}
	runner, err := conformance.NewRunner(table)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(runner.Stop)
	return table, runner
}
