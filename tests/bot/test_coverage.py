"""Every act that a member can do leaves its event, or there is a reason why it is none.

What can be done is read from the code: a new command, button or form has to be put into one of the two tables.
"""

import asyncio
import importlib
import pkgutil
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
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
from bot.chat.menus import MenuCog
from models.drafts.app import create_app
from models.drafts.order import Operation
from storage.evidence.kinds import Kind
from storage.evidence.reader import ShownEvent
from tests.bot.house import REFUSED_TERM, House, open_house
from tests.bot.pocket_member import ANN, BO, BOT, MO, Json, PocketMember, SomeMember, Upload, buttons_of, words_of
from tests.models.drafts.fake_engine import OFFER, FakeEngine
from tests.models.fake_images import KEY, picture
from tests.models.fake_language import speaks_and_writes
from tests.storage.evidence.test_format_document import documented

RECORDED = {
    "AgreeButton": {Kind.PROJECT_OPENED, Kind.ACTOR_BOUND, Kind.CONSENT_GIVEN},
    "/draft": {Kind.PROMPT_SUBMITTED},
    "DraftButton choose": {Kind.DRAFT_SELECTED, Kind.DRAFT_REJECTED},
    "DraftButton none": {Kind.DRAFT_REJECTED},
    "DraftButton redo": {Kind.PROMPT_SUBMITTED},
    "DraftButton cancel": {Kind.DRAFT_CANCELLED},
    "QueueButton": {Kind.DRAFT_CANCELLED},
    "QueueSelect": {Kind.DRAFT_CANCELLED},
    "/cancel": {Kind.DRAFT_CANCELLED},
    "WhyForm": {Kind.DRAFT_SELECTED},
    "/write": {Kind.PROMPT_SUBMITTED, Kind.GENERATION_STARTED, Kind.DRAFT_MADE},
    "TextButton choose": {Kind.DRAFT_SELECTED, Kind.DRAFT_REJECTED},
    "TextButton none": {Kind.DRAFT_REJECTED},
    "TextWhyForm": {Kind.DRAFT_SELECTED},
    "TextButton keep": {Kind.EDIT_APPLIED},
    "EditForm": {Kind.EDIT_APPLIED},
    "TextButton redo": {Kind.PROMPT_SUBMITTED},
    "TextButton cancel": {Kind.DRAFT_CANCELLED},
    "/brainstorm": {Kind.PROMPT_SUBMITTED, Kind.GENERATION_STARTED, Kind.SUGGESTION_MADE},
    "TextButton take": {Kind.SUGGESTION_TAKEN},
    "TextButton draft": {Kind.PROMPT_SUBMITTED},
    "/project new": {Kind.PROJECT_OPENED, Kind.ACTOR_BOUND, Kind.INTENT_DECLARED},
    "/project intent": {Kind.INTENT_DECLARED},
    "/project note": {Kind.NOTE_ADDED},
    "/project attach": {Kind.EDIT_APPLIED},
    "FinishForm": {Kind.STATEMENT_DECLARED},
    "/project share": {Kind.SHARE_OFFERED},
    "ShareButton accept": {Kind.ACTOR_BOUND, Kind.CONSENT_GIVEN, Kind.SHARE_ACCEPTED},
    "ShareButton confirm": {Kind.SHARE_CONFIRMED},
    "ShareButton end": {Kind.SHARE_ENDED},
    "PublishButton show": {Kind.PIECE_PUBLISHED, Kind.PIECE_SHOWN},
    "PublishButton withdraw": {Kind.PIECE_WITHDRAWN},
    "TermsForm": {Kind.PIECE_PUBLISHED, Kind.PIECE_SHOWN},
    "/evidence export": {Kind.EXPORT_MADE},
    "/evidence report": {Kind.EXPORT_MADE},
    "/evidence timelapse": {Kind.EXPORT_MADE},
    "/privacy export": {Kind.EXPORT_MADE},
    "/moderation open": {Kind.WORDS_OPENED},
    "/moderation export": {Kind.EXPORT_MADE, Kind.WORDS_OPENED},
    "/privacy pause": {Kind.CONSENT_WITHDRAWN},
    "EraseButton": {Kind.ERASURE_DONE},
    "/describe": {Kind.UPLOAD_ADDED, Kind.SUGGESTION_MADE},
    "menu Describe": {Kind.UPLOAD_ADDED, Kind.SUGGESTION_MADE},
    "OfferButton take": {Kind.SUGGESTION_TAKEN, Kind.PROMPT_SUBMITTED},
    "OfferForm": {Kind.PROMPT_SUBMITTED},
    "MadeBySelect": {Kind.UPLOAD_ADDED},
    "UseForm": {Kind.UPLOAD_ADDED, Kind.PROMPT_SUBMITTED},
    "mention": {Kind.SUGGESTION_MADE},
    "/appeal": {Kind.APPEAL_MADE},
    "AppealForm": {Kind.APPEAL_MADE},
    "DecideForm": {Kind.MODERATION_ACTED},
}
OF_PICTURES = ("sketch", "lineart", "color", "restyle", "retouch", "extend", "upscale", "blend")
"""The commands that need a drafts server with everything."""
RECORDED |= {f"/{name}": {Kind.UPLOAD_ADDED, Kind.PROMPT_SUBMITTED} for name in OF_PICTURES}
ON_THE_CARD = {
    "DraftButton subtle": {Kind.PROMPT_SUBMITTED},
    "DraftButton strong": {Kind.PROMPT_SUBMITTED},
    "DraftButton finish": {Kind.PROMPT_SUBMITTED},
    "DraftButton upscale": {Kind.PROMPT_SUBMITTED},
    "DraftButton show": {Kind.DRAFT_SHOWN},
    "RefineForm": {Kind.PROMPT_SUBMITTED},
    "RetouchForm": {Kind.PROMPT_SUBMITTED},
    "StyleSelect": {Kind.PROMPT_SUBMITTED},
    "OwnForm": {Kind.UPLOAD_ADDED, Kind.PROMPT_SUBMITTED},
}
"""What goes on from a card; tests/bot/draft/test_on_the_card.py does it."""
RECORDED |= ON_THE_CARD
LOOKING = "looks at one's own record and changes nothing"
OPENS = "opens the form, or explains; what follows is the act"
QUESTION = "a question shapes no work, and nothing of it is kept"
SETTING = "a preference shapes no work; what of it a brief is drawn with is recorded with the brief"
TELLS = "says what is here, and nothing about anybody"
VOTE = "a vote about an answer, kept without a name; it belongs to no work"
BY_LOG = "no act on a work: it is recorded once, in the log of the server and not in a project"
NOT_EVENTS = {
    "/ask": QUESTION,
    "SourcesButton": QUESTION,
    "FurtherButton": QUESTION,
    "FurtherForm": QUESTION,
    "RateButton": VOTE,
    "ReasonSelect": VOTE,
    "DraftButton why": OPENS,
    "DraftButton refine": OPENS,
    "DraftButton vary": OPENS,
    "DraftButton retouch": OPENS,
    "DraftButton restyle": OPENS,
    "DraftButton own": OPENS,
    "FieldButton": OPENS,
    "DraftButton evidence": LOOKING,
    "DraftButton original": LOOKING,
    "DraftButton look": LOOKING,
    "TextButton why": OPENS,
    "TextButton edit": OPENS,
    "TextButton combine": OPENS,
    "ParagraphSelect": "shows what paragraphs make together; keeping it is the act",
    "/project finish": OPENS,
    "/publish": OPENS,
    "ShareButton decline": "whoever says no to a shared piece has done nothing to it, and nothing of it is kept",
    "/privacy erase": OPENS,
    "OfferButton edit": OPENS,
    "TalkAgreeButton": OPENS,
    "menu Record in my project": OPENS,
    "menu Use as input": OPENS,
    "FileSelect": OPENS,
    "UseSelect": OPENS,
    "menu Check evidence": "anybody may check anything; nothing of it is kept",
    "direct message": "what is said is not kept; only what comes of it, and that as in a mention",
    "/project list": LOOKING,
    "/project show": LOOKING,
    "/project check": LOOKING,
    "/evidence show": LOOKING,
    "TimelineButton": LOOKING,
    "/evidence receipt": LOOKING,
    "/privacy show": LOOKING,
    "/privacy who-looked": LOOKING,
    "/moderation block": BY_LOG,
    "/moderation suspend": BY_LOG,
    "/moderation unblock": BY_LOG,
    "/moderation limits": BY_LOG,
    "/moderation terms": BY_LOG,
    "/moderation settings": BY_LOG,
    "/moderation log": "looks at what was done and opens no words",
    "/moderation review": "looks at numbers, rules and what was written to the moderators, and opens no words",
    "ReviewButton": "turns to another page of that",
    "AppealButton": OPENS,
    "DecideButton grant": OPENS,
    "DecideButton uphold": OPENS,
    "DecideButton answer": OPENS,
    "/moderation report": "counts, of nobody in particular",
    "/project switch": "says where the next act belongs; that act is the event",
    "/queue": LOOKING,
    "/settings": SETTING,
    "SettingsSelect": SETTING,
    "SettingsButton private": SETTING,
    "SettingsButton public": SETTING,
    "SettingsButton reset": SETTING,
    "/help": TELLS,
    "HelpSelect": TELLS,
    "/about": TELLS,
    "/evidence verify": "anybody may check anything; nothing of it is kept",
}


def test_every_act_is_recorded_or_there_is_a_reason_why_not() -> None:
    assert not RECORDED.keys() & NOT_EVENTS.keys()
    assert set(acts()) == RECORDED.keys() | NOT_EVENTS.keys()


def acts() -> Iterator[str]:
    """Yield everything that a member can do: commands, entries of menus, buttons (one an act), choices and forms.

    And what they can say to the bot, which no code lists.
    """
    for module in pkgutil.walk_packages(bot.__path__, "bot."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for cog in ours(commands.Cog):
        for command in cog.__cog_app_commands__:
            below = command.walk_commands() if isinstance(command, app_commands.Group) else [command]
            yield from (f"/{each.qualified_name}" for each in below if not isinstance(each, app_commands.Group))
    for cog in ours(MenuCog):
        yield from (f"menu {menu.name}" for menu in cog.menus)
    yield from ("mention", "direct message")
    for button in ours(discord.ui.DynamicItem):
        pattern = button.__discord_ui_compiled_template__.pattern
        named = re.search(r"\(\?P<act>([a-z|]+)\)", pattern)
        # Acts of which each has an id of its own form stand in the template one by one.
        several = named[1].split("|") if named else re.findall(r"\b([a-z]+):\(\?P<", pattern)
        yield from (f"{button.__name__} {act}" for act in several) if named or len(several) > 1 else [button.__name__]
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
    async with open_house(tmp_path, speaks=True) as house, PocketMember(house.url, ANN, patience_s=60) as ann:
        story = Story(house, ann)
        await begin_and_draft(story)
        await write_texts(story)
        await brainstorm(story)
        await talk(story)
        await use_menus(story)
        await bring_and_finish(story)
        await share_and_publish(story)
        await look_around(story)
        await what_goes_wrong(story)
        await disagree(story)
        await be_looked_at(story)
        await take_away(story)
        assert RECORDED.keys() - ON_THE_CARD.keys() - {f"/{name}" for name in OF_PICTURES} <= story.told


@pytest.mark.slow
async def test_every_operation_leaves_its_event(tmp_path: Path) -> None:
    everything = replace(OFFER, operations=tuple(Operation))
    drafts = create_app(lambda: FakeEngine(offers=(everything,)), KEY)
    async with open_house(tmp_path, drafts) as house, PocketMember(house.url, ANN, patience_s=60) as ann:
        story = Story(house, ann)
        notice = await story.uses("draft", brief="a red boat", count=1)
        await ann.press(notice, buttons_of(notice)["I agree"])
        await ann.message(lambda m: "①" in buttons_of(m))
        for name in OF_PICTURES:
            await story.does(f"/{name}", partial(draw_from_pictures, story, name), Kind.DRAFT_MADE)
        assert {f"/{name}" for name in OF_PICTURES} <= story.told


async def draw_from_pictures(story: Story, name: str) -> Json:
    """Use a command with a picture of its own colour, and wait for the card."""
    colours = dict(zip(OF_PICTURES, ("brown", "grey", "white", "teal", "navy", "olive", "gold", "plum"), strict=True))
    image = Upload("mine.png", picture(colours[name]))
    words: dict[str, object] = {"image": image, "brief": "a boat", "count": 1}
    given: dict[str, dict[str, object]] = {
        "lineart": {"image": image},
        "upscale": {"image": image},
        "restyle": {"image": image, "style": "ink", "count": 1},
        "retouch": {**words, "region": "middle"},
        "blend": {**words, "image2": Upload("other.png", picture("pink"))},
    }
    waiting = await story.uses(name, **given.get(name, words))
    return await story.ann.message(lambda m: m["id"] == waiting["id"] and "①" in buttons_of(m))


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

    async def cancel_in_list() -> Json:
        await story.uses("draft", brief="three herons", count=1)
        listed = await story.uses("queue")
        await story.ann.press(listed, next(iter(buttons_of(listed).values())))
        return await story.ann.message(lambda m: m["id"] == listed["id"] and "was cancelled" in words_of(m))

    async def choose_of_two() -> Json:
        for brief in ("four herons", "five herons"):
            await story.uses("draft", brief=brief, count=1)
        asked = await story.uses("cancel")
        newest = asked["components"][0]["components"][0]["options"][0]["value"]
        await story.ann.choose(asked, newest)
        return await story.ann.message(lambda m: m["id"] == asked["id"] and "was cancelled" in words_of(m))

    await story.does("DraftButton cancel", cancel)
    await story.does("QueueButton", cancel_in_list)
    await story.does("QueueSelect", choose_of_two)
    await story.does("/queue", lambda: story.uses("queue"))
    await story.does("/cancel", lambda: story.uses("cancel"))
    story.house.seen.hold.set()
    story.house.seen.hold = None


async def write_texts(story: Story) -> None:
    ann = story.ann

    async def press(message: Json, label: str) -> Json:
        return await ann.answer(await ann.press(message, buttons_of(message)[label]))

    async def pick() -> Json:
        custom_id = f"text-paragraphs:{draft_id}"
        data = {"component_type": 3, "custom_id": custom_id, "values": ["c", "b"]}
        await ann._interact({"type": 3, "message_id": asked["id"], "data": data})
        return await ann.saying("This is what you put together")

    async def writes(**options: object) -> Json:
        return await finished(await story.uses("write", **options))

    async def finished(waiting: Json) -> Json:
        return await ann.message(lambda m: m["id"] == waiting["id"] and "①" in buttons_of(m))

    async def redo() -> Json:
        return await finished(await press(card, "Redo"))

    card = await story.does("/write", lambda: writes(brief="a boat at dusk", form="poem"))
    draft_id = buttons_of(card)["①"].split(":")[1]
    await story.does("TextButton none", lambda: press(card, "None of these"))
    chosen = await story.does("TextButton choose", lambda: press(card, "②"))
    why = await story.does("TextButton why", lambda: opened(ann, ann.press(chosen, buttons_of(chosen)["Say why"])))
    await story.does("TextWhyForm", lambda: submitted(ann, why, "the end comes first"))
    asked = await story.does("TextButton combine", lambda: press(card, "Combine…"))
    made = await story.does("ParagraphSelect", pick)
    version = await story.does("TextButton keep", lambda: press(made, "Keep this"))
    form = await story.does("TextButton edit", lambda: opened(ann, ann.press(version, buttons_of(version)["Edit…"])))
    assert await story.does("EditForm", lambda: submitted(ann, form, "The boat sleeps."))
    await story.does("TextButton redo", redo)
    story.house.language.hold_before = 0

    async def cancel() -> Json:
        waiting = await story.uses("write", brief="two herons")
        await ann.press(waiting, buttons_of(waiting)["Cancel"])
        return await ann.saying("The text was cancelled")

    await story.does("TextButton cancel", cancel)
    story.house.language.hold_before = None


async def brainstorm(story: Story) -> None:
    ann = story.ann

    async def ideas() -> Json:
        waiting = await story.uses("brainstorm", idea="a harbour in winter")
        return await ann.message(lambda m: m["id"] == waiting["id"] and "Take 1" in buttons_of(m))

    async def take() -> Json:
        return await ann.answer(await ann.press(card, buttons_of(card)["Take 2"]))

    async def draw() -> Json:
        waiting = await ann.answer(await ann.press(taken, buttons_of(taken)["Draft this"]))
        return await ann.message(lambda m: m["id"] == waiting["id"] and "①" in buttons_of(m))

    card = await story.does("/brainstorm", ideas)
    taken = await story.does("TextButton take", take)
    await story.does("TextButton draft", draw)
    told = (await story.house.store.ledger.disclosed(story.prompt))["source"]
    assert str(told).startswith("llm:"), "whoever takes a suggestion over has not typed it"


async def submitted(ann: PocketMember, form: Json, words: str) -> Json:
    """Send a form; return the answer."""
    return await ann.answer(await ann.submit(form, words))


async def talk(story: Story) -> None:
    """Mention the bot, take what it offers, and let it describe a picture."""
    ann = story.ann

    async def mention() -> Json:
        thread = await ann.thread_at(await ann.say(f"a boat in the fog <@{BOT}>"))
        async with PocketMember(story.house.url, ANN, channel=thread["id"], patience_s=60) as inside:
            return await inside.message(lambda m: "Draft this" in buttons_of(m))

    async def drawn(nonce: Awaitable[str]) -> Json:
        waiting = await ann.answer(await nonce)
        return await ann.message(lambda m: m["id"] == waiting["id"] and "①" in buttons_of(m))

    async def speak_directly() -> Json:
        direct = story.house.pocket.world.direct(ANN)["id"]
        async with PocketMember(story.house.url, ANN, channel=direct, patience_s=60) as alone:
            await alone.say("Who owns an AI picture in the US?")
            return await alone.message(lambda m: m["author"]["id"] == BOT and bool(m["embeds"]))

    story.house.language.writes = speaks_and_writes
    offer = await story.does("mention", mention)
    press = buttons_of(offer)
    form = await story.does("OfferButton edit", lambda: opened(ann, ann.press(offer, press["Edit…"])))
    await story.does("OfferForm", lambda: drawn(ann.submit(form, "a boat in thick fog")))
    await story.does("OfferButton take", lambda: drawn(ann.press(offer, press["Draft this"])))
    story.house.language.writes = lambda _: ['{"kind": "question", "text": "", "proposal": null}']
    await story.does("direct message", speak_directly)
    story.house.language.writes = speaks_and_writes
    await story.does("/describe", lambda: story.uses("describe", image=Upload("mine.png", picture("green"))))


async def use_menus(story: Story) -> None:
    """Use every entry of the menu of a message."""
    ann = story.ann
    files = [Upload("green.png", picture("green")), Upload("blue.png", picture("blue"))]
    one, two = await ann.say("one", files[0]), await ann.say("two", *files)

    async def on(message: Json, name: str) -> Json:
        return await ann.answer(await ann.command_on(message, name))

    async def choose(message: Json, value: str, words: str) -> Json:
        await ann.choose(message, value)
        return await ann.message(lambda m: m["id"] == message["id"] and words in words_of(m))

    async def draw() -> Json:
        waiting = await ann.answer(await ann.submit(form, "the same at night"))
        return await ann.message(lambda m: m["id"] == waiting["id"] and "①" in buttons_of(m))

    await story.does("menu Describe", lambda: on(one, "Describe"))
    await story.does("menu Check evidence", lambda: on(one, "Check evidence"))
    which = await story.does("menu Record in my project", lambda: on(two, "Record in my project"))
    who = await story.does("FileSelect", lambda: choose(which, "1", "Who made"))
    await story.does("MadeBySelect", lambda: choose(who, "hand", "is recorded in"))
    use = await story.does("menu Use as input", lambda: on(one, "Use as input"))
    form = await story.does("UseSelect", lambda: opened(ann, ann.choose(use, "draft")))
    await story.does("UseForm", draw)


async def bring_and_finish(story: Story) -> None:
    ann = story.ann

    async def attach(**options: str) -> Json:
        image = Upload("edit.png", picture("blue"))
        return await story.uses("project", "attach", file=image, operation="repainted", **options)

    async def finish() -> Json:
        await ann.submit(form, "Harbour", "The repainting is mine.")
        return await ann.saying("recorded as finished")

    await story.does("/project attach", lambda: attach(**{"made-by": "own hand"}))
    await story.does("/project new", lambda: story.uses("project", "new", title="Harbour", intent="a harbour at dusk"))
    await story.does("/project intent", lambda: story.uses("project", "intent", text="seen from the sea"))
    await story.does("/project note", lambda: story.uses("project", "note", text="warmer"))
    form = await story.does("/project finish", lambda: opened(ann, ann.command("project", "finish")))
    await story.does("FinishForm", finish)


async def share_and_publish(story: Story) -> None:
    ann, house = story.ann, story.house

    async def pressed(member: PocketMember, message: Json, label: str) -> Json:
        answer = await member.answer(await member.press(message, buttons_of(message)[label]))
        if "I agree" in buttons_of(answer):
            answer = await member.answer(await member.press(answer, buttons_of(answer)["I agree"]))
        return answer

    async def terms() -> Json:
        return await ann.answer(await ann.submit(form, "Look at it, and tell me."))

    async with PocketMember(house.url, BO, patience_s=60) as bo:
        await story.does("/project share", lambda: story.uses("project", "share", member=SomeMember(BO)))
        offer = await ann.message(lambda m: "Join in" in buttons_of(m))
        await story.does("ShareButton accept", lambda: pressed(bo, offer, "Join in"))
        stands = await story.uses("project", "share")
        await story.does("ShareButton confirm", lambda: pressed(ann, stands, "Confirm my rows"))
        await story.does("ShareButton end", lambda: pressed(ann, stands, "End the sharing"))
        await story.uses("project", "share", member=SomeMember(BO))
        again = await ann.message(lambda m: "Join in" in buttons_of(m) and m["id"] != offer["id"])
        await story.does("ShareButton decline", lambda: pressed(bo, again, "No, thank you"))
    drawn = await story.drafts(brief="a harbour", count=1)
    await pressed(ann, drawn, "①")
    preview = await story.does("/publish", lambda: story.uses("publish"))
    shown = await story.does("PublishButton show", lambda: pressed(ann, preview, "Publish"))
    await story.does("PublishButton withdraw", lambda: pressed(ann, shown, "Take it down"))
    own = await story.uses("publish", licence="own")
    form = await opened(ann, ann.press(own, buttons_of(own)["Publish"]))
    await story.does("TermsForm", terms)


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
    for name in ("settings", "help", "about"):
        await story.does(f"/{name}", partial(story.uses, name))
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


async def disagree(story: Story) -> None:
    """Appeal two refusals, one by the button; a moderator decides."""
    ann = story.ann

    async def refused() -> Json:
        waiting = await story.uses("draft", brief=REFUSED_TERM, count=1)
        return await ann.message(lambda m: m["id"] == waiting["id"] and "Appeal" in buttons_of(m))

    await refused()
    await story.does("/appeal", lambda: story.uses("appeal", text="it is a beetle"))
    card = await refused()
    form = await story.does("AppealButton", lambda: opened(ann, ann.press(card, buttons_of(card)["Appeal"])))

    async def say() -> Json:
        return await ann.answer(await ann.submit(form, "it is still a beetle"))

    await story.does("AppealForm", say)
    async with PocketMember(story.house.url, MO, patience_s=60) as mo:
        shown = await mo.answer(await mo.command("moderation", "review"))
        grant = next(custom_id for label, custom_id in buttons_of(shown).items() if label.startswith("Grant"))
        decision = await story.does("DecideButton grant", lambda: opened(mo, mo.press(shown, grant)))

        async def decide() -> Json:
            return await mo.answer(await mo.submit(decision, "it is a beetle indeed"))

        await story.does("DecideForm", decide)
        await story.does("/moderation report", lambda: reported(mo))


async def reported(mo: PocketMember) -> Json:
    return await mo.answer(await mo.command("moderation", "report", days=7))


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
