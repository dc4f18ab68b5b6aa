package main

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/peerplays/libpeerid/bindings/go/internal/sandbox"
)

const payment = `{"op_name":"transfer","fee_asset":"1.3.0","from":"1.2.31","to":"1.2.33","amount":{"amount":7,"asset_id":"1.3.0"}}`

// work runs the worker and gives its report, with the ids of transactions left out.
func work(t *testing.T, server *sandbox.Sandbox, jobs ...string) (report string, clean bool) {
	t.Helper()
	var written strings.Builder
	arguments := []string{server.URL, "4", "demo-secret-4", "alice", "alice-password"}
	clean, err := run(context.Background(), arguments, strings.NewReader(strings.Join(jobs, "\n")), &written)
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`[0-9a-f]{40} in block \d+`).ReplaceAllString(written.String(), "ID"), clean
}

func executed(t *testing.T, server *sandbox.Sandbox) int {
	t.Helper()
	answer, err := server.Read("executed")
	if err != nil {
		t.Fatal(err)
	}
	var seen struct{ Transactions int }
	if err := json.Unmarshal(answer, &seen); err != nil {
		t.Fatal(err)
	}
	return seen.Transactions
}

func start(t *testing.T, faults ...sandbox.Object) *sandbox.Sandbox {
	t.Helper()
	server, err := sandbox.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	for _, fault := range faults {
		fault["path"] = "/api/v1/app/operations"
		if _, err := server.Change("faults", fault); err != nil {
			t.Fatal(err)
		}
	}
	return server
}

func TestJobsAreDoneInOrder(t *testing.T) {
	server := start(t)
	report, clean := work(t, server, payment, payment)
	if report != "job 1: done: transaction ID\njob 2: done: transaction ID\n" || !clean {
		t.Errorf("reported %q", report)
	}
	if count := executed(t, server); count != 2 {
		t.Errorf("%d transactions", count)
	}
}

func TestALostAnswerIsNotPaidTwice(t *testing.T) {
	server := start(t, sandbox.Object{"kind": "drop_after"})
	report, clean := work(t, server, payment, payment)
	if !strings.HasPrefix(report, "job 1: unknown: look at the chain") || !strings.HasSuffix(report, "job 2: done: transaction ID\n") || clean {
		t.Errorf("reported %q", report)
	}
	if count := executed(t, server); count != 2 {
		t.Errorf("%d transactions", count)
	}
}

func TestWhatWasNotDoneIsTriedAgain(t *testing.T) {
	server := start(t, sandbox.Object{"kind": "status", "status": 429, "times": 2})
	report, clean := work(t, server, payment)
	if report != "job 1: done: transaction ID\n" || !clean {
		t.Errorf("reported %q", report)
	}
}

func TestAJobThatCannotBeDoneIsReported(t *testing.T) {
	report, clean := work(t, start(t), `{"op_name":"transfer"}`, "nonsense", payment)
	if !strings.Contains(report, "job 1: not done: ") || !strings.Contains(report, "job 2: not done: ") || !strings.Contains(report, "job 3: done") || clean {
		t.Errorf("reported %q", report)
	}
}

func TestASessionThatIsOverStopsTheWorker(t *testing.T) {
	server := start(t, sandbox.Object{"kind": "status", "status": 401, "times": "always"})
	for _, fault := range []sandbox.Object{
		{"path": "/api/v1/auth/refreshtoken", "kind": "status", "status": 400, "body": `{"error":{"refresh_token":"invalid refresh token"},"status":400}`},
		// The first log in goes well, the second does not.
		{"path": "/api/v1/auth/token", "skip": 1, "kind": "status", "status": 400},
	} {
		if _, err := server.Change("faults", fault); err != nil {
			t.Fatal(err)
		}
	}
	report, clean := work(t, server, payment, payment)
	if report != "job 1: not done: the user has to log in again\n" || clean {
		t.Errorf("reported %q", report)
	}
}
