package peerid_test

import (
	"context"
	"strings"
	"testing"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

var alicesAccount = peerid.Account{ID: "1.2.31", Name: "pi-alice"}

func TestAnAccountIsFoundByNameAndByID(t *testing.T) {
	client := newClient(t)
	for _, name := range []string{"pi-alice", "1.2.31"} {
		if account, err := client.Account(context.Background(), name); account != alicesAccount || err != nil {
			t.Errorf("%s is %+v (%v)", name, account, err)
		}
	}
	for name, outcome := range map[string]peerid.Outcome{
		"nobody": peerid.OutcomeNotDone, "": peerid.OutcomeNotSent, "a\x00b": peerid.OutcomeNotSent,
	} {
		account, err := client.Account(context.Background(), name)
		wantError(t, err, peerid.ErrInvalidArgument, outcome)
		if account != (peerid.Account{}) {
			t.Errorf("%q is %+v", name, account)
		}
	}
}

func TestALogInWithAUserNameFindsTheAccount(t *testing.T) {
	session := login(t, newClient(t))
	if account, err := session.Account(context.Background()); account != alicesAccount || err != nil {
		t.Errorf("the account is %+v (%v)", account, err)
	}
}

func TestTheAccountIsAskedForAndKept(t *testing.T) {
	store := peerid.NewMemoryStore()
	defer store.Close()
	withStore := func(config *peerid.Config) { config.Store = store }
	client := newClient(t, withStore)
	byMail := peerid.Password{Login: "alice@example.com", Password: "alice-password"}
	session, err := client.Login(context.Background(), byMail, peerid.WithKey("alice"))
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	_, err = session.Account(context.Background())
	failure := wantError(t, err, peerid.ErrConfiguration, peerid.OutcomeNotSent)
	if !strings.Contains(failure.Message, "did not tell a user name") {
		t.Errorf("got %v", failure)
	}
	_, err = session.SetAccount(context.Background(), "nobody")
	wantError(t, err, peerid.ErrInvalidArgument, peerid.OutcomeNotDone)
	if account, err := session.SetAccount(context.Background(), "1.2.31"); account != alicesAccount || err != nil {
		t.Errorf("set %+v (%v)", account, err)
	}
	opened, err := addClient(t, withStore).Open(context.Background(), "alice")
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	if account, err := opened.Account(context.Background()); account != alicesAccount || err != nil {
		t.Errorf("the account is %+v (%v)", account, err)
	}
}
