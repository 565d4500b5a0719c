"""The training programs need torch, which takes seconds to import: not for those who leave slow tests out."""

import pytest


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    """Look into this folder only where slow tests are wanted."""
    return True if config.option.markexpr == "not slow" else None
