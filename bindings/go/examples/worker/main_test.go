package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/peerplays/libpeerid/bindings/go/internal/sandbox"
)

const (
	operationsPath = "/api/v1/app/operations"
	chainPath      = "/api/v1/app/blockchain-data"
)

// longestWait keeps the tests short: they advance the sandbox's clock.
const longestWait = 50 * time.Millisecond

// asProgram makes the test program run the worker, so that a test can kill it.
const asProgram = "PEERID_TEST_AS_WORKER"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// runs are runs of the worker with one journal.
type runs struct {
	*testing.T
	server   *sandbox.Sandbox
	clientID string
	journal  string
}

func start(t *testing.T, faults ...sandbox.Object) *runs {
	t.Helper()
	server, err := sandbox.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	r := &runs{t, server, "4", filepath.Join(t.TempDir(), "journal")}
	r.fault(faults...)
	return r
}

// fault sets a fault for the operations or for another path.
func (r *runs) fault(faults ...sandbox.Object) {
	r.Helper()
	for _, fault := range faults {
		if fault["path"] == nil {
			fault["path"] = operationsPath
		}
		if _, err := r.server.Change("faults", fault); err != nil {
			r.Fatal(err)
		}
	}
}

func (r *runs) arguments() []string {
	return []string{r.server.URL, r.clientID, "demo-secret-" + r.clientID, "alice", "alice-password", r.journal}
}

// work runs the worker and returns its report without transaction ids.
func (r *runs) work(queue ...string) (report []string, clean bool) {
	r.Helper()
	var written strings.Builder
	clean, err := run(context.Background(), r.arguments(), longestWait, strings.NewReader(strings.Join(queue, "\n")), &written)
	if err != nil {
		r.Fatal(err)
	}
	text := regexp.MustCompile(`[0-9a-f]{40} in block \d+`).ReplaceAllString(written.String(), "…")
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n"), clean
}

// wants runs the worker, which must report this and leave no payment to a person.
func (r *runs) wants(queue []string, report ...string) {
	r.Helper()
	if got, clean := r.work(queue...); !reflect.DeepEqual(got, report) || !clean {
		r.Errorf("reported %q, want %q", got, report)
	}
}

func (r *runs) executed(want int) {
	r.Helper()
	answer, err := r.server.Read("executed")
	if err != nil {
		r.Fatal(err)
	}
	var seen struct{ Transactions int }
	if err := json.Unmarshal(answer, &seen); err != nil || seen.Transactions != want {
		r.Errorf("%d transactions, want %d (%v)", seen.Transactions, want, err)
	}
}

func pays(id string, amount int64) string {
	return fmt.Sprintf(`{"id":%q,"from":"1.2.31","to":"1.2.33","amount":%d}`, id, amount)
}

func queue(lines ...string) []string { return lines }

func TestPaymentsAreMadeOnce(t *testing.T) {
	r := start(t)
	given := queue(pays("a", 7), pays("b", 7), pays("a", 7))
	r.wants(given, "a: paid: transaction …", "b: paid: transaction …", "a: paid before")
	r.wants(given, "a: paid before", "b: paid before", "a: paid before")
	r.executed(2)
}

func TestALostAnswerIsLookedForOnTheChain(t *testing.T) {
	for _, kind := range []string{"drop_after", "drop_mid", "status_after"} {
		t.Run(kind, func(t *testing.T) {
			r := start(t, sandbox.Object{"kind": kind, "status": 502, "skip": 1})
			r.wants(queue(pays("a", 7), pays("b", 7), pays("c", 7)),
				"a: paid: transaction …", "b: paid: found on the chain", "c: paid: transaction …")
			r.executed(3)
		})
	}
}

func TestALostRequestIsSentAgainWhenItHasExpired(t *testing.T) {
	r := start(t)
	// An earlier payment of the same amount on the chain is not mistaken for this one.
	r.wants(queue(pays("before", 7)), "before: paid: transaction …")
	r.fault(sandbox.Object{"kind": "drop_before", "times": 2})
	expired := make(chan struct{})
	go func() {
		defer close(expired)
		// The first request was the payment before.
		for lost := 1; lost <= 2; lost++ {
			_, _ = r.server.Read(fmt.Sprintf("requests?at_least=%d&wait_ms=600000&path=%s", lost+1, operationsPath))
			_, _ = r.server.Change("settings", sandbox.Object{"clock_offset_s": 600 * lost})
		}
	}()
	r.wants(queue(pays("a", 7)), "a: paid: transaction …")
	<-expired
	r.executed(2)
}

func TestNothingIsSentAsLongAsAPaymentIsOpen(t *testing.T) {
	// The worker reads the chain once before it sends.
	unreadable := sandbox.Object{"path": chainPath, "kind": "status", "status": 503, "times": "always", "skip": 1}
	r := start(t, sandbox.Object{"kind": "drop_after"}, unreadable)
	for range []string{"when the answer is lost", "and when it runs again"} {
		report, clean := r.work(pays("a", 7), pays("b", 7))
		if len(report) != 1 || !strings.HasPrefix(report[0], "a: open: it may have been paid, and the chain cannot be read") || clean {
			t.Errorf("reported %q", report)
		}
	}
	r.executed(1)
	r.fault(sandbox.Object{"clear": true})
	r.wants(queue(pays("b", 7), pays("a", 7)), "a: paid: found on the chain", "b: paid: transaction …", "a: paid before")
	r.executed(2)
}

func TestAPaymentIsFoundBehindManyOthers(t *testing.T) {
	// A node returns 100 operations at a time, and large amounts as strings.
	const large = 100_000_000_000
	unreadable := sandbox.Object{"path": chainPath, "kind": "status", "status": 503, "times": 5, "skip": 1}
	r := start(t, sandbox.Object{"kind": "drop_after"}, unreadable)
	if report, _ := r.work(pays("a", large)); !strings.HasPrefix(report[0], "a: open: ") {
		t.Fatalf("reported %q", report)
	}
	var others []string
	for number := 0; number < 120; number++ {
		others = append(others, pays(fmt.Sprint(number), 1))
	}
	other := *r
	other.journal += " of another worker"
	other.work(others...)
	r.wants(queue(pays("a", large)), "a: paid: found on the chain", "a: paid before")
	r.executed(121)
}

func TestAWorkerThatIsKilledPaysOnce(t *testing.T) {
	r := start(t, sandbox.Object{"kind": "delay_after", "ms": "until_released"})
	killed := exec.Command(os.Args[0], r.arguments()...)
	killed.Env = append(os.Environ(), asProgram+"=1")
	killed.Stdin = strings.NewReader(pays("a", 7))
	if err := killed.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.server.Read("requests?at_least=1&wait_ms=600000&path=" + operationsPath); err != nil {
		t.Error(err)
	}
	if err := killed.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = killed.Wait()
	r.executed(1)
	r.wants(queue(pays("a", 7)), "a: paid: found on the chain", "a: paid before")
	r.executed(1)
}

func TestAWorkerThatIsStoppedPaysOnce(t *testing.T) {
	r := start(t, sandbox.Object{"kind": "delay_after", "ms": "until_released"})
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		_, _ = r.server.Read("requests?at_least=1&wait_ms=600000&path=" + operationsPath)
		stop()
	}()
	var report strings.Builder
	clean, err := run(ctx, r.arguments(), longestWait, strings.NewReader(pays("a", 7)), &report)
	if report.String() != "a: open: it may have been paid: run the worker again with the same journal\n" || clean || err != nil {
		t.Errorf("reported %q, %v", report.String(), err)
	}
	r.wants(queue(pays("a", 7)), "a: paid: found on the chain", "a: paid before")
	r.executed(1)
}

func TestWhatWasNotDoneIsTriedAgain(t *testing.T) {
	r := start(t, sandbox.Object{"kind": "status", "status": 429, "times": 2})
	r.wants(queue(pays("a", 7)), "a: paid: transaction …")
	r.executed(1)
}

func TestAPaymentThatCannotBeMadeIsReported(t *testing.T) {
	r := start(t)
	report, clean := r.work("nonsense", `{"id":"a"}`, `{"id":"b","from":"1.2.31","to":"nobody","amount":7}`, pays("c", 7), pays("c", 8))
	want := []string{"line 1: not a payment: ", "line 2: not a payment: ", "b: not paid: ", "c: paid: ", "c: not paid: another payment had its id"}
	for i, prefix := range want {
		if len(report) != len(want) || !strings.HasPrefix(report[i], prefix) {
			t.Fatalf("reported %q", report)
		}
	}
	if clean {
		t.Error("nobody is told to look")
	}
	r.executed(1)
}

func TestAPaymentThatTheUserHasToSignIsNotPaid(t *testing.T) {
	r := start(t)
	r.clientID = "6"
	for _, want := range []string{"a: not paid: the user has to sign it: ", "a: not sent again: "} {
		report, clean := r.work(pays("a", 7))
		if len(report) != 1 || !strings.HasPrefix(report[0], want) || clean {
			t.Errorf("reported %q", report)
		}
	}
	r.executed(0)
	counts, err := r.server.Read("counts")
	if err != nil || !strings.Contains(string(counts), `"POST `+operationsPath+`":{"total":1,`) {
		t.Errorf("%s, %v", counts, err)
	}
	journal, err := os.ReadFile(r.journal)
	if err != nil || !regexp.MustCompile(`"transaction_token":"[0-9a-f]{26}"`).Match(journal) {
		t.Errorf("the journal is %s (%v)", journal, err)
	}
}

func TestASessionThatIsOverStopsTheWorker(t *testing.T) {
	r := start(t,
		sandbox.Object{"kind": "status", "status": 401, "times": "always"},
		sandbox.Object{"path": "/api/v1/auth/refreshtoken", "kind": "status", "status": 400, "body": `{"error":{"refresh_token":"invalid refresh token"},"status":400}`},
		// The first login succeeds, the second fails.
		sandbox.Object{"path": "/api/v1/auth/token", "skip": 1, "kind": "status", "status": 400},
	)
	report, clean := r.work(pays("a", 7), pays("b", 7))
	if !reflect.DeepEqual(report, queue("a: not paid: the user has to log in again")) || clean {
		t.Errorf("reported %q", report)
	}
	r.fault(sandbox.Object{"clear": true})
	r.wants(queue(pays("a", 7)), "a: paid: transaction …")
}
