"""The store: everything that lasts, opened and closed as one."""

import asyncio
import fcntl
import os
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from storage.appeals import Appeals
from storage.darkroom.darkroom import Darkroom
from storage.database import Database, Place, free_bytes, is_full, open_database, opening
from storage.drafts import Drafts
from storage.errors import DatabaseMissing, LedgerMismatch, StateConflict, StorageFull
from storage.evidence.bundle import Exporter
from storage.evidence.calendars import Calendars
from storage.evidence.commitments import JsonValue
from storage.evidence.dossier.making import Dossiers
from storage.evidence.enclosing import RECENT, Enclosing
from storage.evidence.history import History, Page, history_of, page_of
from storage.evidence.keys import SubjectKeys, load_or_create_secret, load_signing_key
from storage.evidence.ledger import Ledger, begun
from storage.evidence.posts import Posts
from storage.evidence.reader import LogReader
from storage.evidence.rotation import settle_rotation
from storage.evidence.rounds import Rounds
from storage.evidence.timestamps import Authority, Stamper
from storage.exemptions import Exemptions
from storage.jobs import Jobs
from storage.media import Media
from storage.members import Members
from storage.moderation import Moderation, clear_exports
from storage.notices import Notices
from storage.postgres import Server
from storage.preferences import MemberSettings
from storage.privacy import Privacy
from storage.projects import Project, Projects
from storage.publishing import Publications
from storage.queue_rules import QueueRules
from storage.ratings import Ratings
from storage.refusals import Refusals
from storage.reports import Reports
from storage.servers import Servers
from storage.serving import ALL, PATIENCE_S, Serving, Shard, serving
from storage.sharing import Sharing
from storage.showings import Showings
from storage.standing import Standings
from storage.suggestions import Suggestions
from storage.text_jobs import TextJobs
from storage.texts import TextDrafts
from storage.usage import Usage

# Below this there is no point in starting: the first group commit would fail.
MIN_FREE_BYTES = 8 * 1024 * 1024
REFRESH_S = 5.0
"""So old may what a process remembers of blocks and rules be, where others change them too."""
LEFT_S = 3600.0
"""An export that is older than this was left by a process that is no more."""


@dataclass(frozen=True, slots=True)
class StorageConfig:
    """Where things last, and under which name the log signs."""

    data_dir: Path
    origin: str = "colophon.local/log1"
    checkpoint_every: int = 256
    checkpoint_interval_s: float = 600.0
    enclosed_recent: int = RECENT
    """So many of the newest checkpoints go into every bundle (see storage.evidence.enclosing)."""
    authorities: tuple[Authority, ...] = ()
    """Who stamps the log's checkpoints with the time."""
    calendars: tuple[str, ...] = ()
    """The addresses of OpenTimestamps calendars that stamp them too."""
    queue: QueueRules = field(default_factory=QueueRules)
    """How much the queues take in, and what share of them is whose."""
    told: Mapping[str, JsonValue] = field(default_factory=dict)
    """The settings that touch the evidence, without secrets; a change of them is an event of the log."""
    server: Server | None = None
    """The PostgreSQL database that is used instead of a file; pictures and keys stay in the folder."""
    shard: Shard | None = None
    """The part of the servers that this process serves; None for one that only looks in, beside those that serve."""
    patience_s: float = PATIENCE_S
    """So long another process that has the shard is waited for."""

    @property
    def database(self) -> Place:
        """Return where the database is."""
        return self.server or self.database_file

    @property
    def database_file(self) -> Path:
        """Return the path of the database, where it is a file."""
        return self.data_dir / "colophon.db"

    @property
    def keys_database(self) -> Place:
        """Return where the data keys of persons are."""
        return self.data_dir / "keys.db" if self.server is None else self.server.keys

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
    darkroom: Darkroom
    media: Media
    members: Members
    member_settings: MemberSettings
    projects: Projects
    sharing: Sharing
    publications: Publications
    drafts: Drafts
    jobs: Jobs
    showings: Showings
    suggestions: Suggestions
    texts: TextDrafts
    text_jobs: TextJobs
    ratings: Ratings
    privacy: Privacy
    moderation: Moderation
    notices: Notices
    standings: Standings
    servers: Servers
    usage: Usage
    refusals: Refusals
    appeals: Appeals
    exemptions: Exemptions
    reports: Reports
    reader: LogReader
    exporter: Exporter
    dossiers: Dossiers
    stamper: Stamper
    calendars: Calendars
    posts: Posts
    serving: Serving
    """What this process may do of what only one may."""
    _undo: AsyncExitStack

    async def history(self, project: Project, *, whole: bool = False) -> History:
        """Return the history of a project as of now, opened as far as its maker may look.

        The `whole` of it is for what says nothing of the words: counts, and comparisons of files.
        """
        sight = None if whole else await self.reader.sight(project.id, project.actor)
        return await history_of(self.reader, project.id, await self.ledger.size(), sight=sight)

    async def page(self, project: Project, count: int, before: int | None = None, *, whole: bool = False) -> Page:
        """Return the newest events of a project as its maker sees them, or those before one of its numbers (pseq)."""
        sight = None if whole else await self.reader.sight(project.id, project.actor)
        return await page_of(self.reader, project.id, count, before, sight)

    async def refresh(self) -> None:
        """Read anew what is held in memory of blocks and of rules, for other processes may have changed them."""
        await self.standings.load()
        await self.servers.load()

    async def close(self) -> None:
        """Sign the last checkpoint and close everything."""
        await self._undo.aclose()


async def open_store(config: StorageConfig, *, init: bool = False) -> Store:
    """Open the store; `init` allows a new one to be created where there is none.

    Raise DatabaseMissing, DatabaseNewer, DatabaseAway, LedgerMismatch, StorageFull, or StateConflict where another
    process already writes to the file, or serves the same shard.
    """
    async with AsyncExitStack() as undo:
        undo.callback(os.close, await asyncio.to_thread(_prepare, config, init))
        try:
            serves = await undo.enter_async_context(serving(config.database, config.shard, config.patience_s))
            async with opening(config.database):
                database, subject_keys, ledger = await _open_ledger(config, init, undo)
        except Exception as error:
            if is_full(error) and not isinstance(error, StorageFull):
                raise StorageFull(f"the disk of {config.data_dir} is full") from error
            raise
        store = _started(config, database, subject_keys, ledger, serves, undo)
        await store.refresh()
        if database.shared:
            rounds = Rounds("rules of servers", store.refresh, interval_s=REFRESH_S, moment_s=REFRESH_S)
            rounds.start()
            undo.push_async_callback(rounds.close)
        # From here on it is the store that closes what is open.
        return replace(store, _undo=undo.pop_all())


async def _open_ledger(config: StorageConfig, init: bool, undo: AsyncExitStack) -> tuple[Database, SubjectKeys, Ledger]:
    """Open the database, the keys and the log; `undo` closes them."""
    database = await open_database(config.database, init=init)
    undo.push_async_callback(database.close)
    # Secrets are made for a log that is to begin: one that has events was signed with others.
    new = await begun(database) is None
    try:
        await settle_rotation(config.keys_dir, database, config.origin)
        signing_key = load_signing_key(config.keys_dir / "log.key", config.origin, create=new)
        kek = load_or_create_secret(config.keys_dir / "kek.key", create=new)
    except FileNotFoundError as error:
        raise LedgerMismatch(f"the key file {error.filename} is missing; restore it from its backup") from error
    subject_keys = await SubjectKeys.open(config.keys_database, kek)
    undo.push_async_callback(subject_keys.close)
    ledger = Ledger(
        database,
        subject_keys,
        signing_key,
        config.data_dir / "published.note",
        checkpoint_every=config.checkpoint_every,
        checkpoint_interval_s=config.checkpoint_interval_s,
    )
    undo.push_async_callback(ledger.close)
    await ledger.start()
    await ledger.note_settings(config.told)
    return database, subject_keys, ledger


def _started(
    config: StorageConfig,
    database: Database,
    subject_keys: SubjectKeys,
    ledger: Ledger,
    serves: Serving,
    undo: AsyncExitStack,
) -> Store:
    """Put the repositories together, and start what works in the background; `undo` stops it."""
    reader = LogReader(database, subject_keys)
    darkroom = Darkroom()
    media = Media(config.data_dir / "media", database, darkroom)
    stamper = Stamper(database, ledger, config.authorities)
    calendars = Calendars(database, ledger, config.calendars)
    shard = config.shard or ALL
    stamper.start(serves.keeps)
    calendars.start(serves.keeps)
    undo.push_async_callback(calendars.close)
    undo.push_async_callback(stamper.close)
    undo.push_async_callback(darkroom.close)
    projects, jobs = Projects(database, ledger), Jobs(database, config.queue, shard)
    text_jobs = TextJobs(database, config.queue, shard)
    enclosing = Enclosing(database, config.enclosed_recent)
    dossiers = Dossiers(ledger, reader, media, stamper, enclosing)
    standings, servers = Standings(database, ledger, subject_keys), Servers(database, ledger)
    refusals = Refusals(database)
    return Store(
        config=config,
        database=database,
        subject_keys=subject_keys,
        ledger=ledger,
        darkroom=darkroom,
        media=media,
        members=Members(database),
        member_settings=MemberSettings(database),
        projects=projects,
        sharing=Sharing(database, ledger, projects),
        publications=Publications(database, ledger),
        drafts=Drafts(database, ledger, projects, jobs),
        jobs=jobs,
        showings=Showings(database, ledger),
        suggestions=Suggestions(ledger),
        texts=TextDrafts(database, ledger, projects, text_jobs),
        text_jobs=text_jobs,
        ratings=Ratings(database),
        privacy=Privacy(database, subject_keys, ledger, media, projects, standings, servers),
        moderation=Moderation(database, ledger, reader, config.exports_dir),
        notices=Notices(database, ledger),
        standings=standings,
        servers=servers,
        usage=Usage(database),
        refusals=refusals,
        appeals=Appeals(database, ledger, projects, standings, refusals),
        exemptions=Exemptions(database, ledger),
        reports=Reports(database),
        reader=reader,
        exporter=Exporter(ledger, reader, media, stamper, calendars, dossiers, enclosing),
        dossiers=dossiers,
        stamper=stamper,
        calendars=calendars,
        posts=Posts(database, ledger),
        serving=serves,
        _undo=undo,
    )


def _prepare(config: StorageConfig, init: bool) -> int:
    """Make the folder, check the room, and of a file take the lock that keeps a second process out."""
    if init:
        config.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    elif not config.data_dir.is_dir():
        raise DatabaseMissing(str(config.database))
    if free_bytes(config.data_dir) < MIN_FREE_BYTES:
        raise StorageFull(f"less than {MIN_FREE_BYTES // 2**20} MiB are free where {config.data_dir} lies")
    lock = os.open(config.data_dir / "writer.lock", os.O_RDWR | os.O_CREAT, 0o600)
    if config.server is not None:
        # The server elects who writes; what lies in the folder may be another process's.
        clear_exports(config.exports_dir, older_s=LEFT_S)
        return lock
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise StateConflict(
            f"another Colophon already writes to {config.data_dir}; several at once need PostgreSQL (storage.database)"
        ) from error
    if config.database_file.exists():
        # An older version left it as open as the folder was.
        config.database_file.chmod(0o600)
    clear_exports(config.exports_dir)
    return lock
