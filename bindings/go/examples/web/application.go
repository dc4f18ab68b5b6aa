package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"html/template"
	"net/http"
	"time"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

// application is the web application. A cookie contains the key of the user's session in the client's store, so any
// process with the same store can serve the next request.
type application struct {
	client   *peerid.Client
	callback string
	payments *payments
}

const (
	stateCookie   = "state"
	sessionCookie = "session"
)

// paymentTimeout is longer than the library's own timeouts for the mark and the payment (30 s each), so that a call
// ends with the library's error and outcome.
const paymentTimeout = 90 * time.Second

func newApplication(client *peerid.Client, callback string) http.Handler {
	app := &application{client: client, callback: callback, payments: newPayments()}
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
{{if .Payment}}<form method="post" action="/transfer"><input type="hidden" name="payment" value="{{.Payment}}">
<button id="transfer">Pay 100</button></form>{{end}}
<form method="post" action="/logout"><button id="logout">Log out</button></form>
{{else}}<p><a id="login" href="/login">Log in with PeerID</a></p>{{end}}
</html>`))

// show writes the page for a user, or the login page when there is no session.
func (a *application) show(w http.ResponseWriter, status int, session *peerid.Session, message string) {
	var operations []string
	var payment string
	if session != nil {
		token, err := session.CurrentToken()
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		for _, id := range token.Scope {
			operations = append(operations, peerid.OperationName(id))
		}
		if payment, message, err = a.payments.offer(accounts[token.UserID]); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_ = page.Execute(w, map[string]any{"Operations": operations, "Payment": payment, "Message": message})
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
		a.show(w, http.StatusForbidden, nil, "You are not logged in: "+err.Error())
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
	token, err := session.CurrentToken()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	// The payment continues if the user closes the page: if it were cancelled, its outcome would be unknown.
	ctx, cancel := context.WithTimeout(context.Background(), paymentTimeout)
	defer cancel()
	account, id := accounts[token.UserID], r.PostFormValue("payment")
	if a.payments.begin(account, id) {
		a.payments.pay(ctx, session, account, id)
	}
	// The page with the result can be reloaded: only a POST with a new id pays.
	http.Redirect(w, r, "/", http.StatusSeeOther)
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

// newKey makes an unguessable key of a session, or id of a payment.
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
