//go:build !cgo

package peerid

// Calls of libpeerid need cgo. The name of the package says what to do.
import _ "github.com/peerplays/libpeerid/bindings/go/internal/cgo_is_off_set_CGO_ENABLED_to_1_and_install_a_C_compiler"
