"""One turn at a time, a few in line, and nobody waiting for each other."""

import asyncio

import pytest

from bot.talk.floor import MAX_IN_LINE, Crowded, Floor


async def test_turns_of_one_key_come_one_after_another_and_others_beside() -> None:
    floor, log = Floor(), list[str]()

    async def turn(name: str, *keys: str) -> None:
        async with floor.taken(*keys):
            log.append(f"{name} begins")
            await asyncio.sleep(0.01)
            log.append(f"{name} ends")

    await asyncio.gather(turn("a", "x"), turn("b", "x"), turn("c", "y"))
    assert log.index("b begins") > log.index("a ends")
    assert log.index("c begins") < log.index("a ends")


async def test_two_keys_in_either_order_never_wait_for_each_other() -> None:
    floor = Floor()

    async def turn(*keys: str) -> None:
        async with floor.taken(*keys):
            await asyncio.sleep(0)

    async with asyncio.timeout(2):
        await asyncio.gather(turn("x", "y"), turn("y", "x"), turn("x", "x"), turn("y", "x"))
    assert not floor._lines


async def test_whoever_finds_the_line_full_is_turned_away_and_the_first_one_told() -> None:
    floor, going = Floor(), asyncio.Event()

    async def turn() -> None:
        async with floor.taken("x"):
            await going.wait()

    tasks = [asyncio.create_task(turn()) for _ in range(MAX_IN_LINE)]
    await asyncio.sleep(0)
    told = []
    for _ in range(2):
        with pytest.raises(Crowded) as crowded:
            async with floor.taken("x"):
                pass
        told.append(crowded.value.first)
    assert told == [True, False]
    going.set()
    await asyncio.gather(*tasks)
    async with floor.taken("x"):
        pass
    assert not floor._lines


async def test_a_turn_that_is_cancelled_in_line_leaves_it() -> None:
    floor, going = Floor(), asyncio.Event()

    async def turn() -> None:
        async with floor.taken("x"):
            await going.wait()

    holding, waiting = asyncio.create_task(turn()), asyncio.create_task(turn())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    going.set()
    await holding
    assert not floor._lines
