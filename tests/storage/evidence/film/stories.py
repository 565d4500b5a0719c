"""Histories to make films of, told event by event; the pictures are real files."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from PIL import Image

from storage.evidence.commitments import JsonValue
from storage.evidence.history import History, RecordedEvent
from storage.evidence.kinds import Kind

PROJECT = "p_" + "1" * 32
_BEGAN = datetime(2026, 11, 28, 16, 20, 48, tzinfo=UTC)


@dataclass
class Story:
    """A project while it is told; each verb returns the number of its event."""

    folder: Path
    events: list[RecordedEvent] = field(default_factory=list)

    def add(self, kind: str, refs: Sequence[int] = (), closed: Sequence[str] = (), **fields: JsonValue) -> int:
        seq = len(self.events)
        at = _BEGAN + timedelta(seconds=37 * seq)
        told = RecordedEvent(
            seq, seq, at, kind, "u_" + "a" * 32, PROJECT, tuple(refs), fields, tuple(closed), bytes(32)
        )
        self.events.append(told)
        return seq

    def brief(self, text: str, source: str = "typed") -> int:
        return self.add(Kind.PROMPT_SUBMITTED, prompt=text, source=source)

    def candidates(self, brief: int, count: int, size: tuple[int, int] = (96, 96)) -> list[int]:
        return [self.add(Kind.DRAFT_MADE, [brief], image=self.image(len(self.events), size)) for _ in range(count)]

    def choose(self, chosen: int, others: Sequence[int], why: str = "") -> int:
        seq = self.add(Kind.DRAFT_SELECTED, [chosen], why=why)
        self.add(Kind.DRAFT_REJECTED, others, why="")
        return seq

    def image(self, colour: int, size: tuple[int, int] = (96, 96)) -> JsonValue:
        """Keep a picture of one colour; return the field that names it."""
        out = BytesIO()
        shade = (colour * 67 % 200, colour * 131 % 200, colour * 29 % 200)
        Image.new("RGB", size, shade).save(out, "PNG")
        return self.keep(out.getvalue())

    def keep(self, data: bytes) -> JsonValue:
        digest = sha256(data).hexdigest()
        self.where_is(digest).write_bytes(data)
        return {"sha256": digest, "size": len(data), "mime": "image/png"}

    def where_is(self, digest: str) -> Path:
        return self.folder / digest

    @property
    def history(self) -> History:
        return History(PROJECT, tuple(self.events))


def whole_story(folder: Path) -> Story:
    """Tell a project with one of everything."""
    story = Story(folder)
    story.add(Kind.PROJECT_OPENED, title="Dusk")
    story.add(Kind.ACTOR_BOUND, identity="discord:1")
    story.add(Kind.INTENT_DECLARED, text="A quiet lighthouse for the kitchen.")
    first = story.brief("a lighthouse at dusk, red boat")
    made = story.candidates(first, 4)
    story.choose(made[2], [made[0], made[1], made[3]], "The light falls from the left.")
    story.add(Kind.UPLOAD_ADDED, image=story.image(99, (160, 100)), declared="own sketch")
    second = story.brief("a lighthouse at dusk, two red boats", f"edited:{first}")
    again = story.candidates(second, 2)
    story.add(Kind.DRAFT_REJECTED, again, why="Too loud.")
    story.add(
        Kind.EDIT_APPLIED,
        [made[2]],
        image=story.image(77),
        operation="Repainted the sky",
        change={"share_ppm": 123_456, "regions": [[8, 8, 40, 30]], "resized": False},
    )
    story.add(Kind.STATEMENT_DECLARED, title="Lamp-lighting hour", text="I repainted the sky by hand.")
    story.add(Kind.EXPORT_MADE, scope={"by": "owner"})
    return story
