"""Making the film and the contact sheet of a project: drawn in the darkroom, marked, signed, recorded as they leave."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final

from bot.errors import UserFacing
from storage.evidence.containers import PNG, WEBP
from storage.evidence.credentials import Credentials, Provenance, Source
from storage.evidence.film.reel import FilmTooLarge
from storage.evidence.film.shots import Source as Log
from storage.evidence.film.shots import film_shots, sheet_shots
from storage.evidence.history import History, history_of
from storage.evidence.kinds import Kind
from storage.evidence.leaving import record_leaving
from storage.evidence.ledger import VERSION, Receipt
from storage.evidence.marking import SOFTWARE
from storage.evidence.marks import Origin, mark
from storage.projects import Project
from storage.store import Store

PATIENCE_S: Final = 120.0


class Form(StrEnum):
    """In which form the making is wanted."""

    FILM = "film"
    SHEET = "sheet"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class File:
    """A finished file: a plain name, and its bytes."""

    name: str
    form: Form
    data: bytes


@dataclass(frozen=True, slots=True)
class Made:
    """What was made of a project, up to which size of the log, and the receipt of its leaving."""

    files: tuple[File, ...]
    size: int
    receipt: Receipt


class Timelapse:
    """Makes films and sheets, one at a time: drawing takes a core, and one of the darkroom's processes."""

    def __init__(self, store: Store, credentials: Credentials) -> None:
        self._store = store
        self._credentials = credentials
        self._one_at_a_time = asyncio.Semaphore()

    async def make(self, project: Project, form: Form, language: str, *, by_operator: bool = False) -> Made:
        """Return the files of a project's making, whose leaving is on record; raise UserFacing where there are none."""
        checkpoint = await self._store.ledger.checkpoint()
        sight = None if by_operator else await self._store.reader.sight(project.id, project.actor)
        history = await history_of(self._store.reader, project.id, checkpoint.size, sight=sight)
        if not history.of(Kind.DRAFT_MADE):
            raise UserFacing("error-timelapse-empty")
        source = Log(self._store.ledger.origin, checkpoint.size, checkpoint.root)
        files = await self._in_time(history, source, form, language)
        receipt = await record_leaving(
            self._store.ledger,
            project.id,
            "sys" if by_operator else project.actor,
            {
                "by": "operator" if by_operator else "owner",
                "what": "timelapse",
                "size": checkpoint.size,
                "files": [sha256(file.data).hexdigest() for file in files],
            },
        )
        return Made(files, checkpoint.size, receipt)

    async def _in_time(self, history: History, source: Log, form: Form, language: str) -> tuple[File, ...]:
        """Draw and finish the files; the darkroom's process ends once nobody waits for it any more."""
        name = f"{history.project[2:10]}-{source.size}"
        try:
            async with asyncio.timeout(PATIENCE_S), self._one_at_a_time:
                drawn = await self._drawn(history, source, form, language, name)
                return await asyncio.to_thread(
                    lambda: tuple(self._finished(file, f"timelapse-{name}") for file in drawn)
                )
        except TimeoutError as error:
            raise UserFacing("error-timelapse-long") from error
        except FilmTooLarge as error:
            raise UserFacing("error-timelapse-large") from error

    async def _drawn(self, history: History, source: Log, form: Form, language: str, name: str) -> list[File]:
        darkroom, where_is = self._store.darkroom, self._store.media.path
        files = []
        if form is not Form.SHEET:
            shots = await asyncio.to_thread(film_shots, history, source)
            files.append(File(f"film-{name}.webp", Form.FILM, await darkroom.film(shots, language, where_is)))
        if form is not Form.FILM:
            shots = await asyncio.to_thread(sheet_shots, history, source)
            files.append(File(f"sheet-{name}.png", Form.SHEET, await darkroom.sheet(shots, language, where_is)))
        return files

    def _finished(self, file: File, produce_id: str) -> File:
        mime = WEBP if file.form is Form.FILM else PNG
        origin = Origin(self._store.ledger.origin, produce_id, from_own_picture=True)
        provenance = Provenance(produce_id, Source(origin.source), datetime.now(UTC), SOFTWARE, VERSION)
        # Credentials come last: they cover every byte before them.
        return File(file.name, file.form, self._credentials.sign(mark(file.data, origin), mime, provenance))
