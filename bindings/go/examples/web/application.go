package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"html/template"
	"log"
	"net/http"
	"time"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

// application is the web application. A cookie contains the key of the user's session in the client's store, so any
// process with the same store can serve the next request.
type application struct {
	client   *peerid.Client
	callback string
}

const (
	stateCookie   = "state"
	sessionCookie = "session"
)

// paymentTimeout is longer than the library's own timeout, so that a call ends with the library's error and outcome.
const paymentTimeout = time.Minute

func newApplication(client *peerid.Client, callback string) http.Handler {
	app := &application{client: client, callback: callback}
	routes := http.NewServeMux()
	routes.HandleFunc("/", app.home)
	routes.HandleFunc("/login", app.login)
	routes.HandleFunc("/callback", app.finishLogin)
	routes.HandleFunc("/transfer", app.transfer)
	routes.HandleFunc("/logout", app.logout)
	return routes
}

var page = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="en"><title>A small shop</title>
{{if .Message}}<p id="message">{{.Message}}</p>{{end}}
{{if .Operations}}<p id="welcome">Welcome. You have granted: {{range .Operations}}{{.}} {{end}}</p>
<form method="post" action="/transfer"><button id="transfer">Pay 100</button></form>
<form method="post" action="/logout"><button id="logout">Log out</button></form>
{{else}}<p><a id="login" href="/login">Log in with PeerID</a></p>{{end}}
</html>`))

// show writes the page for a user, or the login page when there is no session.
func (a *application) show(w http.ResponseWriter, status int, session *peerid.Session, message string) {
	var operations []string
	if session != nil {
		token, err := session.CurrentToken()
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		for _, id := range token.Scope {
			operations = append(operations, peerid.OperationName(id))
		}
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_ = page.Execute(w, map[string]any{"Operations": operations, "Message": message})
}

func (a *application) home(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/" {
		http.NotFound(w, r)
		return
	}
	session, err := a.session(r)
	if err != nil {
		a.show(w, http.StatusOK, nil, "")
		return
	}
	defer session.Close()
	a.show(w, http.StatusOK, session, "")
}

// login sends the browser to the page on which the user consents. The state proves that the answer belongs to this
// browser.
func (a *application) login(w http.ResponseWriter, r *http.Request) {
	authorization, err := a.client.AuthorizationURL(a.callback)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	setCookie(w, stateCookie, authorization.State)
	http.Redirect(w, r, authorization.URL, http.StatusFound)
}

// finishLogin handles the redirect from the consent page.
func (a *application) finishLogin(w http.ResponseWriter, r *http.Request) {
	state, err := r.Cookie(stateCookie)
	if err != nil {
		a.show(w, http.StatusBadRequest, nil, "This login was not begun here. Please begin again.")
		return
	}
	key, err := newKey()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	session, err := a.client.Exchange(r.Context(), r.URL.String(), state.Value, peerid.WithKey(key))
	if err != nil {
		a.show(w, http.StatusForbidden, nil, "You are not logged in: "+explain(err))
		return
	}
	defer session.Close()
	setCookie(w, stateCookie, "")
	setCookie(w, sessionCookie, key)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// transfer submits an operation in the user's name.
func (a *application) transfer(w http.ResponseWriter, r *http.Request) {
	session, err := a.session(r)
	if r.Method != http.MethodPost || err != nil {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	defer session.Close()
	// The payment continues if the user closes the page: if it were cancelled, its outcome would be unknown.
	ctx, cancel := context.WithTimeout(context.Background(), paymentTimeout)
	defer cancel()
	result, err := session.Submit(ctx, peerid.Transfer{
		FeeAsset: "1.3.0", From: "1.2.31", To: "1.2.33", Amount: peerid.Asset{Amount: 100, AssetID: "1.3.0"},
	})
	if mayBeDone(err) {
		// The user may have left, so an operator has to check the chain.
		log.Printf("a payment of 100 from 1.2.31 to 1.2.33 may have been made: %v", err)
	}
	switch {
	case errors.Is(err, peerid.ErrLoginRequired):
		a.show(w, http.StatusForbidden, nil, "Please log in again.")
	case err != nil:
		a.show(w, http.StatusBadGateway, session, "The payment has a problem: "+explain(err))
	case result.TransactionID == "":
		// The users of some applications have to sign each request; see Session.Confirm.
		a.show(w, http.StatusOK, session, "Nothing is paid yet: the payment waits for your signature.")
	default:
		a.show(w, http.StatusOK, session, "Paid: transaction "+result.TransactionID)
	}
}

func (a *application) logout(w http.ResponseWriter, r *http.Request) {
	if session, err := a.session(r); err == nil && r.Method == http.MethodPost {
		defer session.Close()
		if err := session.Logout(r.Context()); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	setCookie(w, sessionCookie, "")
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// session opens the session whose key is in the browser's cookie.
func (a *application) session(r *http.Request) (*peerid.Session, error) {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return nil, err
	}
	return a.client.Open(r.Context(), cookie.Value)
}

// explain returns a message for the user that says whether money may have moved.
func explain(err error) string {
	if mayBeDone(err) {
		return "it may have been done. Please look at your account before you try again."
	}
	return "nothing was done. " + err.Error()
}

// mayBeDone reports whether a failed call may have been carried out.
func mayBeDone(err error) bool {
	var failure *peerid.Error
	return errors.As(err, &failure) && failure.Outcome == peerid.OutcomeUnknown
}

// newKey makes an unguessable session key.
func newKey() (string, error) {
	random := make([]byte, 24)
	if _, err := rand.Read(random); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(random), nil
}

// setCookie sets a cookie that lasts until the browser is closed; an empty value deletes it. A real application uses
// https and also sets Secure.
func setCookie(w http.ResponseWriter, name, value string) {
	cookie := &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if value == "" {
		cookie.MaxAge = -1
	}
	http.SetCookie(w, cookie)
}
