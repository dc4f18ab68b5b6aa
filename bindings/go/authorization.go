package peerid

// #include "bridge.h"
import "C"

import (
	"context"
	"fmt"
	"strings"
)

// Authorization is a request for a user's consent. Printing it does not show the state; its JSON contains it, so that
// it can be kept with a web session.
type Authorization struct {
	// URL is the address of the page on which the user signs in and gives consent: send the browser there.
	URL string
	// State must be stored in the user's web session. Pass it to [Client.Exchange] when the browser returns.
	State string
}

// String returns the URL without the state, which is secret.
func (a Authorization) String() string {
	page, _, _ := strings.Cut(a.URL, "?")
	return fmt.Sprintf("peerid.Authorization{URL: %q}", page)
}

// GoString keeps the state out of %#v as well.
func (a Authorization) GoString() string {
	return a.String()
}

// AuthorizationURL starts the authorization code flow: it creates the URL of the consent page, with a random state of
// 192 bits. It sends nothing. The redirect URI is the URL to which the browser returns; its domain must be registered
// for the application.
//
// PeerID's consent page appends "?code=…" even to a redirect URI that has a query: [Client.Exchange] reads it, but web
// frameworks cannot. Its Cancel button does not redirect. Localhost and IP addresses are refused. A user can grant at
// most 15 operations to all applications together.
//
// Errors: [ErrInvalidArgument] when the redirect URI is empty.
func (c *Client) AuthorizationURL(redirectURI string) (Authorization, error) {
	redirect, err := newText(redirectURI, "redirectURI")
	if err != nil {
		return Authorization{}, err
	}
	var authorization Authorization
	err = c.use(func(client *C.peerid_client) error {
		var object *C.peerid_authorization
		if err := asError(C.peerid_authorization_create(client, redirect.pointer(), &object)); err != nil {
			return err
		}
		defer C.peerid_authorization_free(object)
		authorization.URL = goString(C.peerid_authorization_url(object))
		authorization.State = goString(C.peerid_authorization_state(object))
		return nil
	})
	return authorization, err
}

// Exchange completes the authorization code flow: it reads the URL to which the browser returned, compares the state in
// constant time, and exchanges the code for tokens. The redirect is the whole URL or its query, such as r.URL.String()
// in a handler; the state is that of the [Authorization] with which the user was sent to the consent page.
//
// Errors: [ErrInvalidArgument] when the state is missing or different, or there is no code; [ErrRejected] when the user
// did not consent, or the server rejected the code or the secret; [ErrConfiguration] without a client secret;
// [ErrStore]; and those of any call.
func (c *Client) Exchange(ctx context.Context, redirect, state string, options ...SessionOption) (*Session, error) {
	redirectText, err := newText(redirect, "redirect")
	if err != nil {
		return nil, err
	}
	defer redirectText.wipe()
	stateText, err := newText(state, "state")
	if err != nil {
		return nil, err
	}
	return c.newSession(ctx, options, func(client *C.peerid_client, key *C.char, queue *C.peerid_queue, tag C.uint64_t, id *C.uint64_t) *C.peerid_error {
		return C.peerid_client_exchange_redirect_async(client, redirectText.pointer(), stateText.pointer(), key, queue, tag, id)
	})
}

// ExchangeCode exchanges an authorization code for a session. The caller has already compared the state. Errors: those
// of [Client.Exchange].
func (c *Client) ExchangeCode(ctx context.Context, code string, options ...SessionOption) (*Session, error) {
	codeText, err := newText(code, "code")
	if err != nil {
		return nil, err
	}
	defer codeText.wipe()
	return c.newSession(ctx, options, func(client *C.peerid_client, key *C.char, queue *C.peerid_queue, tag C.uint64_t, id *C.uint64_t) *C.peerid_error {
		return C.peerid_client_exchange_async(client, codeText.pointer(), key, queue, tag, id)
	})
}
