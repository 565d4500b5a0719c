"""Benchmarks: they compare in one run and print ratios."""
