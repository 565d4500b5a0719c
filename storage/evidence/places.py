"""Where on the chat platform an event happened, as far as the record itself tells."""

import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from storage.evidence.commitments import JsonValue, opened
from storage.evidence.kinds import Kind
from storage.evidence.reader import LogReader

FIELD: Final = "discord"
REMEMBERED: Final = 10_000


@dataclass(frozen=True, slots=True)
class Place:
    """A server and a channel in it; a direct message has no server."""

    guild: str
    channel: str


UNKNOWN: Final = Place("", "")
"""It cannot be told: nothing says so, or what said so was erased."""
_OF_THE_PROJECT: Final = frozenset(
    {
        Kind.PROJECT_OPENED,
        Kind.ACTOR_BOUND,
        Kind.CONSENT_GIVEN,
        Kind.EXPORT_MADE,
        Kind.WORDS_OPENED,
        Kind.ERASURE_DONE,
    }
)
"""What keeps the record of a project, and happened where the project is at home."""


class Places:
    """Tells of events, asked in the order of the log, where they happened; remembers the newest.

    An event happened where its own field says; one without the field, as what a machine does, where the first event
    that it refers to happened. None stands for where its project was opened.
    """

    def __init__(self, reader: LogReader) -> None:
        self._reader = reader
        self._known: OrderedDict[int, Place | None] = OrderedDict()

    async def of(self, leaf: bytes, told: JsonValue) -> Place | None:
        """Return the place of an event; `told` is its opened field, None where there is none."""
        event = json.loads(leaf)
        self._known[event["seq"]] = place = await self._find(event, told)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return place

    async def of_event(self, seq: int) -> Place | None:
        """Return the place of any event of the log."""
        if seq in self._known:
            return self._known[seq]
        leaf = (await self._reader.leaves([seq]))[seq]
        disclosures = (await self._reader.disclosures([seq], [FIELD])).get(seq)
        return await self.of(leaf, opened(disclosures[0][1]) if disclosures else None)

    async def _find(self, event: Mapping[str, Any], told: JsonValue) -> Place | None:
        if isinstance(told, Mapping):
            return Place(str(told.get("guild", "")), str(told.get("channel", "")))
        if event["type"] in _OF_THE_PROJECT:
            return None
        if FIELD in event["fields"] or not event["refs"]:
            return UNKNOWN
        return await self.of_event(event["refs"][0])
