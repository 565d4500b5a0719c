"""Where on the chat platform an event happened, as far as the record itself tells."""

import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from storage.evidence.commitments import JsonValue, opened
from storage.evidence.reader import LogReader

FIELD: Final = "discord"
REMEMBERED: Final = 10_000


@dataclass(frozen=True, slots=True)
class Place:
    """A server and a channel in it; a direct message has no server."""

    guild: str
    channel: str


UNKNOWN: Final = Place("", "")
"""It cannot be told any more: the words were erased."""


class Places:
    """Tells of events, asked in the order of the log, where they happened; remembers the newest.

    An event happened where its own field says; one without the field, as what a machine does, where the first event
    that it refers to happened. None stands for neither: where its project was opened.
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

    async def _find(self, event: Mapping[str, JsonValue], told: JsonValue) -> Place | None:
        if isinstance(told, Mapping):
            return Place(str(told.get("guild", "")), str(told.get("channel", "")))
        fields, refs = event["fields"], event["refs"]
        if isinstance(fields, Mapping) and FIELD in fields:
            return UNKNOWN
        return await self.of_event(int(str(refs[0]))) if isinstance(refs, list) and refs else None
