package peerid

// #include "bridge.h"
import "C"

import (
	"context"
	"runtime"
)

// Session is a user's session: it holds the tokens, refreshes them, and submits operations in the user's name. Any
// number of goroutines may use it at once; those that find the token expired at the same time share one refresh.
type Session struct {
	handle *handle[C.peerid_session]
	client *Client
}

func newSession(client *Client, object *C.peerid_session) *Session {
	session := &Session{client: client}
	session.handle = newHandle(object, func(object *C.peerid_session) { C.peerid_session_free(object) })
	runtime.SetFinalizer(session, (*Session).finalize)
	return session
}

// Close frees the session. Calls in flight continue; later ones fail with [ErrClosed]. The tokens stay valid at
// the server, and a session with a key stays in its store. The error is always nil.
func (s *Session) Close() error {
	s.handle.close()
	runtime.SetFinalizer(s, nil)
	return nil
}

func (s *Session) finalize() {
	s.handle.close()
}

// use calls body with the library's session.
func (s *Session) use(body func(*C.peerid_session) error) error {
	// The session keeps its client reachable; otherwise the client's finalizer could close both during the call.
	defer runtime.KeepAlive(s)
	if !s.handle.acquire() {
		return errClosed("session")
	}
	defer s.handle.release()
	return body(s.handle.object)
}

// sessionBeginning starts a call of a session.
type sessionBeginning func(session *C.peerid_session, queue *C.peerid_queue, tag C.uint64_t, id *C.uint64_t) *C.peerid_error

// call makes a call without a result.
func (s *Session) call(ctx context.Context, begin sessionBeginning) error {
	return s.use(func(session *C.peerid_session) error {
		return s.client.use(func(*C.peerid_client) error {
			_, err := perform(ctx, s.client, exchange[struct{}]{
				begin: func(queue *C.peerid_queue, tag C.uint64_t, id *C.uint64_t) *C.peerid_error {
					return begin(session, queue, tag, id)
				},
				take: func(completion *C.peerid_completion, _ *struct{}) *C.peerid_error {
					return C.peerid_go_take_nothing(completion)
				},
			})
			return err
		})
	})
}

// Refresh refreshes the tokens now, even if they have not expired. This is rarely needed: calls refresh the tokens when
// necessary. One refresh runs at a time; if one is running, Refresh waits for it.
//
// Errors: [ErrLoginRequired] when the refresh token was already used, or there is none; [ErrConfiguration] without a
// client secret; [ErrStore]; and those of any call. The old tokens stay in use if they may still be valid.
func (s *Session) Refresh(ctx context.Context) error {
	return s.call(ctx, func(session *C.peerid_session, queue *C.peerid_queue, tag C.uint64_t, id *C.uint64_t) *C.peerid_error {
		return C.peerid_session_refresh_async(session, queue, tag, id)
	})
}

// Logout ends the session and removes it from its store; later calls fail. The tokens stay valid at the server, which
// cannot revoke them. The session still has to be closed.
//
// Errors: [ErrStore] when the store failed; the session has still ended.
func (s *Session) Logout(ctx context.Context) error {
	return s.call(ctx, func(session *C.peerid_session, queue *C.peerid_queue, tag C.uint64_t, id *C.uint64_t) *C.peerid_error {
		return C.peerid_session_logout_async(session, queue, tag, id)
	})
}
