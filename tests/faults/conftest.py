"""The stage on which faults are put in: the whole bot, whose patience is shorter here than a member's would be."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
import pytest_asyncio

from bot.draft import delivery
from bot.jobs import dispatcher
from bot.write import delivery as text_delivery
from models import images, language
from models.drafting import ImageTimeouts
from models.language import Timeouts
from storage import sqlite
from tests.bot.pocket_member import PocketMember, buttons_of
from tests.faults.meddling import Meddler
from tests.models.fake_images import serve_app
from tests.models.fake_language import KEY, serve_fake, speaks_and_writes
from tests.scenarios.stage import CAST, Role, Stage, open_stage

LOCKED_MS = 700
"""So long the database is waited for on this stage."""


@pytest.fixture(scope="package", autouse=True)
def impatient() -> Iterator[None]:
    """Let everything that waits wait a second where it would wait a minute."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(images, "ImageTimeouts", partial(ImageTimeouts, event_gap_s=1.0, health_s=1.0))
        patch.setattr(language, "Timeouts", partial(Timeouts, first_token_s=3.0, token_gap_s=3.0, health_s=1.0))
        patch.setattr(sqlite, "BUSY_TIMEOUT_MS", LOCKED_MS)
        patch.setattr(dispatcher, "HEARTBEAT_S", 0.2)
        patch.setattr(dispatcher, "LEASE_MS", 3_000)
        # Between two tries to connect to Discord's gateway.
        patch.setattr("discord.backoff.ExponentialBackoff.delay", lambda _: 0.3)
        patch.setattr(delivery, "RETRY_MS", 100)
        patch.setattr(dispatcher, "AWAY_MS", 200)
        patch.setattr(dispatcher, "FULL_MS", 200)
        patch.setattr(text_delivery, "PATIENCE_S", 2.0)
        yield


@pytest.fixture(scope="module")
def meddler() -> Meddler:
    """Return what stands before the drafts server of the stage."""
    return Meddler()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(tmp_path_factory: pytest.TempPathFactory, meddler: Meddler) -> AsyncIterator[Stage]:
    """Return a stage whose servers are in this process.

    Each module has its own, and no two are there at once: where Discord is, discord.py knows but once a process.
    """

    @asynccontextmanager
    async def servers(stage: Stage) -> AsyncIterator[None]:
        async with (
            serve_fake(stage.folder / "language") as stage.language,
            serve_app(meddler.before(lambda: stage.engine, KEY), stage.folder / "drafts"),
        ):
            yield

    async with open_stage(tmp_path_factory.mktemp("stage"), servers) as opened:
        yield opened


@pytest.fixture(autouse=True)
def in_order(request: pytest.FixtureRequest) -> Iterator[None]:
    """Begin undisturbed."""
    if "stage" not in request.fixturenames:
        yield
        return
    stage: Stage = request.getfixturevalue("stage")
    meddler: Meddler = request.getfixturevalue("meddler")
    stage.calm()
    stage.engine.drawn = 0
    meddler.edits.clear()
    fresh(stage)
    yield
    stage.take_wrongs()


def fresh(stage: Stage) -> None:
    """Let the language server behave."""
    known = stage.language
    known.refuse_with = known.raw_after = known.hold_before = None
    known.drop_after_first = False
    known.writes, known.health_status = speaks_and_writes, 200
    known.release = asyncio.Event()


@pytest_asyncio.fixture(loop_scope="session")
async def ann(stage: Stage) -> AsyncIterator[PocketMember]:
    """Return a member who has agreed."""
    async with agreed(stage) as member:
        yield member


@asynccontextmanager
async def agreed(stage: Stage) -> AsyncIterator[PocketMember]:
    """Open the page as a member, and agree where they have not yet."""
    async with stage.member(Role.AUTHOR) as member:
        known = await stage.store.members.find("discord", CAST[Role.AUTHOR, "en-US"].id)
        if known is not None and known.consented:
            yield member
            return
        answer = await member.answer(await member.command("project", "new", title="Boats"))
        if "I agree" in buttons_of(answer):
            await member.answer(await member.press(answer, buttons_of(answer)["I agree"]))
        yield member


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Any:
    """Return what the operator reads in the log: a function that tells whether a line has some words."""
    caplog.set_level(logging.INFO)
    return lambda words: any(words in record.getMessage() for record in caplog.records)
