"""What was honestly made, for every verifier to be tried on."""

import pytest

from tests.storage.evidence.tamperings import Scene


@pytest.fixture(scope="session")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene(tmp_path_factory.mktemp("scene"))
