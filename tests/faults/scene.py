"""What a member does and sees while something is wrong."""

import asyncio
from collections.abc import Callable
from typing import Any

from storage.jobs import JobState
from tests.bot.pocket_member import Json, PocketMember, buttons_of, words_of
from tests.scenarios.stage import Stage

WAIT_S = 120.0
"""So long anything may take on a machine that does other things, too."""


async def until(true: Callable[[], bool], what: str = "it") -> None:
    """Wait until something is so."""
    try:
        async with asyncio.timeout(WAIT_S):
            while not true():  # noqa: ASYNC110 - other processes and threads have no event here
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"{what} never came") from None


async def asked(member: PocketMember, words: str, count: int = 1) -> Json:
    """Ask for a draft; return the message that says that it is recorded."""
    waiting = await member.answer(await member.command("draft", brief=words, count=count))
    assert "Your brief is recorded" in words_of(waiting), words_of(waiting)
    return waiting


async def card_of(member: PocketMember, words: str) -> Json:
    """Wait for the finished card of a brief."""
    return await member.message(lambda m: f"> {words}" in str(m["embeds"]) and "①" in buttons_of(m))


def cards(stage: Stage, words: str) -> list[Json]:
    """Return every message that shows the card of a brief."""
    return [m for m in stage.pocket.world.messages.values() if f"> {words}" in str(m["embeds"])]


def shown(stage: Stage, words: str) -> list[Json]:
    """Return every message that says something."""
    return [m for m in stage.pocket.world.messages.values() if words in words_of(m)]


async def counted(stage: Stage, kind: str) -> int:
    """Return how many events of a kind are on record."""
    async with stage.store.database.read() as connection:
        query = "SELECT count(*) FROM evidence_event WHERE type = ?"
        return int((await connection.exec_driver_sql(query, (kind,))).scalar_one())


async def in_state(stage: Stage, state: JobState) -> None:
    """Wait until a job is in a state."""
    async with asyncio.timeout(WAIT_S):
        while not (await stage.store.jobs.counted())[state.value]:  # noqa: ASYNC110 - rows of a database
            await asyncio.sleep(0.02)


async def told_of_text(member: PocketMember, nonce: str, says: str) -> Json:
    """Wait until the answer to `/write` says something else than that it is recorded."""
    first = await member.answer(nonce)
    return await member.message(lambda m: m["id"] == first["id"] and says in words_of(m))


def field(data: Any, name: str, value: object) -> None:
    """Set a field of what a server says; for lambdas."""
    data[name] = value


def drafts_client(stage: Stage) -> Any:
    """Return the bot's client of the drafts server."""
    queue: Any = stage.bot.get_cog("queue")
    return queue._drawing.__self__
