//go:build cgo

// Package cgo_is_off_set_CGO_ENABLED_to_1_and_install_a_C_compiler is the error message of a build without cgo: its
// only file is excluded then, and the go command prints the name of the folder.
package cgo_is_off_set_CGO_ENABLED_to_1_and_install_a_C_compiler
