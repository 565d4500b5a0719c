"""The store: everything that lasts, opened and closed as one."""

import asyncio
import fcntl
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from storage.database import Database, free_bytes, is_full, open_database
from storage.drafts import Drafts
from storage.errors import DatabaseMissing, LedgerMismatch, StateConflict, StorageFull
from storage.evidence.bundle import Exporter
from storage.evidence.calendars import Calendars
from storage.evidence.commitments import JsonValue
from storage.evidence.dossier.making import Dossiers
from storage.evidence.history import History, Page, history_of, page_of
from storage.evidence.keys import SubjectKeys, load_or_create_secret, load_signing_key
from storage.evidence.ledger import Ledger
from storage.evidence.posts import Posts
from storage.evidence.reader import LogReader
from storage.evidence.rotation import settle_rotation
from storage.evidence.timestamps import Authority, Stamper
from storage.jobs import Jobs
from storage.media import Media
from storage.members import Members
from storage.moderation import Moderation, clear_exports
from storage.notices import Notices
from storage.privacy import Privacy
from storage.projects import Project, Projects
from storage.ratings import Ratings
from storage.suggestions import Suggestions

# Below this there is no point in starting: the first group commit would fail.
MIN_FREE_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class StorageConfig:
    """Where things last, and under which name the log signs."""

    data_dir: Path
    origin: str = "colophon.local/log1"
    checkpoint_every: int = 256
    checkpoint_interval_s: float = 600.0
    authorities: tuple[Authority, ...] = ()
    """Who stamps the log's checkpoints with the time."""
    calendars: tuple[str, ...] = ()
    """The addresses of OpenTimestamps calendars that stamp them too."""
    told: Mapping[str, JsonValue] = field(default_factory=dict)
    """The settings that touch the evidence, without secrets; a change of them is an event of the log."""

    @property
    def database_file(self) -> Path:
        """Return the path of the database."""
        return self.data_dir / "colophon.db"

    @property
    def keys_dir(self) -> Path:
        """Return the folder of the secret keys, mode 0700."""
        return self.data_dir / "keys"

    @property
    def exports_dir(self) -> Path:
        """Return the folder where exports lie until they are handed over."""
        return self.data_dir / "exports"


@dataclass(frozen=True, slots=True)
class Store:
    """The open store; its parts are the repositories."""

    config: StorageConfig
    database: Database
    subject_keys: SubjectKeys
    ledger: Ledger
    media: Media
    members: Members
    projects: Projects
    drafts: Drafts
    jobs: Jobs
    suggestions: Suggestions
    ratings: Ratings
    privacy: Privacy
    moderation: Moderation
    notices: Notices
    reader: LogReader
    exporter: Exporter
    dossiers: Dossiers
    stamper: Stamper
    calendars: Calendars
    posts: Posts
    _lock: int

    async def history(self, project: Project) -> History:
        """Return the opened history of a project as of now."""
        return await history_of(self.reader, project.id, await self.ledger.size())

    async def page(self, project: Project, count: int, before: int | None = None) -> Page:
        """Return the newest events of a project, or those before one of its own numbers (pseq)."""
        return await page_of(self.reader, project.id, count, before)

    async def close(self) -> None:
        """Sign the last checkpoint and close everything."""
        await self.stamper.close()
        await self.calendars.close()
        await self.ledger.close()
        await self.database.close()
        await self.subject_keys.close()
        os.close(self._lock)


async def open_store(config: StorageConfig, *, init: bool = False) -> Store:
    """Open the store; `init` allows a new one to be created where there is none.

    Raise DatabaseMissing, DatabaseNewer, LedgerMismatch, StorageFull, or StateConflict where
    another process already writes here.
    """
    lock = await asyncio.to_thread(_prepare, config, init)
    try:
        new = not config.database_file.exists()
        database = await open_database(config.database_file, init=init)
        try:
            await settle_rotation(config.keys_dir, database, config.origin)
            signing_key = load_signing_key(config.keys_dir / "log.key", config.origin, create=new)
            kek = load_or_create_secret(config.keys_dir / "kek.key", create=new)
        except FileNotFoundError as error:
            raise LedgerMismatch(f"the key file {error.filename} is missing; restore it from its backup") from error
        subject_keys = await SubjectKeys.open(config.data_dir / "keys.db", kek)
        ledger = Ledger(
            database,
            subject_keys,
            signing_key,
            config.data_dir / "published.note",
            checkpoint_every=config.checkpoint_every,
            checkpoint_interval_s=config.checkpoint_interval_s,
        )
        try:
            await ledger.start()
            await ledger.note_settings(config.told)
        except BaseException:
            await database.close()
            await subject_keys.close()
            raise
    except BaseException as error:
        os.close(lock)
        if is_full(error) and not isinstance(error, StorageFull):
            raise StorageFull(f"the disk of {config.data_dir} is full") from error
        raise
    reader = LogReader(database, subject_keys)
    media = Media(config.data_dir / "media", database)
    stamper = Stamper(database, ledger, config.authorities)
    calendars = Calendars(database, ledger, config.calendars)
    stamper.start()
    calendars.start()
    projects, jobs = Projects(database, ledger), Jobs(database)
    dossiers = Dossiers(ledger, reader, media, stamper)
    return Store(
        config=config,
        database=database,
        subject_keys=subject_keys,
        ledger=ledger,
        media=media,
        members=Members(database),
        projects=projects,
        drafts=Drafts(database, ledger, projects, jobs),
        jobs=jobs,
        suggestions=Suggestions(ledger),
        ratings=Ratings(database),
        privacy=Privacy(database, subject_keys, ledger, media, projects),
        moderation=Moderation(database, ledger, reader, config.exports_dir),
        notices=Notices(database, ledger),
        reader=reader,
        exporter=Exporter(ledger, reader, media, stamper, calendars, dossiers),
        dossiers=dossiers,
        stamper=stamper,
        calendars=calendars,
        posts=Posts(database, ledger),
        _lock=lock,
    )


def _prepare(config: StorageConfig, init: bool) -> int:
    """Make the folder, check the room, and take the lock that keeps a second writer out."""
    if init:
        config.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    elif not config.data_dir.is_dir():
        raise DatabaseMissing(str(config.database_file))
    if free_bytes(config.data_dir) < MIN_FREE_BYTES:
        raise StorageFull(f"less than {MIN_FREE_BYTES // 2**20} MiB are free where {config.data_dir} lies")
    lock = os.open(config.data_dir / "writer.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise StateConflict(f"another Colophon already writes to {config.data_dir}") from error
    clear_exports(config.exports_dir)
    return lock
