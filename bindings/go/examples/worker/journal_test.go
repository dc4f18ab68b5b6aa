package main

import (
	"os"
	"path/filepath"
	"testing"
)

func openForTest(t *testing.T, path string) *journal {
	t.Helper()
	j, err := openJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.close() })
	return j
}

func TestTheJournalKeepsTheLastNoteOfAPayment(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j := openForTest(t, path)
	n := note{State: sent, Payment: payment{"a", "1.2.31", "1.2.33", 1 << 60, "1.3.0"}, Mark: `{"mark":1}`}
	for _, n.State = range []state{sent, notPaid, sent} {
		if err := j.write(n); err != nil {
			t.Fatal(err)
		}
	}
	j.close()
	if j = openForTest(t, path); len(j.notes) != 1 || j.notes["a"] != n || len(j.unsettled()) != 1 {
		t.Errorf("it holds %v", j.notes)
	}
	n.State = paid
	if err := j.write(n); err != nil {
		t.Fatal(err)
	}
	j.close()
	if j = openForTest(t, path); j.notes["a"] != n || len(j.unsettled()) != 0 {
		t.Errorf("it holds %v", j.notes)
	}
}

func TestALineThatACrashCutOffIsDropped(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j := openForTest(t, path)
	a := note{State: paid, Payment: payment{ID: "a"}}
	b := note{State: paid, Payment: payment{ID: "b"}}
	if err := j.write(a); err != nil {
		t.Fatal(err)
	}
	if _, err := j.file.WriteString(`{"state":"pa`); err != nil {
		t.Fatal(err)
	}
	j.close()
	j = openForTest(t, path)
	if err := j.write(b); err != nil {
		t.Fatal(err)
	}
	j.close()
	if j = openForTest(t, path); j.notes["a"] != a || j.notes["b"] != b || len(j.notes) != 2 {
		t.Errorf("it holds %v", j.notes)
	}
}

func TestAJournalThatIsDamagedIsNotUsed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	if err := os.WriteFile(path, []byte("damaged\n{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openJournal(path); err == nil {
		t.Error("it was opened")
	}
}

func TestOneWorkerAtATimeHasAJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	openForTest(t, path)
	if _, err := openJournal(path); err == nil {
		t.Error("two have it")
	}
}
