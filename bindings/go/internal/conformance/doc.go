// Package conformance runs the cases of Tests/Conformance, which C and Python run as well, through the public interface
// of package peerid.
package conformance
