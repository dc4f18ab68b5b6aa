// Package peerid lets a program act for Peerplays users through a PeerID server: log a user in once, keep the tokens
// fresh, and submit operations to the chain in the user's name.
//
// It is a thin layer over libpeerid. A [Client] is made once for an application; it makes a [Session] for each user,
// by password ([Client.Login]) or by the authorization code flow ([Client.AuthorizationURL], [Client.Exchange]). The
// session refreshes its tokens by itself, once for all goroutines that use it, and [Session.Submit] sends operations.
//
// # Money
//
// Operations are sent once. They are sent again only after HTTP 401, which means that nothing was done. When a call
// fails, ask one question before repeating it, and [Error] answers it: the [Outcome] is [OutcomeNotSent],
// [OutcomeNotDone], or [OutcomeUnknown]. After the last one the operation may have been done: look at the chain first.
//
// # Errors
//
// Every error of this package is an [*Error], also those of a context. Its [Code] tells the kind. [errors.Is] finds an
// error by its code, such as [ErrLoginRequired], and by its outcome, whatever the code:
//
//	switch {
//	case errors.Is(err, peerid.ErrLoginRequired):
//		// send the user to log in again
//	case errors.Is(err, peerid.OutcomeUnknown):
//		// look at the chain before sending again
//	}
//
// # Contexts
//
// Each call that may wait takes a context. When it ends, the call ends within a second with an error that wraps
// [context.Canceled] or [context.DeadlineExceeded] and still tells the outcome. A refresh that a call has begun goes
// on, because its new tokens would be lost.
//
// # Concurrency
//
// Clients, sessions and stores may be used by any number of goroutines at once. Close is safe at any time and any
// number of times: calls under way are not disturbed by closing their session, and end with [ErrClosed] when their
// client is closed. What is never closed is freed by the garbage collector, some time.
//
// # Secrets
//
// Tokens and passwords stand in no error and no log line, and printing a [Token], a [Password], a [Config], a
// [StoredSession] or an [Authorization] does not show them, nor does the JSON of the first three. That of the other two
// does, because programs keep it. Two things are out of this package's hands: fmt prints what lies in an unexported field
// of a struct without asking it, so such a struct needs a String method of its own; and encoding/gob, like anything that
// reads fields by reflection, holds what they hold.
package peerid
