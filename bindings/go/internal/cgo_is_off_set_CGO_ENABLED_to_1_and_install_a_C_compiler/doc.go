//go:build cgo

// Package cgo_is_off_set_CGO_ENABLED_to_1_and_install_a_C_compiler tells programmers to turn on cgo. Without cgo, the
// go command excludes this file, the only one of the package. It then prints an error with the name of the package.
package cgo_is_off_set_CGO_ENABLED_to_1_and_install_a_C_compiler
