package main

import (
	"encoding/json"
	"errors"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

// payment is a line of the queue.
type payment struct {
	// ID is the queue's own name for the payment: what has been paid under it is not paid again.
	ID      string          `json:"id"`
	From    peerid.ObjectID `json:"from"`
	To      peerid.ObjectID `json:"to"`
	Amount  int64           `json:"amount"`
	AssetID peerid.ObjectID `json:"asset_id"`
}

func readPayment(line []byte) (payment, error) {
	read := payment{AssetID: "1.3.0"}
	if err := json.Unmarshal(line, &read); err != nil {
		return payment{}, err
	}
	if read.ID == "" || read.From == "" || read.To == "" || read.Amount == 0 {
		return payment{}, errors.New("it needs an id, from, to and an amount")
	}
	return read, nil
}

// operation is what makes the payment.
func (p payment) operation() peerid.Operation {
	return peerid.Transfer{
		FeeAsset: "1.3.0", From: p.From, To: p.To, Amount: peerid.Asset{Amount: p.Amount, AssetID: p.AssetID},
	}
}

// isMadeBy tells whether an operation of the chain is this payment.
func (p payment) isMadeBy(operation []json.RawMessage) bool {
	const transfer = "0"
	if len(operation) != 2 || string(operation[0]) != transfer {
		return false
	}
	var made struct {
		From, To peerid.ObjectID
		Amount   struct {
			// Large amounts arrive as text, which json.Number takes as well.
			Amount  json.Number
			AssetID peerid.ObjectID `json:"asset_id"`
		}
	}
	if json.Unmarshal(operation[1], &made) != nil {
		return false
	}
	amount, err := made.Amount.Amount.Int64()
	return err == nil && amount == p.Amount && made.Amount.AssetID == p.AssetID && made.From == p.From && made.To == p.To
}
