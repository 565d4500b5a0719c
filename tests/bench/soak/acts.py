"""What simulated members do, and how often: everything that Colophon offers, and what it does not hope for."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from bot.projects.bringing import NOTHING
from tests.bench.soak import words
from tests.bench.soak.people import Resident, Trade, act_of, mention
from tests.bot.pocket_member import SomeChannel, SomeMember

Act = Callable[[Resident], Awaitable[object]]

_REASON: Final = "a soak"
_SHOWCASE: Final = "1100000000000000012"
_STYLES: Final = ("flat", "ink", "style-ukiyo-e")
_DRAWN_S: Final = 40.0
"""So long somebody waits for a picture before they do all else without."""
_SELDOM: Final = {"draft:cancel": 0.2, "text:cancel": 0.2, "share:end": 0.3, "privacy:erase": 0.0, "consent:agree": 0.0}
"""How often one who could press this does, where it is not what they came for."""
_AT_ONCE: Final = 8
"""So many things somebody does at a time who does everything once: before memory is looked at, all has to be done."""


def command(path: str, **options: Any) -> Act:
    """Return the use of a command; an option that is a function is asked for its value."""

    async def use(who: Resident) -> None:
        given = {name.replace("_", "-"): value(who) if callable(value) else value for name, value in options.items()}
        await who.command(path, **{name: value for name, value in given.items() if value is not None})

    return use


def brief(who: Resident) -> str:
    return words.brief(who.locale, who.chance)


def picture(who: Resident) -> Any:
    return words.picture(who.chance)


def few(who: Resident) -> int:
    return who.chance.randint(1, 3)


def sometimes(value: Any, share: float) -> Callable[[Resident], Any]:
    """Return an option that is given now and then."""

    def given(who: Resident) -> Any:
        if who.chance.random() >= share:
            return None
        return value(who) if callable(value) else value

    return given


def style(who: Resident) -> str:
    return who.chance.choice(_STYLES)


def number(who: Resident) -> int:
    """Return the number of an event, or of none."""
    return who.chance.randint(0, max((told.seq for told in who.pocket.receipts), default=1) + 1)


def rowdy(who: Resident) -> SomeMember:
    """Return somebody whom moderators have to do with."""
    people = [p.id for p in who.pocket.world.people.values() if p.role == Trade.ROWDY]
    return SomeMember(who.chance.choice(people))


def anybody(who: Resident) -> SomeMember:
    return SomeMember(who.chance.choice(list(who.pocket.world.people)))


async def press_something(who: Resident) -> None:
    """Press or choose something on a message of their own."""
    choices = who.pressable()
    if not choices:
        await draft(who)
        return
    message, component = who.chance.choice(choices)
    kind = act_of(str(component["custom_id"]))
    if who.chance.random() < _SELDOM.get(kind, 1.0):
        await who.press(message, component)


async def press_twice(who: Resident) -> None:
    """Press the same thing twice at once, as the impatient do."""
    choices = who.pressable()
    if choices:
        message, component = who.chance.choice(choices)
        if act_of(str(component["custom_id"])) not in _SELDOM:
            await asyncio.gather(who.press(message, component), who.press(message, component))


async def ask_twice(who: Resident) -> None:
    """Use a command twice at once."""
    given = {"brief": brief(who), "count": 1}
    await asyncio.gather(who.command("draft", **given), who.command("draft", **given))


async def press_anothers(who: Resident) -> None:
    """Press something on somebody's message in a channel."""
    found = who.others_card()
    if found is not None:
        await who.press(*found)


async def talk(who: Resident) -> None:
    """Say something to the bot."""
    said = words.question(who.locale, who.chance) if who.chance.random() < 0.4 else brief(who)
    who.community.note(who.person.id, "said to the bot")
    await who.say(f"{mention()} {said}")


async def use_a_message(who: Resident) -> None:
    """Show a picture, and use the menu of its message."""
    message = await who.say(brief(who), [words.picture(who.chance)])
    if message is not None:
        names = ("Describe", "Check evidence", "Use as input", "Record in my project")
        await who.menu(who.chance.choice(names), message)


async def verify_own(who: Resident) -> None:
    """Let a file be checked: a picture, or a text that is none of ours."""
    await who.command("evidence verify", file=words.picture(who.chance))


async def erase(who: Resident) -> None:
    """Have everything erased: ask, read, press."""
    explained = await who.command("privacy erase", what="all")
    if explained is not None:
        for message, component in who.pressable():
            if message["id"] == explained["id"] and str(component["custom_id"]).startswith("privacy:erase"):
                await who.press(message, component)


async def block_for_a_while(who: Resident) -> None:
    """Block somebody, and let them in again."""
    target = rowdy(who)
    blocks = who.chance.random() < 0.5
    more: dict[str, Any] = {} if blocks else {"days": 1}
    await who.command(f"moderation {'block' if blocks else 'suspend'}", member=target, reason=_REASON, **more)
    await asyncio.sleep(who.chance.uniform(1, 6))
    await who.command("moderation unblock", member=target, reason=_REASON)


draft: Final = command(
    "draft",
    brief=brief,
    count=few,
    style=sometimes(style, 0.2),
    private=sometimes(True, 0.15),
    reference=sometimes(picture, 0.1),
    avoid=sometimes("text", 0.1),
)

EVERYBODY: Final[Mapping[Act, float]] = {
    press_something: 45,
    draft: 14,
    press_anothers: 4,
    press_twice: 4,
    ask_twice: 1.5,
    talk: 2,
    use_a_message: 2,
    command("ask", question=lambda who: words.question(who.locale, who.chance)): 6,
    command("sketch", image=picture, brief=brief, count=1): 1,
    command("lineart", image=picture): 0.7,
    command("color", image=picture, brief=brief, palette="warm", count=1): 0.7,
    command("restyle", image=picture, style="flat", count=1): 0.7,
    command("retouch", image=picture, brief=brief, region="middle", count=1): 0.7,
    command("extend", image=picture, brief=brief, direction="left", count=1): 0.5,
    command("upscale", image=picture, scale=2): 0.5,
    command("blend", image=picture, image2=picture, brief=brief, count=1): 0.5,
    command("write", brief=brief, form="poem", tone="warm", length="short"): 4,
    command("brainstorm", idea=brief, private=sometimes(True, 0.3)): 2,
    command("describe", image=picture): 1,
    command("queue"): 2,
    command("cancel"): 1,
    command("help"): 0.7,
    command("about"): 0.5,
    command("settings"): 1,
    command("project new", title=brief, intent=sometimes(brief, 0.5)): 1.5,
    command("project intent", text=brief): 1,
    command("project note", text=brief): 3,
    command("project attach", file=picture, operation=brief, of=NOTHING, made_by="own hand"): 1,
    command("project list"): 0.7,
    command("project show"): 0.7,
    command("project check"): 0.4,
    command("project finish"): 0.7,
    command("project share", member=anybody): 0.5,
    command("publish", licence="by"): 0.5,
    command("evidence show"): 1,
    command("evidence receipt", number=number, send=sometimes("dm", 0.3)): 1.5,
    command("evidence export"): 0.5,
    command("evidence report", format="html"): 0.3,
    command("evidence report", format="pdf"): 0.2,
    command("evidence timelapse", kind="sheet"): 0.3,
    verify_own: 0.7,
    command("privacy show"): 0.7,
    command("privacy export"): 0.2,
    command("privacy who-looked"): 0.3,
    command("privacy pause"): 0.15,
    command("appeal", text=brief): 0.5,
    lambda who: who.suggest("draft", "style"): 2,
    lambda who: who.suggest("cancel", "draft"): 0.5,
}
"""What every member does, by how often."""
MODERATORS: Final[Mapping[Act, float]] = {
    block_for_a_while: 3,
    command("moderation log"): 3,
    command("moderation report"): 2,
    command("moderation review"): 3,
    command("moderation review", show="refused"): 2,
    command("moderation open", number=number, reason=_REASON): 2,
    command("moderation export", reason=_REASON): 0.5,
    command("moderation limits", member=rowdy, drafts_a_day=900, reason=_REASON): 1,
    command("moderation terms", add="zyzzyva", reason=_REASON): 1,
    command("moderation settings", showcase=SomeChannel(_SHOWCASE), keep_days=400, reason=_REASON): 1,
    press_something: 10,
    draft: 3,
}
"""What moderators do."""
LEAVING: Final[Mapping[Act, float]] = {erase: 4, **EVERYBODY}
"""What those do who erase everything now and then."""
_BY_TRADE: Final = {Trade.MODERATOR: MODERATORS, Trade.LEAVING: LEAVING}


async def live(who: Resident, until_s: float, think_s: float) -> None:
    """Do one thing after another until then; first agree to be recorded, as most do who see the notice."""
    table = _BY_TRADE.get(who.person.role, EVERYBODY)
    acts, weights = list(table), list(table.values())
    await asyncio.sleep(who.chance.uniform(0, think_s))
    while time.monotonic() < until_s:
        await _agree(who)
        await who.chance.choices(acts, weights)[0](who)
        await asyncio.sleep(min(who.chance.expovariate(1 / think_s), max(0.0, until_s - time.monotonic())))


async def tour(who: Resident, at_s: float, until_s: float) -> None:
    """Do everything there is once, from a moment on: what a process loads for a first use is then no growth later."""
    await asyncio.sleep(max(0.0, at_s - time.monotonic()))
    await _agree(who)
    await _choose_one(who)
    places = asyncio.Semaphore(_AT_ONCE)

    async def once(act: Act) -> None:
        async with places:
            if time.monotonic() < until_s:
                await act(who)

    async with asyncio.TaskGroup() as group:
        for act in _BY_TRADE.get(who.person.role, EVERYBODY):
            group.create_task(once(act))


async def _choose_one(who: Resident) -> None:
    """Draw, and choose: without a picture there is no film, and nothing to publish."""
    await who.command("draft", brief=brief(who), count=1)
    until_s = time.monotonic() + _DRAWN_S
    while time.monotonic() < until_s:
        for message, component in who.pressable():
            if act_of(str(component["custom_id"])) == "draft:choose":
                await who.press(message, component)
                return
        await asyncio.sleep(0.5)


async def _agree(who: Resident) -> None:
    """Press "I agree" where the notice is the last thing they were shown."""
    held = who.pocket.holding[who.person.id]
    for message, component in who.pressable():
        if message["id"] == held[-1] and component["custom_id"] == "consent:agree":
            await who.press(message, component)
            if held and held[-1] == message["id"]:
                held.pop()
            return
