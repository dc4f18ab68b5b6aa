package conformance

import (
	"fmt"
	"os"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

// This file notes all that the package shows of calls: the lines of its log and the texts of its errors. They must not
// hold a secret, which Tests/Conformance/secrets.py checks when the run has ended.

// noteShown notes a text in the file that the variable PEERID_SHOWN names.
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

// noteLine notes a line of the log.
func noteLine(_ peerid.Level, line string) {
	noteShown(line)
}
