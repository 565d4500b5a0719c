"""Whatever a file does to the process that opens it, the bot goes on: the file is refused, the process replaced."""

import asyncio
import logging
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from storage.darkroom import darkroom as module
from storage.darkroom.darkroom import ANSWERS_EACH, WORKERS, Darkroom
from storage.darkroom.found import DarkroomBusy, DarkroomClosed, FileRefused, Why
from storage.darkroom.process import Worker
from tests.storage.evidence.cases import paint, png

GOOD = b"good"


@pytest.fixture
async def unruly(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Darkroom]:
    """Return a darkroom whose decoder is at the mercy of the file; a second is all that a picture may take."""
    monkeypatch.setattr(module, "SECONDS", {**module.SECONDS, "check": 1})
    monkeypatch.setattr(module, "WALL", 20)
    opened = Darkroom(partial(Worker.start, "tests.storage.darkroom.unruly"))
    yield opened
    await opened.close()


async def refused(darkroom: Darkroom, data: bytes) -> Why:
    with pytest.raises(FileRefused) as caught:
        await darkroom.check(data)
    return caught.value.why


@pytest.mark.parametrize(
    ("does", "logged"),
    [
        (b"spin", "SIGXCPU"),
        (b"crash", "SIGSEGV"),
        (b"leave", "exit status 7"),
        (b"babble", "its answer has another form"),
        (b"eat", None),
    ],
)
async def test_a_file_that_ends_its_process_is_refused_and_the_next_is_opened(
    unruly: Darkroom, caplog: pytest.LogCaptureFixture, does: bytes, logged: str | None
) -> None:
    await unruly.check(GOOD)
    (before,) = unruly.pids
    assert await refused(unruly, does) is Why.COSTLY
    assert logged is None or logged in caplog.text
    assert (await unruly.check(GOOD)).size == (1, 1)
    assert before not in unruly.pids


async def test_a_file_that_never_ends_is_given_up(unruly: Darkroom, monkeypatch: pytest.MonkeyPatch) -> None:
    await unruly.check(GOOD)
    monkeypatch.setattr(module, "WALL", 0.5)
    assert await refused(unruly, b"hang") is Why.COSTLY
    monkeypatch.setattr(module, "WALL", 20)
    await unruly.check(GOOD)


async def test_what_nobody_foresaw_is_logged_without_a_word_of_the_file(
    unruly: Darkroom, caplog: pytest.LogCaptureFixture
) -> None:
    assert await refused(unruly, b"stumble over my-secret-words") is Why.BROKEN
    assert "ZeroDivisionError at unruly.py:" in caplog.text
    assert "my-secret-words" not in caplog.text


async def test_it_sees_nothing_of_the_bots_environment(unruly: Darkroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLOPHON_DISCORD_TOKEN", "a-token-to-keep")
    seen = (await unruly.check(b"tell")).mime
    assert "LANG=C.UTF-8" in seen
    assert "COLOPHON" not in seen and "a-token-to-keep" not in seen and "HOME=" not in seen


async def test_it_writes_no_file(unruly: Darkroom, tmp_path: Path) -> None:
    assert await refused(unruly, b"write " + os.fsencode(tmp_path / "left")) is Why.BROKEN
    assert not (tmp_path / "left").exists() or not (tmp_path / "left").read_bytes()


async def test_it_leaves_no_image_of_its_memory_and_may_gain_no_rights(unruly: Darkroom) -> None:
    await unruly.check(GOOD)
    (pid,) = unruly.pids
    limits = await asyncio.to_thread(Path(f"/proc/{pid}/limits").read_text)
    said = {line[:26].strip(): line[26:].split()[:2] for line in limits.splitlines()}
    assert said["Max core file size"] == said["Max file size"] == ["0", "0"]
    assert said["Max address space"] == [str(3 * 2**29)] * 2
    status = await asyncio.to_thread(Path(f"/proc/{pid}/status").read_text)
    assert "NoNewPrivs:\t1" in status


async def test_an_interrupted_process_is_not_asked_again(unruly: Darkroom) -> None:
    waiting = asyncio.create_task(unruly.check(b"hang"))
    while not unruly.pids:  # noqa: ASYNC110 - there is nothing to be told by
        await asyncio.sleep(0.01)
    (before,) = unruly.pids
    waiting.cancel()
    with suppress(asyncio.CancelledError):
        await waiting
    await unruly.check(GOOD)
    assert before not in unruly.pids


async def test_one_that_was_killed_while_idle_is_replaced_without_anybody_noticing(unruly: Darkroom) -> None:
    await unruly.check(GOOD)
    (before,) = unruly.pids
    os.kill(before, signal.SIGKILL)
    while Path(f"/proc/{before}").exists():  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    assert (await unruly.check(GOOD)).size == (1, 1)


async def test_a_process_is_replaced_after_so_many_answers(unruly: Darkroom, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ANSWERS_EACH > 3
    monkeypatch.setattr(module, "ANSWERS_EACH", 3)
    seen: set[int] = set()
    for _ in range(7):
        await unruly.check(GOOD)
        seen |= unruly.pids
    assert len(seen) == 3, "the third and the sixth answer end one each"


async def test_there_are_never_more_processes_than_are_wanted(unruly: Darkroom) -> None:
    await asyncio.gather(*(unruly.check(GOOD) for _ in range(20)))
    assert len(unruly.pids) <= WORKERS


async def test_what_waits_is_bounded_and_a_single_file_always_gets_in(
    unruly: Darkroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_WAITING_BYTES", 10)
    await unruly.check(GOOD * 10)
    answers = await asyncio.gather(*(unruly.check(GOOD) for _ in range(5)), return_exceptions=True)
    assert [type(answer) for answer in answers].count(DarkroomBusy) == 3
    await unruly.check(GOOD * 10)


async def test_closing_ends_everything_and_refuses_what_is_under_way(unruly: Darkroom) -> None:
    waiting = [asyncio.create_task(unruly.check(b"hang")) for _ in range(WORKERS + 1)]
    while len(unruly.pids) < WORKERS:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    there = unruly.pids
    await unruly.close()
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(answer) for answer in answers] == [DarkroomClosed] * (WORKERS + 1)
    assert not any(Path(f"/proc/{pid}").exists() for pid in there)
    with pytest.raises(DarkroomClosed):
        await unruly.check(GOOD)


async def test_a_machine_without_room_for_a_process_says_so(caplog: pytest.LogCaptureFixture) -> None:
    async def start() -> Worker:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    darkroom = Darkroom(start)
    with pytest.raises(DarkroomBusy):
        await darkroom.check(GOOD)
    assert "no process could be started" in caplog.text
    await darkroom.close()


async def test_opening_says_nothing_in_the_log(darkroom: Darkroom, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "storage")
    await darkroom.check(png(paint(1)))
    assert not [record for record in caplog.records if record.name.startswith("storage")]


def test_the_process_is_light() -> None:
    """It is started in the middle of somebody's request, so it knows nothing but Pillow."""
    heavy = {"discord", "sqlalchemy", "torch", "numpy", "pydantic", "c2pa", "aiohttp", "openai"}
    code = f"import sys, storage.darkroom.worker; print(*sorted({heavy!r} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == []
