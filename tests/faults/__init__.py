"""Faults put in on purpose, and what comes of each; `docs/faults.md` is written from these tests."""
