"""What `Benchmarks/run` is made of: the server, the measuring, the report."""
