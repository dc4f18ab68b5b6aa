package peerid

// #include "bridge.h"
import "C"

import (
	"strings"
	"unsafe"
)

// text is a string on its way to the library, which copies it: NUL-terminated, in memory that C may read during the
// call.
type text []byte

// newText makes a text that must be there. A NUL would cut it short silently.
func newText(value, name string) (text, error) {
	if strings.IndexByte(value, 0) >= 0 {
		return nil, newError(ErrInvalidArgument, "%s holds a NUL byte", name)
	}
	buffer := make(text, len(value)+1)
	copy(buffer, value)
	return buffer, nil
}

// optionalText makes a text that is NULL when it is empty.
func optionalText(value, name string) (text, error) {
	if value == "" {
		return nil, nil
	}
	return newText(value, name)
}

// pointer lends the text to a call of C; NULL for no text.
func (t text) pointer() *C.char {
	if t == nil {
		return nil
	}
	return (*C.char)(unsafe.Pointer(&t[0]))
}

// wipe overwrites the text after the call: some are secrets.
func (t text) wipe() {
	for i := range t {
		t[i] = 0
	}
}

// lend lends bytes to a call of C. There is an address also for none, since NULL would mean a missing argument.
func lend(data []byte) (*C.char, C.size_t) {
	if len(data) == 0 {
		data = []byte{0}
		return (*C.char)(unsafe.Pointer(&data[0])), 0
	}
	return (*C.char)(unsafe.Pointer(&data[0])), C.size_t(len(data))
}

// goString copies a text that may be NULL.
func goString(borrowed *C.char) string {
	if borrowed == nil {
		return ""
	}
	return C.GoString(borrowed)
}

// goBytes copies bytes that may be NULL. C.GoBytes would take an int and cut what is longer.
func goBytes(borrowed *C.char, length C.size_t) []byte {
	if borrowed == nil {
		return nil
	}
	copied := make([]byte, int(length))
	copy(copied, unsafe.Slice((*byte)(unsafe.Pointer(borrowed)), int(length)))
	return copied
}
