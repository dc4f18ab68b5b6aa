// Package sandbox runs peerid-sandbox, the local PeerID server, for tests.
package sandbox

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// Sandbox is a server on a free port of this machine.
type Sandbox struct {
	// URL is its base URL.
	URL     string
	command *exec.Cmd
	stdin   io.Closer
}

// Object is a JSON object.
type Object = map[string]any

// Start starts a sandbox with its demo fixture: the program at PEERID_SANDBOX, or the one that the project has built.
func Start() (*Sandbox, error) {
	// It ends when its standard input is closed, so that it ends with the tests.
	s := &Sandbox{command: exec.Command(program(), "--json", "--exit-with-stdin",
		"--without-session-cookie", "--without-chain-rules", "--idle-seconds=0")}
	s.command.Stderr = os.Stderr
	stdin, err := s.command.StdinPipe()
	if err != nil {
		return nil, err
	}
	s.stdin = stdin
	stdout, err := s.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.command.Start(); err != nil {
		return nil, fmt.Errorf("the sandbox cannot be started; PEERID_SANDBOX may hold its path: %w", err)
	}
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, s)
	}
	if err != nil {
		s.Stop()
		return nil, fmt.Errorf("the sandbox said %q: %w", line, err)
	}
	return s, nil
}

func program() string {
	if path := os.Getenv("PEERID_SANDBOX"); path != "" {
		return path
	}
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "../../../../build/bin/peerid-sandbox")
}

// Stop ends the sandbox.
func (s *Sandbox) Stop() {
	_ = s.stdin.Close()
	_ = s.command.Wait()
}

// Read reads a control of the sandbox, such as "counts".
func (s *Sandbox) Read(control string) (json.RawMessage, error) {
	response, err := http.Get(s.URL + "/sandbox/" + control)
	return answer(control, response, err)
}

// Change posts to a control of the sandbox, such as "expire"; the body may be nil.
func (s *Sandbox) Change(control string, body any) (json.RawMessage, error) {
	var content []byte
	if body != nil {
		var err error
		if content, err = json.Marshal(body); err != nil {
			return nil, err
		}
	}
	response, err := http.Post(s.URL+"/sandbox/"+control, "application/json", bytes.NewReader(content))
	return answer(control, response, err)
}

func answer(control string, response *http.Response, err error) (json.RawMessage, error) {
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("control %s: %s", control, content)
	}
	return content, err
}
