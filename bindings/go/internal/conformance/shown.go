package conformance

import (
	"fmt"
	"os"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

// This file records everything that the package prints: its log lines and error messages. They must not
// contain a secret; Tests/Conformance/secrets.py checks that after the run.

// noteShown appends a string to the file named by the variable PEERID_SHOWN.
func noteShown(text string) {
	path := os.Getenv("PEERID_SHOWN")
	if path == "" {
		return
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	defer file.Close()
	fmt.Fprintln(file, text)
}

// noteLine records a log line.
func noteLine(_ peerid.Level, line string) {
	noteShown(line)
}
