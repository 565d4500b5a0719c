"""Edits: the newest wins, none comes after the end, and a failing one stops nothing."""

import asyncio

import pytest

from bot.chat.pacing import PacedEdits


async def test_states_in_between_are_left_out_and_the_last_is_sent() -> None:
    sent: list[int] = []
    first = asyncio.Event()

    async def edit(value: int) -> None:
        sent.append(value)
        first.set()

    edits = PacedEdits(edit, interval_s=60)
    edits.offer(0)
    await first.wait()
    for value in range(1, 50):
        edits.offer(value)
    await edits.finish(50)
    assert sent == [0, 50]


async def test_an_edit_under_way_ends_before_the_last_one() -> None:
    order: list[str] = []
    begun, release = asyncio.Event(), asyncio.Event()

    async def edit(value: str) -> None:
        if value == "slow":
            begun.set()
            await release.wait()
        order.append(value)

    edits = PacedEdits(edit, interval_s=0)
    edits.offer("slow")
    await begun.wait()
    finishing = asyncio.create_task(edits.finish("last"))
    await asyncio.sleep(0)
    release.set()
    await finishing
    assert order == ["slow", "last"]


async def test_a_failing_edit_is_logged_and_the_next_is_tried(caplog: pytest.LogCaptureFixture) -> None:
    sent: list[int] = []
    done = asyncio.Event()

    async def edit(value: int) -> None:
        if value == 0:
            raise ConnectionError("gone")
        sent.append(value)
        done.set()

    edits = PacedEdits(edit, interval_s=0)
    edits.offer(0)
    await asyncio.sleep(0.01)
    edits.offer(1)
    await done.wait()
    await edits.stop()
    assert sent == [1]
    assert "an edit on the way failed" in caplog.text


async def test_stopping_what_never_began_is_harmless() -> None:
    async def edit(value: int) -> None:
        raise AssertionError(value)

    await PacedEdits(edit).stop()
