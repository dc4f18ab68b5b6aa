package peerid

import (
	"context"
	"sync"
	"time"
)

// A token that is lent to requests of others has to be renewed at the right time, and only once for all of them. The
// library does that for its own requests; until it lends tokens with the same care, this file does.

// expiryMargin is how long before its expiry a token is renewed, as in the library.
const expiryMargin = time.Minute

// earlyRefusalAge is for how long a new token may be refused because the server has not saved it yet: it answers a
// refresh first and saves the new pair then.
const earlyRefusalAge = 2 * time.Second

// renewals lets one goroutine renew at a time, and remembers what was found out about the session's tokens.
type renewals struct {
	// Holds one value; whoever takes it may renew. A channel, because a context can end the wait.
	turn chan struct{}

	mutex sync.Mutex
	// The generation that was seen last, and when it came; zero for one that was there before.
	newest   uint64
	newestAt time.Time
	// The generation that the server refused for a request that cannot be sent again.
	refused uint64
	// The generation that was expired by this machine's clock as soon as it came: the clock is wrong.
	distrusted uint64
}

func newRenewals() *renewals {
	turn := make(chan struct{}, 1)
	turn <- struct{}{}
	return &renewals{turn: turn}
}

// freshToken gives a token that has not expired and is not of the generation that the server refused; 0: it refused
// none.
func (s *Session) freshToken(ctx context.Context, refused uint64) (*Token, error) {
	if ended := ctx.Err(); ended != nil {
		return nil, notBegun(ended)
	}
	token, err := s.CurrentToken()
	if err != nil || !s.renewals.isDue(token, refused) {
		return token, err
	}
	select {
	case <-s.renewals.turn:
		defer func() { s.renewals.turn <- struct{}{} }()
	case <-ctx.Done():
		return nil, notBegun(ctx.Err())
	}
	// Another goroutine may have renewed it meanwhile; renewing again would kill the token that it has just got.
	token, err = s.CurrentToken()
	if err != nil || !s.renewals.isDue(token, refused) {
		return token, err
	}
	if err := s.Refresh(ctx); err != nil {
		return nil, err
	}
	token, err = s.CurrentToken()
	if err == nil {
		s.renewals.renewed(token)
	}
	return token, err
}

// isDue tells whether a token has to be renewed before it is used.
func (r *renewals) isDue(token *Token, refused uint64) bool {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.see(token.Generation)
	if token.Generation == refused || token.Generation == r.refused {
		return true
	}
	return hasExpired(token) && token.Generation != r.distrusted
}

// renewed takes note of a token that has just come.
func (r *renewals) renewed(token *Token) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.see(token.Generation)
	if hasExpired(token) {
		r.distrusted = token.Generation
	}
}

// isNew tells whether a generation came so recently that a refusal may only be early.
func (r *renewals) isNew(generation uint64) bool {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return generation == r.newest && time.Since(r.newestAt) < earlyRefusalAge
}

// refuse lets the next request renew the token, when this one cannot be sent again.
func (r *renewals) refuse(generation uint64) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.refused = generation
}

// see notes when a generation was first seen, whoever renewed it.
func (r *renewals) see(generation uint64) {
	switch {
	case r.newest == 0:
		r.newest = generation
	case generation > r.newest:
		r.newest, r.newestAt = generation, time.Now()
	}
}

func hasExpired(token *Token) bool {
	return !token.Expiry.IsZero() && time.Until(token.Expiry) < expiryMargin
}
