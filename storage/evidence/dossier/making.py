"""Making the dossier of a project: reads the record, looks at the pictures, writes HTML and PDF."""

import asyncio
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from storage.errors import StateConflict
from storage.evidence.commitments import JsonValue
from storage.evidence.dossier import html
from storage.evidence.dossier.compose import compose
from storage.evidence.dossier.content import Content
from storage.evidence.dossier.document import Document
from storage.evidence.dossier.pdf import PdfFailed, render_pdf
from storage.evidence.dossier.pictures import Pictures, gather
from storage.evidence.dossier.proof import LogFacts, Stamp
from storage.evidence.enclosing import Enclosing
from storage.evidence.history import History, history_of
from storage.evidence.leaving import record_leaving
from storage.evidence.ledger import Ledger
from storage.evidence.opening import EVERYTHING, Opening
from storage.evidence.reader import LogReader
from storage.evidence.sight import Sight
from storage.evidence.timestamps import Stamper, stated_time
from storage.media import Media

log = logging.getLogger(__name__)

MAX_EVENTS: Final = 2_000
"""A longer record is no reading any more; a bundle of it can be had all the same."""
TYPESETTERS: Final = 2
"""So many PDFs are set at once: each takes all of a core for about a second."""
HTML: Final = "html"
PDF: Final = "pdf"
FORMATS: Final = (HTML, PDF)


class TooManyEvents(StateConflict):
    """The record is too long for a dossier."""

    def __init__(self, events: int) -> None:
        super().__init__(f"a dossier tells of {MAX_EVENTS} events at most, and this record has {events}")
        self.events = events


@dataclass(frozen=True, slots=True)
class DossierRequest:
    """Of which project, below which signed size of the log, in which languages; `id` names the export it belongs to.

    It tells what one of several makers may open, where a `sight` is given.
    """

    project: str
    size: int
    id: str
    languages: Sequence[str]
    opening: Opening = EVERYTHING
    formats: Sequence[str] = FORMATS
    sight: Sight | None = None


@dataclass(frozen=True, slots=True)
class Dossier:
    """A dossier in one language: its files by format. Where a PDF could not be set, the HTML stands in for it."""

    language: str
    history: History
    files: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Reported:
    """A dossier that is recorded as handed out: its export's id and its event."""

    dossier: Dossier
    id: str
    seq: int


class Dossiers:
    """Makes the dossiers of one log."""

    def __init__(self, ledger: Ledger, reader: LogReader, media: Media, stamper: Stamper, enclosing: Enclosing) -> None:
        self._ledger = ledger
        self._reader = reader
        self._media = media
        self._stamper = stamper
        self._enclosing = enclosing
        self._typesetters = asyncio.Semaphore(TYPESETTERS)

    async def fits(self, project: str, size: int) -> bool:
        """Tell whether a project's record is short enough for a dossier."""
        return await self._reader.count(project, size) <= MAX_EVENTS

    async def make(self, request: DossierRequest) -> list[Dossier]:
        """Return the dossier in each language; raise TooManyEvents.

        The log is signed at the request's size already.
        """
        events = await self._reader.count(request.project, request.size)
        if events > MAX_EVENTS:
            raise TooManyEvents(events)
        history = await history_of(self._reader, request.project, request.size, request.opening, request.sight)
        facts = await self._facts(request)
        content = Content(history)
        pictures = await asyncio.to_thread(gather, content, self._media.path)
        async with asyncio.TaskGroup() as group:
            writing = [
                group.create_task(self._write(content, pictures, facts, language, request.formats))
                for language in request.languages
            ]
        return [task.result() for task in writing]

    async def report(
        self, project: str, actor: str, language: str, formats: Sequence[str], opening: Opening = EVERYTHING
    ) -> Reported:
        """Make a maker's dossier of the project as it is now, and record that it is handed out.

        The record names the files by their hashes, so that each can be told from a later fake. It is made before it
        is handed out: if we stop in between, the log tells of a dossier that nobody got, never the other way.
        """
        checkpoint = await self._ledger.checkpoint()
        await self._stamper.stamp(checkpoint.size)
        made_id = f"d_{secrets.token_hex(16)}"
        sight = await self._reader.sight(project, actor)
        request = DossierRequest(project, checkpoint.size, made_id, [language], opening, formats, sight)
        (dossier,) = await self.make(request)
        digests: list[JsonValue] = [sha256(data).hexdigest() for data in dossier.files.values()]
        scope: dict[str, JsonValue] = {
            "by": "owner",
            "what": "dossier",
            "id": made_id,
            "fields": opening.name,
            "size": checkpoint.size,
            "files": digests,
        }
        receipt = await record_leaving(self._ledger, project, actor, scope)
        return Reported(dossier, made_id, receipt.seq)

    async def _write(
        self, content: Content, pictures: Pictures, facts: LogFacts, language: str, formats: Sequence[str]
    ) -> Dossier:
        document = await asyncio.to_thread(compose, content, pictures, facts, language)
        pdf = None
        if PDF in formats:
            async with self._typesetters:
                pdf = await _pdf_of(document)
        files = {}
        if HTML in formats or pdf is None:
            files[HTML] = await asyncio.to_thread(html.render, document)
        if pdf is not None:
            files[PDF] = pdf
        return Dossier(language, content.history, files)

    async def _facts(self, request: DossierRequest) -> LogFacts:
        """Return what the cover and the appendix say of the log."""
        enclosed = await self._enclosing.of([request.project], request.size)
        vkeys = [vkey for _, vkey, _ in await self._reader.rotations(request.size)] or [self._ledger.vkey]
        stamps = [
            Stamp(size, authority, await asyncio.to_thread(stated_time, token))
            for size, authority, token in enclosed.tokens
        ]
        return LogFacts(
            vkey=vkeys[-1],
            retired=tuple(vkeys[:-1]),
            size=request.size,
            note=(await self._reader.checkpoint_note(request.size)).decode(),
            stamps=tuple(stamps),
            bundle=request.id,
            fields=request.opening.name,
        )


async def _pdf_of(document: Document) -> bytes | None:
    """Return the PDF; where it cannot be set the HTML says the same, and an export is not lost for it."""
    try:
        return await render_pdf(document)
    except PdfFailed as error:
        log.error("a dossier has no PDF: %s", error)
        return None
