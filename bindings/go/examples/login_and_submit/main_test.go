package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/peerplays/libpeerid/bindings/go/internal/sandbox"
)

func TestTheExampleSubmitsTwoTransfers(t *testing.T) {
	server, err := sandbox.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	if err := run([]string{server.URL, "4", "demo-secret-4", "alice", "alice-password", "1.2.31", "1.2.33"}); err != nil {
		t.Fatal(err)
	}
	answer, err := server.Read("executed")
	if err != nil {
		t.Fatal(err)
	}
	var executed struct{ Transactions int }
	if err := json.Unmarshal(answer, &executed); err != nil || executed.Transactions != 2 {
		t.Errorf("%d transactions, %v", executed.Transactions, err)
	}
}

func TestATransferThatTheUserHasToSignIsNotCalledDone(t *testing.T) {
	server, err := sandbox.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	err = run([]string{server.URL, "6", "demo-secret-6", "alice", "alice-password", "1.2.31", "1.2.33"})
	if err == nil || !strings.Contains(err.Error(), "the user has to sign it") {
		t.Errorf("got %v", err)
	}
}
