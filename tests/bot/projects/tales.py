"""Histories for tests: events one after another, as short to write as to read."""

from datetime import UTC, datetime, timedelta

from storage.evidence.commitments import JsonValue
from storage.evidence.history import History, RecordedEvent
from storage.evidence.kinds import Kind

PROJECT, ANN = "p_" + "1" * 32, "u_" + "a" * 32
_BY_BOT = (Kind.DRAFT_MADE, Kind.GENERATION_STARTED, Kind.SUGGESTION_MADE)
_NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


class Tale:
    """Collects events; their numbers leave gaps, as in a log that others write to as well."""

    def __init__(self) -> None:
        self.events: list[RecordedEvent] = []

    def tell(self, kind: Kind, refs: tuple[int, ...] = (), closed: tuple[str, ...] = (), **fields: JsonValue) -> int:
        """Add an event; return its number."""
        pseq = len(self.events)
        event = RecordedEvent(
            seq=10 + 2 * pseq,
            pseq=pseq,
            at=_NOON + timedelta(minutes=pseq),
            kind=kind,
            actor="bot" if kind in _BY_BOT else ANN,
            project=PROJECT,
            refs=refs,
            fields=fields,
            closed=closed,
            leaf_sha256=b"h" * 32,
        )
        self.events.append(event)
        return event.seq

    def opened(self) -> int:
        """Begin the project; return the number of the event that says whose it is."""
        self.tell(Kind.PROJECT_OPENED, title="Harbour")
        return self.tell(Kind.ACTOR_BOUND, identity="discord:1001")

    def brief(self, words: str, source: str = "typed", refs: tuple[int, ...] = (), style: str = "flat") -> int:
        """Ask for a draft."""
        asked: dict[str, JsonValue] = {"seeds": [len(self.events)], "style": style}
        return self.tell(Kind.PROMPT_SUBMITTED, refs, prompt=words, negative="", params=asked, source=source)

    def candidate(self, brief: int, file: str = "c") -> int:
        """Make a candidate."""
        return self.tell(Kind.DRAFT_MADE, (brief,), image=image(file), seed=7, generation={"model": "m"})

    def drawn(self, words: str = "a boat", source: str = "typed") -> tuple[int, int]:
        """Ask and make one candidate; return both numbers."""
        brief = self.brief(words, source)
        return brief, self.candidate(brief)

    def chosen(self, candidate: int, why: str = "") -> int:
        """Choose a candidate."""
        return self.tell(Kind.DRAFT_SELECTED, (candidate,), why=why, discord={"interaction": "1"})

    def edit(self, of: int, declared: str = "own hand", file: str = "e", *, changed: bool = True) -> int:
        """Bring an edit home."""
        regions: list[JsonValue] = [[0, 0, 4, 4]] if changed else []
        change: dict[str, JsonValue] = {"share_ppm": 1000, "regions": regions, "resized": False}
        return self.tell(Kind.EDIT_APPLIED, (of,), image=image(file), declared=declared, change=change)

    def material(self, declared: str, pixels: str = "x", file: str = "u") -> int:
        """Bring material."""
        return self.tell(Kind.UPLOAD_ADDED, image=image(file), pixels=pixels, declared=declared)

    def history(self) -> History:
        """Return the whole."""
        return History(PROJECT, tuple(self.events))


def image(file: str) -> dict[str, JsonValue]:
    """Return the field of a picture whose hash is a word."""
    return {"sha256": file, "size": 1, "mime": "image/png"}
