"""The history of a project as W3C PROV-JSON, for programs that know it; a view, never evidence.

Agents are pseudonyms and the bot, activities are events, entities are the words and pictures that they made. Words are
not repeated here: an entity names the event that holds them.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from storage.evidence.history import History, RecordedEvent
from storage.evidence.kinds import Kind

_PREFIXES: Final = {
    "prov": "http://www.w3.org/ns/prov#",
    "log": "urn:colophon:log:",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_MAKES: Final = frozenset(
    {
        Kind.INTENT_DECLARED,
        Kind.PROMPT_SUBMITTED,
        Kind.UPLOAD_ADDED,
        Kind.EDIT_APPLIED,
        Kind.NOTE_ADDED,
        Kind.STATEMENT_DECLARED,
        Kind.SUGGESTION_MADE,
        Kind.DRAFT_MADE,
    }
)
"""Events by which something comes to be that later ones can use."""


def prov_json(history: History) -> bytes:
    """Return the document (PROV-JSON, W3C member submission of 2013-04-24)."""
    makers = {event.seq for event in history if event.kind in _MAKES}
    made = [event for event in history if event.seq in makers]
    uses = [(event, ref) for event in history for ref in event.refs if ref in makers]
    document: dict[str, Any] = {
        "prefix": _PREFIXES,
        "agent": {_id("agent", event.actor): _agent(event) for event in history},
        "activity": {_id("act", event.seq): _activity(event) for event in history},
        "entity": {_id("thing", event.seq): _entity(event) for event in made},
        "wasAssociatedWith": _numbered(
            "by", [(_id("act", e.seq), _id("agent", e.actor)) for e in history], "prov:activity", "prov:agent"
        ),
        "wasGeneratedBy": _numbered(
            "made", [(_id("thing", e.seq), _id("act", e.seq)) for e in made], "prov:entity", "prov:activity"
        ),
        "used": _numbered(
            "used", [(_id("act", e.seq), _id("thing", ref)) for e, ref in uses], "prov:activity", "prov:entity"
        ),
        "wasDerivedFrom": _numbered(
            "from",
            [(_id("thing", e.seq), _id("thing", ref)) for e, ref in uses if e.seq in makers],
            "prov:generatedEntity",
            "prov:usedEntity",
        ),
    }
    return json.dumps({name: part for name, part in document.items() if part}, indent=1).encode() + b"\n"


def _id(kind: str, value: object) -> str:
    return f"log:{kind}-{value}"


def _agent(event: RecordedEvent) -> Mapping[str, str]:
    return {"prov:type": "prov:SoftwareAgent" if event.actor in ("bot", "sys") else "prov:Person"}


def _activity(event: RecordedEvent) -> Mapping[str, str]:
    at = event.at.isoformat(timespec="milliseconds")
    return {"prov:type": event.kind, "prov:startTime": at, "prov:endTime": at}


def _entity(event: RecordedEvent) -> Mapping[str, str]:
    about = {"log:event": str(event.seq), "log:leafSha256": event.leaf_sha256.hex()}
    return about | ({"log:fileSha256": event.image_sha256} if event.image_sha256 else {})


def _numbered(name: str, pairs: list[tuple[str, str]], first: str, second: str) -> Mapping[str, Mapping[str, str]]:
    return {f"_:{name}{number}": {first: one, second: other} for number, (one, other) in enumerate(pairs)}
