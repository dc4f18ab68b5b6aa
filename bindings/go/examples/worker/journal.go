package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

// state is the outcome of a payment.
type state string

const (
	// sent: it is being sent, or its outcome is unknown.
	sent state = "sent"
	paid state = "paid"
	// notPaid: it was certainly not made, and may be sent.
	notPaid state = "not paid"
	// unsigned: the server waits for the user's signature.
	unsigned state = "unsigned"
)

// note is what the journal holds of a payment. The last note counts.
type note struct {
	State   state   `json:"state"`
	Payment payment `json:"payment"`
	// Mark is what settles whether the payment was made.
	Mark string `json:"mark,omitempty"`
	// TransactionToken is what confirms a payment that is not signed.
	TransactionToken string `json:"transaction_token,omitempty"`
}

// journal is a file with a line for each note, on the disk before anything else happens. One worker at a time has it.
type journal struct {
	file  *os.File
	notes map[string]note
}

// openJournal opens a journal, which is made if it does not exist.
func openJournal(path string) (*journal, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	j := &journal{file: file, notes: map[string]note{}}
	if err := j.open(path); err != nil {
		file.Close()
		return nil, err
	}
	return j, nil
}

func (j *journal) open(path string) error {
	// The lock ends with the process, however that ends.
	if err := syscall.Flock(int(j.file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return fmt.Errorf("%s: another worker has it: %w", path, err)
	}
	content, err := io.ReadAll(j.file)
	if err != nil {
		return err
	}
	// A last line without an end was cut off by a crash, before anything was done for which it had to be there.
	whole := bytes.LastIndexByte(content, '\n') + 1
	if err := j.file.Truncate(int64(whole)); err != nil {
		return err
	}
	for number, line := range bytes.Split(content[:whole], []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		var n note
		if err := json.Unmarshal(line, &n); err != nil {
			return fmt.Errorf("%s: line %d: %w", path, number+1, err)
		}
		j.notes[n.Payment.ID] = n
	}
	// A new file is there after a crash only if its folder says so.
	return syncFolder(filepath.Dir(path))
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	defer folder.Close()
	return folder.Sync()
}

// write records the outcome of a payment, synced to the disk.
func (j *journal) write(n note) error {
	line, err := json.Marshal(n)
	if err != nil {
		return err
	}
	if _, err := j.file.Write(append(line, '\n')); err != nil {
		return err
	}
	if err := j.file.Sync(); err != nil {
		return err
	}
	j.notes[n.Payment.ID] = n
	return nil
}

// unsettled lists the payments that may have been made.
func (j *journal) unsettled() []note {
	var found []note
	for _, n := range j.notes {
		if n.State == sent {
			found = append(found, n)
		}
	}
	return found
}

func (j *journal) close() error {
	return j.file.Close()
}
