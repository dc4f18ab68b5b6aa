package peerid_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

const transferBody = `{"operations":[{"op_name":"transfer","fee_asset":"1.3.0","from":"1.2.31","to":"1.2.33","amount":{"amount":1,"asset_id":"1.3.0"}}]}`

// post sends an operation by hand.
func post(client *http.Client, body io.Reader) (int, error) {
	response, err := client.Post(sandboxURL+operationsPath, "application/json", body)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return response.StatusCode, err
}

func TestTransportAddsTheHeaders(t *testing.T) {
	session := login(t, newClient(t))
	client := &http.Client{Transport: session.Transport(nil)}
	request, err := http.NewRequest(http.MethodPost, sandboxURL+operationsPath, strings.NewReader(transferBody))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("status %d", response.StatusCode)
	}
	client.CloseIdleConnections()
	if request.Header.Get("Authorization") != "" || request.Header.Get("ClientID") != "" {
		t.Error("the caller's request was changed")
	}
}

func TestTransportRefreshesOnceForAllAndSendsAgain(t *testing.T) {
	session := login(t, newClient(t))
	client := &http.Client{Transport: session.Transport(nil)}
	control(t, "revoke", object{"part": "access"})
	var group sync.WaitGroup
	for i := 0; i < 50; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			status, err := post(client, strings.NewReader(transferBody))
			if err != nil || status != http.StatusOK {
				t.Errorf("status %d, %v", status, err)
			}
		}()
	}
	group.Wait()
	if count := requestCount(t, "POST "+refreshPath); count != 1 {
		t.Errorf("%d refreshes", count)
	}
	var executed struct{ Transactions int }
	if err := json.Unmarshal(control(t, "executed", nil), &executed); err != nil {
		t.Fatal(err)
	}
	if executed.Transactions != 50 {
		t.Errorf("%d transactions", executed.Transactions)
	}
}

func TestTransportLogsThatARequestIsSentAgain(t *testing.T) {
	var mutex sync.Mutex
	var lines []string
	session := login(t, newClient(t, func(config *peerid.Config) {
		config.Log = func(level peerid.Level, message string) {
			mutex.Lock()
			defer mutex.Unlock()
			lines = append(lines, level.String()+": "+message)
		}
	}))
	client := &http.Client{Transport: session.Transport(nil)}
	for _, part := range []string{"", "access"} {
		if part != "" {
			control(t, "revoke", object{"part": part})
		}
		if status, err := post(client, strings.NewReader(transferBody)); err != nil || status != http.StatusOK {
			t.Fatalf("status %d, %v", status, err)
		}
	}
	mutex.Lock()
	defer mutex.Unlock()
	const resent = "info: transport: sent again, because the server refused the token (HTTP 401) (user 1, application 4)"
	if text := strings.Join(lines, "\n"); strings.Count(text, "sent again") != 1 || !strings.Contains(text, resent) {
		t.Errorf("the log says %q", text)
	}
}

func TestTransportWaitsForTheServerToKnowANewToken(t *testing.T) {
	reset(t)
	control(t, "settings", object{"save_delay_ms": 120})
	session := login(t, addClient(t))
	client := &http.Client{Transport: session.Transport(nil)}
	control(t, "revoke", object{"part": "access"})
	begin := time.Now()
	status, err := post(client, strings.NewReader(transferBody))
	if err != nil || status != http.StatusOK {
		t.Errorf("status %d, %v", status, err)
	}
	// Two seconds after a refresh the session does not wait for the server any more.
	if count := requestCount(t, "POST "+refreshPath); count != 1 && time.Since(begin) < 2*time.Second {
		t.Errorf("%d refreshes", count)
	}
}

func TestTransportDoesNotSendAgainWhatItCannotReadAgain(t *testing.T) {
	reset(t)
	session := login(t, addClient(t))
	client := &http.Client{Transport: session.Transport(nil)}
	control(t, "revoke", object{"part": "access"})
	once := struct{ io.Reader }{strings.NewReader(transferBody)}
	status, err := post(client, once)
	if err != nil || status != http.StatusUnauthorized {
		t.Errorf("status %d, %v", status, err)
	}
	// But the next request gets a valid token.
	again := struct{ io.Reader }{strings.NewReader(transferBody)}
	if status, err = post(client, again); err != nil || status != http.StatusOK {
		t.Errorf("status %d, %v", status, err)
	}
	if count := requestCount(t, "POST "+refreshPath); count != 1 {
		t.Errorf("%d refreshes", count)
	}
}

func TestTransportHandsOnARefusalThatNoTokenHelps(t *testing.T) {
	session := login(t, newClient(t))
	client := &http.Client{Transport: session.Transport(nil)}
	control(t, "faults", operationsFault("status", object{"status": 401, "times": "always"}))
	status, err := post(client, strings.NewReader(transferBody))
	if err != nil || status != http.StatusUnauthorized {
		t.Errorf("status %d, %v", status, err)
	}
	if count := requestCount(t, "POST "+refreshPath); count > 2 {
		t.Errorf("%d refreshes", count)
	}
}

func TestTransportFailsWhenTheSessionIsOver(t *testing.T) {
	session := login(t, newClient(t))
	client := &http.Client{Transport: session.Transport(nil)}
	control(t, "revoke", object{"part": "both"})
	_, err := post(client, strings.NewReader(transferBody))
	if !errors.Is(err, peerid.ErrLoginRequired) {
		t.Errorf("got %v", err)
	}
	session.Close()
	_, err = post(client, strings.NewReader(transferBody))
	if !errors.Is(err, peerid.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

func TestTransportGivesTheTokenToNoOtherServer(t *testing.T) {
	var seen atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" || r.Header.Get("ClientID") != "" {
			t.Errorf("%s was sent %v", r.URL, r.Header)
		}
		seen.Add(1)
	}))
	defer other.Close()
	session := login(t, newClient(t))
	client := &http.Client{Transport: session.Transport(nil)}
	control(t, "faults", object{"kind": "status", "path": "/api/v1/profile", "status": 302, "headers": object{"Location": other.URL + "/api/v1/app"}})
	for _, address := range []string{other.URL, sandboxURL + "/api/v1/profile"} {
		response, err := client.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
	if seen.Load() != 2 {
		t.Errorf("the other server was asked %d times", seen.Load())
	}
}

func TestTransportHonoursTheContextWhileItWaits(t *testing.T) {
	session := login(t, newClient(t))
	client := &http.Client{Transport: session.Transport(nil)}
	control(t, "revoke", object{"part": "access"})
	control(t, "faults", object{"kind": "delay", "path": refreshPath, "ms": untilReleased})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		awaitRequests(t, refreshPath, 1)
		cancel()
	}()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, sandboxURL+operationsPath, bytes.NewReader([]byte(transferBody)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Do(request); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	// The refresh continues; it must not affect the next test.
	release(t)
	if _, err := session.Submit(context.Background(), transfer(1)); err != nil {
		t.Error(err)
	}
}

// recorder answers every request, and records which requests had a token.
type recorder map[string]bool

func (r recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	r[request.URL.String()] = request.Header.Get("Authorization") != ""
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody, Request: request}, nil
}

func TestTransportKeepsTheTokenBelowTheBaseURL(t *testing.T) {
	client, err := peerid.NewClient(peerid.Config{BaseURL: "https://desk.example/base/", ClientID: "4"})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	session, err := client.Restore(context.Background(), []byte(`{"access_token":"abc"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	seen := recorder{}
	asked := &http.Client{Transport: session.Transport(seen)}
	for address, isOurs := range map[string]bool{
		"https://desk.example/base":                                     true,
		"https://desk.example/base/":                                    true,
		"https://DESK.example:443/base/x?y=/../":                        true,
		"https://desk.example/base/a/../b":                              true,
		"https://desk.example/base/a%20b":                               true,
		"https://desk.example/":                                         false,
		"https://desk.example/bases":                                    false,
		"https://desk.example/base/../outside":                          false,
		"https://desk.example/base/a/../../outside":                     false,
		"https://desk.example/base/%2e%2e/outside":                      false,
		"https://desk.example/base/..%2foutside":                        false,
		"https://desk.example/base/%252e%252e/outside":                  false,
		"https://desk.example/base/%" + strings.Repeat("25", 12) + "2e": false,
		"https://desk.example/base/..%5coutside":                        false,
		"https://desk.example/base/%252e%252e/x%25zz":                   false,
		"https://desk.example/base/..;x/outside":                        false,
		"https://desk.example/base/..%00/outside":                       false,
		"https://desk.example/base/a;b/100%25":                          true,
		"https://desk.example/outside/../base/x":                        false,
		"https://desk.example/%62ase/x":                                 false,
		"http://desk.example/base/x":                                    false,
		"https://desk.example:8443/base/x":                              false,
		"https://desk.example.evil.example/base/x":                      false,
		"https://des\u212a.example/base/x":                              false,
		"https://de\u017fk.example/base/x":                              false,
	} {
		request, err := http.NewRequest(http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := asked.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if seen[request.URL.String()] != isOurs {
			t.Errorf("%s: token sent: %v", address, !isOurs)
		}
	}
	for path, isOurs := range map[string]bool{"": true, "//desk.example/outside": false, "/outside": false} {
		address := &url.URL{Scheme: "https", Host: "desk.example", Path: "/base/x", Opaque: path}
		response, err := asked.Transport.RoundTrip(&http.Request{Method: http.MethodGet, URL: address})
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if seen[address.String()] != isOurs {
			t.Errorf("opaque %q: token sent: %v", path, !isOurs)
		}
	}
}
