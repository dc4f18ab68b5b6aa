package peerid_test

import (
	"testing"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

func TestTheLibraryDescribesItself(t *testing.T) {
	if peerid.Version() == "" {
		t.Error("no version")
	}
	options := map[string]peerid.Option{}
	for _, option := range peerid.Options() {
		options[option.Name] = option
	}
	if timeout := options["request_timeout_ms"]; timeout.Default != "30000" || timeout.Accepts == "" || timeout.Help == "" {
		t.Errorf("got %+v", timeout)
	}
	if id, known := peerid.OperationID("transfer"); id != 0 || !known {
		t.Errorf("transfer is %d, %v", id, known)
	}
	if _, known := peerid.OperationID("later_invention"); known {
		t.Error("an operation that does not exist is known")
	}
	if _, known := peerid.OperationID("trans\x00fer"); known {
		t.Error("a NUL cuts a name")
	}
	if peerid.OperationName(0) != "transfer" || peerid.OperationName(-1) != "" || peerid.OperationName(1<<40) != "" {
		t.Error("operations have other names")
	}
	if names := peerid.OperationNames(); len(names) < 119 || names[0] != "transfer" {
		t.Errorf("the catalogue lists %d operations", len(names))
	}
}
