"""Ids of buttons, menus and forms that nobody was shown: each is answered in words, and changes nothing of anybody's.

The ids are drawn from the very patterns that the bot takes, so a new button is tried without a line here.
"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, get_args

import discord
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.app import BUTTONS, FORMS
from bot.pocket.world import BOT_USER
from storage.evidence.kinds import Kind
from tests.bot.house import House, open_house
from tests.bot.pocket_member import ANN, BO, GENERAL, LOADING, Json, PocketMember, buttons_of

pytestmark = pytest.mark.slow
OF_EACH = 2
OWN_DOING = {Kind.CONSENT_GIVEN, Kind.CONSENT_WITHDRAWN, Kind.PROJECT_OPENED, Kind.ACTOR_BOUND, Kind.ERASURE_DONE}
"""What Bo may do for himself with an id that he made up: agree, begin a project of his own, and erase it."""


def forged(template: re.Pattern[str]) -> list[str]:
    """Return some ids that a pattern takes."""
    found: dict[str, None] = {}

    @settings(
        max_examples=OF_EACH * 5,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.from_regex(template, fullmatch=True))
    def collect(custom_id: str) -> None:
        if len(custom_id) <= 100 and custom_id.isprintable():
            found[custom_id] = None

    collect()
    return list(found)[:OF_EACH]


def component(kind: Any, custom_id: str) -> Json:
    """Return what a button or a menu looks like in a message."""
    if issubclass(_base(kind), discord.ui.Select):
        chosen = [{"label": "x", "value": "x"}]
        return {"type": 3, "custom_id": custom_id, "options": chosen, "min_values": 1, "max_values": 1}
    return {"type": 2, "style": 2, "label": "x", "custom_id": custom_id}


def _base(kind: Any) -> type:
    (generic,) = [base for base in kind.__orig_bases__ if getattr(base, "__origin__", None) is discord.ui.DynamicItem]
    (item,) = get_args(generic)
    found: type = getattr(item, "__origin__", item)
    return found


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        yield opened


@pytest.fixture
def unexpected() -> Iterator[list[str]]:
    """Return what was logged as an error."""
    found: list[str] = []

    class Listens(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(logging.Formatter("%(name)s: %(message)s").format(record))

    handler = Listens(logging.ERROR)
    logging.getLogger().addHandler(handler)
    yield found
    logging.getLogger().removeHandler(handler)


async def agreed(member: PocketMember) -> Json:
    """Let a member agree and draw; return their card when it is there."""
    before = set(member.seen.messages)
    asked = await member.answer(await member.command("draft", brief="a boat", count=1))
    await member.press(asked, next(iter(buttons_of(asked).values())))
    return await member.message(lambda m: "①" in buttons_of(m) and m["id"] not in before)


async def since(house: House, size: int) -> set[tuple[Kind, str]]:
    """Return the kinds and the projects of the events from a number on."""
    async with house.store.database.read() as connection:
        rows = await connection.exec_driver_sql("SELECT type, project FROM evidence_event WHERE seq >= ?", (size,))
        return {(Kind(row.type), row.project) for row in rows}


async def project_of(house: House, user_id: str) -> str:
    member = await house.store.members.find("discord", user_id)
    assert member is not None
    project = await house.store.projects.current(member)
    assert project is not None
    return project.id


async def test_ids_that_nobody_was_shown(house: House, unexpected: list[str]) -> None:
    async with PocketMember(house.url, ANN) as ann, PocketMember(house.url, BO) as bo:
        await agreed(ann)
        await agreed(bo)
        size, anns = await house.store.ledger.size(), await project_of(house, ANN)
        for kind in BUTTONS:
            for custom_id in forged(kind.__discord_ui_compiled_template__):
                await pressed(house, bo, component(kind, custom_id))
        for form in FORMS:
            for custom_id in forged(re.compile(form.template)):
                await answered(bo, {"type": 5, "data": {"custom_id": custom_id, "components": []}}, custom_id)
        recorded = await since(house, size)
        assert {kind for kind, _ in recorded} <= OWN_DOING
        assert anns not in {project for _, project in recorded}
    assert unexpected == []


async def test_what_is_anns_is_not_pressed_by_bo(house: House, unexpected: list[str]) -> None:
    async with PocketMember(house.url, ANN) as ann, PocketMember(house.url, BO) as bo:
        card = await agreed(ann)
        await agreed(bo)
        owner = {label: custom_id for label, custom_id in buttons_of(card).items() if custom_id.startswith("draft:")}
        size = await house.store.ledger.size()
        for custom_id in owner.values():
            # In a message of his own, as if it had been shown to him, and with the numbers beside it.
            for near in (custom_id, re.sub(r"[0-9a-f]{20}", "0" * 20, custom_id)):
                await pressed(house, bo, {"type": 2, "style": 2, "label": "x", "custom_id": near})
        assert await since(house, size) == set()
    assert unexpected == []


async def pressed(house: House, member: PocketMember, part: Json) -> None:
    """Put something to press into a message of the bot, and press it."""
    row = {"type": 1, "components": [part]}
    message = house.pocket.world.add_message(GENERAL, BOT_USER, {"content": "x", "components": [row]})
    data: Json = {"component_type": part["type"], "custom_id": part["custom_id"]}
    if part["type"] == 3:
        data["values"] = ["x"]
    await answered(member, {"type": 3, "message_id": message["id"], "data": data}, part["custom_id"])


async def answered(member: PocketMember, body: Json, custom_id: str) -> None:
    """Send an interaction as no page would, and wait until it was answered somehow."""
    nonce = await member._interact(body)
    async with asyncio.timeout(20):
        frame = await member.frame(
            lambda f: f["t"] in ("INTERACTION", "MODAL") and f["d"].get("nonce") == nonce and _ended(f)
        )
    assert "error" not in frame["d"], f"{custom_id}: {frame['d']['error']}"
    if "message_id" in frame["d"]:
        await member.message(lambda m: m["id"] == frame["d"]["message_id"] and not m["flags"] & LOADING)


def _ended(frame: Json) -> bool:
    told = frame["d"]
    return frame["t"] == "MODAL" or "message_id" in told or "error" in told or told.get("state") == "updated"
