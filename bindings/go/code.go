package peerid

// #include "bridge.h"
import "C"

import "strconv"

// Code is the kind of failure of an [Error]. It is itself an error, for [errors.Is]:
//
//	if errors.Is(err, peerid.ErrLoginRequired) { … }
//
// The numbers are stable: a code is never renumbered, and its meaning never changes. New ones may be added. Whether the
// call may be repeated does not depend on the code: see [Outcome].
type Code int32

const (
	// ErrInvalidArgument means that an argument is invalid; the message names it and says what is valid. No operation was
	// sent.
	ErrInvalidArgument Code = C.PEERID_CODE_INVALID_ARGUMENT
	// ErrConfiguration means that the configuration is incomplete or invalid; the message names the option. No
	// operation was sent.
	ErrConfiguration Code = C.PEERID_CODE_CONFIGURATION
	// ErrUnreachable means that the server is unreachable: the name did not resolve, or the server or the proxy did not
	// accept the connection. Nothing was sent.
	ErrUnreachable Code = C.PEERID_CODE_UNREACHABLE
	// ErrTLS means that the TLS handshake or the verification of the certificate failed. Nothing was sent.
	ErrTLS Code = C.PEERID_CODE_TLS
	// ErrTimeout means that a timeout expired: that of the context, or of the option request_timeout_ms. The outcome
	// says whether the request may have arrived.
	ErrTimeout Code = C.PEERID_CODE_TIMEOUT
	// ErrCancelled means that the context was cancelled. The outcome says whether the request may have arrived.
	ErrCancelled Code = C.PEERID_CODE_CANCELLED
	// ErrConnectionLost means that the connection was lost after the request was sent and before an answer arrived.
	ErrConnectionLost Code = C.PEERID_CODE_CONNECTION_LOST
	// ErrProtocol means that the answer is not a PeerID answer: not the JSON envelope, cut off, or a redirect.
	ErrProtocol Code = C.PEERID_CODE_PROTOCOL
	// ErrRejected means that the server rejected the request (HTTP 4xx); [Error.Fields] holds its messages by field.
	ErrRejected Code = C.PEERID_CODE_REJECTED
	// ErrNotPermitted means that the token's scope does not include an operation, or that the server does not permit the
	// request to the user or to the application.
	ErrNotPermitted Code = C.PEERID_CODE_NOT_PERMITTED
	// ErrLoginRequired means that the session is over: the user has to log in again.
	ErrLoginRequired Code = C.PEERID_CODE_LOGIN_REQUIRED
	// ErrRateLimited means that the server or a proxy asks to retry later (HTTP 429, or 503 with Retry-After); see
	// [Error.RetryAfter].
	ErrRateLimited Code = C.PEERID_CODE_RATE_LIMITED
	// ErrServer means that the server failed (HTTP 5xx).
	ErrServer Code = C.PEERID_CODE_SERVER
	// ErrTooLarge means that the request or the answer is larger than allowed.
	ErrTooLarge Code = C.PEERID_CODE_TOO_LARGE
	// ErrClosed means that the client, the session or the store was closed.
	ErrClosed Code = C.PEERID_CODE_CLOSED
	// ErrOutOfMemory means that memory ran out.
	ErrOutOfMemory Code = C.PEERID_CODE_OUT_OF_MEMORY
	// ErrInternal means that the system gave no descriptor or no random bytes, or that there is a bug in this library;
	// please report a bug.
	ErrInternal Code = C.PEERID_CODE_INTERNAL
	// ErrStore means that the session store failed.
	ErrStore Code = C.PEERID_CODE_STORE
	// ErrQueueFull means that the client has as many calls in flight as it allows. Nothing was sent.
	ErrQueueFull Code = C.PEERID_CODE_QUEUE_FULL
	// ErrChainRejected means that the chain rejected the transaction; the message contains the node's reason.
	ErrChainRejected Code = C.PEERID_CODE_CHAIN_REJECTED
)

// String returns the name of the code, such as "login_required", which is the same in all languages.
func (c Code) String() string {
	if name := C.peerid_code_name(C.int32_t(c)); name != nil {
		return C.GoString(name)
	}
	return "code_" + strconv.Itoa(int(c))
}

// Error makes a code a target for [errors.Is]. It returns the name of the code.
func (c Code) Error() string {
	return c.String()
}

// Outcome says whether a failed call was carried out. Check it before you send money again. It is itself an error, for
// [errors.Is], which matches every error with this outcome, whatever its code:
//
//	if errors.Is(err, peerid.OutcomeUnknown) { … }
//
// No outcome has the name or the number of a code.
type Outcome int32

const (
	// OutcomeNotSent means that the request was not sent. Repeating the call cannot do it twice.
	OutcomeNotSent Outcome = C.PEERID_OUTCOME_NOT_SENT
	// OutcomeNotDone means that the server or the chain answered that the request was not carried out. Repeating the call
	// cannot do it twice.
	OutcomeNotDone Outcome = C.PEERID_OUTCOME_NOT_DONE
	// OutcomeUnknown means that the request may have been carried out. Find out before repeating the call.
	OutcomeUnknown Outcome = C.PEERID_OUTCOME_UNKNOWN
)

// String returns the name of the outcome: "not_sent", "not_done" or "unknown".
func (o Outcome) String() string {
	switch o {
	case OutcomeNotSent:
		return "not_sent"
	case OutcomeNotDone:
		return "not_done"
	default:
		// Treat an unknown outcome of a newer library as "unknown".
		return "unknown"
	}
}

// Error makes an outcome a target for [errors.Is]. It returns the name of the outcome.
func (o Outcome) Error() string {
	return o.String()
}
