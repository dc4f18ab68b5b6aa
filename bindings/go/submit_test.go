package peerid_test

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

var transactionID = regexp.MustCompile(`^[0-9a-f]{40}$`)

func TestSubmitAnswersWithTheTransaction(t *testing.T) {
	session := login(t, newClient(t))
	result, err := session.Submit(context.Background(), transfer(100000))
	if err != nil {
		t.Fatal(err)
	}
	if !transactionID.MatchString(result.TransactionID) || result.BlockNum <= 0 || result.TrxNum < 0 {
		t.Errorf("not a transaction: %+v", result)
	}
	if len(result.CreatedIDs) != 0 || result.TransactionToken != "" {
		t.Errorf("a transfer creates nothing and needs no confirmation: %+v", result)
	}
	var decoded struct{ ID string }
	if err := result.Decode(&decoded); err != nil || decoded.ID != result.TransactionID {
		t.Errorf("the JSON says %q, the result %q (%v)", decoded.ID, result.TransactionID, err)
	}
}

func TestSubmitPutsSeveralOperationsIntoOneTransaction(t *testing.T) {
	session := login(t, newClient(t))
	if _, err := session.Submit(context.Background(), transfer(1), transfer(2), transfer(3)); err != nil {
		t.Fatal(err)
	}
	var executed struct{ Transactions, Count int }
	if err := json.Unmarshal(control(t, "executed", nil), &executed); err != nil {
		t.Fatal(err)
	}
	if executed.Transactions != 1 || executed.Count != 3 {
		t.Errorf("got %d transactions with %d operations", executed.Transactions, executed.Count)
	}
}

func TestSubmitReturnsTheCreatedObjects(t *testing.T) {
	session := login(t, newClient(t))
	result, err := session.SubmitJSON(context.Background(), []byte(`{"op_name":"nft_mint","fee_asset":"1.3.0","payer":"1.2.31","nft_metadata_id":"1.30.0","owner":"1.2.31","approved":"1.2.31","approved_operators":[],"token_uri":"Schach ♞"}`))
	if err != nil {
		t.Fatal(err)
	}
	if len(result.CreatedIDs) != 1 || !strings.HasPrefix(result.CreatedIDs[0], "1.") {
		t.Errorf("created %v", result.CreatedIDs)
	}
}

func TestSubmitJSONTakesTheThreeForms(t *testing.T) {
	session := login(t, newClient(t))
	const one = `{"op_name":"transfer","fee_asset":"1.3.0","from":"1.2.31","to":"1.2.33","amount":{"amount":7,"asset_id":"1.3.0"}}`
	for _, form := range []string{one, "[" + one + "]", `{"operations":[` + one + `]}`} {
		if _, err := session.SubmitJSON(context.Background(), []byte(form)); err != nil {
			t.Errorf("%s: %v", form, err)
		}
	}
}

// ownOperation is an operation that the program defines.
type ownOperation struct {
	Name string         `json:"-"`
	Text string         `json:"text,omitempty"`
	More map[string]any `json:"more,omitempty"`
}

func (o ownOperation) OpName() string { return o.Name }

func TestSubmitWritesTheNameAmongTheFieldsAndLeavesTextAsItIs(t *testing.T) {
	session := login(t, newClient(t, app("8"), option("validate", "off")))
	_, err := session.Submit(context.Background(), ownOperation{Name: "later_invention", Text: "a < b & c"}, &ownOperation{Name: `"`})
	wantError(t, err, peerid.ErrRejected, peerid.OutcomeNotDone)
	var requests []struct{ Body string }
	if err := json.Unmarshal(control(t, "requests?path="+operationsPath, nil), &requests); err != nil {
		t.Fatal(err)
	}
	const want = `{"operations":[{"op_name":"later_invention","text":"a < b & c"},{"op_name":"\""}]}`
	if len(requests) != 1 || requests[0].Body != want {
		t.Errorf("sent %v, want %s", requests, want)
	}
}

func TestSubmitRefusesWhatIsNoOperation(t *testing.T) {
	session := login(t, newClient(t))
	var none *ownOperation
	for name, operation := range map[string]peerid.Operation{
		"nil":         nil,
		"nil pointer": none,
		"no JSON":     ownOperation{Name: "x", More: object{"f": func() {}}},
	} {
		_, err := session.Submit(context.Background(), transfer(1), operation)
		failure := wantError(t, err, peerid.ErrInvalidArgument, peerid.OutcomeNotSent)
		if !strings.Contains(failure.Message, "operations[1]") {
			t.Errorf("%s: the message does not name the place: %s", name, failure.Message)
		}
	}
	if _, err := session.Submit(context.Background()); err == nil {
		t.Error("no operation at all was submitted")
	}
	if count := requestCount(t, "POST "+operationsPath); count != 0 {
		t.Errorf("%d requests were sent", count)
	}
}

func TestCheckNamesThePlaceOfAFault(t *testing.T) {
	if err := peerid.Check(transfer(1)); err != nil {
		t.Error(err)
	}
	err := peerid.Check(transfer(1), peerid.Transfer{FeeAsset: "1.3.0", From: "alice", To: "1.2.33"})
	failure := wantError(t, err, peerid.ErrInvalidArgument, peerid.OutcomeNotSent)
	if !strings.Contains(failure.Message, "operations[1].from") {
		t.Errorf("the message does not name the place: %s", failure.Message)
	}
}

func TestIntegersBeyond53BitsSurvive(t *testing.T) {
	session := login(t, newClient(t))
	const exact = `{"id":"0123456789012345678901234567890123456789","block_num":9007199254740993,"trx_num":2,"trx":{"sum":9223372036854775807}}`
	control(t, "faults", object{"kind": "status", "path": operationsPath, "status": 200, "body": `{"result":` + exact + `,"status":200}`})
	result, err := session.Submit(context.Background(), transfer(1))
	if err != nil {
		t.Fatal(err)
	}
	if result.BlockNum != 9007199254740993 || result.TrxNum != 2 || string(result.JSON) != exact {
		t.Errorf("got %d in %s", result.BlockNum, result.JSON)
	}
	var decoded map[string]any
	if err := result.Decode(&decoded); err != nil {
		t.Fatal(err)
	}
	if sum := decoded["trx"].(map[string]any)["sum"].(json.Number); sum != "9223372036854775807" {
		t.Errorf("decoded %s", sum)
	}
}

func TestConfirmUsesATransactionTokenOnce(t *testing.T) {
	session := login(t, newClient(t, app("6")))
	result, err := session.Submit(context.Background(), transfer(5))
	if err != nil {
		t.Fatal(err)
	}
	if result.TransactionToken == "" || result.TransactionID != "" || result.BlockNum != 0 {
		t.Fatalf("not a transaction token: %+v", result)
	}
	confirmed, err := session.Confirm(context.Background(), result.TransactionToken)
	if err != nil {
		t.Fatal(err)
	}
	if !transactionID.MatchString(confirmed.TransactionID) {
		t.Errorf("not a transaction: %+v", confirmed)
	}
	_, err = session.Confirm(context.Background(), result.TransactionToken)
	failure := wantError(t, err, peerid.ErrRejected, peerid.OutcomeNotDone)
	if failure.Fields["token"] != "Invalid token" {
		t.Errorf("fields are %v", failure.Fields)
	}
}

func TestBroadcastSendsASignedTransaction(t *testing.T) {
	session := login(t, newClient(t))
	signature := strings.Repeat("1f", 65)
	transaction := `{"ref_block_num":1,"ref_block_prefix":2,"expiration":"2030-01-01T00:00:00","operations":[[0,{"fee":{"amount":0,"asset_id":"1.3.0"},"from":"1.2.31","to":"1.2.33","amount":{"amount":1,"asset_id":"1.3.0"},"extensions":[]}]],"extensions":[],"signatures":["` + signature + `"]}`
	result, err := session.Broadcast(context.Background(), []byte(transaction))
	if err != nil {
		t.Fatal(err)
	}
	if !transactionID.MatchString(result.TransactionID) {
		t.Errorf("not a transaction: %+v", result)
	}
	_, err = session.Broadcast(context.Background(), []byte(`{"ref_block_num":1}`))
	wantError(t, err, peerid.ErrInvalidArgument, peerid.OutcomeNotSent)
}

func TestReadChainNeedsNoSession(t *testing.T) {
	client := newClient(t)
	answer, err := client.ReadChain(context.Background(), "database", "get_objects", []string{"1.3.0"})
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(answer) || len(answer) == 0 {
		t.Errorf("not JSON: %s", answer)
	}
	_, err = client.ReadChain(context.Background(), "database", "get_objects", nil)
	wantError(t, err, peerid.ErrInvalidArgument, peerid.OutcomeNotSent)
	_, err = client.ReadChain(context.Background(), "no_api", "get_objects")
	wantError(t, err, peerid.ErrInvalidArgument, peerid.OutcomeNotSent)
	_, err = client.ReadChain(context.Background(), "database", "get_objects", make(chan int))
	wantError(t, err, peerid.ErrInvalidArgument, peerid.OutcomeNotSent)
}
