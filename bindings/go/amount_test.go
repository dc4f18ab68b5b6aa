package peerid_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand"
	"strings"
	"testing"
	"testing/quick"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

func TestWhatIsFormattedIsParsedToTheSame(t *testing.T) {
	same := func(amount int64, places uint8) bool {
		text, err := peerid.FormatAmount(amount, int(places%13))
		if err != nil {
			return false
		}
		again, err := peerid.ParseAmount(text, int(places%13))
		return err == nil && again == amount
	}
	if err := quick.Check(same, &quick.Config{MaxCount: 10000, Rand: rand.New(rand.NewSource(1))}); err != nil {
		t.Error(err)
	}
	for _, amount := range []int64{math.MaxInt64, math.MinInt64, 0, -1} {
		if !same(amount, 5) || !same(amount, 0) || !same(amount, 12) {
			t.Errorf("%d changes", amount)
		}
	}
}

func TestDecimalsAreExact(t *testing.T) {
	ppy := peerid.AssetInfo{ID: "1.3.0", Symbol: "PPY", Precision: 5}
	if amount, err := ppy.Amount("12.5"); err != nil || amount != (peerid.Asset{Amount: 1250000, AssetID: "1.3.0"}) {
		t.Errorf("got %+v, %v", amount, err)
	}
	for _, wrong := range []string{"", "1,5", "12.123456", "1e3", "9223372036854775808", "1\x002"} {
		if _, err := ppy.Amount(wrong); !errors.Is(err, peerid.ErrInvalidArgument) {
			t.Errorf("%q gives %v", wrong, err)
		}
	}
	if odds, err := peerid.ParseOdds("1.5"); err != nil || odds != 15000 || peerid.FormatOdds(odds) != "1.5" {
		t.Errorf("got %d, %v", odds, err)
	}
	if share, err := peerid.ParsePercent("12.34"); err != nil || share != 1234 || peerid.FormatPercent(share) != "12.34" {
		t.Errorf("got %d, %v", share, err)
	}
}

func TestAnAssetIsFoundByItsSymbol(t *testing.T) {
	client := newClient(t)
	for i := 0; i < 2; i++ {
		asset, err := client.Asset(context.Background(), "PPY")
		if err != nil || asset != (peerid.AssetInfo{ID: "1.3.0", Symbol: "PPY", Precision: 5}) {
			t.Fatalf("got %+v, %v", asset, err)
		}
	}
	if _, err := client.Asset(context.Background(), "NONE"); !errors.Is(err, peerid.ErrInvalidArgument) {
		t.Errorf("got %v", err)
	}
}

func TestForgottenNumbersAreRefused(t *testing.T) {
	bet := peerid.BetPlace{FeeAsset: "1.3.0", BettorID: "1.2.31", BettingMarketID: "1.25.1", BackOrLay: "back",
		AmountToBet: peerid.Asset{Amount: 1, AssetID: "1.3.0"}}
	if err := peerid.Check(bet); !errors.Is(err, peerid.ErrInvalidArgument) || !strings.Contains(err.Error(), "backer_multiplier is 0") {
		t.Errorf("got %v", err)
	}
	bet.BackerMultiplier, bet.AmountToBet.Amount = 15000, 0
	if err := peerid.Check(bet); !errors.Is(err, peerid.ErrInvalidArgument) || !strings.Contains(err.Error(), "amount is 0") {
		t.Errorf("got %v", err)
	}
	bet.BackerMultiplier, bet.AmountToBet.Amount = 20050, 200
	if warnings, err := peerid.Warnings(bet); err != nil || len(warnings) != 1 || !strings.Contains(warnings[0], "odds come in steps") {
		t.Errorf("got %v, %v", warnings, err)
	}
}

func TestAnOperationIsDescribed(t *testing.T) {
	var description struct {
		ID      int
		Example json.RawMessage
	}
	if err := json.Unmarshal(peerid.DescribeOperation("bet_place"), &description); err != nil {
		t.Fatal(err)
	}
	if description.ID != 62 || !strings.Contains(string(description.Example), "15000") {
		t.Errorf("got %+v", description)
	}
	if peerid.DescribeOperation("bet_plaec") != nil {
		t.Error("an operation that does not exist is described")
	}
}
