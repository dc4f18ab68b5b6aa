package peerid_test

import (
	"context"
	"encoding/json"
	"strings"
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
	wantError(t, err, peerid.ErrRejected, peerid.OutcomeNotDone)
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
	failure := wantError(t, err, peerid.ErrRejected, peerid.OutcomeNotDone)
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
	wantError(t, err, peerid.ErrRejected, peerid.OutcomeNotDone)
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
	wantError(t, err, peerid.ErrRejected, peerid.OutcomeNotDone)
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
