package peerid

// #include "bridge.h"
import "C"

import "context"

// SessionOption changes how a session begins.
type SessionOption func(*sessionOptions)

type sessionOptions struct {
	key string
}

// WithKey keeps the session in the store of the [Config] under a key, any string of 1 to 4096 bytes, such as the user's
// id. All sessions with the same key share their tokens, in every process that uses the store; [Client.Open] opens the
// session again. Without a key a session is only in memory.
func WithKey(key string) SessionOption {
	return func(options *sessionOptions) { options.key = key }
}

// Login logs a user in with a password, a mobile number, or both.
//
// The server returns the user's stored tokens, which are the same for every caller; if they have expired, Login
// refreshes them before it returns. At a user's first login the server joins the user to the application on the chain,
// which takes seconds. Logging in again is always safe.
//
// Errors: [ErrInvalidArgument] without a login, or without both password and mobile; [ErrRejected] when the user, the
// password, the mobile number or the application is wrong, or the server has no tokens for the user, who then has to
// complete the authorization code flow once; [ErrNotPermitted] when the user lacks the permission on the chain;
// [ErrConfiguration] when the stored tokens have expired and there is no client secret to refresh them; [ErrStore]; and
// those of any call.
func (c *Client) Login(ctx context.Context, password Password, options ...SessionOption) (*Session, error) {
	texts, err := password.texts()
	if err != nil {
		return nil, err
	}
	defer texts.wipe()
	return c.newSession(ctx, options, func(client *C.peerid_client, key *C.char, queue *C.peerid_queue, tag C.uint64_t, id *C.uint64_t) *C.peerid_error {
		return C.peerid_client_login_async(client, texts.login.pointer(), texts.password.pointer(), texts.mobile.pointer(), key, queue, tag, id)
	})
}

// Restore creates a session from exported tokens: what [Token.Export] returned, or the server's token JSON; only the
// access token is required. It sends nothing.
//
// Errors: [ErrInvalidArgument] when the text is not JSON or contains no usable token; [ErrConfiguration] when there is
// a key and no store; [ErrStore].
func (c *Client) Restore(ctx context.Context, token []byte, options ...SessionOption) (*Session, error) {
	return c.newSession(ctx, options, func(client *C.peerid_client, key *C.char, queue *C.peerid_queue, tag C.uint64_t, id *C.uint64_t) *C.peerid_error {
		data, length := borrowed(token)
		return C.peerid_client_restore_async(client, data, length, key, queue, tag, id)
	})
}

// Open opens a session from the store. It sends nothing.
//
// Errors: [ErrLoginRequired] when the store has no session under the key; [ErrConfiguration] without a store;
// [ErrInvalidArgument] when the key is empty or longer than 4096 bytes; [ErrStore] when the store failed or the stored
// session is damaged.
func (c *Client) Open(ctx context.Context, key string) (*Session, error) {
	keyText, err := newText(key, "key")
	if err != nil {
		return nil, err
	}
	return c.newSession(ctx, nil, func(client *C.peerid_client, _ *C.char, queue *C.peerid_queue, tag C.uint64_t, id *C.uint64_t) *C.peerid_error {
		return C.peerid_client_open_async(client, keyText.pointer(), queue, tag, id)
	})
}

// keyOf returns the key from the options; nil for none.
func keyOf(options []SessionOption) (text, error) {
	var chosen sessionOptions
	for _, option := range options {
		option(&chosen)
	}
	return optionalText(chosen.key, "key")
}

// newSession creates a session with an asynchronous call.
func (c *Client) newSession(
	ctx context.Context,
	options []SessionOption,
	begin func(client *C.peerid_client, key *C.char, queue *C.peerid_queue, tag C.uint64_t, id *C.uint64_t) *C.peerid_error,
) (session *Session, err error) {
	key, err := keyOf(options)
	if err != nil {
		return nil, err
	}
	err = c.use(func(client *C.peerid_client) error {
		object, err := perform(ctx, c, exchange[*C.peerid_session]{
			begin: func(queue *C.peerid_queue, tag C.uint64_t, id *C.uint64_t) *C.peerid_error {
				return begin(client, key.pointer(), queue, tag, id)
			},
			take: func(completion *C.peerid_completion, session **C.peerid_session) *C.peerid_error {
				return C.peerid_go_take_session(completion, session)
			},
		})
		if err == nil {
			session = newSession(c, *object)
		}
		return err
	})
	return session, err
}
