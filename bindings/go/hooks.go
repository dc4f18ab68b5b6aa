package peerid

// #include "bridge.h"
import "C"

import (
	"fmt"
	"sync/atomic"
)

// Level tells how much an event of the log matters.
type Level int32

const (
	// LevelDebug is for whoever follows what the library does.
	LevelDebug Level = C.PEERID_LOG_LEVEL_DEBUG
	// LevelInfo is an ordinary event, such as a refreshed token.
	LevelInfo Level = C.PEERID_LOG_LEVEL_INFO
	// LevelWarning is something that went wrong and is being dealt with.
	LevelWarning Level = C.PEERID_LOG_LEVEL_WARNING
	// LevelError is something that went wrong that a person should look at.
	LevelError Level = C.PEERID_LOG_LEVEL_ERROR
)

// String is the level as a word, such as "info".
func (l Level) String() string {
	switch l {
	case LevelDebug:
		return "debug"
	case LevelInfo:
		return "info"
	case LevelWarning:
		return "warning"
	case LevelError:
		return "error"
	default:
		return fmt.Sprintf("level %d", int32(l))
	}
}

// hooks are the functions of a Config, found by their number as long as its client or one of its sessions exists.
type hooks struct {
	id      uintptr
	log     func(Level, string)
	relogin func(string) (Password, bool)
	users   atomic.Int64
}

var allHooks registry[*hooks]

// newHooks makes hooks with one user.
func newHooks(config Config) *hooks {
	h := &hooks{log: config.Log, relogin: config.Relogin}
	h.users.Store(1)
	h.id = allHooks.add(h)
	return h
}

func (h *hooks) retain() {
	h.users.Add(1)
}

func (h *hooks) release() {
	if h.users.Add(-1) == 0 {
		allHooks.remove(h.id)
	}
}

//export peerid_go_log
func peerid_go_log(id C.uintptr_t, level C.int32_t, message *C.char) {
	h, found := allHooks.get(uintptr(id))
	if !found {
		return
	}
	// A panic must not unwind the frames of the library, which hold its locks.
	defer func() { _ = recover() }()
	h.log(Level(level), C.GoString(message))
}

//export peerid_go_relogin
func peerid_go_relogin(id C.uintptr_t, key *C.char, credentials *C.peerid_credentials) (result C.int32_t) {
	const refused = 1
	h, found := allHooks.get(uintptr(id))
	if !found {
		return refused
	}
	defer func() {
		if problem := recover(); problem != nil {
			result = refused
			if h.log != nil {
				h.log(LevelError, fmt.Sprintf("Config.Relogin panicked: %v", problem))
			}
		}
	}()
	password, given := h.relogin(goString(key))
	if !given {
		return refused
	}
	texts, err := password.texts()
	if err != nil {
		return refused
	}
	defer texts.wipe()
	if asError(C.peerid_credentials_set(credentials, texts.login.pointer(), texts.password.pointer(), texts.mobile.pointer())) != nil {
		return refused
	}
	return 0
}
