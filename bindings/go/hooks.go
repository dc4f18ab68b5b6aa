package peerid

// #include "bridge.h"
import "C"

import "fmt"

// Level is a log severity.
type Level int32

const (
	// LevelDebug is for details of what the library does.
	LevelDebug Level = C.PEERID_LOG_LEVEL_DEBUG
	// LevelInfo is an ordinary event, such as a refreshed token.
	LevelInfo Level = C.PEERID_LOG_LEVEL_INFO
	// LevelWarning is a problem that the library handles.
	LevelWarning Level = C.PEERID_LOG_LEVEL_WARNING
	// LevelError is a problem on which a person has to act.
	LevelError Level = C.PEERID_LOG_LEVEL_ERROR
)

// String returns the name of the level, such as "info".
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

// hooks are the functions of a Config. The library identifies them by a number for each handler, until it releases the
// handler.
type hooks struct {
	log     func(Level, string)
	relogin func(string) (Password, bool)
}

var allHooks registry[*hooks]

// give registers the hooks for one handler of the library; set passes the handler's number to the library.
func (h *hooks) give(set func(id C.uintptr_t) *C.peerid_error) error {
	id := allHooks.add(h)
	err := asError(set(C.uintptr_t(id)))
	if err != nil {
		allHooks.remove(id)
	}
	return err
}

// tell writes a line to the log, if there is a log function. It recovers a panic in the log, which must not unwind the
// library's stack frames.
func (h *hooks) tell(level Level, message string) {
	if h.log == nil {
		return
	}
	defer func() { _ = recover() }()
	h.log(level, message)
}

//export peerid_go_hooks_release
func peerid_go_hooks_release(id C.uintptr_t) {
	allHooks.remove(uintptr(id))
}

//export peerid_go_log
func peerid_go_log(id C.uintptr_t, level C.int32_t, message *C.char) {
	h, found := allHooks.get(uintptr(id))
	if !found {
		return
	}
	h.tell(Level(level), C.GoString(message))
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
			h.tell(LevelError, fmt.Sprintf("Config.Relogin panicked: %v", problem))
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
