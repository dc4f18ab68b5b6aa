//go:build cgo

// Package cgo_is_off_set_CGO_ENABLED_to_1_and_install_a_C_compiler is the error message of a build without cgo: then its
// only file is left out, and the go command names the folder.
package cgo_is_off_set_CGO_ENABLED_to_1_and_install_a_C_compiler
