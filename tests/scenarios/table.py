"""What is done with each command. A command that is not here fails the suite: add a line, or a few."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final

from PIL import Image

from bot.chat.texts import LOCALES
from bot.projects.bringing import NOTHING
from storage.acts import Act
from storage.drafts import BriefParams, NewBrief
from storage.evidence.kinds import Kind
from storage.jobs import Delivery
from tests.bot.pocket_member import GENERAL, Json, SomeChannel, SomeMember, Upload, buttons_of, words_of
from tests.scenarios.actor import TEXTS, Actor
from tests.scenarios.stage import CAST, Role

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
    own: bool = False
    """It is about one's own record only, so that somebody who is blocked can use it like everybody else."""
    records: Mapping[Kind, int] = field(default_factory=dict)
    before: Callable[[Actor], Awaitable[object]] | None = None
    """What has to be there first, for those who have agreed."""


def picture(colour: str = "orange", size: tuple[int, int] = (40, 30)) -> Upload:
    """Return a small picture to send along; each scene has a colour of its own, as a known file is no new material."""
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return Upload(f"{colour}.png", out.getvalue())


QUESTIONS: Final = {
    "en-US": ("Can an AI be the author of a picture in the US?", "And in Japan?"),
    "zh-CN": ("在中国，AI生成的图片受著作权保护吗？", "那在日本呢？"),
}
BRIEFS: Final = {"en-US": ("a boat at dusk", "the bow"), "zh-CN": ("黄昏的小船", "船头的线条")}
REFUSED: Final = {"en-US": "a nude at dusk", "zh-CN": "黄昏的裸体"}
"""What is not drawn while age-restricted output is off."""
REASON: Final = "#1234"
"""In no language: who reads it may have the other one."""
SHOWCASE: Final = "1100000000000000012"
SENT: Final = {"en-US": "is in your direct messages", "zh-CN": "已在你的私信中"}
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
    assert await actor.offered("draft", "style", "") != []
    return await actor.use("draft", brief=BRIEFS[actor.locale][0], count=2, reference=picture())


async def draft_on(actor: Actor, waiting: Json) -> None:
    card = await actor.becomes(waiting, "①")
    await a_stranger_presses(actor, card)
    chosen = await actor.press(card, "②")
    await actor.press(card, "②")
    form = await actor.open(chosen, actor.say("draft-why"))
    await actor.submit(form, BRIEFS[actor.locale][1])
    await go_on_from(actor, chosen)
    await actor.press(card, actor.say("draft-none"))
    await actor.press(card, actor.say("draft-evidence"))
    which = await actor.press(card, actor.say("draft-vary"))
    await until_it_is_there(actor, await actor.press(which, actor.say("draft-subtle", candidate="②")))
    refining = await actor.open(card, actor.say("draft-refine"))
    await until_it_is_there(actor, await actor.fill(refining, *BRIEFS[actor.locale]))
    await until_it_is_there(actor, await actor.press(card, actor.say("draft-redo")))
    alone = await actor.use("draft", brief=BRIEFS[actor.locale][0], count=1, private=True)
    await actor.changes(alone, SENT[actor.locale])


async def go_on_from(actor: Actor, chosen: Json) -> None:
    """Press everything that a choice offers."""
    for act in ("finish", "upscale"):
        await until_it_is_there(actor, await actor.press(chosen, actor.say(f"draft-{act}")))
    styles = await actor.press(chosen, actor.say("draft-restyle"))
    await until_it_is_there(actor, await actor.pick(styles, "ink"))
    fields = await actor.press(chosen, actor.say("draft-retouch"))
    await actor.press_in_place(fields, "5", says="5 ✓")
    form = await actor.open(
        await actor.member.message(lambda m: m["id"] == fields["id"]), actor.say("draft-retouch-go")
    )
    await until_it_is_there(actor, await actor.submit(form, BRIEFS[actor.locale][1]))
    await actor.press(chosen, actor.say("draft-original"))


async def a_stranger_presses(actor: Actor, card: Json) -> None:
    """See that a card answers to its author alone, and that others may start their own once they agree."""
    async with actor.stage.member(Role.UNCONSENTED, actor.locale) as stranger:
        told = await stranger.answer(await stranger.press(card, buttons_of(card)["①"]))
        assert actor.say("draft-not-yours") in words_of(told)
        own = buttons_of(told)[actor.say("draft-own", candidate="①")]
        form = await stranger.form(await stranger.press(told, own))
        notice = await stranger.answer(await stranger.submit(form, BRIEFS[actor.locale][0]))
        assert actor.say("consent-agree") in buttons_of(notice)


async def sketch(actor: Actor) -> Json:
    return await actor.use("sketch", image=picture("brown"), brief=BRIEFS[actor.locale][0], count=1, strength=0.5)


async def lineart(actor: Actor) -> Json:
    return await actor.use("lineart", image=picture("gray"))


async def lineart_on(actor: Actor, waiting: Json) -> None:
    await actor.becomes(waiting, "①")
    drawn = await actor.use("lineart", brief=BRIEFS[actor.locale][0], count=1)
    await actor.becomes(drawn, "①")


async def color(actor: Actor) -> Json:
    return await actor.use("color", image=picture("white"), brief=BRIEFS[actor.locale][0], palette="warm", count=1)


async def restyle(actor: Actor) -> Json:
    assert {"flat", "style-ukiyo-e"} <= set(await actor.offered("restyle", "style", ""))
    return await actor.use("restyle", image=picture("teal"), style="style-ukiyo-e", count=1)


async def retouch(actor: Actor) -> Json:
    return await actor.use(
        "retouch", image=picture("navy"), brief=BRIEFS[actor.locale][1], mask=picture("white", (80, 60)), count=1
    )


async def retouch_on(actor: Actor, waiting: Json) -> None:
    """Do it by a region too, from the same picture: that is on record now, and is no new material."""
    card = await actor.becomes(waiting, "①")
    await a_stranger_presses(actor, card)
    again = await actor.use("retouch", image=picture("navy"), brief=BRIEFS[actor.locale][1], region="middle", count=1)
    await actor.becomes(again, "①")


async def extend(actor: Actor) -> Json:
    image = picture("olive")
    return await actor.use("extend", image=image, brief=BRIEFS[actor.locale][0], direction="left", count=1)


async def upscale(actor: Actor) -> Json:
    return await actor.use("upscale", image=picture("gold"), scale=3)


async def blend(actor: Actor) -> Json:
    return await actor.use(
        "blend", image=picture("plum"), image2=picture("pink"), brief=BRIEFS[actor.locale][0], count=1
    )


async def until_it_is_there(actor: Actor, waiting: Json) -> None:
    await actor.becomes(waiting, "①")


async def a_stranger_is_refused(actor: Actor, card: Json) -> None:
    """See that a text answers to its author alone."""
    async with actor.stage.member(Role.UNCONSENTED, actor.locale) as stranger:
        refused = await stranger.answer(await stranger.press(card, buttons_of(card)["①"]))
    assert actor.say("error-card-not-yours") in words_of(refused)


async def write(actor: Actor) -> Json:
    return await actor.use("write", brief=BRIEFS[actor.locale][0], form="poem", tone="warm", length="short")


async def write_on(actor: Actor, waiting: Json) -> None:
    card = await actor.becomes(waiting, "①")
    await a_stranger_is_refused(actor, card)
    chosen = await actor.press(card, "②")
    await actor.press(card, "②")
    form = await actor.open(chosen, actor.say("write-why-button"))
    await actor.submit(form, BRIEFS[actor.locale][1])
    await put_together(actor, card)
    form = await actor.open(card, actor.say("write-edit"))
    await actor.submit(form, BRIEFS[actor.locale][0])
    await actor.press(card, actor.say("write-none"))
    redone = await actor.press(card, actor.say("write-redo"))
    await actor.becomes(redone, "①")


async def put_together(actor: Actor, card: Json) -> None:
    """Combine paragraphs of two candidates."""
    asked = await actor.press(card, actor.say("write-combine"))
    made = await actor.put_together(asked, "c", "a", says=actor.say("write-combine-result"))
    await actor.press(made, actor.say("write-keep"))


async def brainstorm(actor: Actor) -> Json:
    return await actor.use("brainstorm", idea=BRIEFS[actor.locale][0], private=True)


async def brainstorm_on(actor: Actor, waiting: Json) -> None:
    card = await actor.becomes(waiting, actor.say("write-take", position=1))
    await actor.press(card, actor.say("write-take", position=1))
    form = await actor.open(card, actor.say("write-edit-one", position=2))
    reworded = await actor.submit(form, BRIEFS[actor.locale][0])
    drawn = await actor.press(reworded, actor.say("write-draft-this"))
    await actor.becomes(drawn, "①")


async def describe(actor: Actor) -> Json:
    return await actor.use("describe", image=picture())


async def take_offer(actor: Actor, offer: Json) -> None:
    form = await actor.open(offer, actor.say("offer-edit"))
    await actor.becomes(await actor.submit(form, BRIEFS[actor.locale][0]), "①")
    await actor.becomes(await actor.press(offer, actor.say("offer-draft-take")), "①")


def on_pictures(name: str, count: int = 1) -> Use:
    """Return a use of an entry in the menu of a message with pictures."""

    async def use(actor: Actor) -> Json:
        message = await actor.member.say(REASON, *[picture()] * count)
        return await actor.use_on(message, name)

    return use


async def record_on(actor: Actor, which: Json) -> None:
    await actor.select(which, "1", says=actor.say("menu-who"))
    await actor.select(actor.answers[-1], "model", says=actor.say("menu-recorded", title="\0").partition("\0")[0])


async def input_on(actor: Actor, asked: Json) -> None:
    form = await actor.member.form(await actor.member.choose(asked, "draft"))
    await actor.becomes(await actor.submit(form, BRIEFS[actor.locale][0]), "①")


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
        "project", "attach", file=picture(), operation=BRIEFS[actor.locale][1], of=NOTHING, **{"made-by": "own hand"}
    )


async def attach_on(actor: Actor, _: Json) -> None:
    poem = Upload("poem.txt", BRIEFS[actor.locale][1].encode(), "text/plain")
    await actor.use("project", "attach", file=poem, operation=BRIEFS[actor.locale][0], **{"made-by": "own hand"})


async def switch(actor: Actor) -> Json:
    store = actor.stage.store
    member = await store.members.find("discord", actor.id)
    owned = [] if member is None else await store.projects.list(member)
    return await actor.use("project", "switch", project=owned[0].id if owned else "p_" + "0" * 32)


async def finish(actor: Actor) -> Json:
    if actor.role in (Role.UNCONSENTED, Role.BLOCKED):
        return await actor.use("project", "finish")
    form = await actor.member.form(await actor.member.command("project", "finish"))
    return await actor.fill(form, *BRIEFS[actor.locale])


async def share(actor: Actor) -> Json:
    partner = Role.OTHER if actor.role is Role.AUTHOR else Role.AUTHOR
    return await actor.use("project", "share", member=SomeMember(CAST[partner, actor.locale].id))


async def share_on(actor: Actor, _: Json) -> None:
    stands = await actor.use("project", "share")
    await actor.press(stands, actor.say("share-confirm"))
    await actor.press(stands, actor.say("share-end"))


async def publish(actor: Actor) -> Json:
    return await actor.use("publish", licence="by")


async def publish_on(actor: Actor, preview: Json) -> None:
    shown = await actor.press(preview, actor.say("publish-button"))
    await actor.press(preview, actor.say("publish-button"))
    await actor.press(shown, actor.say("publish-withdraw"))


async def has_own_project(actor: Actor) -> None:
    """Make sure that the current project is one that this person began."""
    await actor.use("project", "new", title=BRIEFS[actor.locale][0])


async def has_finished(actor: Actor) -> None:
    """Make sure that there is a piece that is finished, of this person alone."""
    await actor.use("project", "new", title=BRIEFS[actor.locale][0])
    card = await actor.card(BRIEFS[actor.locale][0], count=1)
    await actor.press(card, "①")
    form = await actor.member.form(await actor.member.command("project", "finish"))
    await actor.fill(form, *BRIEFS[actor.locale])


async def report(actor: Actor) -> Json:
    return await actor.use("evidence", "report", format="html")


async def timelapse(actor: Actor) -> Json:
    return await actor.use("evidence", "timelapse", kind="sheet")


async def open_words(actor: Actor) -> Json:
    number = await actor.stage.number_of(BRIEFS[actor.locale][0])
    return await actor.use("moderation", "open", number=number, reason=REASON)


async def look_at_all(actor: Actor) -> Json:
    return await actor.use("moderation", "export", reason=REASON)


async def block(actor: Actor) -> Json:
    return await actor.use("moderation", "block", member=target(actor), reason=REASON)


async def suspend(actor: Actor) -> Json:
    return await actor.use("moderation", "suspend", member=target(actor), days=3, reason=REASON)


async def unblock(actor: Actor) -> Json:
    return await actor.use("moderation", "unblock", member=target(actor), reason=REASON)


async def limit(actor: Actor) -> Json:
    await actor.use("moderation", "limits", **{"drafts-a-day": 900}, reason=REASON)
    return await actor.use("moderation", "limits", member=target(actor))


async def refuse_a_term(actor: Actor) -> Json:
    await actor.use("moderation", "terms", add=f"zyzzyva {actor.locale}", reason=REASON)
    assert bool(await actor.offered("moderation", "remove", "zyz", sub="terms")) is moderates(actor)
    return await actor.use("moderation", "terms")


async def arrange(actor: Actor) -> Json:
    await actor.use("moderation", "settings", showcase=SomeChannel(SHOWCASE), **{"keep-days": 400}, reason=REASON)
    return await actor.use("moderation", "settings")


def moderates(actor: Actor) -> bool:
    return actor.role is Role.MODERATOR


def target(actor: Actor) -> SomeMember:
    """Return somebody whom nobody else needs on the stage."""
    return SomeMember(CAST[Role.BLOCKED, actor.locale].id)


async def appeal(actor: Actor) -> Json:
    await actor.member.autocomplete("appeal", "about", "")
    return await actor.use("appeal", text=REASON)


async def is_refused(actor: Actor) -> None:
    """Make sure that there is something to appeal."""
    await actor.use("draft", brief=REFUSED[actor.locale], count=1)


async def review_on(actor: Actor, shown: Json) -> None:
    if not moderates(actor):
        return
    decisions = [label for label, custom_id in buttons_of(shown).items() if custom_id.startswith("appeal-decide:")]
    if decisions:
        await actor.submit(await actor.open(shown, decisions[0]), REASON)
    await actor.use("moderation", "review", show="refused")
    await actor.use("moderation", "review", show="answers")


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


async def has_waiting(actor: Actor) -> None:
    """Make sure that a draft of theirs waits, and is not drawn before it is stopped."""
    await has_project(actor)
    store = actor.stage.store
    member = await store.members.find("discord", actor.id)
    assert member is not None
    project = await store.projects.current(member)
    assert project is not None
    delivery = Delivery(GENERAL, actor.id, actor.locale, token=actor.stage.held_token())
    brief = NewBrief(BRIEFS[actor.locale][1], "", BriefParams("text", (1,)))
    await store.drafts.submit(member, project, brief, Act("", "", None), delivery)


async def queue_on(actor: Actor, listed: Json) -> None:
    await actor.press_in_place(listed, "queue:cancel:", says=actor.say("queue-empty"))


async def cancel(actor: Actor) -> Json:
    await actor.member.autocomplete("cancel", "draft", "")
    return await actor.use("cancel")


async def settings(actor: Actor) -> Json:
    assert await actor.offered("settings", "model", "") != []
    return await actor.use("settings", private=True)


async def settings_on(actor: Actor, shown: Json) -> None:
    await actor.press_in_place(shown, "settings:public", says=actor.say("settings-turn-private"))
    own = next(name for name in LOCALES if name != actor.locale)
    foreign = await actor.member.message(lambda m: m["id"] == shown["id"])
    await actor.member.choose(foreign, own)
    await actor.member.message(lambda m: m["id"] == shown["id"] and TEXTS(own, "settings-reset") in words_of(m))
    await actor.press_in_place(shown, "settings:reset", says=actor.say("settings-reset"))


async def help_on(actor: Actor, page: Json) -> None:
    await actor.select(page, "law", says=actor.say("help-how-law"))


async def is_blocked(actor: Actor) -> None:
    """Make sure that there is a block to lift."""
    await actor.stage.block(actor.locale)


def used(*path: str) -> Use:
    """Return a use of a command that needs nothing more."""
    return lambda actor: actor.use(*path)


FROM_A_PICTURE: Final = {Kind.UPLOAD_ADDED: 1, Kind.PROMPT_SUBMITTED: 1}

SCENARIOS: Final[Mapping[str, Scenario]] = {
    "ask": Scenario(ask, ask_on, open=True),
    "draft": Scenario(
        draft,
        draft_on,
        consent=True,
        records={Kind.UPLOAD_ADDED: 1, Kind.PROMPT_SUBMITTED: 9, Kind.DRAFT_SELECTED: 2, Kind.DRAFT_REJECTED: 1},
    ),
    "sketch": Scenario(sketch, until_it_is_there, consent=True, records=FROM_A_PICTURE),
    "lineart": Scenario(lineart, lineart_on, consent=True, records={Kind.UPLOAD_ADDED: 1, Kind.PROMPT_SUBMITTED: 2}),
    "color": Scenario(color, until_it_is_there, consent=True, records=FROM_A_PICTURE),
    "restyle": Scenario(restyle, until_it_is_there, consent=True, records=FROM_A_PICTURE),
    "retouch": Scenario(retouch, retouch_on, consent=True, records={Kind.UPLOAD_ADDED: 1, Kind.PROMPT_SUBMITTED: 2}),
    "extend": Scenario(extend, until_it_is_there, consent=True, records=FROM_A_PICTURE),
    "upscale": Scenario(upscale, until_it_is_there, consent=True, records=FROM_A_PICTURE),
    "blend": Scenario(blend, until_it_is_there, consent=True, records=FROM_A_PICTURE),
    "evidence export": Scenario(used("evidence", "export"), consent=True, own=True, before=has_project),
    "write": Scenario(
        write,
        write_on,
        consent=True,
        records={
            Kind.PROMPT_SUBMITTED: 2,
            Kind.DRAFT_SELECTED: 2,
            Kind.DRAFT_REJECTED: 1,
            Kind.EDIT_APPLIED: 2,
        },
    ),
    "brainstorm": Scenario(
        brainstorm,
        brainstorm_on,
        consent=True,
        records={Kind.PROMPT_SUBMITTED: 2, Kind.SUGGESTION_TAKEN: 1, Kind.EDIT_APPLIED: 1},
    ),
    "describe": Scenario(
        describe,
        take_offer,
        consent=True,
        records={Kind.UPLOAD_ADDED: 1, Kind.SUGGESTION_MADE: 1, Kind.PROMPT_SUBMITTED: 2, Kind.SUGGESTION_TAKEN: 1},
    ),
    "Describe": Scenario(
        on_pictures("Describe"), consent=True, records={Kind.UPLOAD_ADDED: 1, Kind.SUGGESTION_MADE: 1}
    ),
    "Record in my project": Scenario(
        on_pictures("Record in my project", 2), record_on, consent=True, records={Kind.UPLOAD_ADDED: 1}
    ),
    "Use as input": Scenario(
        on_pictures("Use as input"),
        input_on,
        consent=True,
        records={Kind.UPLOAD_ADDED: 1, Kind.PROMPT_SUBMITTED: 1},
    ),
    "Check evidence": Scenario(on_pictures("Check evidence")),
    "evidence receipt": Scenario(receipt, receipt_on, before=has_project),
    "evidence verify": Scenario(verify),
    "evidence show": Scenario(used("evidence", "show"), before=has_project),
    "evidence report": Scenario(report, consent=True, own=True, before=has_project),
    "evidence timelapse": Scenario(timelapse, consent=True, own=True, before=has_project),
    "project new": Scenario(begin, consent=True, records={Kind.INTENT_DECLARED: 1}),
    "project intent": Scenario(intend, consent=True, records={Kind.INTENT_DECLARED: 1}, before=has_project),
    "project note": Scenario(note, consent=True, records={Kind.NOTE_ADDED: 1}, before=has_project),
    "project attach": Scenario(attach, attach_on, consent=True, records={Kind.UPLOAD_ADDED: 2}, before=has_project),
    "project share": Scenario(
        share,
        share_on,
        consent=True,
        records={Kind.SHARE_OFFERED: 1, Kind.SHARE_CONFIRMED: 1, Kind.SHARE_ENDED: 1},
        before=has_own_project,
    ),
    "publish": Scenario(
        publish,
        publish_on,
        consent=True,
        records={Kind.PIECE_PUBLISHED: 1, Kind.PIECE_WITHDRAWN: 1},
        before=has_finished,
    ),
    "project finish": Scenario(finish, consent=True, records={Kind.STATEMENT_DECLARED: 1}, before=has_project),
    "project switch": Scenario(switch, before=has_project),
    "project list": Scenario(used("project", "list"), before=has_project),
    "project show": Scenario(used("project", "show"), before=has_project),
    "project check": Scenario(used("project", "check"), before=has_project),
    "appeal": Scenario(appeal, consent=True, own=True, records={Kind.APPEAL_MADE: 1}, before=is_refused),
    "moderation open": Scenario(open_words, before=has_project),
    "moderation export": Scenario(look_at_all, before=has_project),
    "moderation log": Scenario(used("moderation", "log")),
    "queue": Scenario(used("queue"), queue_on, records={Kind.DRAFT_CANCELLED: 1}, before=has_waiting),
    "cancel": Scenario(cancel, records={Kind.DRAFT_CANCELLED: 1}, before=has_waiting),
    "settings": Scenario(settings, settings_on, consent=True, own=True),
    "help": Scenario(used("help"), help_on, open=True),
    "about": Scenario(used("about")),
    "moderation block": Scenario(block),
    "moderation suspend": Scenario(suspend),
    "moderation unblock": Scenario(unblock, before=is_blocked),
    "moderation limits": Scenario(limit),
    "moderation terms": Scenario(refuse_a_term),
    "moderation settings": Scenario(arrange),
    "moderation review": Scenario(used("moderation", "review"), review_on),
    "moderation report": Scenario(used("moderation", "report")),
    "privacy show": Scenario(used("privacy", "show"), before=has_project),
    "privacy export": Scenario(used("privacy", "export"), before=has_project),
    "privacy who-looked": Scenario(used("privacy", "who-looked"), before=has_project),
    "privacy pause": Scenario(pause, records={Kind.CONSENT_WITHDRAWN: 1}, before=has_project),
    "privacy erase": Scenario(erase, erase_on, before=has_project),
}
