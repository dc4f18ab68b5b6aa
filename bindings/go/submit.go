package peerid

// #include "bridge.h"
import "C"

import (
	"context"
	"encoding/json"
)

// Submit submits operations as one transaction, and waits until a block contains it.
//
// Before anything is sent, the token is refreshed if necessary, and the operations are checked (option "validate") and
// compared with the token's scope. Only after HTTP 401 does the library refresh the token and resend the operations. If
// the application's users have to sign each request, the result has a transaction token instead of a transaction; see
// [Session.Confirm].
//
// Errors: [ErrInvalidArgument] when an operation is not valid; [ErrNotPermitted] when the user has not granted one;
// [ErrLoginRequired] when the session is over; [ErrConfiguration] when the token has to be refreshed and there is no
// client secret; [ErrRejected], [ErrServer], [ErrRateLimited], [ErrConnectionLost], [ErrTimeout], [ErrCancelled],
// [ErrUnreachable], [ErrTLS], [ErrTooLarge], [ErrProtocol], [ErrStore], [ErrClosed]. Check [Error.Outcome] before
// submitting again.
func (s *Session) Submit(ctx context.Context, operations ...Operation) (*Result, error) {
	encoded, err := encodeOperations(operations)
	if err != nil {
		return nil, err
	}
	return s.SubmitJSON(ctx, encoded)
}

// SubmitJSON is [Session.Submit] for operations as JSON: an array of operations, an object with "operations", or one
// operation. It is sent unchanged.
func (s *Session) SubmitJSON(ctx context.Context, operations []byte) (*Result, error) {
	data, length := borrowed(operations)
	return s.send(ctx, sending{
		run: func(session *C.peerid_session, cancellation *C.peerid_cancellation, answer *C.peerid_go_answer) *C.peerid_error {
			return C.peerid_go_submit(session, data, length, cancellation, answer)
		},
		begin: func(session *C.peerid_session, queue *C.peerid_queue, tag C.uint64_t, id *C.uint64_t) *C.peerid_error {
			return C.peerid_session_submit_async(session, data, length, queue, tag, id)
		},
	})
}

// Check checks operations as [Session.Submit] does, but sends nothing and does not read the chain. The checks use the
// rules that the option "validate" selects, the scope of the tokens, and the server's clock if it is known.
//
// It returns the warnings that Submit logs: about broken rules that the chain's committee can change, and about other
// known problems. If the session's account is known ([Session.Account], [Session.SetAccount]), there is also a warning
// for each operation that another account pays for, because the server does not compare the accounts.
//
// Errors: [ErrInvalidArgument]; the message names the position of the mistake. [ErrNotPermitted] when the user has not
// granted an operation. [ErrLoginRequired] when the session is over.
func (s *Session) Check(operations ...Operation) ([]string, error) {
	encoded, err := encodeOperations(operations)
	if err != nil {
		return nil, err
	}
	data, length := borrowed(encoded)
	var warnings []string
	err = s.use(func(session *C.peerid_session) error {
		var response *C.peerid_response
		if err := asError(C.peerid_session_check(session, data, length, &response)); err != nil {
			return err
		}
		defer C.peerid_response_free(response)
		var size C.size_t
		text := C.peerid_response_json(response, &size)
		return json.Unmarshal(goBytes(text, size), &warnings)
	})
	return warnings, err
}

// Confirm confirms a transaction with the token of [Result.TransactionToken], which can be used once.
//
// PeerID issues a token only to a request with the cookie of a user who is signed in to PeerID's own page; otherwise
// Submit fails with "server side error". The server accepts a confirmation from any application.
//
// Errors: [ErrRejected] when the token is unknown or was already used; and those of [Session.Submit].
func (s *Session) Confirm(ctx context.Context, transactionToken string) (*Result, error) {
	token, err := newText(transactionToken, "transactionToken")
	if err != nil {
		return nil, err
	}
	defer token.wipe()
	return s.send(ctx, sending{
		run: func(session *C.peerid_session, cancellation *C.peerid_cancellation, answer *C.peerid_go_answer) *C.peerid_error {
			return C.peerid_go_confirm(session, token.pointer(), cancellation, answer)
		},
		begin: func(session *C.peerid_session, queue *C.peerid_queue, tag C.uint64_t, id *C.uint64_t) *C.peerid_error {
			return C.peerid_session_confirm_async(session, token.pointer(), queue, tag, id)
		},
	})
}

// Broadcast broadcasts a signed transaction: JSON with "ref_block_num", "ref_block_prefix", "expiration", "operations"
// and "signatures", or an object whose member "transaction" has them. The JSON is sent unchanged.
//
// Errors: [ErrInvalidArgument] when a part is missing; and those of [Session.Submit].
func (s *Session) Broadcast(ctx context.Context, transaction []byte) (*Result, error) {
	data, length := borrowed(transaction)
	return s.send(ctx, sending{
		run: func(session *C.peerid_session, cancellation *C.peerid_cancellation, answer *C.peerid_go_answer) *C.peerid_error {
			return C.peerid_go_broadcast(session, data, length, cancellation, answer)
		},
		begin: func(session *C.peerid_session, queue *C.peerid_queue, tag C.uint64_t, id *C.uint64_t) *C.peerid_error {
			return C.peerid_session_broadcast_async(session, data, length, queue, tag, id)
		},
	})
}

// sending is a call of a session whose result is JSON, such as a transaction. As in exchange, run may be nil.
type sending struct {
	run   func(session *C.peerid_session, cancellation *C.peerid_cancellation, answer *C.peerid_go_answer) *C.peerid_error
	begin sessionBeginning
}

func (s *Session) send(ctx context.Context, call sending) (result *Result, err error) {
	err = s.use(func(session *C.peerid_session) error {
		return s.client.use(func(*C.peerid_client) error {
			made := exchange[C.peerid_go_answer]{
				begin: func(queue *C.peerid_queue, tag C.uint64_t, id *C.uint64_t) *C.peerid_error {
					return call.begin(session, queue, tag, id)
				},
				take: takeAnswer,
			}
			if call.run != nil {
				made.run = func(cancellation *C.peerid_cancellation, answer *C.peerid_go_answer) *C.peerid_error {
					return call.run(session, cancellation, answer)
				}
			}
			answer, err := perform(ctx, s.client, made)
			if err == nil {
				result = newResult(answer)
			}
			return err
		})
	})
	return result, err
}
