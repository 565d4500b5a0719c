"""These tests import torch, which takes seconds: who leaves slow tests out should not wait for that either."""

import pytest


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    """Look into this folder only where slow tests are wanted."""
    return True if config.option.markexpr == "not slow" else None
