"""What moderators do with the record of their server: see without reading, open words, and leave a trace of both.

Nothing leaves here before it is on record: in each project concerned, sealed with its owner's key, and once in the log.
"""

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, is_full
from storage.errors import ExportTooLarge, NotFound, StateConflict, StorageFull
from storage.evidence.commitments import JsonValue
from storage.evidence.kinds import Kind
from storage.evidence.leaf import LOG_PROJECT
from storage.evidence.ledger import Ledger, Receipt
from storage.evidence.moderation_export import IN_COLUMNS, About, Form, ModerationWriter, Selected, Whose
from storage.evidence.opening import EVERYTHING, SEEN
from storage.evidence.places import Places
from storage.evidence.reader import LogReader
from storage.evidence.sealing import NewEvent
from storage.mandate import Mandate, rows_of_act
from storage.selecting import Selector, Wanted
from storage.tables import actors, evidence_event, members, moderation_acts, projects

_NO_WORDS: Final = IN_COLUMNS | {"scope", "agreed_at"}
"""Fields that keep the record; to open them is nobody's business, or no opening of words."""
_OF_A_BRIEF: Final = frozenset(
    {Kind.GENERATION_STARTED, Kind.GENERATION_REFUSED, Kind.GENERATION_FAILED, Kind.DRAFT_MADE}
)
"""What a machine did for a brief, which is the first event that each refers to."""
_PROJECTS_AT_ONCE: Final = 100
_PREFIX: Final = "m_"


@dataclass(frozen=True, slots=True)
class Handed:
    """A recorded export, and its file for as long as it is there."""

    id: str
    path: Path
    size_bytes: int
    sha256: str
    selected: Selected
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class OpenedEvent:
    """One event with its words, and the receipt of their opening."""

    seq: int
    kind: str
    ts: str
    member: str
    fields: Mapping[str, JsonValue]
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class ModeratorAct:
    """What a moderator did; `member` is empty where it was about nobody in particular, or about somebody erased."""

    seq: int
    ts: str
    act: str
    who: str
    reason: str
    member: str
    scope: Mapping[str, JsonValue]


class Moderation:
    """The repository of these acts; `folder` is where exports lie until they are handed over."""

    def __init__(self, database: Database, ledger: Ledger, reader: LogReader, folder: Path) -> None:
        self._database = database
        self._ledger = ledger
        self._reader = reader
        self._folder = folder
        self._selector = Selector(database, reader)
        self._writer = ModerationWriter(ledger, reader)
        self._one_at_a_time = asyncio.Lock()

    # --- exports -----------------------------------------------------------------------------

    @asynccontextmanager
    async def exported(
        self, wanted: Wanted, mandate: Mandate, *, words: bool, forms: Collection[Form], limit_bytes: int
    ) -> AsyncIterator[Handed]:
        """Write an export, put it on record, and only then give its file out; on leaving, the file is deleted.

        Raise NotFound where no event is as wanted, ExportTooLarge or StorageFull: then nothing was recorded.
        """
        export_id, opening = f"{_PREFIX}{secrets.token_hex(16)}", EVERYTHING if words else SEEN
        about = About(export_id, mandate.guild, opening, forms, wanted.as_field())
        path = self._folder / f"{about.id}.zip"
        async with self._one_at_a_time:
            try:
                selected = await self._write(path, about, wanted)
                size_bytes, sha256 = await asyncio.to_thread(_measure, path)
                if size_bytes > limit_bytes:
                    raise ExportTooLarge(size_bytes)
                receipt = await self._record(about, selected, mandate, sha256)
                yield Handed(about.id, path, size_bytes, sha256, selected, receipt)
            finally:
                await asyncio.to_thread(path.unlink, missing_ok=True)

    async def _write(self, path: Path, about: About, wanted: Wanted) -> Selected:
        size = await self._ledger.size()
        selected = await self._selector.select(about.guild, wanted, size)
        if not selected.seqs:
            raise NotFound("no event is as wanted")
        await self._ledger.checkpoint(size)
        try:
            await asyncio.to_thread(self._folder.mkdir, exist_ok=True, mode=0o700)
            await self._writer.write(path, about, selected)
        except OSError as error:
            if is_full(error):
                raise StorageFull("no room for an export") from error
            raise
        return selected

    async def _record(self, about: About, selected: Selected, mandate: Mandate, sha256: str) -> Receipt:
        """Record an export in every project that it has rows of, then once for the server, with whom to tell of it."""
        told: dict[str, JsonValue] = {
            "export": about.id,
            "file": sha256,
            "forms": [form.value for form in sorted({Form.JSONL, *about.forms})],
            "fields": about.opening.name,
            "filters": dict(about.filters),
        }
        words, of_one = about.opening is EVERYTHING, "member" in about.filters
        events_of = await self._record_in_projects(selected, mandate, told, words=words)
        scope = mandate.as_scope(rows=len(selected.seqs), projects=len(selected.projects), **told)
        if of_one:
            # The log outlives an erasure: it does not hold who it was, only our own name for them.
            scope["filters"] = {name: value for name, value in about.filters.items() if name != "member"}
            scope["member"] = next(iter(events_of))
        act = NewEvent(LOG_PROJECT, Kind.MODERATION_ACTED, "sys", {"act": "export", "scope": scope})
        # To be counted is no news for a whole server; to have one's words opened, or to be looked at alone, is.
        rows = rows_of_act(mandate, events_of if words or of_one else {})
        return (await self._ledger.append(act, rows=rows)).receipts[0]

    async def _record_in_projects(
        self, selected: Selected, mandate: Mandate, told: Mapping[str, JsonValue], *, words: bool
    ) -> dict[str, int]:
        """Seal an export with the key of each whose rows they are; return for each of them one event that says so."""
        kinds = (Kind.WORDS_OPENED, Kind.EXPORT_MADE) if words else (Kind.EXPORT_MADE,)
        found: dict[str, int] = {}
        for some in _chunks(sorted(selected.rows_of)):
            scopes = [mandate.as_scope(rows=selected.rows_of[whose], **told) for whose in some]
            events = [
                NewEvent(whose.project, kind, "sys", {"scope": scope}, subject=whose.actor)
                for whose, scope in zip(some, scopes, strict=True)
                for kind in kinds
            ]
            firsts = (await self._ledger.append(*events)).receipts[:: len(kinds)]
            members_of = await self._members_of({whose.project for whose in some})
            for whose, receipt in zip(some, firsts, strict=True):
                found.setdefault(members_of[whose], receipt.seq)
        return found

    async def _members_of(self, ids: Collection[str]) -> dict[Whose, str]:
        """Return who the makers of some projects are; under no name stands the owner."""
        query = (
            select(actors, projects.c.member_id.label("owner"))
            .join(projects, projects.c.id == actors.c.project_id)
            .where(actors.c.project_id.in_(list(ids)))
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        makers = {Whose(row.project_id, row.actor): row.member_id for row in rows}
        return makers | {Whose(row.project_id, ""): row.owner for row in rows}

    # --- one event ---------------------------------------------------------------------------

    async def open_event(self, seq: int, mandate: Mandate) -> OpenedEvent:
        """Record that the words of one event are opened, and return them; those of a candidate are its brief's.

        Raise NotFound where it is not of the server, StateConflict where it has no words (any more): then nothing was
        recorded.
        """
        query = (
            select(evidence_event)
            .join(projects, projects.c.id == evidence_event.c.project)
            .where(evidence_event.c.seq == seq, projects.c.guild_id == mandate.guild)
        )
        async with self._database.read() as connection:
            found = (await connection.execute(query)).one_or_none()
        if found is None or not Wanted().fits(mandate.guild, await Places(self._reader).of_event(seq)):
            raise NotFound(f"event {seq} of server {mandate.guild}")
        if found.type in _OF_A_BRIEF:
            return await self.open_event(json.loads(found.leaf)["refs"][0], mandate)
        told = await self._ledger.disclosed(seq)
        fields = {name: value for name, value in told.items() if name not in _NO_WORDS}
        if not fields:
            raise StateConflict(f"event {seq} has no words to open")
        names: list[JsonValue] = [*sorted(fields)]
        whose = Whose.of(json.loads(found.leaf))
        member = (await self._members_of([found.project]))[whose]
        own = mandate.as_scope(event=seq, fields=names)
        act = mandate.as_scope(event=seq, fields=names, member=member)

        async def rows(connection: AsyncConnection, seqs: tuple[int, ...]) -> None:
            opened, acted = seqs
            await rows_of_act(mandate, {member: opened})(connection, (acted,))

        appended = await self._ledger.append(
            NewEvent(found.project, Kind.WORDS_OPENED, "sys", {"scope": own}, refs=(seq,), subject=whose.actor),
            NewEvent(LOG_PROJECT, Kind.MODERATION_ACTED, "sys", {"act": "open", "scope": act}),
            rows=rows,
        )
        ts = json.loads(found.leaf)["ts"]
        account = (await self.accounts([member])).get(member, "")
        return OpenedEvent(seq, found.type, ts, account, fields, appended.receipts[0])

    # --- who did what ------------------------------------------------------------------------

    async def acts(self, guild: str, *, before: int | None, limit: int) -> list[ModeratorAct]:
        """Return what moderators did in a server, newest first, before an act's number if one is given."""
        query = (
            select(moderation_acts.c.seq, evidence_event.c.leaf)
            .join(evidence_event, evidence_event.c.seq == moderation_acts.c.seq)
            .where(moderation_acts.c.guild_id == guild)
            .order_by(moderation_acts.c.seq.desc())
            .limit(limit)
        )
        if before is not None:
            query = query.where(moderation_acts.c.seq < before)
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        told = await self._ledger.disclosed_many([row.seq for row in rows])
        scopes = {seq: scope for seq, fields in told.items() if isinstance(scope := fields.get("scope"), dict)}
        names = await self.accounts({str(scope.get("member", "")) for scope in scopes.values()})
        return [
            ModeratorAct(
                seq=row.seq,
                ts=json.loads(row.leaf)["ts"],
                act=str(told[row.seq].get("act", "")),
                who=str(scope.get("who", "")),
                reason=str(scope.get("reason", "")),
                member=names.get(str(scope.get("member", "")), ""),
                scope=scope,
            )
            for row in rows
            if (scope := scopes.get(row.seq)) is not None
        ]

    async def accounts(self, ids: Collection[str]) -> dict[str, str]:
        """Return the accounts on the chat platform of those members, by our ids, who have not erased themselves."""
        query = select(members.c.id, members.c.platform_user_id).where(members.c.id.in_(list(ids)))
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return {row.id: row.platform_user_id for row in rows if not row.platform_user_id.startswith("erased:")}


def _chunks(names: Sequence[Whose]) -> Iterable[Sequence[Whose]]:
    return (names[at : at + _PROJECTS_AT_ONCE] for at in range(0, len(names), _PROJECTS_AT_ONCE))


def clear_exports(folder: Path, older_s: float = 0.0) -> None:
    """Delete exports that a crash has left, older than some seconds where other processes may be making theirs.

    Blocking.
    """
    for left in folder.glob(f"{_PREFIX}*.zip"):
        if not older_s or time.time() - left.stat().st_mtime > older_s:
            left.unlink(missing_ok=True)


def _measure(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    return path.stat().st_size, digest
