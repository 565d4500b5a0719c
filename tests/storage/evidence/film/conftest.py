"""Fixtures: this machine's typeface, and a project with one of everything."""

from pathlib import Path

import pytest

from storage.evidence.film.typeface import NOTO, Typeface
from tests.storage.evidence.film.stories import Story, whole_story


@pytest.fixture(scope="session")
def typeface() -> Typeface:
    return NOTO


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return whole_story(tmp_path)
