package peerid

// #include "bridge.h"
import "C"

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// Result is the server's answer to operations.
type Result struct {
	// TransactionID is the id of the transaction, 40 hexadecimal digits; "" when the result is not a transaction.
	TransactionID string
	// BlockNum is the number of the block that contains the transaction; 0 if the server does not tell it.
	BlockNum int64
	// TrxNum is the position of the transaction in its block, from 0.
	TrxNum int64
	// CreatedIDs holds the ids of the objects that the operations created, such as "1.22.7", in the order of the
	// operations.
	CreatedIDs []string
	// TransactionToken confirms the transaction, if the application's users have to sign each request; see
	// [Session.Confirm].
	TransactionToken string
	// JSON is the whole result as compact JSON. Integers are exact; keys keep the server's order.
	JSON json.RawMessage
}

// Decode decodes the JSON of the result. Numbers in an interface value become [json.Number], so that integers beyond
// 2^53 are exact.
func (r *Result) Decode(into any) error {
	decoder := json.NewDecoder(bytes.NewReader(r.JSON))
	decoder.UseNumber()
	return decoder.Decode(into)
}

// String describes the transaction and what it created, or returns the JSON of any other result. It does not show a
// transaction token.
func (r Result) String() string {
	switch {
	case r.TransactionID != "":
		text := "transaction " + r.TransactionID
		if r.BlockNum > 0 {
			text += fmt.Sprintf(" in block %d", r.BlockNum)
		}
		if len(r.CreatedIDs) > 0 {
			text += " created " + strings.Join(r.CreatedIDs, ", ")
		}
		return text
	case r.TransactionToken != "":
		return "a transaction to be confirmed by its user"
	default:
		return string(r.JSON)
	}
}

// takeAnswer takes the answer from a completion.
func takeAnswer(completion *C.peerid_completion, answer *C.peerid_go_answer) *C.peerid_error {
	return C.peerid_go_take_answer(completion, answer)
}

// newResult copies an answer of the library and frees its response.
func newResult(answer *C.peerid_go_answer) *Result {
	defer C.peerid_response_free(answer.response)
	result := &Result{
		TransactionID:    goString(answer.transaction_id),
		TransactionToken: goString(answer.transaction_token),
		JSON:             goBytes(answer.json, answer.json_length),
	}
	if answer.block_num >= 0 {
		result.BlockNum = int64(answer.block_num)
		result.TrxNum = int64(answer.trx_num)
	}
	for index := C.size_t(0); index < answer.created_count; index++ {
		result.CreatedIDs = append(result.CreatedIDs, goString(C.peerid_response_created_id(answer.response, index)))
	}
	return result
}

func responseJSON(response *C.peerid_response) []byte {
	var length C.size_t
	data := C.peerid_response_json(response, &length)
	return goBytes(data, length)
}
