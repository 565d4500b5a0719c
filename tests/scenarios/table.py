"""What is done with each command. A command that is not here fails the suite: add a line, or a few."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final

from PIL import Image

from bot.projects.bringing import NOTHING
from storage.evidence.kinds import Kind
from tests.bot.pocket_member import Json, Upload, buttons_of, words_of
from tests.scenarios.actor import Actor
from tests.scenarios.stage import Role

Use = Callable[[Actor], Awaitable[Json]]
Then = Callable[[Actor, Json], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """How a command is used once, what follows, and what of it is on record.

    Who has not agreed uses the command too; where it needs their consent, they must get the notice and nothing else.
    What follows is for those who have agreed, and for the others where it is `open`.
    `records` are the acts of a member who has agreed, by kind; none of anybody's may be there twice.
    """

    use: Use
    then: Then | None = None
    consent: bool = False
    open: bool = False
    records: Mapping[Kind, int] = field(default_factory=dict)
    before: Callable[[Actor], Awaitable[object]] | None = None
    """What has to be there first, for those who have agreed."""


def picture() -> Upload:
    """Return a small picture to send along."""
    out = BytesIO()
    Image.new("RGB", (40, 30), "orange").save(out, "PNG")
    return Upload("mine.png", out.getvalue())


QUESTIONS: Final = {
    "en-US": ("Can an AI be the author of a picture in the US?", "And in Japan?"),
    "zh-CN": ("在中国，AI生成的图片受著作权保护吗？", "那在日本呢？"),
}
BRIEFS: Final = {"en-US": ("a boat at dusk", "the bow"), "zh-CN": ("黄昏的小船", "船头的线条")}
REASON: Final = "#1234"
"""In no language: who reads it may have the other one."""
ERASED: Final = {"en-US": "That is all the log keeps", "zh-CN": "已删除"}


async def ask(actor: Actor) -> Json:
    return await actor.use("ask", question=QUESTIONS[actor.locale][0])


async def ask_on(actor: Actor, answer: Json) -> None:
    await actor.press(answer, "ask:sources")
    await actor.press(answer, "ask:rate:yes")
    unhelpful = await actor.press(answer, "ask:rate:no")
    await actor.select(unhelpful, "outdated", says=actor.say("ask-rated-why"))
    await actor.submit(await actor.open(answer, "ask:further"), QUESTIONS[actor.locale][1])


async def draft(actor: Actor) -> Json:
    assert await actor.member.autocomplete("draft", "style", "") != []
    return await actor.use("draft", brief=BRIEFS[actor.locale][0], count=2, reference=picture())


async def draft_on(actor: Actor, waiting: Json) -> None:
    card = await actor.becomes(waiting, "①")
    await a_stranger_presses(actor, card)
    chosen = await actor.press(card, "②")
    await actor.press(card, "②")
    form = await actor.open(chosen, actor.say("draft-why-button"))
    await actor.submit(form, BRIEFS[actor.locale][1])
    await actor.press(card, actor.say("draft-none"))
    redone = await actor.press(card, actor.say("draft-redo"))
    await actor.becomes(redone, "①")


async def a_stranger_presses(actor: Actor, card: Json) -> None:
    """See that a card answers to its author alone."""
    async with actor.stage.member(Role.UNCONSENTED, actor.locale) as stranger:
        refused = await stranger.answer(await stranger.press(card, buttons_of(card)["①"]))
    assert actor.say("error-card-not-yours") in words_of(refused)


async def receipt(actor: Actor) -> Json:
    number = await newest_act(actor)
    return await actor.use("evidence", "receipt", number=number)


async def receipt_on(actor: Actor, _: Json) -> None:
    await actor.use("evidence", "receipt", number=await newest_act(actor), send="dm")


async def newest_act(actor: Actor) -> int:
    """Return the number of the newest event of somebody's projects; of a stranger's, one that is not theirs."""
    store = actor.stage.store
    member = await store.members.find("discord", actor.id)
    owned = [] if member is None else await store.projects.list(member)
    return owned[-1].opened_seq if owned else 0


async def verify(actor: Actor) -> Json:
    return await actor.use("evidence", "verify", file=picture())


async def intend(actor: Actor) -> Json:
    return await actor.use("project", "intent", text=BRIEFS[actor.locale][0])


async def begin(actor: Actor) -> Json:
    return await actor.use("project", "new", title=BRIEFS[actor.locale][0], intent=BRIEFS[actor.locale][1])


async def note(actor: Actor) -> Json:
    return await actor.use("project", "note", text=BRIEFS[actor.locale][1])


async def attach(actor: Actor) -> Json:
    return await actor.use(
        "project", "attach", image=picture(), operation=BRIEFS[actor.locale][1], of=NOTHING, **{"made-by": "own hand"}
    )


async def switch(actor: Actor) -> Json:
    store = actor.stage.store
    member = await store.members.find("discord", actor.id)
    owned = [] if member is None else await store.projects.list(member)
    return await actor.use("project", "switch", project=owned[0].id if owned else "p_" + "0" * 32)


async def finish(actor: Actor) -> Json:
    if actor.role is Role.UNCONSENTED:
        return await actor.use("project", "finish")
    form = await actor.member.form(await actor.member.command("project", "finish"))
    return await actor.fill(form, *BRIEFS[actor.locale])


async def report(actor: Actor) -> Json:
    return await actor.use("evidence", "report", format="html")


async def timelapse(actor: Actor) -> Json:
    return await actor.use("evidence", "timelapse", kind="sheet")


async def open_words(actor: Actor) -> Json:
    number = await actor.stage.number_of(BRIEFS[actor.locale][0])
    return await actor.use("moderation", "open", number=number, reason=REASON)


async def look_at_all(actor: Actor) -> Json:
    return await actor.use("moderation", "export", reason=REASON)


async def erase(actor: Actor) -> Json:
    return await actor.use("privacy", "erase", what="all")


async def erase_on(actor: Actor, explained: Json) -> None:
    await actor.press_in_place(explained, actor.say("privacy-erase-button"), says=ERASED[actor.locale])


async def pause(actor: Actor) -> Json:
    return await actor.use("privacy", "pause")


async def has_project(actor: Actor) -> None:
    """Make sure that there is something on record."""
    member = await actor.stage.store.members.find("discord", actor.id)
    if member is None or await actor.stage.store.projects.current(member) is None:
        await actor.card(BRIEFS[actor.locale][0], count=1)


def used(*path: str) -> Use:
    """Return a use of a command that needs nothing more."""
    return lambda actor: actor.use(*path)


SCENARIOS: Final[Mapping[str, Scenario]] = {
    "ask": Scenario(ask, ask_on, open=True),
    "draft": Scenario(
        draft,
        draft_on,
        consent=True,
        records={Kind.UPLOAD_ADDED: 2, Kind.PROMPT_SUBMITTED: 2, Kind.DRAFT_SELECTED: 2, Kind.DRAFT_REJECTED: 1},
    ),
    "evidence export": Scenario(used("evidence", "export"), consent=True, before=has_project),
    "evidence receipt": Scenario(receipt, receipt_on, before=has_project),
    "evidence verify": Scenario(verify),
    "evidence show": Scenario(used("evidence", "show"), before=has_project),
    "evidence report": Scenario(report, consent=True, before=has_project),
    "evidence timelapse": Scenario(timelapse, consent=True, before=has_project),
    "project new": Scenario(begin, consent=True, records={Kind.INTENT_DECLARED: 1}),
    "project intent": Scenario(intend, consent=True, records={Kind.INTENT_DECLARED: 1}, before=has_project),
    "project note": Scenario(note, consent=True, records={Kind.NOTE_ADDED: 1}, before=has_project),
    "project attach": Scenario(attach, consent=True, records={Kind.UPLOAD_ADDED: 1}, before=has_project),
    "project finish": Scenario(finish, consent=True, records={Kind.STATEMENT_DECLARED: 1}, before=has_project),
    "project switch": Scenario(switch, before=has_project),
    "project list": Scenario(used("project", "list"), before=has_project),
    "project show": Scenario(used("project", "show"), before=has_project),
    "project check": Scenario(used("project", "check"), before=has_project),
    "moderation open": Scenario(open_words, before=has_project),
    "moderation export": Scenario(look_at_all, before=has_project),
    "moderation log": Scenario(used("moderation", "log")),
    "privacy show": Scenario(used("privacy", "show"), before=has_project),
    "privacy export": Scenario(used("privacy", "export"), before=has_project),
    "privacy who-looked": Scenario(used("privacy", "who-looked"), before=has_project),
    "privacy pause": Scenario(pause, records={Kind.CONSENT_WITHDRAWN: 1}, before=has_project),
    "privacy erase": Scenario(erase, erase_on, before=has_project),
}
