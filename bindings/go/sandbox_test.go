package peerid_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

// sandboxURL is the base URL of the local PeerID server that all tests use.
var sandboxURL string

func TestMain(m *testing.M) {
	os.Exit(runWithSandbox(m))
}

// runWithSandbox starts a sandbox on a free port; it ends with its standard input, so that nothing outlives the tests.
func runWithSandbox(m *testing.M) int {
	program := os.Getenv("PEERID_SANDBOX")
	if program == "" {
		program = "../../build/bin/peerid-sandbox"
	}
	command := exec.Command(program, "--json", "--exit-with-stdin")
	command.Stderr = os.Stderr
	stdin, err := command.StdinPipe()
	if err != nil {
		return failed(err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		return failed(err)
	}
	if err := command.Start(); err != nil {
		return failed(fmt.Errorf("the sandbox is missing (set PEERID_SANDBOX to its path): %w", err))
	}
	defer func() { _ = command.Wait() }()
	defer stdin.Close()
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err != nil {
		return failed(err)
	}
	var summary struct{ URL string }
	if err := json.Unmarshal(line, &summary); err != nil {
		return failed(err)
	}
	sandboxURL = summary.URL
	// The examples read it as a program would.
	os.Setenv("PEERID_URL", sandboxURL)
	return m.Run()
}

func failed(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// control changes the sandbox, or reads what it has seen when there is no body.
func control(t testing.TB, name string, body any) json.RawMessage {
	t.Helper()
	answer, err := askSandbox(name, body)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func askSandbox(name string, body any) (json.RawMessage, error) {
	method, content := http.MethodGet, []byte(nil)
	if body != nil {
		var err error
		method = http.MethodPost
		if content, err = json.Marshal(body); err != nil {
			return nil, err
		}
	}
	request, err := http.NewRequest(method, sandboxURL+"/sandbox/"+name, bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("control %s: %s", name, answer)
	}
	return answer, err
}

// object is a JSON object.
type object = map[string]any

// reset gives a test a sandbox that nobody has used.
func reset(t testing.TB) {
	t.Helper()
	if _, err := askSandboxReset(); err != nil {
		t.Fatal(err)
	}
}

func askSandboxReset() (json.RawMessage, error) {
	request, err := http.NewRequest(http.MethodPost, sandboxURL+"/sandbox/reset", nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	return nil, response.Body.Close()
}

// requestCount is how many requests came for a path such as "POST /api/v1/app/operations".
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

// newClient makes a client of the demo betting app, after resetting the sandbox.
func newClient(t testing.TB, changes ...func(*peerid.Config)) *peerid.Client {
	t.Helper()
	reset(t)
	return addClient(t, changes...)
}

// addClient makes one more client in a test.
func addClient(t testing.TB, changes ...func(*peerid.Config)) *peerid.Client {
	t.Helper()
	config := peerid.Config{BaseURL: sandboxURL, ClientID: "4", ClientSecret: "demo-secret-4"}
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

// app makes the client that of another demo app.
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

// wantError checks the code and the outcome of an error, and gives it.
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

// within fails the test when body takes longer.
func within(t testing.TB, limit time.Duration, body func()) {
	t.Helper()
	begin := time.Now()
	body()
	if took := time.Since(begin); took > limit {
		t.Errorf("took %v, want at most %v", took, limit)
	}
}
