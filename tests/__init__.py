"""Tests mirror the tree: tests/bot, tests/models, tests/storage; tests/bench holds the benchmarks."""
