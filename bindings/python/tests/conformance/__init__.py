"""Runs the cases of Tests/Conformance, which C and Go run as well, through peerid."""
