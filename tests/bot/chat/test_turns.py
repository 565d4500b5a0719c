"""A crowd in turns: nobody is left out, the loop gets its chance in between, and a place is only lent."""

import asyncio
import itertools

import pytest

from bot.chat import turns as module
from bot.chat.turns import Turns


async def test_a_few_enter_each_turn_of_the_loop_in_their_order() -> None:
    turns, entered, seen = Turns(), list[int](), list[int]()

    async def come(number: int) -> None:
        await turns.enter()
        entered.append(number)

    async def look() -> None:
        while len(entered) < 50:
            seen.append(len(entered))
            await asyncio.sleep(0)

    await asyncio.gather(*(come(number) for number in range(50)), look())
    assert entered == list(range(50))
    assert max(after - before for before, after in itertools.pairwise(seen)) <= 2 * module._EACH


async def test_whoever_gives_up_in_the_queue_holds_nobody_up() -> None:
    turns = Turns()
    coming = [asyncio.create_task(turns.enter()) for _ in range(20)]
    await asyncio.sleep(0)
    coming[15].cancel()
    await asyncio.gather(*coming, return_exceptions=True)
    await asyncio.wait_for(turns.enter(), 1)


async def test_so_many_are_served_at_once_and_the_next_when_one_is_done() -> None:
    turns, served, go_on = Turns(), list[int](), asyncio.Event()

    async def come(number: int) -> None:
        await turns.enter()
        await turns.take_place()
        served.append(number)
        await go_on.wait()

    coming = [asyncio.create_task(come(number)) for number in range(module._AT_ONCE + 5)]
    await asyncio.sleep(0.05)
    assert len(served) == module._AT_ONCE
    go_on.set()
    await asyncio.gather(*coming)
    assert len(served) == module._AT_ONCE + 5


async def test_a_place_is_given_up_after_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LEASE_S", 0.01)
    turns, served, never = Turns(), list[int](), asyncio.Event()

    async def come(number: int) -> None:
        await turns.take_place()
        served.append(number)
        await never.wait()

    coming = [asyncio.create_task(come(number)) for number in range(3 * module._AT_ONCE)]
    async with asyncio.timeout(5):
        while len(served) < len(coming):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)
    for task in coming:
        task.cancel()
    await asyncio.gather(*coming, return_exceptions=True)
    assert turns._places._value == module._AT_ONCE


async def test_those_who_come_in_go_before_those_who_are_served() -> None:
    turns, order = Turns(), list[str]()

    async def come() -> None:
        await turns.enter()
        order.append("in")

    async def be_served() -> None:
        await turns.take_place()
        order.append("served")

    await asyncio.gather(*(come() for _ in range(20)), be_served())
    assert order == ["in"] * 20 + ["served"]
