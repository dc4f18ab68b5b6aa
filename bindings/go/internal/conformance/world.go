package conformance

import (
	"fmt"
	"io"
	"strings"

	peerid "github.com/peerplays/libpeerid/bindings/go"
	"github.com/peerplays/libpeerid/bindings/go/internal/sandbox"
)

// world is the state of a running case: its variables and the objects that it has created.
type world struct {
	server    *sandbox.Sandbox
	variables map[string]string
	clients   map[string]*peerid.Client
	sessions  map[string]*peerid.Session
	stores    map[string]*peerid.Store
	made      []io.Closer
}

func newWorld(server *sandbox.Sandbox, folder string) *world {
	port := server.URL[strings.LastIndexByte(server.URL, ':')+1:]
	return &world{
		server:    server,
		variables: map[string]string{"url": server.URL, "port": port, "folder": folder},
		clients:   map[string]*peerid.Client{},
		sessions:  map[string]*peerid.Session{},
		stores:    map[string]*peerid.Store{},
	}
}

// close closes all objects, the newest first.
func (w *world) close() {
	for i := len(w.made) - 1; i >= 0; i-- {
		_ = w.made[i].Close()
	}
}

// keep stores an object under a name.
func keep[T io.Closer](w *world, objects map[string]T, name string, made T) {
	objects[name] = made
	w.made = append(w.made, made)
}

// find returns the object with a name.
func find[T any](objects map[string]T, kind, name string) (T, error) {
	found, ok := objects[name]
	if !ok {
		return found, fmt.Errorf("there is no %s '%s'", kind, name)
	}
	return found, nil
}
