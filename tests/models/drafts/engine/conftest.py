"""These tests import torch, which takes seconds: who leaves slow tests out should not wait for that either."""

from collections.abc import Iterator

import pytest


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    """Look into this folder only where slow tests are wanted."""
    return True if config.option.markexpr == "not slow" else None


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Tiny networks are slower on several threads, and on a busy machine much slower."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
