"""Measurements of the whole system on one machine; `./bench` runs them and writes docs/benchmarks.md."""
