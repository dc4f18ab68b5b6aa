package peerid_test

import (
	"context"
	"testing"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

func TestStatisticsCountTheCallsOfAClient(t *testing.T) {
	client := newClient(t)
	session := login(t, client)
	if _, err := session.Submit(context.Background(), transfer(1)); err != nil {
		t.Fatal(err)
	}
	statistics, err := client.Statistics()
	if err != nil {
		t.Fatal(err)
	}
	if got := statistics.Calls["submit"]; got != (peerid.CallCounts{Succeeded: 1}) {
		t.Errorf("submit: %+v", got)
	}
	if got := statistics.Latency["operations"]; got.Count != 1 || got.P50 == 0 || got.P50 > got.Max {
		t.Errorf("latency: %+v", got)
	}
	if statistics.Connections.Opened == 0 {
		t.Errorf("connections: %+v", statistics.Connections)
	}
}

func TestACheckFindsAWrongSecret(t *testing.T) {
	client := newClient(t)
	if err := client.Check(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := client.SetSecret("wrong"); err != nil {
		t.Fatal(err)
	}
	wantError(t, client.Check(context.Background()), peerid.ErrRejected, peerid.OutcomeNotDone)
	wantError(t, client.SetSecret(""), peerid.ErrInvalidArgument, peerid.OutcomeNotSent)
}
