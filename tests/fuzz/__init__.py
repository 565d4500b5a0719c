"""Fuzzing by coverage: `pip install -e .[fuzz]`, then `python -m tests.fuzz NAME [libFuzzer's options]`."""
