"""Fixtures: this machine's typeface, and a project with one of everything."""

from pathlib import Path

import pytest

from storage.evidence.film.typeface import Typeface, find_typeface
from tests.storage.evidence.film.stories import Story, whole_story


@pytest.fixture(scope="session")
def typeface() -> Typeface:
    return find_typeface()


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return whole_story(tmp_path)
