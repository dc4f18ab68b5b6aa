package conformance

import (
	"errors"
	"os"
	"path/filepath"
)

// beginShortage makes a resource run out for the library until end is called; see Tests/Conformance/shortage.c.
func beginShortage(what string) (end func(), err error) {
	folder, ok := os.LookupEnv("PEERID_SHORTAGES")
	if !ok {
		return nil, errors.New("the runner was not started by Tests/Conformance/with_shortages")
	}
	path := filepath.Join(folder, what)
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		return nil, err
	}
	return func() { _ = os.Remove(path) }, nil
}
