package peerid

// #include "bridge.h"
import "C"

import (
	"context"
	"fmt"
	"time"
	"unsafe"
)

// Token is a snapshot of a session's tokens. It never changes; after a refresh the session has another one. Printing or
// marshalling it does not show the secrets, unless it is in an unexported field of another struct: for those fmt does
// not call String.
type Token struct {
	// AccessToken is the access token. A secret: it gives access to the user's account.
	AccessToken string
	// RefreshToken can be exchanged once for new tokens. A secret; "" if the server sent none.
	RefreshToken string
	// Expiry is when the access token expires, by the server's clock; zero when the server did not say.
	Expiry time.Time
	// Scope lists the operations that the user granted, by their numbers on the chain; nil if the server did not send it.
	// [OperationName] names them.
	Scope []int
	// AppID is the application that the token is for; -1 when the server did not say.
	AppID int64
	// UserID is the user's id at PeerID; -1 when the server did not say.
	UserID int64
	// Generation is the number of this pair of tokens: 1 after login; each refresh increases it.
	Generation uint64

	exported []byte
}

// Token returns tokens for requests that you send yourself. A token that has expired, or is about to, is refreshed
// first. The expiry is compared with the server's clock or, until the server has answered once, with the local clock.
// If the server still rejects the token, see [Session.TokenAfter]. [Session.Transport] does all of this for you.
//
// With golang.org/x/oauth2 a session becomes a TokenSource:
//
//	func (s source) Token() (*oauth2.Token, error) {
//		token, err := s.session.Token(context.Background())
//		if err != nil {
//			return nil, err
//		}
//		return &oauth2.Token{AccessToken: token.AccessToken, TokenType: "Bearer", Expiry: token.Expiry}, nil
//	}
//
// Errors: those of [Session.Refresh].
func (s *Session) Token(ctx context.Context) (*Token, error) {
	return s.TokenAfter(ctx, 0)
}

// TokenAfter returns tokens to resend a request that the server rejected with HTTP 401, which means that nothing was
// done. The generation is that of the rejected token. In place of the rejected token you get another one. If the
// rejected token is so new that the server may not know it yet, you get the same token after a pause. Give up after a
// few attempts.
//
// Errors: those of [Session.Refresh]; the outcome is never [OutcomeUnknown].
func (s *Session) TokenAfter(ctx context.Context, refusedGeneration uint64) (token *Token, err error) {
	err = s.use(func(session *C.peerid_session) error {
		return s.client.use(func(*C.peerid_client) error {
			refused := C.uint64_t(refusedGeneration)
			object, err := perform(ctx, s.client, exchange[*C.peerid_token]{
				run: func(cancellation *C.peerid_cancellation, token **C.peerid_token) *C.peerid_error {
					return C.peerid_go_fresh_token(session, refused, cancellation, token)
				},
				begin: func(queue *C.peerid_queue, tag C.uint64_t, id *C.uint64_t) *C.peerid_error {
					return C.peerid_session_acquire_token_async(session, refused, queue, tag, id)
				},
				take: func(completion *C.peerid_completion, token **C.peerid_token) *C.peerid_error {
					return C.peerid_go_take_token(completion, token)
				},
			})
			if err == nil {
				token = takeToken(*object)
			}
			return err
		})
	})
	return token, err
}

// CurrentToken returns the current tokens, which may have expired. It sends nothing.
func (s *Session) CurrentToken() (*Token, error) {
	var token *Token
	err := s.use(func(session *C.peerid_session) error {
		var object *C.peerid_token
		if err := asError(C.peerid_session_get_token(session, &object)); err != nil {
			return err
		}
		token = takeToken(object)
		return nil
	})
	return token, err
}

// takeToken copies the library's token and frees it.
func takeToken(object *C.peerid_token) *Token {
	defer C.peerid_token_free(object)
	token := &Token{
		AccessToken:  goString(C.peerid_token_access_token(object, nil)),
		RefreshToken: goString(C.peerid_token_refresh_token(object, nil)),
		AppID:        int64(C.peerid_token_app_id(object)),
		UserID:       int64(C.peerid_token_user_id(object)),
		Generation:   uint64(C.peerid_token_generation(object)),
	}
	if expiry := int64(C.peerid_token_expires_at_ms(object)); expiry >= 0 {
		token.Expiry = time.UnixMilli(expiry).UTC()
	}
	var count C.size_t
	if scope := C.peerid_token_scope(object, &count); scope != nil {
		token.Scope = make([]int, count)
		for i, id := range unsafe.Slice((*int32)(unsafe.Pointer(scope)), int(count)) {
			token.Scope[i] = int(id)
		}
	}
	var length C.size_t
	exported := C.peerid_token_json(object, &length)
	token.exported = goBytes(exported, length)
	return token
}

// Export returns the tokens as JSON, for [Client.Restore]. A secret: keep it in a safe place.
func (t Token) Export() []byte {
	return append([]byte(nil), t.exported...)
}

// Permits returns whether the scope includes an operation. The server decides about a name that the library does not
// know, and about a token without a scope.
func (t Token) Permits(operation string) bool {
	id, known := OperationID(operation)
	if t.Scope == nil || !known {
		return true
	}
	for _, granted := range t.Scope {
		if granted == id {
			return true
		}
	}
	return false
}

// String describes the token without its secrets.
func (t Token) String() string {
	return fmt.Sprintf("peerid.Token{AppID: %d, UserID: %d, Generation: %d, Expiry: %s}", t.AppID, t.UserID, t.Generation, t.Expiry.Format(time.RFC3339))
}

// GoString keeps the secrets out of %#v as well.
func (t Token) GoString() string {
	return t.String()
}

// MarshalText keeps the secrets out of JSON, XML and everything else that uses encoding.TextMarshaler. encoding/gob
// does not use it, so its output contains the secrets. To save a token, use [Token.Export].
func (t Token) MarshalText() ([]byte, error) {
	return []byte(t.String()), nil
}
