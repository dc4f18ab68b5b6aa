package main

import (
	"encoding/json"
	"errors"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

// payment is a line of the queue.
type payment struct {
	// ID identifies the payment: an id that has been paid is not paid again.
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

// operation returns the operation that makes the payment.
func (p payment) operation() peerid.Operation {
	return peerid.Transfer{
		FeeAsset: "1.3.0", From: p.From, To: p.To, Amount: peerid.Asset{Amount: p.Amount, AssetID: p.AssetID},
	}
}
