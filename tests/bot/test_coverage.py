"""Every act that a member can do leaves its event, or there is a reason why it is none.

What can be done is read from the code: a new command, button or form has to be put into one of the two tables.
"""

import asyncio
import importlib
import pkgutil
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import discord
import pytest
from discord import app_commands
from discord.ext import commands
from fastapi.responses import JSONResponse

import bot
from bot.chat.forms import StandingForm
from storage.evidence.kinds import Kind
from storage.evidence.reader import ShownEvent
from tests.bot.house import REFUSED_TERM, House, open_house
from tests.bot.pocket_member import ANN, MO, Json, PocketMember, Upload, buttons_of, words_of
from tests.models.fake_images import picture
from tests.storage.evidence.test_format_document import documented

RECORDED = {
    "AgreeButton": {Kind.PROJECT_OPENED, Kind.ACTOR_BOUND, Kind.CONSENT_GIVEN},
    "/draft": {Kind.PROMPT_SUBMITTED},
    "DraftButton choose": {Kind.DRAFT_SELECTED, Kind.DRAFT_REJECTED},
    "DraftButton none": {Kind.DRAFT_REJECTED},
    "DraftButton redo": {Kind.PROMPT_SUBMITTED},
    "DraftButton cancel": {Kind.DRAFT_CANCELLED},
    "WhyForm": {Kind.DRAFT_SELECTED},
    "/project new": {Kind.PROJECT_OPENED, Kind.ACTOR_BOUND, Kind.INTENT_DECLARED},
    "/project intent": {Kind.INTENT_DECLARED},
    "/project note": {Kind.NOTE_ADDED},
    "/project attach": {Kind.EDIT_APPLIED},
    "FinishForm": {Kind.STATEMENT_DECLARED},
    "/evidence export": {Kind.EXPORT_MADE},
    "/evidence report": {Kind.EXPORT_MADE},
    "/evidence timelapse": {Kind.EXPORT_MADE},
    "/privacy export": {Kind.EXPORT_MADE},
    "/moderation open": {Kind.WORDS_OPENED},
    "/moderation export": {Kind.EXPORT_MADE, Kind.WORDS_OPENED},
    "/privacy pause": {Kind.CONSENT_WITHDRAWN},
    "EraseButton": {Kind.ERASURE_DONE},
}
LOOKING = "looks at one's own record and changes nothing"
OPENS = "opens the form, or explains; what follows is the act"
QUESTION = "a question shapes no work, and nothing of it is kept"
VOTE = "a vote about an answer, kept without a name; it belongs to no work"
NOT_EVENTS = {
    "/ask": QUESTION,
    "SourcesButton": QUESTION,
    "FurtherButton": QUESTION,
    "FurtherForm": QUESTION,
    "RateButton": VOTE,
    "ReasonSelect": VOTE,
    "DraftButton why": OPENS,
    "/project finish": OPENS,
    "/privacy erase": OPENS,
    "/project list": LOOKING,
    "/project show": LOOKING,
    "/project check": LOOKING,
    "/evidence show": LOOKING,
    "TimelineButton": LOOKING,
    "/evidence receipt": LOOKING,
    "/privacy show": LOOKING,
    "/privacy who-looked": LOOKING,
    "/moderation log": "looks at what was done and opens no words",
    "/project switch": "says where the next act belongs; that act is the event",
    "/evidence verify": "anybody may check anything; nothing of it is kept",
}


def test_every_act_is_recorded_or_there_is_a_reason_why_not() -> None:
    assert not RECORDED.keys() & NOT_EVENTS.keys()
    assert set(acts()) == RECORDED.keys() | NOT_EVENTS.keys()


def acts() -> Iterator[str]:
    """Yield everything that a member can do: commands, buttons (one an act), choices and forms."""
    for module in pkgutil.walk_packages(bot.__path__, "bot."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for cog in ours(commands.Cog):
        for command in cog.__cog_app_commands__:
            below = command.walk_commands() if isinstance(command, app_commands.Group) else [command]
            yield from (f"/{each.qualified_name}" for each in below if not isinstance(each, app_commands.Group))
    for button in ours(discord.ui.DynamicItem):
        named = re.search(r"\(\?P<act>([a-z|]+)\)", button.__discord_ui_compiled_template__.pattern)
        yield from (f"{button.__name__} {act}" for act in named[1].split("|")) if named else [button.__name__]
    for form in (*ours(discord.ui.Modal), *ours(discord.ui.Select)):
        if form is not StandingForm:
            yield form.__name__


def ours(base: Any) -> Iterator[Any]:
    """Yield the classes of Colophon below one of discord.py's."""
    for each in base.__subclasses__():
        yield from ours(each)
        if each.__module__.startswith("bot."):
            yield each


class Story:
    """Ann at the page; each chapter is an act, and its events are held against the tables."""

    def __init__(self, house: House, ann: PocketMember) -> None:
        self.house, self.ann = house, ann
        self.told: set[str] = set()
        self.prompt = 0
        """The number of the newest brief."""

    async def does(self, act: str, doing: Callable[[], Awaitable[Json]], *also: Kind) -> Json:
        """Do an act and wait for its answer; what it must leave has been left by then, and what else comes of it."""
        before = await self.house.store.ledger.size()
        answer = await doing()
        events = [event async for event in self.events(before)]
        kinds = {leaf_kind(event) for event in events}
        assert RECORDED.get(act, set()) | set(also) <= kinds, (act, kinds)
        if act in NOT_EVENTS:
            assert not kinds, (act, kinds)
        self.told.add(act)
        self.prompt = next((event.seq for event in events if leaf_kind(event) == Kind.PROMPT_SUBMITTED), self.prompt)
        for event in events:
            assert {name for name, _ in event.disclosures} <= documented()[leaf_kind(event)], event.leaf
        return answer

    async def events(self, since: int) -> AsyncIterator[ShownEvent]:
        """Yield the events of all projects from a number on."""
        store = self.house.store
        projects = [project.id for project in await store.projects.list()]
        async for event in store.reader.shown(projects, await store.ledger.size(), of_the_log=False):
            if event.seq >= since:
                yield event

    async def uses(self, name: str, sub: str | None = None, /, **options: object) -> Json:
        """Use a command and return the finished answer."""
        return await self.ann.answer(await self.ann.command(name, sub, **options))

    async def drafts(self, **options: object) -> Json:
        """Draft and wait for the card."""
        waiting = await self.uses("draft", **options)
        return await self.ann.message(lambda m: m["id"] == waiting["id"] and "①" in buttons_of(m))


async def opened(ann: PocketMember, acting: Awaitable[str]) -> Json:
    """Return the form that an act opens."""
    return await ann.form(await acting)


def leaf_kind(event: ShownEvent) -> str:
    found = re.search(rb'"type":"([a-z_.]+)"', event.leaf)
    assert found is not None
    return found[1].decode()


@pytest.mark.slow
async def test_every_recorded_act_leaves_its_event_and_looking_leaves_none(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house, PocketMember(house.url, ANN, patience_s=60) as ann:
        story = Story(house, ann)
        await begin_and_draft(story)
        await bring_and_finish(story)
        await look_around(story)
        await what_goes_wrong(story)
        await be_looked_at(story)
        await take_away(story)
        assert RECORDED.keys() <= story.told


async def begin_and_draft(story: Story) -> None:
    ann = story.ann

    async def agree() -> Json:
        notice = await story.uses("draft", brief="a red boat", count=1)
        await ann.press(notice, buttons_of(notice)["I agree"])
        return await ann.message(lambda m: "①" in buttons_of(m))

    async def choose(label: str, confirmed: str) -> Json:
        await ann.press(card, buttons_of(card)[label])
        return await ann.saying(confirmed)

    async def redo() -> Json:
        waiting = await ann.answer(await ann.press(card, buttons_of(card)["Redo"]))
        return await ann.message(lambda m: m["id"] == waiting["id"] and "①" in buttons_of(m))

    async def say() -> Json:
        await ann.submit(form, "the plain shape")
        return await ann.saying("Your reason is recorded")

    await story.does("AgreeButton", agree)
    own = Upload("mine.png", picture("green"))
    card = await story.does(
        "/draft",
        lambda: story.drafts(brief="a boat", count=2, reference=own),
        *(Kind.UPLOAD_ADDED, Kind.GENERATION_STARTED, Kind.DRAFT_MADE),
    )
    await story.does("DraftButton none", lambda: choose("None of these", "none of these"))
    chosen = await story.does("DraftButton choose", lambda: choose("①", "Candidate 1 is chosen"))
    why = buttons_of(chosen)["Say why"]
    form = await story.does("DraftButton why", lambda: opened(ann, ann.press(chosen, why)))
    await story.does("WhyForm", say)
    await story.does("DraftButton redo", redo)
    await stop_a_draft(story)


async def stop_a_draft(story: Story) -> None:
    story.house.seen.hold = asyncio.Event()

    async def cancel() -> Json:
        waiting = await story.uses("draft", brief="two herons", count=1)
        await story.ann.press(waiting, buttons_of(waiting)["Cancel"])
        return await story.ann.saying("The draft was cancelled")

    await story.does("DraftButton cancel", cancel)
    story.house.seen.hold.set()
    story.house.seen.hold = None


async def bring_and_finish(story: Story) -> None:
    ann = story.ann

    async def attach(**options: str) -> Json:
        image = Upload("edit.png", picture("blue"))
        return await story.uses("project", "attach", image=image, operation="repainted", **options)

    async def finish() -> Json:
        await ann.submit(form, "Harbour", "The repainting is mine.")
        return await ann.saying("recorded as finished")

    await story.does("/project attach", lambda: attach(**{"made-by": "own hand"}))
    await story.does("/project new", lambda: story.uses("project", "new", title="Harbour", intent="a harbour at dusk"))
    await story.does("/project intent", lambda: story.uses("project", "intent", text="seen from the sea"))
    await story.does("/project note", lambda: story.uses("project", "note", text="warmer"))
    form = await story.does("/project finish", lambda: opened(ann, ann.command("project", "finish")))
    await story.does("FinishForm", finish)


async def look_around(story: Story) -> None:
    ann = story.ann

    async def turn() -> Json:
        await ann.press(record, buttons_of(record)["Older"])
        return await ann.message(lambda m: m["id"] == record["id"] and "Newer" in buttons_of(m))

    first = (await ann.offered("project", "project", "First", sub="switch"))[0]["value"]
    await story.does("/project switch", lambda: story.uses("project", "switch", project=first))
    for sub in ("list", "show", "check"):
        await story.does(f"/project {sub}", partial(story.uses, "project", sub))
    record = await story.does("/evidence show", lambda: story.uses("evidence", "show"))
    await story.does("TimelineButton", turn)
    receipt = await story.does("/evidence receipt", lambda: story.uses("evidence", "receipt", number=2))
    file = Upload("receipt.txt", await ann.download(receipt["attachments"][0]), "text/plain")
    checked = await story.does("/evidence verify", lambda: story.uses("evidence", "verify", file=file))
    assert "VERIFIED" in words_of(checked)
    for sub in ("show", "who-looked"):
        await story.does(f"/privacy {sub}", partial(story.uses, "privacy", sub))
    await story.does("/ask", lambda: story.uses("ask", question="Who owns an AI picture in the US?"))


async def what_goes_wrong(story: Story) -> None:
    """Break a rule, then meet a server that does not draw: both are told, and on record."""

    async def refused(brief: str, said: str) -> Json:
        await story.uses("draft", brief=brief, count=1)
        return await story.ann.saying(said)

    await story.does("/draft", lambda: refused(REFUSED_TERM, "does not draw"), Kind.GENERATION_REFUSED)
    story.house.seen.answer = JSONResponse({"error": {"message": "no", "code": "bad"}}, 400)
    await story.does("/draft", lambda: refused("a barn", "No draft came"), Kind.GENERATION_FAILED)
    story.house.seen.answer = None


async def be_looked_at(story: Story) -> None:
    """Let a moderator open words; what that leaves stands in Ann's project."""
    async with PocketMember(story.house.url, MO, patience_s=60) as mo:

        async def uses(sub: str, **options: object) -> Json:
            return await mo.answer(await mo.command("moderation", sub, **options))

        reason = "somebody reported it"
        await story.does("/moderation open", lambda: uses("open", number=story.prompt, reason=reason))
        await story.does("/moderation export", lambda: uses("export", reason=reason, words=True))
        await story.does("/moderation log", lambda: uses("log"))


async def take_away(story: Story) -> None:
    ann = story.ann

    async def erase() -> Json:
        await ann.press(explained, buttons_of(explained)["Erase for good"])
        return await ann.message(lambda m: m["id"] == explained["id"] and not buttons_of(m))

    await story.does("/evidence export", lambda: story.uses("evidence", "export"))
    await story.does("/evidence report", lambda: story.uses("evidence", "report"))
    await story.does("/evidence timelapse", lambda: story.uses("evidence", "timelapse", kind="sheet"))
    await story.does("/privacy export", lambda: story.uses("privacy", "export"))
    explained = await story.does("/privacy erase", lambda: story.uses("privacy", "erase", what="project"))
    await story.does("EraseButton", erase)
    await story.does("/privacy pause", lambda: story.uses("privacy", "pause"))
