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

// state is the state of a payment.
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

// note is an entry of the journal for a payment. The last one of each payment counts.
type note struct {
	State   state   `json:"state"`
	Payment payment `json:"payment"`
	// Mark is used to find out whether the payment was made.
	Mark string `json:"mark,omitempty"`
	// TransactionToken confirms a payment that is not signed yet.
	TransactionToken string `json:"transaction_token,omitempty"`
}

// journal is a file with a line for each note, which is synced to disk before anything else happens. Only one worker
// can open it at a time.
type journal struct {
	file  *os.File
	notes map[string]note
}

// openJournal opens a journal; it is created if it does not exist.
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
	// The lock is released when the process ends, even by a crash.
	if err := syscall.Flock(int(j.file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return fmt.Errorf("%s: another worker has it: %w", path, err)
	}
	content, err := io.ReadAll(j.file)
	if err != nil {
		return err
	}
	// A last line without a line end was cut off by a crash. Nothing that depends on it has been done.
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
	// A new file survives a crash only if its folder is synced, too.
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

// write records the state of a payment and syncs it to disk.
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
