// Package conformance runs the cases of Tests/Conformance, which C and Python also run, through the public interface of
// package peerid.
package conformance
