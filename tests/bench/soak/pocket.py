"""The pocket server of a soak: it can be disturbed, and it notes from the outside what every member was told."""

import asyncio
import re
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bot.chat.texts import LOCALES, Texts
from bot.pocket.codes import MessageFlag
from bot.pocket.world import APPLICATION_ID, Interaction, Person
from tests.bot.pocket_member import Json, words_of
from tests.pocket.disturbed import DisturbedPocket

RECEIPT: Final = re.compile(r"#(\d+) · ([0-9a-f]{16}) · \S+ ([\d,]+) · \S+ ([0-9a-f]{16})")
"""A receipt as members read it, in either language: number, hash, size of the log, root."""
_TEXTS: Final = Texts()
_MARK: Final = 7


def _recorded_as() -> re.Pattern[str]:
    """Return what finds the number under which a brief is said to be recorded, in either language."""
    sentences = [_TEXTS(each, "draft-waiting", number=_MARK, ahead=0) for each in LOCALES]
    sentences += [_TEXTS(each, "write-recorded", number=_MARK) for each in LOCALES]
    beginnings = {re.escape(sentence.partition(str(_MARK))[0]) for sentence in sentences}
    return re.compile(rf"(?:{'|'.join(sorted(beginnings))})(\d+)")


RECORDED: Final = _recorded_as()


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A first answer that arrived: when (as the run counts), how long after the press, and what it was."""

    at_s: float
    took_s: float
    state: str


@dataclass(frozen=True, slots=True)
class ToldReceipt:
    """A receipt that somebody was shown."""

    seq: int
    leaf: str
    size: int
    root: str


Answered = Callable[[str, Json], None]
"""Hears the first answer to something that a member did: its state and its data."""


class SoakPocket(DisturbedPocket):
    """Discord, as far as one can see it from outside the bot."""

    def __init__(self, folder: Path, *, people: Sequence[Person]) -> None:
        super().__init__(folder, people=people)
        # Other tests hold every request against Discord's document; here that would be most of the load.
        self.watch.specification = None
        self.acknowledged: dict[str, Acknowledged] = {}
        """By the number of the interaction."""
        self.waiting: dict[str, Answered] = {}
        """Who waits for a first answer, by nonce."""
        self.receipts: dict[ToldReceipt, str] = {}
        """Every receipt that was ever shown, and the message it stood in."""
        self.recorded: dict[tuple[str, int], str] = {}
        """Every message that ever said that a brief is recorded under a number, and whom it answered."""
        self.holding: dict[str, deque[str]] = {person.id: deque(maxlen=8) for person in people}
        """The newest messages with something to press that a member sees as theirs."""
        self.public: deque[str] = deque(maxlen=60)
        """The newest such messages in channels."""
        self.changed_s = time.monotonic()
        """When somebody was last told something."""
        self.world.listeners.append(self._hear)

    def _answered(self, interaction: Interaction, state: str, data: Json) -> None:
        now = time.monotonic()
        self.acknowledged.setdefault(interaction.id, Acknowledged(now, now - interaction.created_s, state))
        super()._answered(interaction, state, data)
        waits = self.waiting.pop(interaction.nonce, None)
        if waits is not None:
            waits(state, {**data, "interaction_id": interaction.id})

    async def _save_often(self) -> None:
        """Keep the world in memory: to write some hundred megabytes every few seconds would stop the loop."""
        await asyncio.Event().wait()

    def _hear(self, event: str, payload: Json, member_id: str | None) -> None:
        """Note what a message says, whoever reads it; what is edited away later was told all the same."""
        if event not in ("MESSAGE_CREATE", "MESSAGE_UPDATE") or payload["author"]["id"] != APPLICATION_ID:
            return
        self.changed_s = time.monotonic()
        words, id_ = words_of(payload), str(payload["id"])
        for seq, leaf, size, root in RECEIPT.findall(words):
            self.receipts.setdefault(ToldReceipt(int(seq), leaf, int(size.replace(",", "")), root), id_)
        metadata: dict[str, Any] = payload.get("interaction_metadata") or {}
        for number in RECORDED.findall(words):
            self.recorded.setdefault((id_, int(number)), str(metadata.get("id", "")))
        if payload["components"] and not payload["flags"] & MessageFlag.LOADING:
            owner = member_id or (metadata.get("user") or {}).get("id")
            for held in (self.holding.get(str(owner)), None if member_id else self.public):
                if held is not None and id_ not in held:
                    held.append(id_)
