package peerid

// #include "bridge.h"
import "C"

// Code tells what kind of failure an [Error] is. It is itself an error, so that it can be asked for with [errors.Is]:
//
//	if errors.Is(err, peerid.ErrLoginRequired) { … }
//
// The numbers are stable: a code is never renumbered or given another meaning. New ones may be added.
type Code int32

const (
	// ErrInvalidArgument means that an argument cannot be used; the message names it and says what would be right.
	// Nothing was sent.
	ErrInvalidArgument Code = C.PEERID_CODE_INVALID_ARGUMENT
	// ErrConfiguration means that the configuration lacks something or holds something unusable; the message names the
	// option. Nothing was sent.
	ErrConfiguration Code = C.PEERID_CODE_CONFIGURATION
	// ErrNotSent means that the server could not be reached: the name did not resolve, or the server or the proxy did
	// not accept the connection. Nothing was sent.
	ErrNotSent Code = C.PEERID_CODE_NOT_SENT
	// ErrTLS means that no trusted TLS connection came about. Nothing was sent.
	ErrTLS Code = C.PEERID_CODE_TLS
	// ErrTimeout means that time ran out: that of the context, or of the option request_timeout_ms. The outcome tells
	// whether the request may have left.
	ErrTimeout Code = C.PEERID_CODE_TIMEOUT
	// ErrCancelled means that the context was cancelled. The outcome tells whether the request may have left.
	ErrCancelled Code = C.PEERID_CODE_CANCELLED
	// ErrOutcomeUnknown means that the request left and no answer came: the operation may have been done or not. Look
	// at the chain before sending it again. Other codes can have an unknown outcome as well: before money is sent
	// again ask for [Error.Outcome], not for this code.
	ErrOutcomeUnknown Code = C.PEERID_CODE_OUTCOME_UNKNOWN
	// ErrProtocol means that the answer is not one that PeerID gives: not the JSON envelope, cut off, or a redirect.
	ErrProtocol Code = C.PEERID_CODE_PROTOCOL
	// ErrRefused means that the server refused the request (HTTP 4xx); [Error.Fields] holds its messages by field.
	ErrRefused Code = C.PEERID_CODE_REFUSED
	// ErrNotPermitted means that the token's scope does not hold an operation, or that the server says that the user or
	// the app may not do it.
	ErrNotPermitted Code = C.PEERID_CODE_NOT_PERMITTED
	// ErrLoginRequired means that the session is over: the user has to log in again.
	ErrLoginRequired Code = C.PEERID_CODE_LOGIN_REQUIRED
	// ErrRateLimited means that the server or a proxy asks to come back later (HTTP 429, or 503 with Retry-After); see
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
	// ErrInternal means that something happened inside the library that should be impossible; please report it.
	ErrInternal Code = C.PEERID_CODE_INTERNAL
	// ErrStore means that the store of sessions failed.
	ErrStore Code = C.PEERID_CODE_STORE
	// ErrQueueFull means that as many operations are in flight as the client allows. Nothing was sent.
	ErrQueueFull Code = C.PEERID_CODE_QUEUE_FULL
)

// String is the name of the code as logs of all languages write it, such as "login_required".
func (c Code) String() string {
	if name := C.peerid_code_name(C.int32_t(c)); name != nil {
		return C.GoString(name)
	}
	return "unknown_code"
}

// Error makes a code a target for [errors.Is]. It is the name of the code.
func (c Code) Error() string {
	return c.String()
}

// Outcome tells what became of the request of a call that failed: the one question that matters before money is sent
// again.
type Outcome int32

const (
	// OutcomeNotSent means that no byte of the request left. Making the call again cannot do it twice.
	OutcomeNotSent Outcome = C.PEERID_OUTCOME_NOT_SENT
	// OutcomeRefused means that the server answered that it did not do it. Making the call again cannot do it twice.
	OutcomeRefused Outcome = C.PEERID_OUTCOME_REFUSED
	// OutcomeUnknown means that the request may have been carried out. Find out before making the call again.
	OutcomeUnknown Outcome = C.PEERID_OUTCOME_UNKNOWN
)

// String is the name of the outcome: "not_sent", "refused" or "unknown".
func (o Outcome) String() string {
	switch o {
	case OutcomeNotSent:
		return "not_sent"
	case OutcomeRefused:
		return "refused"
	default:
		// Whatever a newer library may add, it is not one of the two that allow to send again.
		return "unknown"
	}
}
