"""A candidate as its events tell it: what was asked, what was given, how it was made.

    upload.add, draft.made, ...  <-  prompt.submit  <-  draft.made        (each refers to what is left of it)

From the store, or from a bundle alone: nothing but events and pictures is needed.
"""

import asyncio
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import select

from storage.briefs import BriefParams, Input, InputRole
from storage.database import Database
from storage.errors import NotDisclosed, NotFound
from storage.evidence.bundle_reader import BundleReader
from storage.evidence.commitments import JsonValue
from storage.evidence.events import OpenedEvent
from storage.evidence.ledger import Ledger
from storage.evidence.visible import VisibleLabel
from storage.media import Media
from storage.tables import evidence_event


@dataclass(frozen=True, slots=True)
class RecordedCandidate:
    """One picture of a draft, and everything that is needed to draw it again.

    `image` is the hash of the delivered file, `pixels` that of its pixels, those of the `visible` label included.
    `inputs` are the pictures that went in. `generation` is how it was made, as the server said.
    """

    seq: int
    project: str
    draft_id: str
    prompt: str
    negative: str
    params: BriefParams
    seed: int
    image: str
    pixels: str
    visible: VisibleLabel
    generation: Mapping[str, JsonValue]
    inputs: tuple[Input, ...] = ()


class EventSource(Protocol):
    """Where events and pictures come from."""

    async def events(self, seqs: Collection[int]) -> Mapping[int, OpenedEvent]:
        """Return those of some events that there are."""
        ...

    async def picture(self, digest: str) -> bytes:
        """Return a picture; raise NotFound."""
        ...


class StoreEvents:
    """The events of the store; reading them opens words, which is an act of its own (Privacy.open_words)."""

    def __init__(self, database: Database, ledger: Ledger, media: Media) -> None:
        self._database = database
        self._ledger = ledger
        self._media = media

    async def events(self, seqs: Collection[int]) -> Mapping[int, OpenedEvent]:
        """Return those of some events that there are."""
        query = select(evidence_event.c.seq, evidence_event.c.leaf).where(evidence_event.c.seq.in_(list(seqs)))
        async with self._database.read() as connection:
            leaves = {row.seq: json.loads(row.leaf) for row in (await connection.execute(query)).all()}
        return {
            seq: OpenedEvent(seq, leaf["type"], leaf["project"], tuple(leaf["refs"]), await self._ledger.disclosed(seq))
            for seq, leaf in leaves.items()
        }

    async def picture(self, digest: str) -> bytes:
        """Return a picture; raise NotFound."""
        return await self._media.read(digest)


class BundleEvents:
    """The events of a bundle that the verifier has passed."""

    def __init__(self, bundle: BundleReader) -> None:
        self._bundle = bundle

    async def events(self, seqs: Collection[int]) -> Mapping[int, OpenedEvent]:
        """Return those of some events that are shown."""
        return await asyncio.to_thread(self._bundle.events, seqs)

    async def picture(self, digest: str) -> bytes:
        """Return a picture; raise NotFound."""
        return await asyncio.to_thread(self._bundle.picture, digest)


async def recorded_candidate(source: EventSource, seq: int) -> RecordedCandidate:
    """Read the candidate that an event recorded.

    Raise NotFound where the event is no candidate or is not there, NotDisclosed where words of it are not, and
    ValueError where they are of a kind that this version does not know.
    """
    made = (await source.events([seq])).get(seq)
    if made is None or made.type != "draft.made":
        raise NotFound(f"candidate of event {seq}")
    prompt = _only(await source.events(made.refs), "prompt.submit")
    inputs = _inputs(prompt, await source.events(prompt.refs) if prompt.refs else {})
    marks, generation = made.fields.get("marks"), _field(made, "generation", dict)
    return RecordedCandidate(
        seq=seq,
        project=made.project,
        draft_id=_field(made, "draft_id", str),
        prompt=_field(prompt, "prompt", str),
        negative=_field(prompt, "negative", str),
        params=BriefParams.of(_field(prompt, "params", dict)),
        seed=_field(made, "seed", int),
        image=_sha256(made),
        pixels=_field(made, "pixels", str),
        visible=VisibleLabel(str(marks.get("visible", "off"))) if isinstance(marks, dict) else VisibleLabel.OFF,
        generation=generation,
        inputs=inputs,
    )


def _only(events: Mapping[int, OpenedEvent], type_: str) -> OpenedEvent:
    found = _last(events, type_)
    if found is None:
        raise NotDisclosed(type_)
    return found


def _last(events: Mapping[int, OpenedEvent], type_: str) -> OpenedEvent | None:
    return next((events[seq] for seq in sorted(events, reverse=True) if events[seq].type == type_), None)


def _field(event: OpenedEvent, name: str, kind: type[Any]) -> Any:
    """Return a field; raise NotDisclosed where it is not there, ValueError where it is of another kind."""
    if name not in event.fields:
        raise NotDisclosed(name)
    value = event.fields[name]
    if not isinstance(value, kind):
        raise ValueError(f"the field {name} of event {event.seq} is not what it should be")
    return value


def _sha256(event: OpenedEvent) -> str:
    image: dict[str, JsonValue] = _field(event, "image", dict)
    return str(image.get("sha256"))


def _inputs(prompt: OpenedEvent, events: Mapping[int, OpenedEvent]) -> tuple[Input, ...]:
    """Return the pictures that went into a brief; raise NotDisclosed where the event of one is not there.

    Briefs of the first versions do not say what for: their one upload is the image that was worked on.
    """
    if "inputs" not in prompt.fields:
        upload = _last(events, "upload.add")
        return () if upload is None else (Input(InputRole.IMAGE, upload.seq, _sha256(upload)),)
    return tuple(_input(told, events) for told in _field(prompt, "inputs", list))


def _input(told: object, events: Mapping[int, OpenedEvent]) -> Input:
    if not isinstance(told, Mapping) or type(told.get("event")) is not int:
        raise ValueError("an input of the brief is not what it should be")
    event = events.get(told["event"])
    if event is None:
        raise NotDisclosed(f"event {told['event']}")
    return Input(InputRole(str(told.get("role"))), event.seq, _sha256(event))
