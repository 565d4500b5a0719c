"""Making the film and the contact sheet of a project: drawn in a thread, marked, signed, and recorded as it leaves."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from hashlib import sha256
from typing import Final

from bot.errors import UserFacing
from storage.evidence.containers import PNG, WEBP
from storage.evidence.credentials import Credentials, Provenance, Source
from storage.evidence.film.making import Making
from storage.evidence.film.making import Source as Log
from storage.evidence.film.reel import FilmTooLarge
from storage.evidence.film.typeface import NOTO
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
    """Makes films and sheets, one at a time: a frame is large, and drawing takes a core."""

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
        files = await self._in_time(lambda go_on: self._files(history, source, form, language, go_on))
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

    async def _in_time(self, work: Callable[[Callable[[], None]], tuple[File, ...]]) -> tuple[File, ...]:
        """Do work in a thread, which ends with its next frame once nobody waits for it any more."""
        stopped = threading.Event()
        try:
            async with asyncio.timeout(PATIENCE_S), self._one_at_a_time:
                return await asyncio.to_thread(work, partial(_go_on, stopped))
        except TimeoutError as error:
            raise UserFacing("error-timelapse-long") from error
        except FilmTooLarge as error:
            raise UserFacing("error-timelapse-large") from error
        finally:
            stopped.set()

    def _files(
        self, history: History, source: Log, form: Form, language: str, go_on: Callable[[], None]
    ) -> tuple[File, ...]:
        """Draw, mark and sign; blocking."""
        making = Making(NOTO, language, self._store.media.path, go_on)
        name = f"{history.project[2:10]}-{source.size}"
        files = []
        if form is not Form.SHEET:
            files.append(File(f"film-{name}.webp", Form.FILM, making.film(history, source)))
        if form is not Form.FILM:
            files.append(File(f"sheet-{name}.png", Form.SHEET, making.sheet(history, source)))
        return tuple(self._finished(file, f"timelapse-{name}") for file in files)

    def _finished(self, file: File, produce_id: str) -> File:
        mime = WEBP if file.form is Form.FILM else PNG
        origin = Origin(self._store.ledger.origin, produce_id, from_own_picture=True)
        provenance = Provenance(produce_id, Source(origin.source), datetime.now(UTC), SOFTWARE, VERSION)
        # Credentials come last: they cover every byte before them.
        return File(file.name, file.form, self._credentials.sign(mark(file.data, origin), mime, provenance))


class _Stopped(Exception):
    """Nobody waits for the work any more."""


def _go_on(stopped: threading.Event) -> None:
    if stopped.is_set():
        raise _Stopped
