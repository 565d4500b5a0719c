"""The bundles that every verifier is tried on, made once."""

import pytest

from tests.verifier.trials import Shelf


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf.make(tmp_path_factory.mktemp("shelf"))
