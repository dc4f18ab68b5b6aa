package peerid_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

func TestLoginByPasswordMobileOrBoth(t *testing.T) {
	client := newClient(t)
	for _, password := range []peerid.Password{
		alice,
		{Login: "ALICE@example.com", Password: "alice-password"},
		{Login: "alice", Mobile: "604-555-0101"},
		{Login: "alice", Password: "alice-password", Mobile: "+16045550101"},
	} {
		session, err := client.Login(context.Background(), password)
		if err != nil {
			t.Errorf("%v: %v", password, err)
			continue
		}
		session.Close()
	}
	_, err := client.Login(context.Background(), peerid.Password{Login: "alice", Password: "wrong"})
	wantError(t, err, peerid.ErrRefused, peerid.OutcomeRefused)
	_, err = client.Login(context.Background(), peerid.Password{Login: "alice", Password: "p\x00q"})
	wantError(t, err, peerid.ErrInvalidArgument, peerid.OutcomeNotSent)
}

func TestLoginRefreshesAStoredPairThatHasExpired(t *testing.T) {
	client := newClient(t)
	session, err := client.Login(context.Background(), peerid.Password{Login: "erin", Password: "erin-password"})
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	token, err := session.CurrentToken()
	if err != nil {
		t.Fatal(err)
	}
	if token.Generation != 2 || time.Until(token.Expiry) < 24*time.Hour {
		t.Errorf("got %v", token)
	}
}

func TestAUserWhoseCodeWasNeverExchangedIsSentThroughTheCodeFlow(t *testing.T) {
	_, err := newClient(t).Login(context.Background(), peerid.Password{Login: "dave", Password: "dave-password"})
	failure := wantError(t, err, peerid.ErrRefused, peerid.OutcomeRefused)
	if !strings.Contains(failure.Message, "authorization code") {
		t.Errorf("the message does not name the flow: %s", failure.Message)
	}
}

func TestTheAuthorizationCodeFlow(t *testing.T) {
	client := newClient(t)
	authorization, err := client.AuthorizationURL("http://127.0.0.1:8400/callback")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(authorization.URL, sandboxURL+"/permissions?client_id=4&redirect_uri=http%3A%2F%2F127.0.0.1%3A8400%2Fcallback&state=") || len(authorization.State) < 22 {
		t.Errorf("got %+v", authorization)
	}
	code := issueCode(t, "dave")
	redirect := "http://127.0.0.1:8400/callback?code=" + code + "&state="
	_, err = client.Exchange(context.Background(), redirect+"other", authorization.State)
	wantError(t, err, peerid.ErrInvalidArgument, peerid.OutcomeNotSent)
	_, err = client.Exchange(context.Background(), "?error=access_denied&state="+authorization.State, authorization.State)
	wantError(t, err, peerid.ErrRefused, peerid.OutcomeRefused)
	session, err := client.Exchange(context.Background(), redirect+authorization.State, authorization.State)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()

	session, err = client.ExchangeCode(context.Background(), issueCode(t, "alice"))
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	if _, err := session.Submit(context.Background(), transfer(1)); err != nil {
		t.Error(err)
	}
	_, err = client.ExchangeCode(context.Background(), "no-such-code")
	wantError(t, err, peerid.ErrRefused, peerid.OutcomeRefused)
	_, err = client.AuthorizationURL("")
	wantError(t, err, peerid.ErrInvalidArgument, peerid.OutcomeNotSent)
}

// issueCode makes the code that the consent page would send.
func issueCode(t *testing.T, user string) string {
	t.Helper()
	var issued struct{ Code string }
	if err := json.Unmarshal(control(t, "codes", object{"user": user, "app": 4}), &issued); err != nil {
		t.Fatal(err)
	}
	return issued.Code
}

func TestTokensAreReadAndExportedAndRestored(t *testing.T) {
	client := newClient(t)
	session := login(t, client)
	token, err := session.Token(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(token.AccessToken, "demoAccessAliceApp4") || !strings.HasPrefix(token.RefreshToken, "demoRefreshAliceApp4") || len(token.AccessToken) != 124 {
		t.Errorf("got %q and %q", token.AccessToken, token.RefreshToken)
	}
	if token.AppID != 4 || token.UserID <= 0 || token.Generation != 1 || time.Until(token.Expiry) < 24*time.Hour {
		t.Errorf("got %v", token)
	}
	if !token.Permits("transfer") || token.Permits("account_update") || !token.Permits("later_invention") {
		t.Errorf("the scope %v permits other operations", token.Scope)
	}
	restored, err := client.Restore(context.Background(), token.Export())
	if err != nil {
		t.Fatal(err)
	}
	defer restored.Close()
	if _, err := restored.Submit(context.Background(), transfer(1)); err != nil {
		t.Error(err)
	}
	for _, unusable := range []string{"", "{}", "tokens", `{"access_token":5}`} {
		_, err := client.Restore(context.Background(), []byte(unusable))
		wantError(t, err, peerid.ErrInvalidArgument, peerid.OutcomeNotSent)
	}
}

func TestATokenOfWhichLittleIsKnown(t *testing.T) {
	session, err := newClient(t).Restore(context.Background(), []byte(`{"access_token":"abc"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	token, err := session.Token(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if token.RefreshToken != "" || !token.Expiry.IsZero() || token.Scope != nil || token.AppID != -1 || token.UserID != -1 || !token.Permits("transfer") {
		t.Errorf("got %v", token)
	}
}

func TestTokenRefreshesWhatIsAboutToExpire(t *testing.T) {
	reset(t)
	control(t, "settings", object{"token_lifetime_ms": 30_000, "save_delay_ms": 0})
	session := login(t, addClient(t))
	if err := session.Refresh(context.Background()); err != nil {
		t.Fatal(err)
	}
	control(t, "settings", object{"token_lifetime_ms": 3_600_000})
	var group sync.WaitGroup
	for i := 0; i < 50; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			token, err := session.Token(context.Background())
			if err != nil || token.Generation != 3 || time.Until(token.Expiry) < time.Minute {
				t.Errorf("got %v, %v", token, err)
			}
		}()
	}
	group.Wait()
	if count := requestCount(t, "POST "+refreshPath); count != 2 {
		t.Errorf("%d refreshes, want 2", count)
	}
}

func TestAClockThatIsWrongDoesNotRefreshAgainAndAgain(t *testing.T) {
	reset(t)
	control(t, "settings", object{"clock_offset_s": -365 * 24 * 3600})
	session := login(t, addClient(t))
	for i := 0; i < 5; i++ {
		if _, err := session.Token(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if count := requestCount(t, "POST "+refreshPath); count > 2 {
		t.Errorf("%d refreshes", count)
	}
}

func TestRefreshGivesANewGeneration(t *testing.T) {
	session := login(t, newClient(t))
	before, err := session.CurrentToken()
	if err != nil {
		t.Fatal(err)
	}
	if err := session.Refresh(context.Background()); err != nil {
		t.Fatal(err)
	}
	after, err := session.CurrentToken()
	if err != nil {
		t.Fatal(err)
	}
	if after.Generation != before.Generation+1 || after.AccessToken == before.AccessToken {
		t.Errorf("%v became %v", before, after)
	}
}

func TestLogoutEndsTheSession(t *testing.T) {
	session := login(t, newClient(t))
	if err := session.Logout(context.Background()); err != nil {
		t.Fatal(err)
	}
	_, err := session.Submit(context.Background(), transfer(1))
	wantError(t, err, peerid.ErrLoginRequired, peerid.OutcomeNotSent)
}

func TestAThousandGoroutinesRefreshOnce(t *testing.T) {
	session := login(t, newClient(t))
	control(t, "expire", object{})
	const goroutines = 1000
	var group sync.WaitGroup
	for i := 0; i < goroutines; i++ {
		group.Add(1)
		go func(amount int64) {
			defer group.Done()
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			if _, err := session.Submit(ctx, transfer(amount)); err != nil {
				t.Error(err)
			}
		}(int64(i + 1))
	}
	group.Wait()
	if count := requestCount(t, "POST "+refreshPath); count != 1 {
		t.Errorf("%d refreshes", count)
	}
	var executed struct{ Transactions int }
	if err := json.Unmarshal(control(t, "executed", nil), &executed); err != nil {
		t.Fatal(err)
	}
	if executed.Transactions != goroutines {
		t.Errorf("%d transactions, want %d", executed.Transactions, goroutines)
	}
}

func TestTheLogTellsOfARefreshAndHoldsNoSecret(t *testing.T) {
	var mutex sync.Mutex
	var lines []string
	session := login(t, newClient(t, func(config *peerid.Config) {
		config.Log = func(level peerid.Level, message string) {
			mutex.Lock()
			defer mutex.Unlock()
			lines = append(lines, fmt.Sprintf("%v: %s", level, message))
			panic("a log that breaks")
		}
	}))
	if err := session.Refresh(context.Background()); err != nil {
		t.Fatal(err)
	}
	// The event is told after those who wait have been woken.
	deadline := time.Now().Add(5 * time.Second)
	for {
		mutex.Lock()
		text := strings.Join(lines, "\n")
		mutex.Unlock()
		if strings.Contains(text, "info: session refreshed") {
			if token, err := session.CurrentToken(); err != nil || strings.Contains(text, token.AccessToken) {
				t.Errorf("the log holds a token (%v)", err)
			}
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the log says %q", text)
		}
		time.Sleep(time.Millisecond)
	}
}

func TestReloginGoesOnWhereTheRefreshTokenIsSpent(t *testing.T) {
	asked := make(chan string, 1)
	session := login(t, newClient(t, func(config *peerid.Config) {
		config.Relogin = func(key string) (peerid.Password, bool) {
			asked <- key
			return alice, true
		}
	}))
	control(t, "expire", object{})
	control(t, "revoke", object{"part": "refresh"})
	// The pair that the server hands out again has expired as well: it only has to be asked for.
	_, _ = session.Submit(context.Background(), transfer(1))
	select {
	case key := <-asked:
		if key != "" {
			t.Errorf("asked for the key %q", key)
		}
	case <-time.After(5 * time.Second):
		t.Error("nobody asked for the credentials")
	}
}

func TestReloginThatDeclinesOrPanicsEndsTheSession(t *testing.T) {
	for name, relogin := range map[string]func(string) (peerid.Password, bool){
		"declines": func(string) (peerid.Password, bool) { return peerid.Password{}, false },
		"panics":   func(string) (peerid.Password, bool) { panic("no credentials") },
		"a NUL":    func(string) (peerid.Password, bool) { return peerid.Password{Login: "\x00"}, true },
		"empty":    func(string) (peerid.Password, bool) { return peerid.Password{}, true },
	} {
		t.Run(name, func(t *testing.T) {
			session := login(t, newClient(t, func(config *peerid.Config) { config.Relogin = relogin }))
			control(t, "revoke", object{"part": "both"})
			_, err := session.Submit(context.Background(), transfer(1))
			wantError(t, err, peerid.ErrLoginRequired, peerid.OutcomeNotSent)
		})
	}
}

func TestNothingShowsASecret(t *testing.T) {
	session := login(t, newClient(t))
	token, err := session.CurrentToken()
	if err != nil {
		t.Fatal(err)
	}
	config := peerid.Config{ClientSecret: "the-secret", Options: map[string]string{"proxy": "http://user:the-secret@proxy"}}
	password := peerid.Password{Login: "alice", Password: "the-secret", Mobile: "the-secret"}
	for _, value := range []any{token, *token, config, &config, password, &password} {
		for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
			shown := fmt.Sprintf(format, value)
			if strings.Contains(shown, "the-secret") || strings.Contains(shown, "demoAccess") || strings.Contains(shown, "demoRefresh") {
				t.Errorf("%s of %T shows a secret: %s", format, value, shown)
			}
		}
		encoded, err := json.Marshal(value)
		if err != nil || strings.Contains(string(encoded), "the-secret") || strings.Contains(string(encoded), "demoAccess") {
			t.Errorf("JSON of %T shows a secret: %s (%v)", value, encoded, err)
		}
	}
}

func TestTheLibraryDescribesItself(t *testing.T) {
	if peerid.Version() == "" {
		t.Error("no version")
	}
	options := map[string]peerid.Option{}
	for _, option := range peerid.Options() {
		options[option.Name] = option
	}
	if timeout := options["request_timeout_ms"]; timeout.Default != "30000" || timeout.Accepts == "" || timeout.Help == "" {
		t.Errorf("got %+v", timeout)
	}
	if id, known := peerid.OperationID("transfer"); id != 0 || !known {
		t.Errorf("transfer is %d, %v", id, known)
	}
	if _, known := peerid.OperationID("later_invention"); known {
		t.Error("an operation that does not exist is known")
	}
	if _, known := peerid.OperationID("trans\x00fer"); known {
		t.Error("a NUL cuts a name")
	}
	if peerid.OperationName(0) != "transfer" || peerid.OperationName(-1) != "" || peerid.OperationName(1<<40) != "" {
		t.Error("operations have other names")
	}
	if names := peerid.OperationNames(); len(names) < 119 || names[0] != "transfer" {
		t.Errorf("the catalogue lists %d operations", len(names))
	}
}

func TestCloseIsIdempotentAndUseAfterwardsIsAnError(t *testing.T) {
	client := newClient(t)
	session := login(t, client)
	session.Close()
	session.Close()
	for name, use := range map[string]func() error{
		"Submit":       func() error { _, err := session.Submit(context.Background(), transfer(1)); return err },
		"SubmitJSON":   func() error { _, err := session.SubmitJSON(context.Background(), []byte("[]")); return err },
		"Confirm":      func() error { _, err := session.Confirm(context.Background(), "x"); return err },
		"Broadcast":    func() error { _, err := session.Broadcast(context.Background(), nil); return err },
		"Refresh":      func() error { return session.Refresh(context.Background()) },
		"Logout":       func() error { return session.Logout(context.Background()) },
		"Token":        func() error { _, err := session.Token(context.Background()); return err },
		"CurrentToken": func() error { _, err := session.CurrentToken(); return err },
	} {
		if err := use(); !errors.Is(err, peerid.ErrClosed) {
			t.Errorf("%s of a closed session: %v", name, err)
		}
	}
	other := login(t, client)
	client.Close()
	client.Close()
	for name, use := range map[string]func() error{
		"Login":            func() error { _, err := client.Login(context.Background(), alice); return err },
		"Open":             func() error { _, err := client.Open(context.Background(), "key"); return err },
		"Restore":          func() error { _, err := client.Restore(context.Background(), nil); return err },
		"Exchange":         func() error { _, err := client.Exchange(context.Background(), "", ""); return err },
		"ExchangeCode":     func() error { _, err := client.ExchangeCode(context.Background(), ""); return err },
		"ReadChain":        func() error { _, err := client.ReadChain(context.Background(), "database", "x"); return err },
		"AuthorizationURL": func() error { _, err := client.AuthorizationURL("x"); return err },
		"a session's call": func() error { _, err := other.Submit(context.Background(), transfer(1)); return err },
	} {
		if err := use(); !errors.Is(err, peerid.ErrClosed) {
			t.Errorf("%s after the client was closed: %v", name, err)
		}
	}
}

func TestClosingTheClientEndsCallsInFlight(t *testing.T) {
	client := newClient(t)
	session := login(t, client)
	control(t, "faults", operationsFault("delay", object{"ms": 5000}))
	go func() {
		control(t, "requests?path="+operationsPath+"&at_least=1", nil)
		client.Close()
	}()
	within(t, cancellationLimit, func() {
		_, err := session.Submit(context.Background(), transfer(1))
		wantError(t, err, peerid.ErrClosed, peerid.OutcomeUnknown)
	})
}

func TestClosingASessionLetsItsCallsFinish(t *testing.T) {
	session := login(t, newClient(t))
	control(t, "faults", operationsFault("delay", object{"ms": 300}))
	go func() {
		control(t, "requests?path="+operationsPath+"&at_least=1", nil)
		session.Close()
	}()
	if _, err := session.Submit(context.Background(), transfer(1)); err != nil {
		t.Error(err)
	}
}
