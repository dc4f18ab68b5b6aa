package peerid

// #include "bridge.h"
import "C"

import (
	"bytes"
	"encoding/json"
)

// Result is what the server answered to operations that it took.
type Result struct {
	// TransactionID is the id of the transaction, 40 hexadecimal digits; "" when the result is not a transaction.
	TransactionID string
	// BlockNum is the number of the block that holds the transaction.
	BlockNum int64
	// TrxNum is the transaction's place in its block, from 0.
	TrxNum int64
	// CreatedIDs holds the ids of the objects that the operations created, such as "1.22.7", in the order of the
	// operations.
	CreatedIDs []string
	// TransactionToken is what confirms the transaction, when the application's users sign each request; see
	// [Session.Confirm].
	TransactionToken string
	// JSON is the whole result as compact JSON. Integers are exact; keys keep the server's order.
	JSON json.RawMessage
}

// Decode decodes the JSON of the result. Numbers that go into an interface value become [json.Number], so that an
// integer beyond 2^53 stays what it is.
func (r *Result) Decode(into any) error {
	decoder := json.NewDecoder(bytes.NewReader(r.JSON))
	decoder.UseNumber()
	return decoder.Decode(into)
}

// takeResponse gives the response of a call, which the caller frees, and frees its completion.
func takeResponse(completion *C.peerid_completion) *C.peerid_response {
	defer C.peerid_completion_free(completion)
	return C.peerid_completion_response(completion)
}

// takeResult copies a response of the library and frees it.
func takeResult(response *C.peerid_response) *Result {
	defer C.peerid_response_free(response)
	result := &Result{
		TransactionID:    goString(C.peerid_response_transaction_id(response)),
		TransactionToken: goString(C.peerid_response_transaction_token(response)),
		JSON:             responseJSON(response),
	}
	if block := C.peerid_response_block_num(response); block >= 0 {
		result.BlockNum = int64(block)
		result.TrxNum = int64(C.peerid_response_trx_num(response))
	}
	count := C.peerid_response_created_count(response)
	for index := C.size_t(0); index < count; index++ {
		result.CreatedIDs = append(result.CreatedIDs, goString(C.peerid_response_created_id(response, index)))
	}
	return result
}

func responseJSON(response *C.peerid_response) []byte {
	var length C.size_t
	data := C.peerid_response_json(response, &length)
	return goBytes(data, length)
}
