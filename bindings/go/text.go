package peerid

// #include "bridge.h"
import "C"

import (
	"strings"
	"unsafe"
)

// text is a NUL-terminated string for the library, in memory that C can read during the call. The library copies it.
type text []byte

// newText converts a string. A NUL in it is an error, because C would silently truncate the string there.
func newText(value, name string) (text, error) {
	if strings.IndexByte(value, 0) >= 0 {
		return nil, newError(ErrInvalidArgument, "%s holds a NUL byte", name)
	}
	buffer := make(text, len(value)+1)
	copy(buffer, value)
	return buffer, nil
}

// optionalText converts a string; an empty one becomes NULL.
func optionalText(value, name string) (text, error) {
	if value == "" {
		return nil, nil
	}
	return newText(value, name)
}

// pointer returns the address of the string, for the duration of a C call; NULL if there is none.
func (t text) pointer() *C.char {
	if t == nil {
		return nil
	}
	return (*C.char)(unsafe.Pointer(&t[0]))
}

// wipe overwrites the string after the call, because it may be a secret.
func (t text) wipe() {
	for i := range t {
		t[i] = 0
	}
}

// borrowed returns the address and the length of bytes, for the duration of a C call. Empty bytes also have an address,
// since NULL would mean a missing argument.
func borrowed(data []byte) (*C.char, C.size_t) {
	if len(data) == 0 {
		data = []byte{0}
		return (*C.char)(unsafe.Pointer(&data[0])), 0
	}
	return (*C.char)(unsafe.Pointer(&data[0])), C.size_t(len(data))
}

// goString copies a C string that may be NULL.
func goString(borrowed *C.char) string {
	if borrowed == nil {
		return ""
	}
	return C.GoString(borrowed)
}

// goBytes copies bytes that may be NULL. C.GoBytes takes an int, so it would truncate longer data.
func goBytes(borrowed *C.char, length C.size_t) []byte {
	if borrowed == nil {
		return nil
	}
	copied := make([]byte, int(length))
	copy(copied, unsafe.Slice((*byte)(unsafe.Pointer(borrowed)), int(length)))
	return copied
}
