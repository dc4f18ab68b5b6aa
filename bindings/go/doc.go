// Package peerid lets a program act for Peerplays users through a PeerID server: log a user in once, keep and refresh
// the tokens, and submit operations to the chain in the user's name.
//
// It is a thin layer over libpeerid. Create one [Client] for the application; it creates a [Session] for each user, by
// password ([Client.Login]) or by the authorization code flow ([Client.AuthorizationURL], [Client.Exchange]). The
// session refreshes its tokens by itself, once for all goroutines that use it, and [Session.Submit] sends operations.
//
// # Money
//
// Operations are sent once. They are sent again only after HTTP 401, which means that nothing was done. Before you
// repeat a failed call, check whether it may have been done. Every [Error] has an [Outcome]: [OutcomeNotSent],
// [OutcomeNotDone], or [OutcomeUnknown]. After the last one, check the chain first.
//
// # Errors
//
// Every error of this package is an [*Error], even if a context has ended. Its [Code] is the kind of failure.
// [errors.Is] matches an error by its code, such as [ErrLoginRequired], and by its outcome, whatever the code:
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
// [context.Canceled] or [context.DeadlineExceeded] and has an outcome. A refresh continues, because its new tokens
// would be lost.
//
// # Concurrency
//
// Clients, sessions and stores may be used by any number of goroutines at once. Close is safe at any time and any
// number of times. Closing a session does not end its calls in flight; closing a client ends them with [ErrClosed]. The
// garbage collector frees what is never closed.
//
// # Secrets
//
// No error and no log line contains a token or a password. Printing a [Token], a [Password], a [Config], a
// [StoredSession] or an [Authorization] does not show them, nor does the JSON of the first three. The JSON of the other
// two does, because programs keep it. There are two exceptions: fmt prints an unexported field of a struct without
// calling its String method, so a struct with such a field needs a String method; and encoding/gob, like everything
// that reads fields by reflection, does not hide them.
package peerid
