package peerid

// #include "bridge.h"
import "C"

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Error says why a call failed, whether it may have been carried out, and what to do. It contains no secret.
type Error struct {
	// Code is the kind of failure.
	Code Code
	// Outcome says whether the request was not sent, was not carried out, or may have been carried out.
	Outcome Outcome
	// Message says what happened and what to do about it, in English, on one line.
	Message string
	// HTTPStatus is the status of the server's answer; 0 without an answer.
	HTTPStatus int
	// Retryable says whether repeating the same call later is safe (it cannot be done twice) and may succeed.
	Retryable bool
	// RetryAfter is how long to wait before repeating the call; 0 when unknown.
	RetryAfter time.Duration
	// Fields holds the server's messages by the name of the parameter; nil when there are none.
	Fields map[string]string
	// Detail is the member "error" of the server's answer: a JSON string, or an object of messages by field. Truncated to
	// 4 kB; nil when there is none.
	Detail json.RawMessage
	// Reason says why the server or the chain refused, such as "insufficient_balance", "missing_authority" or
	// "duplicate"; empty for other failures. The names are those of peerid_error_reason in the C header.
	Reason string
	// TransactionID is the id of the transaction that the node refused, 40 hexadecimal digits; empty when the answer
	// does not contain it.
	TransactionID string
	// Mark is the mark with which [Session.Settle] finds out whether the operations were done; nil unless the outcome
	// is unknown and the option "settleable" is set.
	Mark []byte

	cause error
}

// Error returns the code, the outcome and the message on one line.
func (e *Error) Error() string {
	return "peerid: " + e.Code.String() + " (" + e.Outcome.String() + "): " + e.Message
}

// Is makes errors.Is match the code, as in errors.Is(err, peerid.ErrLoginRequired), and the outcome, as in
// errors.Is(err, peerid.OutcomeUnknown).
func (e *Error) Is(target error) bool {
	switch target := target.(type) {
	case Code:
		return target == e.Code
	case Outcome:
		return target == e.Outcome
	default:
		return false
	}
}

// Unwrap returns the cause on the caller's side, such as [context.Canceled]; nil if there is none.
func (e *Error) Unwrap() error {
	return e.cause
}

// Timeout returns whether a timeout expired, as in net.Error.
func (e *Error) Timeout() bool {
	return e.Code == ErrTimeout
}

// newError creates the error of a call that was not sent because of a problem on this side.
func newError(code Code, format string, arguments ...any) *Error {
	return &Error{Code: code, Outcome: OutcomeNotSent, Message: fmt.Sprintf(format, arguments...)}
}

// afterAnswer sets the outcome to not done, because the server has answered.
func (e *Error) afterAnswer() *Error {
	e.Outcome = OutcomeNotDone
	return e
}

// causedBy sets the cause of the failure for errors.Is and errors.As.
func (e *Error) causedBy(cause error) *Error {
	e.cause = cause
	return e
}

// errClosed is the error of a call whose object is closed.
func errClosed(object string) *Error {
	return newError(ErrClosed, "the %s was closed", object)
}

// withContext changes e to the error of a call that ended because its context did.
func (e *Error) withContext(ended error) *Error {
	e.cause = ended
	e.Code = ErrCancelled
	if ended == context.DeadlineExceeded {
		e.Code = ErrTimeout
	}
	e.Message = ended.Error() + ": " + e.Message
	return e
}

// takeError copies an error of the library and frees it; nil for NULL.
func takeError(failure *C.peerid_error) *Error {
	if failure == nil {
		return nil
	}
	defer C.peerid_error_free(failure)
	e := &Error{
		Code:       Code(C.peerid_error_code(failure)),
		Outcome:    knownOutcome(Outcome(C.peerid_error_outcome(failure))),
		Message:    C.GoString(C.peerid_error_message(failure)),
		HTTPStatus: int(C.peerid_error_http_status(failure)),
		Retryable:  bool(C.peerid_error_is_retryable(failure)),
		RetryAfter: milliseconds(C.peerid_error_retry_after_ms(failure)),
		Reason:     C.GoString(C.peerid_error_reason(failure)),
		// C.GoString(NULL) is empty.
		TransactionID: C.GoString(C.peerid_error_transaction_id(failure)),
	}
	var length C.size_t
	detail := C.peerid_error_detail(failure, &length)
	e.Detail = goBytes(detail, length)
	e.Fields = fieldMessages(e.Detail)
	if mark := C.peerid_error_mark(failure); mark != nil {
		e.Mark = []byte(C.GoString(mark))
	}
	return e
}

// knownOutcome treats an unknown outcome of a newer library as OutcomeUnknown, the safe one.
func knownOutcome(outcome Outcome) Outcome {
	if outcome == OutcomeNotSent || outcome == OutcomeNotDone {
		return outcome
	}
	return OutcomeUnknown
}

// asError is like takeError, but returns nil for NULL. A nil *Error in a variable of the type error is not nil.
func asError(failure *C.peerid_error) error {
	if e := takeError(failure); e != nil {
		return e
	}
	return nil
}

// fieldMessages reads {"field": "message"}. Members that are not strings are kept as JSON. A detail that is not an
// object has no fields.
func fieldMessages(detail json.RawMessage) map[string]string {
	var members map[string]json.RawMessage
	if len(detail) == 0 || detail[0] != '{' || json.Unmarshal(detail, &members) != nil {
		return nil
	}
	fields := make(map[string]string, len(members))
	for name, value := range members {
		var text string
		if json.Unmarshal(value, &text) != nil {
			text = string(value)
		}
		fields[name] = text
	}
	return fields
}

func milliseconds(count C.int64_t) time.Duration {
	return time.Duration(count) * time.Millisecond
}
