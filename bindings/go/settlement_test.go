package peerid_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

// lose submits a transfer and loses the answer.
func lose(t *testing.T, session *peerid.Session, fault string, operations ...peerid.Operation) *peerid.Error {
	t.Helper()
	control(t, "faults", object{"kind": fault, "path": "/api/v1/app/operations"})
	_, err := session.Submit(context.Background(), operations...)
	return wantError(t, err, peerid.ErrConnectionLost, peerid.OutcomeUnknown)
}

func TestAnErrorIsSettled(t *testing.T) {
	session := login(t, newClient(t, option("settleable", "true")))
	failure := lose(t, session, "drop_after", transfer(3))
	settlement, err := session.Settle(context.Background(), failure)
	if err != nil {
		t.Fatal(err)
	}
	if settlement.State != peerid.SettledDone || !transactionID.MatchString(settlement.TransactionID) || settlement.RetryAfter != 0 {
		t.Errorf("settled as %+v", settlement)
	}
	want := peerid.SettledTransaction{ID: settlement.TransactionID, BlockNum: settlement.BlockNum, TrxNum: settlement.TrxNum}
	if len(settlement.Transactions) != 1 || settlement.Transactions[0] != want || settlement.BlockNum < 1 {
		t.Errorf("the transactions are %+v", settlement.Transactions)
	}
}

func TestWhatWasLostIsNotDoneWhenItHasExpired(t *testing.T) {
	session := login(t, newClient(t))
	control(t, "settings", object{"stopped_clock_ms": time.Now().Unix() * 1000})
	mark, err := session.Mark(context.Background(), transfer(3))
	if err != nil {
		t.Fatal(err)
	}
	var read struct{ Payer string }
	if err := json.Unmarshal(mark, &read); err != nil || read.Payer != "1.2.31" {
		t.Errorf("the mark is %s (%v)", mark, err)
	}
	if failure := lose(t, session, "lose_before_chain", transfer(3)); failure.Mark != nil {
		t.Errorf("the error has a mark without the option: %s", failure.Mark)
	}
	early, err := session.SettleMark(context.Background(), mark)
	if err != nil || early.State != peerid.SettledNotYet || early.RetryAfter < time.Second || early.RetryAfter > 15*time.Second {
		t.Errorf("settled as %+v (%v)", early, err)
	}
	control(t, "settings", object{"clock_offset_s": 600})
	late, err := session.SettleMark(context.Background(), mark)
	if err != nil || late.State != peerid.SettledNotDone || !late.Irreversible || late.TransactionID != "" || len(late.Transactions) != 0 {
		t.Errorf("settled as %+v (%v)", late, err)
	}
}

func TestWhatHasNoMarkCannotBeSettled(t *testing.T) {
	session := login(t, newClient(t))
	for _, err := range []error{lose(t, session, "drop_after", transfer(3)), context.Canceled, nil} {
		_, refusal := session.Settle(context.Background(), err)
		failure := wantError(t, refusal, peerid.ErrInvalidArgument, peerid.OutcomeNotSent)
		if !strings.Contains(failure.Message, "settleable") {
			t.Errorf("got %v", failure)
		}
	}
	_, err := session.SettleMark(context.Background(), []byte("nonsense"))
	wantError(t, err, peerid.ErrInvalidArgument, peerid.OutcomeNotSent)
	_, err = session.Mark(context.Background())
	wantError(t, err, peerid.ErrInvalidArgument, peerid.OutcomeNotSent)
	_, err = session.MarkJSON(context.Background(), []byte(`{"transaction":{}}`))
	wantError(t, err, peerid.ErrInvalidArgument, peerid.OutcomeNotSent)
}
