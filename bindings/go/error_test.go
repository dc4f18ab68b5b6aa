package peerid_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

// operationsFault sets a fault for the next operation.
func operationsFault(kind string, more object) object {
	fault := object{"kind": kind, "path": operationsPath}
	for name, value := range more {
		fault[name] = value
	}
	return fault
}

func TestEachFailureOfASubmitHasItsCodeAndOutcome(t *testing.T) {
	for name, c := range map[string]struct {
		fault      object
		code       peerid.Code
		outcome    peerid.Outcome
		status     int
		retryable  bool
		retryAfter time.Duration
	}{
		"the connection ends before anything is done": {
			fault: operationsFault("drop_before", nil), code: peerid.ErrConnectionLost, outcome: peerid.OutcomeUnknown,
		},
		"the answer is lost": {
			fault: operationsFault("drop_after", nil), code: peerid.ErrConnectionLost, outcome: peerid.OutcomeUnknown,
		},
		"the answer is cut": {
			fault: operationsFault("drop_mid", object{"cut": "body"}), code: peerid.ErrProtocol, outcome: peerid.OutcomeUnknown,
			status: 200,
		},
		"the answer is no JSON": {
			fault: operationsFault("status", object{"status": 200, "body": "<html>", "content_type": "text/html"}),
			code:  peerid.ErrProtocol, outcome: peerid.OutcomeUnknown, status: 200,
		},
		"a redirect": {
			fault: operationsFault("status", object{"status": 302, "headers": object{"Location": "http://example.com/"}}),
			code:  peerid.ErrProtocol, outcome: peerid.OutcomeUnknown, status: 302,
		},
		"refused": {
			fault: operationsFault("status", object{"status": 400, "body": `{"error":{"amount":"\"value\" is too large"},"status":"400"}`}),
			code:  peerid.ErrRejected, outcome: peerid.OutcomeNotDone, status: 400,
		},
		"forbidden": {
			fault: operationsFault("status", object{"status": 403}), code: peerid.ErrNotPermitted, outcome: peerid.OutcomeNotDone, status: 403,
		},
		"too large for the server": {
			fault: operationsFault("status", object{"status": 413, "body": "Payload Too Large", "content_type": "text/html"}),
			code:  peerid.ErrTooLarge, outcome: peerid.OutcomeNotDone, status: 413,
		},
		"too many requests": {
			fault: operationsFault("status", object{"status": 429, "headers": object{"Retry-After": "7"}}),
			code:  peerid.ErrRateLimited, outcome: peerid.OutcomeNotDone, status: 429, retryable: true, retryAfter: 7 * time.Second,
		},
		"the server fails": {
			fault: operationsFault("status", object{"status": 500}), code: peerid.ErrServer, outcome: peerid.OutcomeUnknown, status: 500,
		},
		"the proxy has lost the server": {
			fault: operationsFault("status_after", object{"status": 502, "body": "<html>Bad Gateway</html>", "content_type": "text/html"}),
			code:  peerid.ErrServer, outcome: peerid.OutcomeUnknown, status: 502,
		},
		"too large for this side": {
			fault: operationsFault("status", object{"status": 200, "body": strings.Repeat(" ", 2048) + "{}"}),
			code:  peerid.ErrTooLarge, outcome: peerid.OutcomeUnknown,
		},
		"time runs out": {
			fault: operationsFault("delay", object{"ms": untilReleased}), code: peerid.ErrTimeout, outcome: peerid.OutcomeUnknown,
		},
	} {
		t.Run(name, func(t *testing.T) {
			limit := int(patience.Milliseconds())
			if c.code == peerid.ErrTimeout {
				limit = 500
			}
			err := submitWithLimit(t, c.fault, limit)
			// On a slow machine the time may run out before the request is sent.
			for c.code == peerid.ErrTimeout && limit < 300_000 && isNotSent(err) {
				limit *= 2
				err = submitWithLimit(t, c.fault, limit)
			}
			awaitRequests(t, operationsPath, 1)
			failure := wantError(t, err, c.code, c.outcome)
			if failure.HTTPStatus != c.status || failure.Retryable != c.retryable || failure.RetryAfter != c.retryAfter {
				t.Errorf("status %d, retryable %v, retry after %v", failure.HTTPStatus, failure.Retryable, failure.RetryAfter)
			}
			if failure.Timeout() != (c.code == peerid.ErrTimeout) {
				t.Errorf("Timeout is %v", failure.Timeout())
			}
			if failure.Message == "" || strings.Contains(failure.Message, "\n") {
				t.Errorf("the message is not one line: %q", failure.Message)
			}
			if count := requestCount(t, "POST "+operationsPath); count != 1 {
				t.Errorf("the operation was sent %d times", count)
			}
		})
	}
}

// submitWithLimit submits with a fault, and a time limit in milliseconds for the submit alone.
func submitWithLimit(t *testing.T, fault object, limit int) error {
	t.Helper()
	token, err := login(t, newClient(t)).CurrentToken()
	if err != nil {
		t.Fatal(err)
	}
	client := addClient(t, option("max_response_bytes", "2048"), option("request_timeout_ms", strconv.Itoa(limit)))
	session, err := client.Restore(context.Background(), token.Export())
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	control(t, "faults", fault)
	_, err = session.Submit(context.Background(), transfer(1))
	return err
}

func isNotSent(err error) bool {
	var failure *peerid.Error
	return errors.As(err, &failure) && failure.Outcome == peerid.OutcomeNotSent
}

func TestARefusalHoldsTheMessagesOfTheServerByField(t *testing.T) {
	client := newClient(t)
	_, err := client.Login(context.Background(), peerid.Password{Login: "nobody", Password: "x"})
	failure := wantError(t, err, peerid.ErrRejected, peerid.OutcomeNotDone)
	if failure.Fields["login"] != "User not found" || failure.HTTPStatus != 400 {
		t.Errorf("got %v with status %d", failure.Fields, failure.HTTPStatus)
	}
	var detail map[string]string
	if err := json.Unmarshal(failure.Detail, &detail); err != nil || detail["login"] != "User not found" {
		t.Errorf("the detail is %s", failure.Detail)
	}

	session := login(t, client)
	control(t, "faults", operationsFault("status", object{"status": 500, "body": `{"error":"server side error","status":500}`}))
	_, err = session.Submit(context.Background(), transfer(1))
	failure = wantError(t, err, peerid.ErrServer, peerid.OutcomeUnknown)
	if failure.Fields != nil || string(failure.Detail) != `"server side error"` {
		t.Errorf("fields %v, detail %s", failure.Fields, failure.Detail)
	}
}

func TestAnUnreachableServerIsNotSent(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	client := newClient(t, func(config *peerid.Config) { config.BaseURL = "http://" + address })
	_, err = client.Login(context.Background(), alice)
	if failure := wantError(t, err, peerid.ErrUnreachable, peerid.OutcomeNotSent); !failure.Retryable {
		t.Error("may be tried again")
	}
}

func TestAServerWithoutTLSIsNotTrusted(t *testing.T) {
	client := newClient(t, func(config *peerid.Config) { config.BaseURL = strings.Replace(sandboxURL, "http:", "https:", 1) })
	_, err := client.Login(context.Background(), alice)
	wantError(t, err, peerid.ErrTLS, peerid.OutcomeNotSent)
}

func TestTheScopeIsCheckedBeforeSending(t *testing.T) {
	client := newClient(t)
	session, err := client.Restore(context.Background(), []byte(`{"access_token":"abc","scope":[1,2]}`))
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	_, err = session.Submit(context.Background(), transfer(1))
	failure := wantError(t, err, peerid.ErrNotPermitted, peerid.OutcomeNotSent)
	if !strings.Contains(failure.Message, "transfer") {
		t.Errorf("the message does not name the operation: %s", failure.Message)
	}
}

func TestAnOperationThatTheUserDidNotGrantIsNotPermitted(t *testing.T) {
	session, err := newClient(t).Login(context.Background(), peerid.Password{Login: "frank", Password: "frank-password"})
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	_, err = session.Submit(context.Background(), transfer(1))
	wantError(t, err, peerid.ErrNotPermitted, peerid.OutcomeNotDone)
}

func TestAUserWithoutPermissionIsNotPermitted(t *testing.T) {
	_, err := newClient(t).Login(context.Background(), peerid.Password{Login: "carol", Password: "carol-password"})
	wantError(t, err, peerid.ErrNotPermitted, peerid.OutcomeNotDone)
}

func TestASpentRefreshTokenMeansLoginRequired(t *testing.T) {
	session := login(t, newClient(t))
	control(t, "revoke", object{"part": "both"})
	_, err := session.Submit(context.Background(), transfer(1))
	wantError(t, err, peerid.ErrLoginRequired, peerid.OutcomeNotDone)
	err = session.Refresh(context.Background())
	wantError(t, err, peerid.ErrLoginRequired, peerid.OutcomeNotSent)
}

func TestConfigurationsThatCannotBeUsed(t *testing.T) {
	for name, c := range map[string]struct {
		config peerid.Config
		code   peerid.Code
		says   string
	}{
		"no scheme":      {peerid.Config{BaseURL: "peerid.example", ClientID: "4"}, peerid.ErrConfiguration, "https://"},
		"plain http":     {peerid.Config{BaseURL: "http://peerid.example", ClientID: "4"}, peerid.ErrConfiguration, "allow_http"},
		"no id":          {peerid.Config{BaseURL: "https://peerid.example"}, peerid.ErrInvalidArgument, "client_id"},
		"a NUL":          {peerid.Config{BaseURL: "https://peerid.example\x00", ClientID: "4"}, peerid.ErrInvalidArgument, "NUL"},
		"unknown option": {peerid.Config{BaseURL: "https://peerid.example", ClientID: "4", Options: map[string]string{"proxi": ""}}, peerid.ErrConfiguration, "'proxy'"},
		"wrong value":    {peerid.Config{BaseURL: "https://peerid.example", ClientID: "4", Options: map[string]string{"request_timeout_ms": "soon"}}, peerid.ErrConfiguration, "request_timeout_ms"},
		"closed store":   {peerid.Config{BaseURL: "https://peerid.example", ClientID: "4", Store: closedStore()}, peerid.ErrClosed, "store"},
	} {
		_, err := peerid.NewClient(c.config)
		if failure := wantError(t, err, c.code, peerid.OutcomeNotSent); !strings.Contains(failure.Message, c.says) {
			t.Errorf("%s: the message does not say %q: %s", name, c.says, failure.Message)
		}
	}
}

func closedStore() *peerid.Store {
	store := peerid.NewMemoryStore()
	store.Close()
	return store
}

func TestWithoutASecretOnlyLogInWorks(t *testing.T) {
	client := newClient(t, func(config *peerid.Config) { config.ClientSecret = "" })
	session := login(t, client)
	if _, err := session.Submit(context.Background(), transfer(1)); err != nil {
		t.Error(err)
	}
	wantError(t, session.Refresh(context.Background()), peerid.ErrConfiguration, peerid.OutcomeNotSent)
	_, err := client.ExchangeCode(context.Background(), "code")
	wantError(t, err, peerid.ErrConfiguration, peerid.OutcomeNotSent)
}

func TestCodesAndOutcomesHaveTheNamesOfAllLanguages(t *testing.T) {
	for code, name := range map[peerid.Code]string{
		peerid.ErrInvalidArgument: "invalid_argument", peerid.ErrConfiguration: "configuration",
		peerid.ErrUnreachable: "unreachable", peerid.ErrTLS: "tls", peerid.ErrTimeout: "timeout", peerid.ErrCancelled: "cancelled",
		peerid.ErrConnectionLost: "connection_lost", peerid.ErrProtocol: "protocol", peerid.ErrRejected: "rejected",
		peerid.ErrNotPermitted: "not_permitted", peerid.ErrLoginRequired: "login_required",
		peerid.ErrRateLimited: "rate_limited", peerid.ErrServer: "server", peerid.ErrTooLarge: "too_large",
		peerid.ErrClosed: "closed", peerid.ErrOutOfMemory: "out_of_memory", peerid.ErrInternal: "internal",
		peerid.ErrStore: "store", peerid.ErrQueueFull: "queue_full", peerid.ErrChainRejected: "chain_rejected", 9999: "code_9999",
	} {
		if code.String() != name || code.Error() != name {
			t.Errorf("code %d is called %s, want %s", code, code, name)
		}
	}
	for outcome, name := range map[peerid.Outcome]string{
		peerid.OutcomeNotSent: "not_sent", peerid.OutcomeNotDone: "not_done", peerid.OutcomeUnknown: "unknown", 99: "unknown",
	} {
		if outcome.String() != name {
			t.Errorf("outcome %d is called %s, want %s", outcome, outcome, name)
		}
	}
}

func TestErrorsAreFoundBehindOthers(t *testing.T) {
	_, err := newClient(t).Login(context.Background(), peerid.Password{Login: "alice"})
	if !errors.Is(err, peerid.ErrInvalidArgument) || errors.Is(err, peerid.ErrRejected) {
		t.Errorf("got %v", err)
	}
	if !strings.HasPrefix(err.Error(), "peerid: invalid_argument (not_sent): ") {
		t.Errorf("reads %q", err)
	}
}

func TestAnOutcomeFindsEveryErrorWithItAndNoOther(t *testing.T) {
	outcomes := []peerid.Outcome{peerid.OutcomeNotSent, peerid.OutcomeNotDone, peerid.OutcomeUnknown}
	codes := 0
	for code := peerid.Code(1); !strings.HasPrefix(code.String(), "code_"); code++ {
		codes++
		for _, outcome := range outcomes {
			err := fmt.Errorf("wrapped: %w", &peerid.Error{Code: code, Outcome: outcome})
			for _, other := range outcomes {
				if errors.Is(err, other) != (other == outcome) {
					t.Errorf("%v: errors.Is(err, %v) is %v", err, other, other != outcome)
				}
				if code.String() == other.String() || int(code) == int(other) {
					t.Errorf("the code %d and the outcome %d are both called %v", code, other, code)
				}
			}
			for other := peerid.Code(1); other <= 100; other++ {
				if errors.Is(err, other) != (other == code) {
					t.Errorf("%v: errors.Is(err, %v) is %v", err, other, other != code)
				}
			}
		}
	}
	if codes != int(peerid.ErrChainRejected) {
		t.Errorf("saw %d codes", codes)
	}
}

func TestResultsAndErrorsAreReadable(t *testing.T) {
	result := peerid.Result{
		TransactionID: "0c", BlockNum: 7, CreatedIDs: []string{"1.20.1", "1.20.2"}, JSON: json.RawMessage(`{"id":"0c"}`),
	}
	for want, value := range map[string]any{
		"transaction 0c in block 7 created 1.20.1, 1.20.2": &result,
		"transaction 0d in block 8":                        peerid.Result{TransactionID: "0d", BlockNum: 8},
		"transaction 0e":                                   peerid.Result{TransactionID: "0e"},
		`{"balance":"5"}`:                                  peerid.Result{JSON: json.RawMessage(`{"balance":"5"}`)},
		"a transaction to be confirmed by its user":        peerid.Result{TransactionToken: "secret", JSON: json.RawMessage(`{"token":"secret"}`)},
		"peerid: server (unknown): it failed":              &peerid.Error{Code: peerid.ErrServer, Outcome: peerid.OutcomeUnknown, Message: "it failed"},
		"not_done":                                         peerid.OutcomeNotDone,
	} {
		if got := fmt.Sprintf("%v", value); got != want {
			t.Errorf("%T reads %q, want %q", value, got, want)
		}
	}
}
