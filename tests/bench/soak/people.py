"""Simulated members: who they are, and how each of them uses the pocket page."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any, Final

import aiohttp

from bot.pocket.codes import Component, MessageFlag
from bot.pocket.world import APPLICATION_ID, CHANNELS, PEOPLE, Person
from tests.bench.soak import words
from tests.bench.soak.pocket import SoakPocket
from tests.bot.pocket_member import Json, SomeChannel, SomeMember, Upload

FIRST_ID: Final = 1100000000000001000
_OPTION_TYPES: Final = {str: 3, int: 4, bool: 5, SomeMember: 6, SomeChannel: 7, float: 10, Upload: 11}
_PLACES: Final = tuple(channel["id"] for channel in CHANNELS[:3])
_DIRECTLY: Final = 0.1
"""So many live in their direct messages."""
_ANSWER_S: Final = 4.0
"""Discord gives up on a first answer after three."""
_FINISHED_S: Final = 12.0
"""So long somebody looks at "thinking" before they do something else."""
_TYPED: Final = 4
_SELECT: Final = 3


class Trade:
    """What kinds of people there are; the words stand in their role at the page."""

    MEMBER = "member"
    MODERATOR = "moderator"
    LEAVING = "leaving"
    """Erases everything, now and then."""
    ROWDY = "rowdy"
    """Is blocked, and let in again."""


def population(number: int) -> list[Person]:
    """Return so many people; of the first eight there is one of each trade for each language."""
    trades = (Trade.MODERATOR, Trade.LEAVING, Trade.ROWDY, Trade.MEMBER)
    people = []
    for i in range(number):
        trade = trades[i // 2 % 4] if i < 8 or i % 40 < 4 else Trade.MEMBER
        like = PEOPLE[2] if trade == Trade.MODERATOR else PEOPLE[1]
        people.append(Person(str(FIRST_ID + i), f"M{i}", trade, like.permissions, "#000", like.roles))
    return people


@dataclass(slots=True)
class Done:
    """What was done: by whom, what it was, and when, as the run counts."""

    person: str
    act: str
    at_s: float


@dataclass(slots=True)
class Community:
    """All people, in one process; what they do is counted."""

    pocket: SoakPocket
    http: aiohttp.ClientSession
    seed: int
    think_s: float
    done: dict[str, Done] = field(default_factory=dict)
    """By nonce."""
    refused: Counter[str] = field(default_factory=Counter)
    """What the pocket itself did not take: nobody was there, or the message was gone."""
    _nonces: Iterator[int] = field(default_factory=count)

    def residents(self) -> list["Resident"]:
        """Return everybody."""
        return [
            Resident(self, person, ("en-US", "zh-CN")[i % 2], Random(f"{self.seed} {person.id}"))
            for i, person in enumerate(self.pocket.world.people.values())
        ]

    def guides(self) -> list["Resident"]:
        """Return one member and one moderator, once more: they do everything there is."""
        found = {resident.person.role: resident for resident in self.residents()}
        return [found[trade] for trade in (Trade.MEMBER, Trade.MODERATOR) if trade in found]

    def note(self, person: str, act: str) -> str:
        """Count something that is done; return its nonce."""
        nonce = f"soak-{next(self._nonces)}"
        self.done[nonce] = Done(person, act, time.monotonic())
        return nonce


@dataclass(slots=True)
class Resident:
    """One member, who lives in one channel."""

    community: Community
    person: Person
    locale: str
    chance: Random
    _place: str = ""

    @property
    def pocket(self) -> SoakPocket:
        """Return the Discord they are at."""
        return self.community.pocket

    @property
    def place(self) -> str:
        """Return the channel they live in."""
        if not self._place:
            directly = self.person.role != Trade.MODERATOR and self.chance.random() < _DIRECTLY
            world = self.pocket.world
            self._place = world.direct(self.person.id)["id"] if directly else self.chance.choice(_PLACES)
        return self._place

    # --- using Discord -------------------------------------------------------------------------

    async def command(self, path: str, **options: Any) -> Json | None:
        """Use a slash command; return the message that answers, once it says something."""
        name, _, sub = path.partition(" ")
        known = next((c for c in self.pocket.world.commands if c["name"] == name and c["type"] == 1), None)
        if known is None:
            return None
        files = [value for value in options.values() if isinstance(value, Upload)]
        given = [_option(key, value, files) for key, value in options.items()]
        if sub:
            given = [{"type": 1, "name": sub, "options": given}]
        data = {"id": known["id"], "name": name, "type": 1, "options": given}
        return await self.use(path, {"type": 2, "data": data}, files)

    async def menu(self, name: str, message_id: str) -> Json | None:
        """Use an entry in the menu of a message."""
        known = next((c for c in self.pocket.world.commands if c["name"] == name and c["type"] == 3), None)
        if known is None:
            return None
        data = {"id": known["id"], "name": name, "type": 3, "target_id": message_id}
        return await self.use(name, {"type": 2, "data": data})

    async def suggest(self, path: str, option: str) -> None:
        """Type the beginning of an option, and look at what is offered."""
        name, _, sub = path.partition(" ")
        known = next((c for c in self.pocket.world.commands if c["name"] == name and c["type"] == 1), None)
        if known is None:
            return
        given: list[Json] = [{"type": 3, "name": option, "value": "a", "focused": True}]
        if sub:
            given = [{"type": 1, "name": sub, "options": given}]
        await self.use(f"{path}: {option}", {"type": 4, "data": {"id": known["id"], "name": name, "options": given}})

    async def press(self, message: Mapping[str, Any], component: Mapping[str, Any]) -> Json | None:
        """Press a button, or choose from a select."""
        custom_id = str(component["custom_id"])
        data: Json = {"component_type": component["type"], "custom_id": custom_id}
        if component["type"] == Component.STRING_SELECT:
            data["values"] = self._picked(component)
        return await self.use(act_of(custom_id), {"type": 3, "message_id": message["id"], "data": data})

    async def say(self, text: str, files: Sequence[Upload] = ()) -> str | None:
        """Say something in the channel; return the message's number."""
        body = {"channel_id": self.place, "content": text}
        return (await self._post("messages", body, files) or {}).get("id")

    async def use(self, act: str, body: Json, files: Sequence[Upload] = ()) -> Json | None:
        """Do something, and see it to its answer: fill in the form that opens, wait while it is "thinking"."""
        nonce = self.community.note(self.person.id, act)
        answer: asyncio.Future[tuple[str, Json]] = asyncio.get_running_loop().create_future()
        self.pocket.waiting[nonce] = lambda state, data: None if answer.done() else answer.set_result((state, data))
        try:
            whole = {**body, "nonce": nonce, "channel_id": self.place}
            if await self._post("interactions", whole, files) is None:
                self.community.refused[act] += 1
                del self.community.done[nonce]
                return None
            try:
                state, data = await asyncio.wait_for(answer, _ANSWER_S)
            except TimeoutError:
                return None
        finally:
            self.pocket.waiting.pop(nonce, None)
        if state == "MODAL":
            return await self._fill(data)
        return await self._finished(str(data.get("message_id", "")))

    async def _finished(self, message_id: str) -> Json | None:
        """Wait until a message no longer says "thinking", but not for ever."""
        until = time.monotonic() + _FINISHED_S
        while time.monotonic() < until:
            message = self.pocket.world.messages.get(message_id)
            if message is None or not message["flags"] & MessageFlag.LOADING:
                return message
            await asyncio.sleep(0.25)
        return None

    async def _fill(self, form: Json) -> Json | None:
        """Fill in a form and send it."""
        filled = []
        for label in form["components"]:
            part = label.get("component") or {}
            if part.get("type") == _TYPED:
                filled.append({"type": 18, "component": {**part, "value": self._typed(part)}})
            elif part.get("type") == _SELECT:
                filled.append({"type": 18, "component": {**part, "values": []}})
        await asyncio.sleep(self.chance.uniform(0.2, 2.0))
        body = {"type": 5, "interaction_id": form["interaction_id"]}
        data = {"custom_id": form["custom_id"], "components": filled}
        return await self.use(f"form {act_of(form['custom_id'])}", {**body, "data": data})

    def _typed(self, part: Mapping[str, Any]) -> str:
        known = str(part.get("value") or "")
        if known and self.chance.random() < 0.4:
            return known
        text = words.brief(self.locale, self.chance)
        while len(text) < int(part.get("min_length") or 0):
            text = f"{text} {text}"
        return text[: int(part.get("max_length") or 4000)]

    def _picked(self, select: Mapping[str, Any]) -> list[str]:
        low, high = int(select.get("min_values", 1)), int(select.get("max_values", 1))
        values = [str(option["value"]) for option in select["options"]]
        return self.chance.sample(values, min(len(values), self.chance.randint(max(1, low), max(1, high))))

    async def _post(self, where: str, payload: Json, files: Sequence[Upload]) -> Json | None:
        """Send something as the page does; None where the pocket does not take it."""
        url = f"{self.pocket.url}/pocket/{where}"
        query = {"member": self.person.id, "locale": self.locale}
        given: dict[str, Any] = {"json": payload}
        if files:
            form = aiohttp.FormData()
            form.add_field("payload_json", json.dumps(payload), content_type="application/json")
            for index, file in enumerate(files):
                form.add_field(f"files[{index}]", file.data, filename=file.name, content_type=file.mime)
            given = {"data": form}
        async with self.community.http.post(url, params=query, **given) as response:
            found: Json = await response.json()
            return found if response.status < 300 else None

    # --- looking round -------------------------------------------------------------------------

    def pressable(self) -> list[tuple[Json, Json]]:
        """Return what they can press on the messages that they see as theirs: message and component."""
        held = self.pocket.holding[self.person.id]
        messages = [self.pocket.world.messages.get(id_) for id_ in held]
        return [(m, c) for m in messages if m is not None for c in components_of(m) if not c.get("disabled")]

    def others_card(self) -> tuple[Json, Json] | None:
        """Return something to press on a message in a channel that is probably somebody else's."""
        if not self.pocket.public:
            return None
        message = self.pocket.world.messages.get(self.chance.choice(list(self.pocket.public)))
        parts = [] if message is None else components_of(message)
        return None if message is None or not parts else (message, self.chance.choice(parts))


def act_of(custom_id: str) -> str:
    """Return what kind of thing a custom id does, without whom and what it is about."""
    parts = custom_id.split(":")
    if parts[0] in ("draft", "text") and len(parts) > 2:
        return f"{parts[0]}:{parts[2]}"
    return ":".join([parts[0], *(part for part in parts[1:2] if part.isalpha() and len(part) < 12)])


def components_of(message: Mapping[str, Any]) -> list[Json]:
    """Return everything that can be pressed or chosen from on a message."""
    found: list[Json] = []

    def look(parts: Sequence[Json]) -> None:
        for part in parts:
            if part.get("custom_id") and part["type"] in (Component.BUTTON, Component.STRING_SELECT):
                found.append(part)
            look(part.get("components") or [])
            look([part["accessory"]] if part.get("accessory") else [])

    look(message.get("components") or [])
    return found


def mention() -> str:
    """Return what calls the bot in a channel."""
    return f"<@{APPLICATION_ID}>"


def _option(name: str, value: Any, files: Sequence[Upload]) -> Json:
    if isinstance(value, Upload):
        return {"type": 11, "name": name, "value": str(list(files).index(value))}
    return {"type": _OPTION_TYPES[type(value)], "name": name, "value": value}
