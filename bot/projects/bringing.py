"""Bringing work home: what it changes is found in the record, both are compared, and the outcome is recorded.

A picture is compared by its pixels, a text by its characters. A document of another program is kept unopened; where it
carries a small picture of itself, that is compared, and the member is told that it was no more than that.
"""

import asyncio
import re
from dataclasses import dataclass
from typing import Final

from bot.chat.typed import clean
from bot.chat.uploads import Upload, check_upload
from bot.errors import UserFacing
from bot.projects.filetypes import Document, FileType, plain_name, recognise
from bot.projects.previews import preview_of
from storage.acts import Act
from storage.errors import NotFound
from storage.evidence.authorship import MadeBy
from storage.evidence.changes import PictureChange, word_change
from storage.evidence.commitments import JsonValue
from storage.evidence.history import History, RecordedEvent
from storage.evidence.kinds import Kind
from storage.evidence.ledger import Receipt
from storage.projects import Brought, Project
from storage.store import Store

NOTHING: Final = "nothing"
"""What it changes, where it is material from elsewhere and changes none of the project's."""
PICTURES: Final = (Kind.DRAFT_MADE, Kind.UPLOAD_ADDED, Kind.EDIT_APPLIED)
"""The kinds of events whose picture can be changed."""
TEXTS: Final = (*PICTURES, Kind.SUGGESTION_MADE, Kind.SUGGESTION_TAKEN, Kind.NOTE_ADDED)
"""The kinds of events whose text can be changed."""
MAX_LETTERS: Final = 20_000
"""Of a text that is compared: the comparison takes a bit for each pair of characters, 50 MB for two of these."""
_NUMBER: Final = re.compile(r"#?([0-9]{1,16})")


@dataclass(frozen=True, slots=True)
class Said:
    """What a member says of what they bring: who made it, what was done, and what it changes."""

    made_by: MadeBy
    operation: str
    of: str | None
    """The number of an event, `NOTHING`, or None for what was chosen last."""


@dataclass(frozen=True, slots=True)
class Changed:
    """How many characters of a text were added and removed."""

    added: int
    removed: int


@dataclass(frozen=True, slots=True)
class Home:
    """What is on record now; `of` only where it is an edit, and the changes only where both could be compared.

    `name` is that of a document or a text, and `preview` the size of the small picture in it that was compared.
    """

    receipt: Receipt
    of: int | None
    change: PictureChange | None
    words: Changed | None = None
    name: str = ""
    preview: tuple[int, int] | None = None


class Bringing:
    """Takes work in; one comparison of texts at a time, which takes up to 50 MB."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._one_at_a_time = asyncio.Semaphore()

    async def bring(self, project: Project, upload: Upload, said: Said, act: Act) -> Home:
        """Record a picture as an edit of what it changes, or as material; raise UserFacing or FileRefused."""
        changed = changed_picture(await self._store.history(project, whole=True), said.of)
        change = None if changed is None else await self._compare(changed, upload)
        if changed is not None and change is not None and not change.regions:
            raise UserFacing("error-attach-unchanged", number=changed.seq)
        of = None if changed is None else changed.seq
        picture = await self._store.media.put_picture(upload.data, upload.mime)
        field = {} if change is None else change.as_field()
        brought = Brought(picture, said.made_by, of, said.operation, field)
        return Home(await self._store.projects.attach(project, brought, act), of, change)

    async def bring_file(self, project: Project, data: bytes, name: str, said: Said, act: Act) -> Home:
        """Record whatever somebody brings, by what it is; raise UserFacing for what is none of the kinds we know."""
        kind = await asyncio.to_thread(recognise, data)
        if kind is None:
            raise UserFacing("error-attach-type")
        if kind is FileType.PICTURE:
            return await self.bring(project, await check_upload(self._store.darkroom, data), said, act)
        document = Document(data, kind, plain_name(name))
        if kind is FileType.TEXT:
            return await self._bring_text(project, document, said, act)
        return await self._bring_document(project, document, said, act)

    async def _bring_document(self, project: Project, document: Document, said: Said, act: Act) -> Home:
        """Keep a document unopened; its preview, where it has one, stands for it."""
        changed = changed_picture(await self._store.history(project, whole=True), said.of, file=True)
        preview = await preview_of(self._store.darkroom, document)
        change = None
        if preview is not None and changed is not None and changed.image_sha256 is not None:
            change = await self._compare(changed, preview)
        picture = None
        if preview is not None:
            picture = await self._store.media.put_picture(preview.data, preview.mime)
        size = None if picture is None else (picture.width, picture.height)
        field: dict[str, JsonValue] = {}
        if change is not None and change.regions and size is not None:
            field = {**change.as_field(), "preview": [*size]}
        else:
            # In a picture that small nothing to be seen need not be nothing done.
            change = None
        file = await self._store.media.put_file(document.data, document.type.mime, document.name)
        of = None if changed is None else changed.seq
        brought = Brought(picture, said.made_by, of, said.operation, field, file=file)
        receipt = await self._store.projects.attach(project, brought, act)
        return Home(receipt, of, change, name=document.name, preview=size)

    async def _bring_text(self, project: Project, document: Document, said: Said, act: Act) -> Home:
        text = clean(document.data.decode("utf-8-sig").replace("\t", "    "))
        if len(text) > MAX_LETTERS:
            raise UserFacing("error-attach-text-long", length=len(text), limit=MAX_LETTERS)
        changed = changed_text(await self._store.history(project, whole=True), said.of)
        steps: list[JsonValue] = []
        if changed is not None:
            async with self._one_at_a_time:
                steps = await asyncio.to_thread(word_change, changed.text("text"), text)
            if not any(isinstance(step, list) and step[0] != "=" for step in steps):
                raise UserFacing("error-attach-unchanged", number=changed.seq)
        file = await self._store.media.put_file(document.data, document.type.mime, document.name)
        of = None if changed is None else changed.seq
        brought = Brought(None, said.made_by, of, said.operation, steps, file=file, text=text)
        receipt = await self._store.projects.attach(project, brought, act)
        words = None if changed is None else _counted(steps)
        return Home(receipt, of, None, words=words, name=document.name)

    async def _compare(self, changed: RecordedEvent, upload: Upload) -> PictureChange:
        assert changed.image_sha256 is not None, "only what holds a picture can be changed"
        try:
            before = await self._store.media.read(changed.image_sha256)
        except NotFound as error:
            raise UserFacing("error-attach-of") from error
        return await self._store.darkroom.compare(before, upload.data)


def changed_picture(history: History, wanted: str | None, *, file: bool = False) -> RecordedEvent | None:
    """Return the event of the picture that one from elsewhere changes; None for material that changes none.

    A `file` may change one of which nothing can be seen. Raise UserFacing where there is no such thing in the project.
    """
    if wanted == NOTHING:
        return None
    if wanted is None:
        return chosen_last(history)
    event = _numbered(history, wanted)
    if event is None or event.kind not in PICTURES or not (event.image_sha256 or (file and event.file_name)):
        raise UserFacing("error-attach-of")
    return event


def changed_text(history: History, wanted: str | None) -> RecordedEvent | None:
    """Return the event of the text that one from elsewhere changes; None for material. Raise UserFacing.

    Where nothing is said, it is the last edit of a text, or the text that was chosen or taken over last.
    """
    if wanted == NOTHING:
        return None
    if wanted is None:
        return _text_last(history)
    event = _numbered(history, wanted)
    if event is None or event.kind not in TEXTS or not event.text("text"):
        raise UserFacing("error-attach-of")
    return event


def _text_last(history: History) -> RecordedEvent | None:
    chosen = {ref for event in history.of(Kind.DRAFT_SELECTED) for ref in event.refs}
    for event in reversed(history.of(Kind.EDIT_APPLIED, Kind.SUGGESTION_TAKEN, Kind.DRAFT_MADE)):
        if event.text("text") and (event.kind != Kind.DRAFT_MADE or event.seq in chosen):
            return event
    return None


def _numbered(history: History, wanted: str) -> RecordedEvent | None:
    number = _NUMBER.fullmatch(wanted.strip())
    return history.by_seq.get(int(number[1])) if number else None


def chosen_last(history: History) -> RecordedEvent | None:
    """Return the picture that the member chose last; none where they took that back, or it was erased."""
    for event in reversed(history.of(Kind.DRAFT_SELECTED, Kind.DRAFT_REJECTED)):
        if any(history.by_seq[ref].holds_text for ref in event.refs):
            continue
        if event.kind == Kind.DRAFT_SELECTED:
            candidate = history.by_seq[event.refs[0]]
            return candidate if candidate.image_sha256 is not None else None
        if "discord" in event.fields or "discord" in event.closed:
            # Candidates that were passed over have no act of their own: this one says "none of these".
            return None
    return None


def _counted(steps: list[JsonValue]) -> Changed:
    """Count the characters that were added and removed."""
    counts = {"+": 0, "-": 0}
    for step in steps:
        if isinstance(step, list) and isinstance(step[1], str):
            counts[str(step[0])] += len(step[1])
    return Changed(counts["+"], counts["-"])
