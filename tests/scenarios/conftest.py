"""One stage for a whole file: setting it takes longer than any scene on it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.scenarios.stage import Stage, open_stage


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """Return the stage, with the bot on it."""
    async with open_stage(tmp_path_factory.mktemp("stage")) as opened:
        yield opened


@pytest.fixture(autouse=True)
def in_order(stage: Stage) -> None:
    """Begin undisturbed."""
    stage.calm()
