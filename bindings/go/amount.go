package peerid

// #include "bridge.h"
import "C"

import (
	"context"
	"encoding/json"
	"sync"
)

// AssetInfo describes an asset of the chain; [Client.Asset] returns it.
type AssetInfo struct {
	// ID is the object id, such as "1.3.0".
	ID ObjectID `json:"id"`

	// Symbol is the symbol, such as "PPY".
	Symbol string `json:"symbol"`

	// Precision is the number of decimal places, from 0 to 12.
	Precision int `json:"precision"`
}

// Amount converts whole units to an amount: "12.5" of an asset with precision 5 is 1250000.
//
// Errors: [ErrInvalidArgument] for text that is not a decimal number or has more decimals than the asset: nothing is
// rounded.
func (a AssetInfo) Amount(text string) (Asset, error) {
	amount, err := ParseAmount(text, a.Precision)
	return Asset{Amount: amount, AssetID: a.ID}, err
}

// assetTable caches the assets that a client has read. Assets never change.
type assetTable struct{ known sync.Map }

// Asset finds an asset by its symbol, such as "PPY", or its id, such as "1.3.0". The asset is read from the chain once,
// and then cached by the client.
//
// Errors: [ErrInvalidArgument] when the chain has no such asset, and those of [Client.ReadChain].
func (c *Client) Asset(ctx context.Context, name string) (AssetInfo, error) {
	if known, ok := c.assets.known.Load(name); ok {
		return known.(AssetInfo), nil
	}
	answer, err := c.ReadChain(ctx, "database", "lookup_asset_symbols", []string{name})
	if err != nil {
		return AssetInfo{}, err
	}
	var found []*AssetInfo
	err = json.Unmarshal(answer, &found)
	if err != nil || len(found) == 0 || (found[0] != nil && (found[0].ID == "" || found[0].Symbol == "")) {
		return AssetInfo{}, newError(ErrProtocol,
			"the answer of the node to lookup_asset_symbols has an unexpected form").afterAnswer().causedBy(err)
	}
	if found[0] == nil {
		return AssetInfo{}, newError(ErrInvalidArgument, "the chain has no asset '%s'", name).afterAnswer()
	}
	c.assets.known.Store(name, *found[0])
	return *found[0], nil
}

// ParseAmount converts decimal text to an amount in the smallest unit: "12.5" with precision 5 is 1250000.
//
// Errors: [ErrInvalidArgument] for any other text, more decimals than the precision, or an amount that does not fit
// into 64 bits.
func ParseAmount(text string, precision int) (int64, error) {
	places, err := decimalPlaces(precision)
	if err != nil {
		return 0, err
	}
	return parseDecimal(text, func(text *C.char, number *C.int64_t) *C.peerid_error {
		return C.peerid_amount_parse(text, places, number)
	})
}

// FormatAmount converts an amount in the smallest unit to decimal text, as wallets show it: a whole number
// without a point, any other number with all decimal places.
//
// Errors: [ErrInvalidArgument] for a precision that is not from 0 to 12.
func FormatAmount(amount int64, precision int) (string, error) {
	places, err := decimalPlaces(precision)
	if err != nil {
		return "", err
	}
	return formatDecimal(func(size C.size_t, text *C.char) *C.peerid_error {
		return C.peerid_amount_format(C.int64_t(amount), places, size, text)
	})
}

// ParseOdds converts decimal odds to a backer multiplier: "1.5" is 15000.
//
// Errors: [ErrInvalidArgument] for any other text, or for more than four decimals.
func ParseOdds(text string) (int64, error) {
	return parseDecimal(text, func(text *C.char, number *C.int64_t) *C.peerid_error {
		return C.peerid_odds_parse(text, number)
	})
}

// FormatOdds converts a backer multiplier to decimal odds: 15000 is "1.5".
func FormatOdds(multiplier int64) string {
	text, _ := formatDecimal(func(size C.size_t, text *C.char) *C.peerid_error {
		return C.peerid_odds_format(C.int64_t(multiplier), size, text)
	})
	return text
}

// ParsePercent converts a percentage to 1/100 percent: "12.34" is 1234.
//
// Errors: [ErrInvalidArgument] for any other text, or for more than two decimals.
func ParsePercent(text string) (int64, error) {
	return parseDecimal(text, func(text *C.char, number *C.int64_t) *C.peerid_error {
		return C.peerid_percent_parse(text, number)
	})
}

// FormatPercent converts 1/100 percent to a percentage: 1234 is "12.34".
func FormatPercent(share int64) string {
	text, _ := formatDecimal(func(size C.size_t, text *C.char) *C.peerid_error {
		return C.peerid_percent_format(C.int64_t(share), size, text)
	})
	return text
}

func decimalPlaces(precision int) (C.int32_t, error) {
	if precision < 0 || precision > 12 {
		return 0, newError(ErrInvalidArgument, "precision is %d, but an asset has from 0 to 12 decimal places", precision)
	}
	return C.int32_t(precision), nil
}

func parseDecimal(value string, parse func(*C.char, *C.int64_t) *C.peerid_error) (int64, error) {
	encoded, err := newText(value, "text")
	if err != nil {
		return 0, err
	}
	var number C.int64_t
	if err := asError(parse(encoded.pointer(), &number)); err != nil {
		return 0, err
	}
	return int64(number), nil
}

func formatDecimal(format func(C.size_t, *C.char) *C.peerid_error) (string, error) {
	var buffer [40]C.char
	if err := asError(format(C.size_t(len(buffer)), &buffer[0])); err != nil {
		return "", err
	}
	return C.GoString(&buffer[0]), nil
}
