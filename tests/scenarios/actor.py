"""Somebody who uses the bot: one person in one role and one language, and what came of all they did."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from bot.chat.texts import Texts
from bot.pocket.world import Interaction
from storage.evidence.kinds import Kind
from tests.bot.pocket_member import LOADING, Json, PocketMember, buttons_of, words_of
from tests.scenarios.stage import CAST, Role, Stage

TEXTS: Final = Texts()
PATIENCE_S: Final = 60.0
"""So long what somebody did may be under way; what still is then is wrong."""
LETTERS: Final = 4
"""So many letters somebody types before they believe that nothing is offered."""
_OWN_NAMES: Final = re.compile("中文")
"""What stands in every language as it is."""


@dataclass(slots=True)
class Actor:
    """A member at the page, and which interactions are theirs in this scene."""

    stage: Stage
    role: Role
    locale: str
    member: PocketMember
    answers: list[Json] = field(default_factory=list)
    _from: int = 0
    _size: int = 0

    @property
    def id(self) -> str:
        """Return their number at Discord."""
        return CAST[self.role, self.locale].id

    async def begin(self) -> None:
        """Forget what was done to get ready: from here on everything counts."""
        self.answers.clear()
        self._size = await self.stage.store.ledger.size()
        self._from = len(self.stage.pocket.world.interactions)

    def say(self, key: str, **arguments: Any) -> str:
        """Return a sentence as this person reads it."""
        return TEXTS(self.locale, key, **arguments)

    async def use(self, name: str, sub: str | None = None, /, **options: Any) -> Json:
        """Use a command; return its finished answer."""
        return await self._answered(await self.member.command(name, sub, **options))

    async def use_on(self, message: Json, name: str) -> Json:
        """Use an entry in the menu of a message; return its finished answer."""
        return await self._answered(await self.member.command_on(message, name))

    async def offered(self, name: str, option: str, typed: str, *, sub: str | None = None) -> list[str]:
        """Type into an option until something is offered; on a bad day what is offered may not arrive at once."""
        for _ in range(LETTERS):
            choices = await self.member.offered(name, option, typed, sub=sub)
            if choices:
                return [str(choice["value"]) for choice in choices]
        return []

    async def press(self, message: Json, label: str) -> Json:
        """Press a button by its label, or by the beginning of its id; return the finished answer."""
        return await self._answered(await self.member.press(message, _button(message, label)))

    async def open(self, message: Json, label: str) -> Json:
        """Press a button that opens a form; return the form."""
        return await self.member.form(await self.member.press(message, _button(message, label)))

    async def submit(self, form: Json, words: str) -> Json:
        """Send a form; return the finished answer."""
        return await self._answered(await self.member.submit(form, words))

    async def fill(self, form: Json, *values: str) -> Json:
        """Send a form of several lines; return the finished answer."""
        return await self._answered(await self.member.submit(form, *values))

    async def select(self, message: Json, value: str, *, says: str) -> None:
        """Choose an option of the first select of a message, which then says something else."""
        await self.member.choose(message, value)
        await self._changes(message, says)

    async def pick(self, message: Json, value: str) -> Json:
        """Choose an option of the first select of a message; return the finished answer."""
        return await self._answered(await self.member.choose(message, value))

    async def put_together(self, message: Json, *values: str, says: str) -> Json:
        """Choose several options of the first select of a message, which then says something else; return it."""
        await self.member.choose(message, *values)
        await self._changes(message, says)
        return self.answers[-1]

    async def press_in_place(self, message: Json, label: str, *, says: str) -> None:
        """Press a button of a message, which then says something else."""
        await self.member.press(message, _button(message, label))
        await self._changes(message, says)

    async def _changes(self, message: Json, says: str) -> None:
        self.answers.append(await self.member.message(lambda m: m["id"] == message["id"] and says in words_of(m)))

    async def agree(self) -> None:
        """Go through the first-use notice, if it is still to come."""
        known = await self.stage.store.members.find("discord", self.id)
        if known is not None and known.consented:
            return
        notice = await self.use("settings")
        if self.say("consent-agree") in buttons_of(notice):
            await self.press(notice, self.say("consent-agree"))

    async def card(self, words: str, count: int = 2) -> Json:
        """Draft, and return the finished card."""
        return await self.becomes(await self.use("draft", brief=words, count=count), "①")

    async def becomes(self, message: Json, label: str) -> Json:
        """Wait until a message has a button, and return it as it is then."""
        return await self.member.message(lambda m: m["id"] == message["id"] and label in str(list(buttons_of(m))))

    async def changes(self, message: Json, says: str) -> None:
        """Wait until a message says something else."""
        await self._changes(message, says)

    async def _answered(self, nonce: str) -> Json:
        answer = await self.member.answer(nonce)
        self.answers.append(answer)
        return answer

    # --- what came of it ---------------------------------------------------------------------

    def interactions(self) -> list[Interaction]:
        """Return what this person has done in this scene, as Discord has it."""
        everything = list(self.stage.pocket.world.interactions.values())
        return [one for one in everything[self._from :] if one.person.id == self.id]

    async def settled(self) -> None:
        """Wait until nothing they did is under way: they may have just pressed something in another's scene."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                while any(not one.given_up for one in self._open()) or self._thinking():  # noqa: ASYNC110 - of Discord
                    await asyncio.sleep(0.01)

    async def recorded(self) -> Counter[str]:
        """Return the kinds of events that name one of their interactions; what concerns several projects is in each."""
        mine = {one.id for one in self.interactions()}
        acts = [(kind, act, project) for kind, act, project in await self.stage.acts(self._size) if act in mine]
        # One brief may bring several pictures; it stands beside them, and would be there twice too.
        single = [act for act in acts if act[0] != Kind.UPLOAD_ADDED]
        assert len(single) == len(set(single)), f"an act is on record twice: {acts}"
        return Counter(kind for kind, _ in {(kind, act) for kind, act, _ in acts})

    def _open(self) -> list[Interaction]:
        return [one for one in self.interactions() if not one.answered]

    def _thinking(self) -> list[Json]:
        return [message for message in self._messages() if message["flags"] & LOADING]

    def wrongs(self) -> Iterator[str]:
        """Tell what everybody may expect of any answer, and did not get."""
        failed = [f["d"]["error"] for f in self.member.seen.frames if f["t"] == "INTERACTION" and "error" in f["d"]]
        yield from failed
        yield from (f"{one.command or one.type.name}: not acknowledged" for one in self._open())
        yield from (f"still thinking: {m['id']}" for m in self._thinking())
        for answer in self.answers:
            chinese = re.search("[\u4e00-\u9fff]", _OWN_NAMES.sub("", words_of(answer))) is not None
            if chinese != (self.locale == "zh-CN"):
                yield f"in the wrong language: {words_of(answer)}"
        shown = Counter((m["interaction_metadata"]["id"], words_of(m)) for m in self._messages())
        yield from (f"said twice: {words}" for (_, words), times in shown.items() if times > 1)

    def _messages(self) -> list[Json]:
        mine = {one.id for one in self.interactions()}
        everything = self.stage.pocket.world.messages.values()
        return [m for m in everything if m.get("interaction_metadata", {}).get("id") in mine]


def _button(message: Json, label: str) -> str:
    found = [
        c["custom_id"]
        for c in _components(message)
        if label == c.get("label") or c.get("custom_id", "").startswith(label)
    ]
    assert len(found) == 1, f"{label!r} names {len(found)} buttons of {words_of(message)}"
    return str(found[0])


def _components(message: Json) -> Iterator[Json]:
    for row in message.get("components") or []:
        yield from row.get("components", [])
