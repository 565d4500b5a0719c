"""Turning new events into leaves: pure work between reading the head and writing the rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.clock import iso_ms, now_ms
from storage.evidence.commitments import JsonValue, b64url, digest, disclose, seal
from storage.evidence.leaf import Leaf
from storage.evidence.merkle import Frontier, leaf_hash

Numbered = Callable[[int], JsonValue]
"""A value that depends on the number its event gets."""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to be recorded.

    `refs` names earlier events by their number; a negative one names an event of the same
    submission, -1 the one right before. A field that has to name one of those is a function of the event's own number.
    `subject` says whose key seals what `bot` or `sys` tells: where it is empty, the project's owner's does.
    """

    project: str
    type: str
    actor: str
    fields: Mapping[str, JsonValue | Numbered]
    refs: tuple[int, ...] = ()
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Tail:
    """The newest event of a project: its place in the project and its leaf hash."""

    pseq: int
    leaf_sha256: bytes


@dataclass(slots=True)
class Pending:
    """Rows that are sealed but not yet written, in the order of their tables' columns."""

    events: list[tuple[Any, ...]] = field(default_factory=list)
    disclosures: list[tuple[Any, ...]] = field(default_factory=list)
    nodes: list[tuple[Any, ...]] = field(default_factory=list)


@dataclass(slots=True)
class Head:
    """The end of the log while a group is being sealed; `tails` holds the projects touched so far."""

    frontier: Frontier
    last_ts: int
    tails: dict[str, Tail]

    def copy(self) -> "Head":
        """Return a copy to go back to where a submission is rolled back."""
        return Head(self.frontier, self.last_ts, dict(self.tails))

    def seal(self, event: NewEvent, key_id: str, key: bytes, pending: Pending) -> tuple[int, bytes]:
        """Give an event its place; return its number and leaf hash.

        `ts` never runs back: it is the clock, or the previous event's time if that is later.
        """
        seq, tail = self.frontier.size, self.tails.get(event.project)
        self.last_ts = max(now_ms(), self.last_ts)
        cipher = AESGCM(key)
        values = {name: value(seq) if callable(value) else value for name, value in event.fields.items()}
        disclosures = {name: disclose(name, value) for name, value in values.items()}
        leaf = Leaf(
            seq=seq,
            ts=iso_ms(self.last_ts),
            type=event.type,
            actor=event.actor,
            project=event.project,
            pseq=0 if tail is None else tail.pseq + 1,
            pprev="" if tail is None else b64url(tail.leaf_sha256),
            refs=tuple(sorted({ref if ref >= 0 else seq + ref for ref in event.refs})),
            fields={name: digest(text) for name, text in disclosures.items()},
        )
        encoded = leaf.encode()
        hashed = leaf_hash(encoded)
        self.tails[event.project] = Tail(leaf.pseq, hashed)
        nodes = pending.nodes
        self.frontier = self.frontier.push(hashed, lambda *node: nodes.append(node))
        pending.events.append((seq, encoded, hashed, event.project, leaf.pseq, event.type))
        for name, text in disclosures.items():
            sealed = seal(cipher, seq, name, text)
            pending.disclosures.append((seq, name, key_id, sealed.nonce, sealed.ct))
        return seq, hashed
