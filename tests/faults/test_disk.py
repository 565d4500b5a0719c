"""A disk that is really full: a small one in memory, with a file that takes all its room."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from models import tether
from tests.bot.pocket_member import PocketMember, words_of
from tests.faults.conftest import agreed
from tests.faults.scene import asked, card_of, cards, counted, until
from tests.faults.table import DISK, Outcome, fault
from tests.scenarios.stage import Stage, open_stage
from tests.storage.conftest import check_everything

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]
Said = Callable[[str], bool]
SIZE = "32m"


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Mount a small disk, and take it away; only root may."""
    folder = tmp_path_factory.mktemp("small")
    disk = folder / "data"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root may mount a small disk")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Take all the room on a disk."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while file.write(bytes(size)) == size:
                    continue
            except OSError:
                continue
    try:
        yield
    finally:
        filler.unlink()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def aboard(small_disk: Path) -> AsyncIterator[Stage]:
    """Return a stage whose data are on the small disk."""
    async with open_stage(small_disk.parent) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def member(aboard: Stage) -> AsyncIterator[PocketMember]:
    """Return a member who has agreed."""
    aboard.calm()
    async with agreed(aboard) as opened:
        yield opened


@fault(
    "Full when a brief is to be recorded (database)",
    at=DISK,
    member="“The server's disk is full, so this was not recorded and nothing was started. …”",
    kept="What was recorded before is whole and can be read; with room again the same brief goes through.",
    operator="Log: a group of … submissions was not recorded; the figure colophon_disk_free_bytes warns before.",
)
async def test_a_full_disk_records_nothing_half(
    aboard: Stage, small_disk: Path, member: PocketMember, said: Said, outcome: Outcome
) -> None:
    await aboard.store.database.forget_traces()
    with full(small_disk):
        answer = await member.answer(await member.command("draft", brief="a boat too many", count=1))
        with outcome.member:
            assert "The server's disk is full, so this was not recorded and nothing was started." in words_of(answer)
    with outcome.operator:
        assert said("submissions was not recorded")
    with outcome.kept:
        await check_everything(aboard.store)
        await asked(member, "a boat too many")
        await card_of(member, "a boat too many")
        await check_everything(aboard.store)


@fault(
    "Full when a picture is to be stored (media)",
    at=DISK,
    member="The card comes when there is room again.",
    kept="The draft is tried again every minute; no picture is half stored, or recorded and not there.",
    operator="Log: job … waits: the disk is full, or: job … stopped, where not even that can be noted.",
)
async def test_a_full_disk_loses_no_draft(
    aboard: Stage, small_disk: Path, member: PocketMember, said: Said, outcome: Outcome
) -> None:
    made = await counted(aboard, "draft.made")
    aboard.engine.hold = threading.Event()
    await asked(member, "a boat without room")
    await until(aboard.engine.holding.is_set, "the middle of the draft")
    await aboard.store.database.forget_traces()
    with full(small_disk):
        aboard.engine.hold.set()
        with outcome.operator:
            await until(lambda: said("waits: the disk is full") or said("stopped on attempt"), "the line in the log")
        assert await counted(aboard, "draft.made") == made
    with outcome.member:
        await card_of(member, "a boat without room")
        assert len(cards(aboard, "a boat without room")) == 1
    with outcome.kept:
        assert await counted(aboard, "draft.made") == made + 1
        assert not [file for file in (small_disk / "media").rglob("tmp*") if file.is_file()]
        await check_everything(aboard.store)


TALKS = """
import pathlib, sys, time
while True:
    print("talk " * 100, flush=True)
    pathlib.Path(sys.argv[1]).touch()
    time.sleep(0.005)
"""


@fault(
    "Full when a server writes its log",
    at=DISK,
    member="Nothing of it: the server goes on.",
    kept="What the server says meanwhile is not logged, and counted; with room again the log goes on.",
    operator="Log of the server: [tether] … bytes could not be logged.",
)
async def test_a_full_disk_ends_no_server(small_disk: Path, tmp_path: Path, outcome: Outcome) -> None:
    log, beat = small_disk / "talks.log", tmp_path / "beat"
    command = [sys.executable, "-P", "-S", str(tether.__file__), "--log", str(log), "--log-bytes", "20000"]
    command += ["--grace", "1", "--", sys.executable, "-c", TALKS, str(beat)]
    process = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.PIPE)
    try:
        await until(log.exists, "the log")
        with full(small_disk):
            await asyncio.sleep(0.5)
            with outcome.member:
                beat.unlink(missing_ok=True)
                await until(beat.exists, "a sign of life")
                assert process.returncode is None
        with outcome.operator:
            await until(lambda: "bytes could not be logged" in _text(log), "the note")
        with outcome.kept:
            known = _text(log)
            await until(lambda: _text(log) != known, "more of the log")
    finally:
        process.terminate()
        await process.communicate(b"")


def _text(log: Path) -> str:
    return "".join(f.read_text() for f in (log, log.with_name(f"{log.name}.1")) if f.exists())
