package peerid

// #include "bridge.h"
import "C"

import (
	"context"
	"errors"
	"time"
)

// SettlementState says whether operations were done after their answer was lost.
type SettlementState string

const (
	// SettledDone: a block contains the transaction.
	SettledDone SettlementState = "done"
	// SettledNotDone: no block contains the transaction, and no later block can. The operations may be sent again.
	SettledNotDone SettlementState = "not_done"
	// SettledNotYet: a later block may contain the transaction. Ask again after [Settlement.RetryAfter].
	SettledNotYet SettlementState = "not_yet"
	// SettledUndecided: no later block can contain the transaction, but one of [Settlement.Transactions] may be it.
	// Examine them.
	SettledUndecided SettlementState = "undecided"
)

// Settlement says whether operations were done after their answer was lost.
type Settlement struct {
	// State says whether the operations were done.
	State SettlementState
	// TransactionID is the id of the transaction; "" unless it was done and the node returns it.
	TransactionID string
	// BlockNum is the number of the block that contains the transaction; 0 unless it was done.
	BlockNum int64
	// TrxNum is the transaction's position in its block, from 0.
	TrxNum int64
	// Irreversible says whether the state is final. Blocks are rarely undone.
	Irreversible bool
	// Transactions has every transaction since the mark that is, or may be, the one that was sent. If the state is
	// SettledDone and there are several, other programs have sent the same operations.
	Transactions []SettledTransaction
	// RetryAfter is how long to wait before asking again; 0 unless the state is SettledNotYet.
	RetryAfter time.Duration
}

// SettledTransaction is a transaction in a block.
type SettledTransaction struct {
	// ID is the id, 40 hexadecimal digits; "" when the node does not return it.
	ID string `json:"id"`
	// BlockNum is the number of its block.
	BlockNum int64 `json:"block_num"`
	// TrxNum is its position in the block, from 0.
	TrxNum int64 `json:"trx_num"`
}

// Mark records the newest entry of the payer's history, so that the outcome of operations can be settled if their
// answer is lost. Call it right before [Session.Submit] or [Session.Confirm]. Keep the mark, for instance in the
// database that holds the payment, and send the operations within two minutes. With the option "settleable", Submit and
// Broadcast make the mark themselves, and their [Error] contains it. A mark costs one chain read. It is JSON without a
// secret; convert it to a string to print it.
//
// Errors: [ErrInvalidArgument] when an operation is not valid or is not in the catalogue; and those of
// [Client.ReadChain].
func (s *Session) Mark(ctx context.Context, operations ...Operation) ([]byte, error) {
	encoded, err := encodeOperations(operations)
	if err != nil {
		return nil, err
	}
	return s.MarkJSON(ctx, encoded)
}

// MarkJSON is [Session.Mark] for operations as JSON, as for [Session.SubmitJSON], or a signed transaction, as for
// [Session.Broadcast].
func (s *Session) MarkJSON(ctx context.Context, operations []byte) ([]byte, error) {
	data, length := borrowed(operations)
	result, err := s.send(ctx, sending{
		run: func(session *C.peerid_session, cancellation *C.peerid_cancellation, answer *C.peerid_go_answer) *C.peerid_error {
			return C.peerid_go_mark(session, data, length, cancellation, answer)
		},
		begin: func(session *C.peerid_session, queue *C.peerid_queue, tag C.uint64_t, id *C.uint64_t) *C.peerid_error {
			return C.peerid_session_mark_async(session, data, length, queue, tag, id)
		},
	})
	if err != nil {
		return nil, err
	}
	return result.JSON, nil
}

// Settle finds out whether the operations of a call that ended with [OutcomeUnknown] were done. The option "settleable"
// must have been set. It reads the chain and sends nothing. The answer is final at most three to four minutes after the
// call ended. Equal transactions cannot be distinguished; to make yours unique, add a custom operation with random data
// to the call.
//
// Errors: [ErrInvalidArgument] when err is not an [Error] with a mark; and those of [Client.ReadChain].
func (s *Session) Settle(ctx context.Context, err error) (*Settlement, error) {
	var failure *Error
	if !errors.As(err, &failure) || failure.Mark == nil {
		return nil, newError(ErrInvalidArgument, "the error has no mark: only an error whose outcome is unknown has one, "+
			"and only with the option \"settleable\"")
	}
	return s.SettleMark(ctx, failure.Mark)
}

// SettleMark is [Session.Settle] for a mark from [Session.Mark] or [Error.Mark], of this process or another.
func (s *Session) SettleMark(ctx context.Context, mark []byte) (*Settlement, error) {
	data, length := borrowed(mark)
	result, err := s.send(ctx, sending{
		run: func(session *C.peerid_session, cancellation *C.peerid_cancellation, answer *C.peerid_go_answer) *C.peerid_error {
			return C.peerid_go_settle(session, data, length, cancellation, answer)
		},
		begin: func(session *C.peerid_session, queue *C.peerid_queue, tag C.uint64_t, id *C.uint64_t) *C.peerid_error {
			return C.peerid_session_settle_async(session, data, length, queue, tag, id)
		},
	})
	if err != nil {
		return nil, err
	}
	var read struct {
		State        SettlementState      `json:"state"`
		ID           string               `json:"transaction_id"`
		BlockNum     int64                `json:"block_num"`
		TrxNum       int64                `json:"trx_num"`
		Irreversible bool                 `json:"irreversible"`
		Transactions []SettledTransaction `json:"transactions"`
		RetryAfter   int64                `json:"retry_after_ms"`
	}
	if err := result.Decode(&read); err != nil {
		return nil, newError(ErrInternal, "the settlement cannot be read: %v", err)
	}
	return &Settlement{
		State: read.State, TransactionID: read.ID, BlockNum: read.BlockNum, TrxNum: read.TrxNum,
		Irreversible: read.Irreversible, Transactions: read.Transactions,
		RetryAfter: time.Duration(read.RetryAfter) * time.Millisecond,
	}, nil
}
