package peerid

// #cgo pkg-config: peerid
// #cgo CFLAGS: -std=c11
// #include "bridge.h"
import "C"

// Version is the version of libpeerid that is loaded, such as "1.0.0".
func Version() string {
	return C.GoString(C.peerid_library_version())
}

// checkVersion refuses a library that is older than the header with which this package was compiled.
func checkVersion() error {
	loaded, compiled := int(C.peerid_library_version_number()), int(C.PEERID_VERSION_NUMBER)
	if loaded/10000 == compiled/10000 && loaded >= compiled {
		return nil
	}
	return newError(ErrConfiguration, "the loaded libpeerid is version %s, but this program needs %s or a later version with the same major number",
		Version(), C.PEERID_VERSION_STRING)
}
