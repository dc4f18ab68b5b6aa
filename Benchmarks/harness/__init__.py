"""The parts of `Benchmarks/run`: the server, the measurement, the report."""
