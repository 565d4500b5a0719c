"""A store that is killed under load loses nothing that it acknowledged."""

import random
from pathlib import Path

import pytest

from tests.storage.evidence.killing import kill_often

pytestmark = pytest.mark.slow


@pytest.mark.timeout(300)
def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    assert kill_often(tmp_path / "data", 12, random.Random(20261124)) > 100
