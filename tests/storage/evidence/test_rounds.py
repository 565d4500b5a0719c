"""Background rounds: they go on whatever happens, and end when they are told to."""

import asyncio

import pytest

from storage.errors import StorageFull
from storage.evidence.rounds import Rounds


async def test_a_round_that_fails_is_told_and_the_next_one_comes(caplog: pytest.LogCaptureFixture) -> None:
    outcomes = iter([StorageFull("the disk is full"), ValueError("a mistake")])
    third = asyncio.Event()

    async def go() -> None:
        error = next(outcomes, None)
        if error is not None:
            raise error
        third.set()

    rounds = Rounds("rounds", go, interval_s=0, moment_s=0)
    rounds.start()
    async with asyncio.timeout(5):
        await third.wait()
    await rounds.close()
    assert [record.exc_info is None for record in caplog.records] == [True, False]
    assert "the disk is full" in caplog.text


async def test_closing_ends_a_round_in_the_middle() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def go() -> None:
        begun.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    rounds = Rounds("rounds", go, interval_s=0, moment_s=0)
    rounds.start()
    async with asyncio.timeout(5):
        await begun.wait()
        await rounds.close()
    assert ended.is_set()
    await rounds.close()


async def test_who_only_looks_sets_nothing_going() -> None:
    went = []

    async def go() -> None:
        went.append(True)

    rounds = Rounds("rounds", go, interval_s=0)
    rounds.start()
    await asyncio.sleep(0.05)
    await rounds.close()
    assert not went
