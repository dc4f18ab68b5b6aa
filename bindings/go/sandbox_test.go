package peerid_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	peerid "github.com/peerplays/libpeerid/bindings/go"
	"github.com/peerplays/libpeerid/bindings/go/internal/sandbox"
)

var (
	// server is the sandbox of all tests, and sandboxURL its base URL.
	server     *sandbox.Sandbox
	sandboxURL string
)

func TestMain(m *testing.M) {
	status, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	os.Exit(status)
}

// run runs the tests with one sandbox, and the examples with another one in its initial state.
func run(m *testing.M) (status int, err error) {
	if server, err = sandbox.Start(); err != nil {
		return 0, err
	}
	defer server.Stop()
	sandboxURL = server.URL
	forExamples, err := sandbox.Start()
	if err != nil {
		return 0, err
	}
	defer forExamples.Stop()
	for name, value := range map[string]string{"PEERID_URL": forExamples.URL, "PEERID_CLIENT_SECRET": "demo-secret-4"} {
		if err := os.Setenv(name, value); err != nil {
			return 0, err
		}
	}
	return m.Run(), nil
}

type object = sandbox.Object

// control changes the sandbox, or reads its records if there is no body.
func control(t testing.TB, name string, body any) json.RawMessage {
	t.Helper()
	var answer json.RawMessage
	var err error
	if body == nil {
		answer, err = server.Read(name)
	} else {
		answer, err = server.Change(name, body)
	}
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// reset resets the sandbox for a test.
func reset(t testing.TB) {
	t.Helper()
	if _, err := server.Change("reset", nil); err != nil {
		t.Fatal(err)
	}
	// A pair that is saved late is refreshed twice when the client takes seconds to send its next request.
	control(t, "settings", object{"save_delay_ms": 0})
}

// patience is how long a test waits for what must happen, and patientMilliseconds the limit of its calls.
const (
	patience            = 10 * time.Minute
	patientMilliseconds = "600000"
)

// untilReleased is the delay of requests that wait for release, or until the sandbox is reset.
const untilReleased = "until_released"

// release ends the delay of the requests that have arrived.
func release(t testing.TB) {
	t.Helper()
	control(t, "release", object{})
}

// awaitRequests waits until at least count requests for a path have arrived.
func awaitRequests(t testing.TB, path string, count int) {
	t.Helper()
	control(t, fmt.Sprintf("requests?path=%s&at_least=%d&wait_ms=%d", path, count, patience.Milliseconds()), nil)
}

// requestCount returns the number of requests for a path such as "POST /api/v1/app/operations".
func requestCount(t testing.TB, path string) int {
	t.Helper()
	var counts map[string]map[string]int
	if err := json.Unmarshal(control(t, "counts", nil), &counts); err != nil {
		t.Fatal(err)
	}
	return counts[path]["total"]
}

const (
	operationsPath = "/api/v1/app/operations"
	tokenPath      = "/api/v1/auth/token"
	refreshPath    = "/api/v1/auth/refreshtoken"
)

// newClient resets the sandbox and creates a client of the demo betting app.
func newClient(t testing.TB, changes ...func(*peerid.Config)) *peerid.Client {
	t.Helper()
	reset(t)
	return addClient(t, changes...)
}

// addClient creates another client in a test.
func addClient(t testing.TB, changes ...func(*peerid.Config)) *peerid.Client {
	t.Helper()
	config := peerid.Config{BaseURL: sandboxURL, ClientID: "4", ClientSecret: "demo-secret-4"}
	option("connect_timeout_ms", patientMilliseconds)(&config)
	option("request_timeout_ms", patientMilliseconds)(&config)
	for _, change := range changes {
		change(&config)
	}
	client, err := peerid.NewClient(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

// app sets another demo app for the client.
func app(id string) func(*peerid.Config) {
	return func(config *peerid.Config) {
		config.ClientID, config.ClientSecret = id, "demo-secret-"+id
	}
}

// option sets an option of the client.
func option(name, value string) func(*peerid.Config) {
	return func(config *peerid.Config) {
		if config.Options == nil {
			config.Options = map[string]string{}
		}
		config.Options[name] = value
	}
}

var alice = peerid.Password{Login: "alice", Password: "alice-password"}

// login logs alice in.
func login(t testing.TB, client *peerid.Client, options ...peerid.SessionOption) *peerid.Session {
	t.Helper()
	session, err := client.Login(context.Background(), alice, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { session.Close() })
	return session
}

// transfer is an operation that alice may submit.
func transfer(amount int64) peerid.Operation {
	return peerid.Transfer{
		FeeAsset: "1.3.0",
		From:     "1.2.31",
		To:       "1.2.33",
		Amount:   peerid.Asset{Amount: amount, AssetID: "1.3.0"},
	}
}

// wantError checks the code and the outcome of an error, and returns it.
func wantError(t testing.TB, err error, code peerid.Code, outcome peerid.Outcome) *peerid.Error {
	t.Helper()
	var failure *peerid.Error
	if !errors.As(err, &failure) {
		t.Fatalf("got %v, want %v", err, code)
	}
	if !errors.Is(err, code) || failure.Code != code || failure.Outcome != outcome {
		t.Fatalf("got %v with outcome %v, want %v with outcome %v", err, failure.Outcome, code, outcome)
	}
	return failure
}

// within fails the test if body takes longer.
func within(t testing.TB, limit time.Duration, body func()) {
	t.Helper()
	begin := time.Now()
	body()
	if took := time.Since(begin); took > limit {
		t.Errorf("took %v, want at most %v", took, limit)
	}
}
