package peerid_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

// Log a user in and submit a transfer in the user's name.
func Example() {
	ctx := context.Background()
	client, err := peerid.NewClient(peerid.Config{
		BaseURL:      os.Getenv("PEERID_URL"), // such as https://peerid.peerplays.download
		ClientID:     "4",
		ClientSecret: os.Getenv("PEERID_CLIENT_SECRET"),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()

	session, err := client.Login(ctx, peerid.Password{Login: "alice", Password: "alice-password"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer session.Close()

	result, err := session.Submit(ctx, peerid.Transfer{
		FeeAsset: "1.3.0",
		From:     "1.2.31",
		To:       "1.2.33",
		Amount:   peerid.Asset{Amount: 100000, AssetID: "1.3.0"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("a transaction id of", len(result.TransactionID), "digits")
	// Output: a transaction id of 40 digits
}

// exampleClient makes the client of the other examples.
func exampleClient(changes ...func(*peerid.Config)) *peerid.Client {
	config := peerid.Config{BaseURL: os.Getenv("PEERID_URL"), ClientID: "4", ClientSecret: os.Getenv("PEERID_CLIENT_SECRET")}
	for _, change := range changes {
		change(&config)
	}
	client, err := peerid.NewClient(config)
	if err != nil {
		panic(err)
	}
	return client
}

func exampleSession(client *peerid.Client) *peerid.Session {
	session, err := client.Login(context.Background(), peerid.Password{Login: "alice", Password: "alice-password"})
	if err != nil {
		panic(err)
	}
	return session
}

// Find out what an error means before anything is sent again.
func ExampleError() {
	client := exampleClient()
	defer client.Close()
	session := exampleSession(client)
	defer session.Close()

	_, err := session.Submit(context.Background(), peerid.Transfer{
		FeeAsset: "1.3.0",
		From:     "alice", // not the id of an account
		To:       "1.2.33",
		Amount:   peerid.Asset{Amount: 1, AssetID: "1.3.0"},
	})
	var failure *peerid.Error
	switch {
	case err == nil:
		fmt.Println("done")
	case errors.Is(err, peerid.ErrLoginRequired):
		fmt.Println("the user has to log in again")
	case errors.As(err, &failure) && failure.Outcome == peerid.OutcomeUnknown:
		fmt.Println("it may have been done: look at the chain before sending it again")
	case failure.Retryable:
		time.Sleep(failure.RetryAfter)
		fmt.Println("it was not done and may be sent again")
	default:
		fmt.Println("it was not done:", failure.Code)
	}
	// Output: it was not done: invalid_argument
}

// The two halves of the authorization code flow, as handlers of a web application.
func ExampleClient_AuthorizationURL() {
	client := exampleClient()
	defer client.Close()
	const callback = "http://127.0.0.1:8400/callback"

	begin := func(w http.ResponseWriter, r *http.Request) {
		authorization, err := client.AuthorizationURL(callback)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		// The state ties the answer to this browser.
		http.SetCookie(w, &http.Cookie{Name: "peerid_state", Value: authorization.State, HttpOnly: true, SameSite: http.SameSiteLaxMode})
		http.Redirect(w, r, authorization.URL, http.StatusFound)
	}
	end := func(w http.ResponseWriter, r *http.Request) {
		state, err := r.Cookie("peerid_state")
		if err != nil {
			http.Error(w, "begin again", http.StatusBadRequest)
			return
		}
		session, err := client.Exchange(r.Context(), r.URL.String(), state.Value)
		if err != nil {
			http.Error(w, err.Error(), http.StatusForbidden)
			return
		}
		defer session.Close()
		fmt.Fprintln(w, "welcome")
	}
	http.HandleFunc("/login", begin)
	http.HandleFunc("/callback", end)

	authorization, err := client.AuthorizationURL(callback)
	if err != nil {
		fmt.Println(err)
		return
	}
	page, err := url.Parse(authorization.URL)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(page.Path, page.Query().Get("client_id"), page.Query().Get("state") == authorization.State)
	// Output: /permissions 4 true
}

// Keep sessions in a folder, under a key for each user, so that they outlive the program and are shared by all
// processes of this machine.
func ExampleClient_Open() {
	folder, err := os.MkdirTemp("", "sessions")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	if err := os.Chmod(folder, 0o700); err != nil {
		fmt.Println(err)
		return
	}
	store, err := peerid.NewDirectoryStore(folder)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer store.Close()
	client := exampleClient(func(config *peerid.Config) { config.Store = store })
	defer client.Close()
	ctx := context.Background()

	session, err := client.Open(ctx, "user 17")
	if errors.Is(err, peerid.ErrLoginRequired) {
		fmt.Println("nothing is stored: log in")
		session, err = client.Login(ctx, peerid.Password{Login: "alice", Password: "alice-password"}, peerid.WithKey("user 17"))
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	session.Close()

	// Some time later, perhaps in another process.
	session, err = client.Open(ctx, "user 17")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer session.Close()
	fmt.Println("the session is there")
	// Output:
	// nothing is stored: log in
	// the session is there
}

// Read the chain, which needs no session.
func ExampleClient_ReadChain() {
	client := exampleClient()
	defer client.Close()
	answer, err := client.ReadChain(context.Background(), "database", "get_account_balances", "1.2.32", []string{"1.3.0"})
	fmt.Println(string(answer), err)
	// Output: [{"amount":0,"asset_id":"1.3.0"}] <nil>
}

// Operations as JSON are sent as they are written.
func ExampleSession_SubmitJSON() {
	client := exampleClient()
	defer client.Close()
	session := exampleSession(client)
	defer session.Close()

	result, err := session.SubmitJSON(context.Background(), []byte(`{
		"op_name": "nft_mint",
		"fee_asset": "1.3.0",
		"payer": "1.2.31",
		"nft_metadata_id": "1.30.0",
		"owner": "1.2.31",
		"approved": "1.2.31",
		"approved_operators": [],
		"token_uri": "/chess"
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("created", len(result.CreatedIDs), "object")
	// Output: created 1 object
}

// A token for requests that something else makes; see the documentation of Token for an oauth2.TokenSource.
func ExampleSession_Token() {
	client := exampleClient()
	defer client.Close()
	session := exampleSession(client)
	defer session.Close()

	token, err := session.Token(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(token.Expiry.After(time.Now()), token.Permits("transfer"))
	// Output: true true
}

// Calls that the library does not wrap, with the session's token.
func ExampleSession_Transport() {
	client := exampleClient()
	defer client.Close()
	session := exampleSession(client)
	defer session.Close()

	authorized := &http.Client{Transport: session.Transport(nil), Timeout: 30 * time.Second}
	response, err := authorized.Post(os.Getenv("PEERID_URL")+"/api/v1/app/operations", "application/json",
		strings.NewReader(`{"operations":[]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	fmt.Println(string(answer), err)
	// Output: {"error":"add operations first","status":500} <nil>
}

// Check operations before they are kept for later.
func ExampleCheck() {
	err := peerid.Check(peerid.Transfer{FeeAsset: "1.3.0", From: "1.2.31", To: "1.2.33", Amount: peerid.Asset{AssetID: "BTC"}})
	fmt.Println(errors.Is(err, peerid.ErrInvalidArgument))
	// Output: true
}
