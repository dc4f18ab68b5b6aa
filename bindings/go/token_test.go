package peerid_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

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
	control(t, "settings", object{"token_lifetime_ms": 60_000})
	renewed := login(t, addClient(t))
	if err := renewed.Refresh(context.Background()); err != nil {
		t.Fatal(err)
	}
	exported, err := renewed.Token(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	// Less than a quarter of its life is left by the server's clock, which another client learns from its first answer.
	control(t, "settings", object{"token_lifetime_ms": 3_600_000, "clock_offset_s": 50})
	client := addClient(t)
	session, err := client.Restore(context.Background(), exported.Export())
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	if _, err := client.ReadChain(context.Background(), "database", "get_chain_properties"); err != nil {
		t.Fatal(err)
	}
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

func TestAClockThatIsWrongRefreshesNothing(t *testing.T) {
	reset(t)
	// By this machine's clock every token of the server has expired when it comes.
	control(t, "settings", object{"clock_offset_s": -365 * 24 * 3600})
	session := login(t, addClient(t))
	if err := session.Refresh(context.Background()); err != nil {
		t.Fatal(err)
	}
	for i := 0; i < 5; i++ {
		token, err := session.Token(context.Background())
		if err != nil || token.Generation != 2 {
			t.Fatalf("got %v, %v", token, err)
		}
	}
	if count := requestCount(t, "POST "+refreshPath); count != 1 {
		t.Errorf("%d refreshes, want 1", count)
	}
}

func TestNothingShowsASecret(t *testing.T) {
	session := login(t, newClient(t))
	token, err := session.CurrentToken()
	if err != nil {
		t.Fatal(err)
	}
	config := peerid.Config{
		BaseURL: "https://user:the-secret@server", ClientSecret: "the-secret",
		Options: map[string]string{"proxy": "http://user:the-secret@proxy"},
	}
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

func TestWhatAProgramKeepsIsShownByNothingButItsJSON(t *testing.T) {
	authorization, err := newClient(t).AuthorizationURL("http://127.0.0.1:8400/callback")
	if err != nil {
		t.Fatal(err)
	}
	stored := peerid.StoredSession{Data: []byte(`{"access_token":"the-secret"}`), Generation: 3}
	secrets := []string{authorization.State, "the-secret", fmt.Sprint(stored.Data), fmt.Sprintf("%x", stored.Data)}
	for _, value := range []any{authorization, &authorization, []any{authorization}, stored, &stored, []any{stored}} {
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			shown := fmt.Sprintf(format, value)
			for _, secret := range secrets {
				if strings.Contains(shown, secret) || strings.Contains(shown, fmt.Sprintf("%x", secret)) {
					t.Errorf("%s of %T shows a secret: %s", format, value, shown)
				}
			}
		}
	}
	var restored struct {
		Authorization peerid.Authorization
		Stored        peerid.StoredSession
	}
	encoded, err := json.Marshal(map[string]any{"Authorization": authorization, "Stored": stored})
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(encoded, &restored); err != nil || restored.Authorization != authorization || string(restored.Stored.Data) != string(stored.Data) || restored.Stored.Generation != 3 {
		t.Errorf("JSON changed the values (%v)", err)
	}
}
