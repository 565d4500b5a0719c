"""Histories written down by hand: what a dossier is told of, without a store."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from storage.evidence.commitments import JsonValue
from storage.evidence.dossier.proof import LogFacts
from storage.evidence.history import History, RecordedEvent
from storage.evidence.kinds import BY_MEMBER, Kind
from storage.evidence.notes import Checkpoint, SigningKey

PROJECT = f"p_{'1' * 32}"
ACTOR = f"u_{'a' * 32}"
KEY = SigningKey("colophon.example/log1", bytes(range(32)))
_BEGUN = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)

# Any: a checker cannot tell that a dict of literals is JSON.
Told = tuple[Kind, Mapping[str, Any]] | tuple[Kind, Mapping[str, Any], Sequence[int]]


def history(*told: Told) -> History:
    """Return a project's events, numbered from 0, one a second."""
    return History(PROJECT, tuple(_event(seq, *event) for seq, event in enumerate(told)))


def _event(seq: int, kind: Kind, fields: Mapping[str, JsonValue], refs: Sequence[int] = ()) -> RecordedEvent:
    personal = kind in BY_MEMBER or kind in (Kind.PROJECT_OPENED, Kind.ACTOR_BOUND)
    return RecordedEvent(
        seq=seq,
        pseq=seq,
        at=_BEGUN + timedelta(seconds=seq),
        kind=kind,
        actor=ACTOR if personal else "bot",
        project=PROJECT,
        refs=tuple(refs),
        fields=fields,
        closed=(),
        leaf_sha256=sha256(str(seq).encode()).digest(),
    )


def withheld(told: History) -> History:
    """Return the same events with every field closed, as after an erasure."""
    return History(
        told.project,
        tuple(
            RecordedEvent(
                e.seq, e.pseq, e.at, e.kind, e.actor, e.project, e.refs, {}, tuple(sorted(e.fields)), e.leaf_sha256
            )
            for e in told
        ),
    )


def facts(size: int = 100) -> LogFacts:
    """Return what is said of the log."""
    note = Checkpoint.issue(KEY, size, sha256(b"root").digest()).note
    return LogFacts(KEY.verifier.encode(), (), size, note, (), f"b_{'0' * 32}", "all")
