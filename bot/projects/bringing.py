"""Bringing a picture home: what it changes is found in the record, both are compared, and the outcome is recorded."""

import asyncio
import re
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image

from bot.chat.uploads import Upload
from bot.errors import UserFacing
from storage.acts import Act
from storage.evidence.authorship import MadeBy
from storage.evidence.changes import PictureChange, picture_change
from storage.evidence.history import History, RecordedEvent
from storage.evidence.kinds import Kind
from storage.evidence.ledger import Receipt
from storage.projects import Brought, Project
from storage.store import Store

NOTHING: Final = "nothing"
"""What the picture changes, where it is material from elsewhere and changes none of the project's."""
PICTURES: Final = (Kind.DRAFT_MADE, Kind.UPLOAD_ADDED, Kind.EDIT_APPLIED)
"""The kinds of events whose picture can be changed."""
_NUMBER: Final = re.compile(r"#?([0-9]{1,16})")


@dataclass(frozen=True, slots=True)
class Said:
    """What a member says of a picture that they bring: who made it, what was done, and what it changes."""

    made_by: MadeBy
    operation: str
    of: str | None
    """The number of an event, `NOTHING`, or None for the candidate that was chosen last."""


@dataclass(frozen=True, slots=True)
class Home:
    """A picture that is on record now; `of` and `change` only where it is an edit."""

    receipt: Receipt
    of: int | None
    change: PictureChange | None


class Bringing:
    """Takes pictures in, one comparison at a time: two large ones take seconds and hundreds of megabytes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._one_at_a_time = asyncio.Semaphore()

    async def bring(self, project: Project, upload: Upload, said: Said, act: Act) -> Home:
        """Record a picture as an edit of what it changes, or as material; raise UserFacing."""
        changed = changed_picture(await self._store.history(project), said.of)
        change = None if changed is None else await self._compare(changed, upload)
        of = None if changed is None else changed.seq
        picture = await self._store.media.put_picture(upload.data, upload.mime)
        field = {} if change is None else change.as_field()
        brought = Brought(picture, said.made_by, of, said.operation, field)
        return Home(await self._store.projects.attach(project, brought, act), of, change)

    async def _compare(self, changed: RecordedEvent, upload: Upload) -> PictureChange:
        assert changed.image_sha256 is not None, "only what holds a picture can be changed"
        before = await self._store.media.read(changed.image_sha256)
        async with self._one_at_a_time:
            change = await asyncio.to_thread(_compared, before, upload.data)
        if not change.regions:
            raise UserFacing("error-attach-unchanged", number=changed.seq)
        return change


def changed_picture(history: History, wanted: str | None) -> RecordedEvent | None:
    """Return the event of the picture that one from elsewhere changes; None for material that changes none.

    Raise UserFacing where there is no such picture in the project.
    """
    if wanted == NOTHING:
        return None
    if wanted is None:
        return chosen_last(history)
    number = _NUMBER.fullmatch(wanted.strip())
    event = history.by_seq.get(int(number[1])) if number else None
    if event is None or event.kind not in PICTURES or event.image_sha256 is None:
        raise UserFacing("error-attach-of")
    return event


def chosen_last(history: History) -> RecordedEvent | None:
    """Return the candidate that the member chose last; none where they took that back, or it was erased."""
    for event in reversed(history.of(Kind.DRAFT_SELECTED, Kind.DRAFT_REJECTED)):
        if event.kind == Kind.DRAFT_SELECTED:
            candidate = history.by_seq[event.refs[0]]
            return candidate if candidate.image_sha256 is not None else None
        if "discord" in event.fields or "discord" in event.closed:
            # Candidates that were passed over have no act of their own: this one says "none of these".
            return None
    return None


def _compared(before: bytes, after: bytes) -> PictureChange:
    with Image.open(BytesIO(before)) as one, Image.open(BytesIO(after)) as other:
        return picture_change(one, other)
