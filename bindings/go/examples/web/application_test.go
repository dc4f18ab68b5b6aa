package main

import (
	"context"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	peerid "github.com/peerplays/libpeerid/bindings/go"
	"github.com/peerplays/libpeerid/bindings/go/internal/sandbox"
)

// callback is registered for the sandbox's application; the test follows the redirect itself.
const callback = "http://127.0.0.1:8400/callback"

const operationsPath = "/api/v1/app/operations"

// browser is a browser in which a user clicks.
type browser struct {
	*testing.T
	client *http.Client
	home   string
	server *sandbox.Sandbox
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	return newBrowserOf(t, "4")
}

// newBrowserOf returns a browser for the application with a client id.
func newBrowserOf(t *testing.T, clientID string) *browser {
	t.Helper()
	server, err := sandbox.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	client, err := peerid.NewClient(peerid.Config{
		BaseURL: server.URL, ClientID: clientID, ClientSecret: "demo-secret-" + clientID, Store: peerid.NewMemoryStore(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	application := httptest.NewServer(newApplication(client, callback))
	t.Cleanup(application.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t, &http.Client{
		Jar: jar,
		CheckRedirect: func(request *http.Request, _ []*http.Request) error {
			if strings.HasPrefix(request.URL.String(), callback) {
				return http.ErrUseLastResponse
			}
			return nil
		},
	}, application.URL, server}
}

// submit sends a form, or opens a page without a form; it returns the text of the page and the redirect.
func (b *browser) submit(address string, form url.Values) (text, location string) {
	b.Helper()
	var response *http.Response
	var err error
	if form == nil {
		response, err = b.client.Get(address)
	} else {
		response, err = b.client.PostForm(address, form)
	}
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		b.Fatal(err)
	}
	if redirect, err := response.Location(); err == nil {
		return string(content), redirect.String()
	}
	return string(content), response.Request.URL.String()
}

// logIn goes to the consent page and decides; it returns the query of the redirect.
func (b *browser) logIn(decision url.Values) string {
	b.Helper()
	_, consent := b.submit(b.home+"/login", nil)
	_, back := b.submit(consent, decision)
	_, query, found := strings.Cut(back, "?")
	if !found {
		b.Fatalf("the browser was sent to %s", back)
	}
	return "?" + query
}

var allow = url.Values{"login": {"alice"}, "password": {"alice-password"}, "decision": {"allow"}}

var idInPage = regexp.MustCompile(`name="payment" value="([^"]+)"`)

// payment returns the id in the form of the page; it is empty if the page has no button.
func (b *browser) payment() string {
	b.Helper()
	text, _ := b.submit(b.home, nil)
	found := idInPage.FindStringSubmatch(text)
	if (found != nil) != strings.Contains(text, "Pay 100") {
		b.Fatalf("the button has no id:\n%s", text)
	}
	if found == nil {
		return ""
	}
	return found[1]
}

// pay sends the form with an id, and returns the text of the page to which it leads.
func (b *browser) pay(payment string) string {
	b.Helper()
	text, address := b.submit(b.home+"/transfer", url.Values{"payment": {payment}})
	if address != b.home+"/" {
		b.Errorf("after the payment the browser is at %s", address)
	}
	return text
}

// executed checks the number of transactions.
func (b *browser) executed(expected int) {
	b.Helper()
	answer, err := b.server.Read("executed")
	if err != nil {
		b.Fatal(err)
	}
	var executed struct{ Transactions int }
	if err := json.Unmarshal(answer, &executed); err != nil || executed.Transactions != expected {
		b.Errorf("%v, want %d transactions: %s", err, expected, answer)
	}
}

func (b *browser) wants(text, part string) {
	b.Helper()
	if !strings.Contains(text, part) {
		b.Errorf("the page lacks %q:\n%s", part, text)
	}
}

func TestAUserLogsInPaysAndLogsOut(t *testing.T) {
	b := newBrowser(t)
	text, _ := b.submit(b.home, nil)
	b.wants(text, "Log in with PeerID")
	text, _ = b.submit(b.home+"/callback"+b.logIn(allow), nil)
	b.wants(text, "Welcome. You have granted: transfer")
	b.wants(b.pay(b.payment()), "Paid: transaction ")
	next := b.payment()
	text, _ = b.submit(b.home+"/logout", url.Values{})
	b.wants(text, "Log in with PeerID")
	b.wants(b.pay(next), "Log in with PeerID")
	b.executed(1)
}

func TestAFormThatIsSentAgainDoesNotPayAgain(t *testing.T) {
	b := newBrowser(t)
	_, _ = b.submit(b.home+"/callback"+b.logIn(allow), nil)
	payment := b.payment()
	b.wants(b.pay(payment), "Paid: transaction ")
	b.wants(b.pay(payment), "Paid: transaction ")
	b.executed(1)
	b.wants(b.pay(b.payment()), "Paid: transaction ")
	b.executed(2)
}

func TestAPaymentIsNotOfferedWhileOneIsOpen(t *testing.T) {
	b := newBrowser(t)
	_, _ = b.submit(b.home+"/callback"+b.logIn(allow), nil)
	if _, err := b.server.Change("faults", sandbox.Object{"path": operationsPath, "kind": "drop_after"}); err != nil {
		t.Fatal(err)
	}
	payment := b.payment()
	b.wants(b.pay(payment), "it may have been done")
	if next := b.payment(); next != "" {
		t.Errorf("the payment %s is offered", next)
	}
	b.wants(b.pay(payment), "it may have been done")
	b.executed(1)
}

func TestAUserWithoutAnAccountDoesNotPay(t *testing.T) {
	b := newBrowser(t)
	dave := url.Values{"login": {"dave"}, "password": {"dave-password"}, "decision": {"allow"}}
	text, _ := b.submit(b.home+"/callback"+b.logIn(dave), nil)
	b.wants(text, "does not know your account")
	if b.payment() != "" {
		t.Error("a payment is offered")
	}
}

func TestAUserWhoDoesNotConsentIsNotLoggedIn(t *testing.T) {
	b := newBrowser(t)
	text, _ := b.submit(b.home+"/callback"+b.logIn(url.Values{"decision": {"deny"}}), nil)
	b.wants(text, "You are not logged in")
}

func TestALogInThatAnotherBrowserBeganIsRefused(t *testing.T) {
	b := newBrowser(t)
	query := b.logIn(allow)
	b.client.Jar, _ = cookiejar.New(nil)
	text, _ := b.submit(b.home+"/callback"+query, nil)
	b.wants(text, "was not begun here")
	_, _ = b.submit(b.home+"/login", nil)
	text, _ = b.submit(b.home+"/callback"+query, nil)
	b.wants(text, "You are not logged in")
}

// lines is a log, line by line.
type lines chan string

func (l lines) Write(line []byte) (int, error) {
	l <- string(line)
	return len(line), nil
}

func TestAPaymentContinuesWhenThePageIsClosed(t *testing.T) {
	b := newBrowser(t)
	_, _ = b.submit(b.home+"/callback"+b.logIn(allow), nil)
	written := make(lines, 100)
	log.SetOutput(written)
	defer log.SetOutput(os.Stderr)
	// The payment is made, and its answer is lost after the page was closed.
	fault := sandbox.Object{"path": operationsPath, "kind": "status_after", "status": 502, "ms": "until_released"}
	if _, err := b.server.Change("faults", fault); err != nil {
		t.Fatal(err)
	}
	ctx, closePage := context.WithCancel(context.Background())
	defer closePage()
	go func() {
		_, _ = b.server.Read("requests?at_least=1&wait_ms=600000&path=" + operationsPath)
		closePage()
	}()
	form := strings.NewReader(url.Values{"payment": {b.payment()}}.Encode())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, b.home+"/transfer", form)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if response, err := b.client.Do(request); err == nil {
		response.Body.Close()
		t.Error("the page was not closed")
	}
	if _, err := b.server.Change("release", nil); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`: mark {"mark":1,"payer":"1.2.31"`, ": unknown: "} {
		select {
		case line := <-written:
			if !strings.Contains(line, part) || strings.Contains(line, "context canceled") {
				t.Errorf("logged %q instead of %s", line, part)
			}
		case <-time.After(10 * time.Minute):
			t.Errorf("%s was not logged", part)
		}
	}
}

func TestAPaymentThatTheUserHasToSignIsNotCalledPaid(t *testing.T) {
	b := newBrowserOf(t, "6")
	_, _ = b.submit(b.home+"/callback"+b.logIn(allow), nil)
	b.wants(b.pay(b.payment()), "Not paid: users of this application confirm each payment.")
	b.executed(0)
}
