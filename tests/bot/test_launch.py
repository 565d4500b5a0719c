"""What the launcher takes for a sign of life."""

import asyncio
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import ALIVE_FILE
from bot.launch import Launcher
from bot.settings import Settings, StorageSettings
from models.supervisor import ServerState, Supervisor


@pytest.fixture
def launcher(tmp_path: Path) -> Iterator[Launcher]:
    settings = Settings(storage=StorageSettings(data=tmp_path))
    made = Launcher(settings, pocket=False, init=True, config=None, say=lambda _: None)
    yield made
    shutil.rmtree(made._run_dir)


async def test_the_last_sign_of_a_bot_that_was_killed_is_not_taken_for_one_of_the_next(launcher: Launcher) -> None:
    alive = launcher._run_dir / ALIVE_FILE
    alive.touch()
    states: list[ServerState] = []
    starting = (sys.executable, "-c", "import time; time.sleep(60)")
    spec = replace(launcher._bot_spec(), argv=starting)
    async with Supervisor(spec, lambda state, _: states.append(state)):
        async with asyncio.timeout(10):
            while alive.exists():  # noqa: ASYNC110 - a file
                await asyncio.sleep(0.01)
        await asyncio.sleep(2 * spec.pace.start_poll_s)
    assert ServerState.READY not in states
