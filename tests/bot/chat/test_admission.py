"""Each interaction once; and when the bot stops, what has begun ends."""

import asyncio
from types import SimpleNamespace
from typing import cast

import discord
import pytest

from bot.chat import admission as module
from bot.chat.admission import Admission


def interaction(id_: int) -> discord.Interaction:
    return cast(discord.Interaction, SimpleNamespace(id=id_, extras={}))


async def test_a_copy_stays_out_and_the_first_may_ask_again() -> None:
    admission, first = Admission(), interaction(1)
    assert admission.admit(first)
    assert admission.admit(first)
    assert not admission.admit(interaction(1))
    assert admission.admit(interaction(2))


async def test_the_memory_is_bounded() -> None:
    admission = Admission(kept=3)
    assert all(admission.admit(interaction(id_)) for id_ in range(4))
    assert admission.admit(interaction(0)), "the oldest is forgotten"
    assert not admission.admit(interaction(3))


async def test_closing_waits_for_those_who_are_in_and_lets_nobody_else_in() -> None:
    admission, go_on, ended = Admission(), asyncio.Event(), asyncio.Event()

    async def act() -> None:
        admission.admit(interaction(1))
        await go_on.wait()
        ended.set()

    acting = asyncio.create_task(act())
    await asyncio.sleep(0)
    closing = asyncio.create_task(admission.close())
    await asyncio.sleep(0)
    assert not admission.admit(interaction(2))
    go_on.set()
    assert await closing == []
    assert ended.is_set()
    await acting


async def test_closing_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SETTLE_S", 0.01)
    admission = Admission()

    async def act() -> None:
        admission.admit(interaction(1))
        await asyncio.Event().wait()

    acting = asyncio.create_task(act())
    await asyncio.sleep(0)
    (cut_off,) = await admission.close()
    assert acting.cancelled() and cut_off.id == 1
