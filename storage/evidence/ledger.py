"""The ledger: one writer that seals events into the tree, in groups, each group one transaction.

Of several processes over one PostgreSQL database each is that writer for the time of a group: see storage.postgres.

Events and the working rows they describe are one transaction: what is on record and what is
being done can never differ. A receipt is handed out only after its transaction is on disk.
"""

import asyncio
import fcntl
import logging
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, Generic, TypeVar, overload

from sqlalchemy import Table, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.clock import ClockWatch, now_ms, snowflake_ms
from storage.database import Database, is_full, opening, write_many
from storage.errors import LedgerClosed, LedgerMismatch, NotFound, StorageError
from storage.evidence.commitments import JsonValue, Sealed, opened, unseal
from storage.evidence.keys import SubjectKeys, subject_of
from storage.evidence.kinds import Kind
from storage.evidence.leaf import LOG_PROJECT, check_event
from storage.evidence.merkle import Frontier
from storage.evidence.notes import Checkpoint, Reign, SigningKey, VerifierKey, hand_over, key_at, render_proof, size_of
from storage.evidence.sealing import Head, NewEvent, Pending, Tail
from storage.evidence.tree import inclusion_path, root_at
from storage.recent import Recent
from storage.tables import (
    evidence_checkpoint,
    evidence_disclosure,
    evidence_event,
    evidence_head,
    evidence_node,
    evidence_rotation,
)

log = logging.getLogger(__name__)
T = TypeVar("T")

VERSION: Final = version("colophon")
GROUP_LIMIT = 512
# Newest events of projects that are remembered between groups; a cache, may be dropped any time.
TAILS_KEPT = 10_000
# Whose a project is, which is asked for whatever the bot records in it; a cache too.
OWNERS_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a member is handed: the event's number and hash, and the tree that holds it."""

    seq: int
    leaf_sha256: bytes
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Appended(Generic[T]):
    """The outcome of an append: a receipt an event, and what `rows` returned."""

    receipts: tuple[Receipt, ...]
    value: T


Rows = Callable[[AsyncConnection, tuple[int, ...]], Awaitable[T]]
"""Writes working rows inside the transaction; is given the numbers of the sealed events."""


@dataclass(slots=True)
class _Submission:
    events: tuple[NewEvent, ...]
    subjects: tuple[str, ...]
    keys: dict[str, tuple[str, bytes]]
    rows: Rows[Any] | None
    done: "asyncio.Future[tuple[list[tuple[int, bytes]], Frontier, Any]]"
    platform_ms: int | None
    """When the chat platform's clock says that an act of it happened."""


class _KeysDestroyed(Exception):
    """Another process erased the keys that a submission was to be sealed with; it is sealed with new ones."""

    def __init__(self, key_ids: set[str]) -> None:
        super().__init__("keys were destroyed")
        self.key_ids = key_ids


def _insertion(table: Table) -> str:
    # The names are those of our own table; the values never come near the text.
    names = [column.name for column in table.columns]
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608  # nosec B608


_INSERT_EVENTS, _INSERT_DISCLOSURES, _INSERT_NODES, _INSERT_CHECKPOINTS = map(
    _insertion, (evidence_event, evidence_disclosure, evidence_node, evidence_checkpoint)
)


async def _write(connection: AsyncConnection, pending: Pending) -> None:
    """Write what is sealed, in as few statements as there are tables."""
    for statement, rows in (
        (_INSERT_EVENTS, pending.events),
        (_INSERT_DISCLOSURES, pending.disclosures),
        (_INSERT_NODES, pending.nodes),
    ):
        if rows:
            await write_many(connection, statement, rows)
            rows.clear()


class Ledger:
    """The Merkle log of one operator, and its only writer."""

    def __init__(
        self,
        database: Database,
        keys: SubjectKeys,
        signing_key: SigningKey,
        published: Path,
        *,
        checkpoint_every: int = 256,
        checkpoint_interval_s: float = 600.0,
    ) -> None:
        self._database = database
        self._keys = keys
        self._signing_key = signing_key
        self._reigns: tuple[Reign, ...] = (Reign(0, signing_key.verifier),)
        self._published = published
        self._checkpoint_every = checkpoint_every
        self._checkpoint_interval_s = checkpoint_interval_s
        self._waiting: asyncio.Queue[_Submission] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []
        self._publishing = asyncio.Lock()
        self._published_size = 0
        self._closing = False
        self._handing_over = False
        self._clock = ClockWatch()
        self._since_checkpoint = 0
        # What the last group left, for nobody else writes here; None where that is not sure.
        self._head: Head | None = None
        self._owners = Recent[str, str](OWNERS_KEPT)

    @property
    def origin(self) -> str:
        """Return the log's name, which is also its key's name."""
        return self._signing_key.verifier.name

    @property
    def vkey(self) -> str:
        """Return the public key line to hand to anyone who wants to check."""
        return self._signing_key.verifier.encode()

    @property
    def vkeys(self) -> tuple[str, ...]:
        """Return the public keys of the log's whole life, in order: what was signed long ago needs its own."""
        return tuple(reign.key.encode() for reign in self._reigns)

    def sign(self, text: str) -> str:
        """Sign a note's text with the log's key (the bundle's own statement, for one)."""
        return self._signing_key.sign(text)

    async def start(self) -> None:
        """Open the log on first use, check it against what was signed, and start the writer.

        Raise LedgerMismatch where the database contradicts a signed or published checkpoint:
        a restored backup would otherwise sign a second history.
        """
        async with self._database.write() as connection:
            head = (await connection.execute(select(evidence_head))).one_or_none()
            if head is None:
                await connection.execute(
                    insert(evidence_head).values(id=1, origin=self.origin, size=0, frontier=b"", last_ts=0)
                )
            elif head.origin != self.origin:
                raise LedgerMismatch(f"the database belongs to the log {head.origin}, not to {self.origin}")
            self._reigns = await reigns_of(connection, self._signing_key.verifier)
            if head is not None and head.size:
                await self._check_history(connection, Frontier.parse(head.size, head.frontier))
        self._tasks = [
            asyncio.create_task(self._write_forever(), name="ledger writer"),
            asyncio.create_task(self._checkpoint_forever(), name="ledger checkpoints"),
        ]
        if head is None:
            opened: dict[str, JsonValue] = {"origin": self.origin, "version": VERSION}
            await self.append(NewEvent(LOG_PROJECT, Kind.LOG_OPENED, "sys", opened))
        else:
            await self._note_version()

    async def _note_version(self) -> None:
        """Record that another version of Colophon goes on with the log."""
        before = await self._last_told("version", Kind.LOG_OPENED, Kind.VERSION_CHANGED)
        if before != VERSION:
            changed: dict[str, JsonValue] = {"version": VERSION, "before": before}
            await self.append(NewEvent(LOG_PROJECT, Kind.VERSION_CHANGED, "sys", changed))

    async def note_settings(self, settings: Mapping[str, JsonValue]) -> None:
        """Record the settings that touch the evidence, where they are others than the last time."""
        before = await self._last_told("settings", Kind.SETTINGS_CHANGED)
        if (before or {}) != settings:
            changed: dict[str, JsonValue] = {"settings": dict(settings), "before": before}
            await self.append(NewEvent(LOG_PROJECT, Kind.SETTINGS_CHANGED, "sys", changed))

    async def _last_told(self, field: str, *kinds: Kind) -> JsonValue:
        """Return a field of the newest event of some kinds."""
        query = select(func.max(evidence_event.c.seq)).where(evidence_event.c.type.in_(kinds))
        async with self._database.read() as connection:
            last = await connection.scalar(query)
        return None if last is None else (await self.disclosed(last)).get(field)

    async def _check_history(self, connection: AsyncConnection, frontier: Frontier) -> None:
        if frontier.root() != await root_at(connection, frontier.size):
            raise LedgerMismatch("the head of the ledger does not fit its events")
        newest = await connection.scalar(
            select(evidence_checkpoint.c.note).order_by(evidence_checkpoint.c.size.desc()).limit(1)
        )
        notes = [bytes(newest).decode()] if newest is not None else []
        published = await asyncio.to_thread(read_published, self._published)
        if published is not None:
            notes.append(published)
        for note in notes:
            try:
                signed = open_checkpoint(note, self._reigns)
            except ValueError as error:
                raise LedgerMismatch(f"the last checkpoint cannot be read: {error}") from error
            if signed.size > frontier.size:
                raise LedgerMismatch(
                    f"a checkpoint of {signed.size} events was signed, but the database holds {frontier.size}"
                )
            if signed.root != await root_at(connection, signed.size):
                raise LedgerMismatch(f"the events below {signed.size} are not those that were signed")

    async def close(self) -> None:
        """Finish what is waiting, sign the last checkpoint, and stop."""
        if not self._tasks:
            return
        self._closing = True
        await self._waiting.join()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        await self.checkpoint()

    # --- appending ---------------------------------------------------------------------------

    @overload
    async def append(self, *events: NewEvent) -> Appended[None]: ...

    @overload
    async def append(self, *events: NewEvent, rows: Rows[T]) -> Appended[T]: ...

    async def append(self, *events: NewEvent, rows: Rows[Any] | None = None) -> Appended[Any]:
        """Record events (and write `rows` in the same transaction); return after it is on disk.

        If `rows` raises, nothing of this submission is recorded and the error reaches the caller;
        other submissions of the group are not touched. Raise LedgerClosed or StorageFull.
        """
        if self._closing or not self._tasks:
            raise LedgerClosed("the ledger is not open")
        for e in events:
            check_event(e.type, e.actor, e.project, list(e.fields))
        subjects = tuple([await self._subject(e, events) for e in events])
        while True:
            # Keys are committed to their own file before anything is sealed with them: if we stop
            # in between, an unused key remains, never an event that nobody can open.
            keys = {subject: await self._keys.current(subject) for subject in subjects}
            done = asyncio.get_running_loop().create_future()
            submission = _Submission(events, subjects, keys, rows, done, _platform_ms(events))
            self._waiting.put_nowait(submission)
            try:
                sealed, frontier, value = await submission.done
            except _KeysDestroyed as gone:
                self._keys.forget(gone.key_ids)
            else:
                break
        root = frontier.root()
        return Appended(tuple(Receipt(seq, h, frontier.size, root) for seq, h in sealed), value)

    async def _subject(self, event: NewEvent, submission: Sequence[NewEvent]) -> str:
        """Return the subject of one event: its actor, or for bot and sys whoever it is about, else the owner."""
        if event.actor not in ("bot", "sys"):
            return event.actor
        if event.subject:
            return event.subject
        owner = LOG_PROJECT if event.project == LOG_PROJECT else self._owners.get(event.project)
        if owner is None:
            async with self._database.read() as connection:
                first = await connection.scalar(
                    select(evidence_disclosure.c.key_id)
                    .join(evidence_event, evidence_event.c.seq == evidence_disclosure.c.seq)
                    .where(evidence_event.c.project == event.project, evidence_event.c.pseq == 0)
                    .limit(1)
                )
            opener = next((e.actor for e in submission if e.project == event.project), None)
            owner = opener if first is None else subject_of(first)
            if owner is None or owner in ("bot", "sys"):
                raise ValueError(f"project {event.project} has not been opened by a member")
            if first is not None:
                self._owners[event.project] = owner
        return owner

    async def _write_forever(self) -> None:
        while True:
            group = [await self._waiting.get()]
            count = len(group[0].events)
            while count < GROUP_LIMIT and not self._waiting.empty():
                group.append(self._waiting.get_nowait())
                count += len(group[-1].events)
            try:
                await self._write_group(group)
            except asyncio.CancelledError:
                for submission in group:
                    _fail(submission, LedgerClosed("the ledger was stopped"))
                raise
            except Exception as error:  # every waiting caller is told; the writer lives on
                # A full disk and a locked database are for the operator to mend; anything else, for us to find.
                foreseen = isinstance(error, StorageError)
                why = error if foreseen else type(error).__name__
                log.error(
                    "a group of %d submissions was not recorded: %s",
                    len(group),
                    why,
                    exc_info=None if foreseen else error,
                )
                for submission in group:
                    _fail(submission, error)
            finally:
                for _ in group:
                    self._waiting.task_done()

    async def _write_group(self, group: list[_Submission]) -> None:
        outcomes: list[tuple[_Submission, list[tuple[int, bytes]], Any]] = []
        refused: list[tuple[_Submission, Exception]] = []
        async with self._database.write() as connection:
            head = (await self._newest_head(connection)).copy()
            self._head = None
            pending = Pending()
            destroyed = await self._keys.destroyed(connection, {key_id for s in group for key_id, _ in s.keys.values()})
            await self._note_skew(connection, head, pending, group)
            for submission in group:
                if submission.done.cancelled():
                    continue
                if gone := destroyed & {key_id for key_id, _ in submission.keys.values()}:
                    refused.append((submission, _KeysDestroyed(gone)))
                    continue
                await self._load_tails(connection, head, submission.events)
                if submission.rows is None:
                    outcomes.append((submission, _seal_all(head, submission, pending), None))
                    continue
                await _write(connection, pending)
                before = head.copy()
                try:
                    async with connection.begin_nested():
                        sealed = _seal_all(head, submission, pending)
                        await _write(connection, pending)
                        value = await submission.rows(connection, tuple(seq for seq, _ in sealed))
                except Exception as error:  # rolled back alone and handed to its own caller
                    if connection.invalidated or not connection.in_transaction() or is_full(error):
                        raise
                    head, pending = before, Pending()
                    refused.append((submission, error))
                else:
                    outcomes.append((submission, sealed, value))
            await _write(connection, pending)
            values = (head.frontier.size, head.frontier.pack(), head.last_ts)
            await write_many(connection, "UPDATE evidence_head SET size = ?, frontier = ?, last_ts = ?", [values])
            issued = await self._checkpoint_if_due(connection, head, sum(len(sealed) for _, sealed, _ in outcomes))
        if len(head.tails) > TAILS_KEPT:
            head.tails.clear()
        self._head = head
        for submission, sealed, value in outcomes:
            if not submission.done.done():
                submission.done.set_result((sealed, head.frontier, value))
        # Told only now: what stands in the way may be an event of the same group, which nobody could read before.
        for submission, reason in refused:
            _fail(submission, reason)
        if issued is not None:
            try:
                await self._publish(issued)
            except OSError as error:  # it is signed and in the database; the next one is written beside it again
                log.error("checkpoint %d could not be written beside the database", issued.size, exc_info=error)

    async def _checkpoint_if_due(self, connection: AsyncConnection, head: Head, count: int) -> Checkpoint | None:
        """Sign the tree in the transaction of its newest events, once enough came since the last time."""
        self._since_checkpoint += count
        if self._since_checkpoint < self._checkpoint_every or self._handing_over:
            return None
        issued = Checkpoint.issue(self._signing_key, head.frontier.size, head.frontier.root())
        row = (issued.size, issued.note.encode(), now_ms())
        await write_many(connection, _INSERT_CHECKPOINTS, [row])
        self._since_checkpoint = 0
        return issued

    async def _note_skew(
        self, connection: AsyncConnection, head: Head, pending: Pending, group: Sequence[_Submission]
    ) -> None:
        """Record, once, that our clock ran back (times stand still until it has caught up) or left the platform's."""
        now = now_ms()
        behind_ms = head.last_ts - now
        if self._clock.ran_back(behind_ms):
            await self._seal_skew(connection, head, pending, {"behind_ms": behind_ms})
        ahead_ms = next((now - s.platform_ms for s in group if s.platform_ms is not None), None)
        if ahead_ms is not None and self._clock.left_the_platforms(ahead_ms):
            await self._seal_skew(connection, head, pending, {"ahead_ms": ahead_ms})

    async def _seal_skew(
        self, connection: AsyncConnection, head: Head, pending: Pending, fields: Mapping[str, JsonValue]
    ) -> None:
        skew = NewEvent(LOG_PROJECT, Kind.CLOCK_SKEWED, "sys", fields)
        await self._load_tails(connection, head, [skew])
        head.seal(skew, *await self._keys.current(LOG_PROJECT), pending)

    async def _newest_head(self, connection: AsyncConnection) -> Head:
        """Return the end of the log: what our last group left, and what other processes recorded since."""
        known = self._head
        if known is not None and not self._database.shared:
            return known
        head = await _read_head(connection)
        if known is not None and known.frontier.size == head.frontier.size:
            return known
        if self._database.shared:
            await self._check_reign(connection)
            signed = await connection.scalar(select(func.max(evidence_checkpoint.c.size)))
            self._since_checkpoint = head.frontier.size - (signed or 0)
        if known is not None and head.frontier.size - known.frontier.size <= TAILS_KEPT:
            since = select(evidence_event.c.project, evidence_event.c.pseq, evidence_event.c.h).where(
                evidence_event.c.seq >= known.frontier.size
            )
            newer = await connection.execute(since.order_by(evidence_event.c.seq))
            head.tails = known.tails | {row.project: Tail(row.pseq, bytes(row.h)) for row in newer}
        return head

    async def _check_reign(self, connection: AsyncConnection) -> None:
        """Raise LedgerClosed where another process has handed the log over to a key that we do not have."""
        since = await connection.scalar(select(func.max(evidence_rotation.c.since)))
        if (since or 0) != self._reigns[-1].since:
            raise LedgerClosed("the log was handed over to another key meanwhile; start this process again")

    async def _load_tails(self, connection: AsyncConnection, head: Head, events: Sequence[NewEvent]) -> None:
        """Look up the newest event of each project that the cache does not know."""
        for project in {e.project for e in events} - head.tails.keys():
            row = (
                await connection.execute(
                    select(evidence_event.c.pseq, evidence_event.c.h)
                    .where(evidence_event.c.project == project)
                    .order_by(evidence_event.c.pseq.desc())
                    .limit(1)
                )
            ).one_or_none()
            if row is not None:
                head.tails[project] = Tail(row.pseq, bytes(row.h))

    # --- reading back ------------------------------------------------------------------------

    async def disclosed(self, seq: int) -> dict[str, JsonValue]:
        """Return the opened fields of an event; erased ones are absent."""
        return (await self.disclosed_many([seq])).get(seq, {})

    async def disclosed_many(self, seqs: Sequence[int]) -> dict[int, dict[str, JsonValue]]:
        """Return the opened fields of several events, by their number, in the order of the log."""
        query = select(evidence_disclosure).where(evidence_disclosure.c.seq.in_(list(seqs)))
        async with self._database.read() as connection:
            rows = (await connection.execute(query.order_by(evidence_disclosure.c.seq))).all()
        keys = await self._keys.get_all({row.key_id for row in rows})
        fields: dict[int, dict[str, JsonValue]] = {}
        for row in rows:
            key = keys.get(row.key_id)
            if key is not None:
                text = unseal(key, row.seq, row.field, Sealed(row.nonce, row.ct))
                fields.setdefault(row.seq, {})[row.field] = opened(text)
        return fields

    async def receipt(self, seq: int) -> Receipt:
        """Return the receipt of an event as of now."""
        async with self._database.read() as connection:
            hashed = await connection.scalar(select(evidence_event.c.h).where(evidence_event.c.seq == seq))
            head = (await connection.execute(select(evidence_head))).one()
        if hashed is None:
            raise NotFound(f"event {seq}")
        return Receipt(seq, bytes(hashed), head.size, Frontier.parse(head.size, head.frontier).root())

    async def size(self) -> int:
        """Return how many events the log holds."""
        async with self._database.read() as connection:
            return (await connection.scalar(select(evidence_head.c.size))) or 0

    async def signed_size(self) -> int:
        """Return the size of the newest checkpoint."""
        async with self._database.read() as connection:
            return (await connection.scalar(select(func.max(evidence_checkpoint.c.size)))) or 0

    async def grown_since(self, size: int) -> bool:
        """Tell whether anything was recorded beyond a size, apart from what tells of that checkpoint itself.

        Else a stamp would be a reason for the next one, for ever.
        """
        telling = evidence_event.c.type.in_([Kind.TIME_ANCHORED, Kind.CHECKPOINT_POSTED])
        grown = select(evidence_event.c.seq).where(evidence_event.c.seq >= size, ~telling).limit(1)
        async with self._database.read() as connection:
            return await connection.scalar(grown) is not None

    # --- checkpoints -------------------------------------------------------------------------

    async def checkpoint(self, size: int | None = None) -> Checkpoint:
        """Sign the tree as it is now, or as it was at an earlier size; a size is signed only once.

        Order: the events are committed, then the checkpoint row, and only then is it published.
        If we stop before publishing, the next start still finds the row.
        """
        async with self._database.write() as connection:
            if self._database.shared:
                await self._check_reign(connection)
            head = (await connection.execute(select(evidence_head))).one()
            size = head.size if size is None else size
            note = await connection.scalar(select(evidence_checkpoint.c.note).where(evidence_checkpoint.c.size == size))
            if note is None:
                root = await root_at(connection, size)
                issued = Checkpoint.issue(self._signing_key, size, root)
                await connection.execute(
                    insert(evidence_checkpoint).values(size=size, note=issued.note.encode(), issued=now_ms())
                )
            else:
                issued = open_checkpoint(bytes(note).decode(), self._reigns)
            newest = await connection.scalar(select(func.max(evidence_checkpoint.c.size)))
        if size == head.size:
            self._since_checkpoint = 0
        if size == newest:
            await self._publish(issued)
        return issued

    async def _publish(self, checkpoint: Checkpoint) -> None:
        """Keep the newest checkpoint outside the database; of several that come at once, the largest stays."""
        async with self._publishing:
            if checkpoint.size >= self._published_size:
                await asyncio.to_thread(_keep_newest, self._published, checkpoint)
                self._published_size = checkpoint.size

    def opened_by_nobody(self) -> AbstractAsyncContextManager[None]:
        """Let no other process open the log meanwhile."""
        return opening(self._database.place)

    async def rotate(self, successor: SigningKey) -> int:
        """Hand the log over to another key; return the first size that it signs.

        The hand-over is an event of the log and a note signed by both keys. For when nothing else is being recorded.
        """
        old = self._signing_key
        # Or a checkpoint that falls due with the event itself would be signed by the key that has gone.
        self._handing_over = True

        async def rows(connection: AsyncConnection, seqs: tuple[int, ...]) -> int:
            since = seqs[0] + 1
            if len(self._reigns) == 1:
                await connection.execute(insert(evidence_rotation).values(since=0, vkey=self.vkey, note=b""))
            note = hand_over(self.origin, since, old, successor)
            await connection.execute(
                insert(evidence_rotation).values(since=since, vkey=successor.verifier.encode(), note=note.encode())
            )
            return since

        fields: dict[str, JsonValue] = {"vkey": successor.verifier.encode()}
        try:
            handed = await self.append(NewEvent(LOG_PROJECT, Kind.KEY_ROTATED, "sys", fields), rows=rows)
        finally:
            self._handing_over = False
        self._signing_key = successor
        self._reigns = (*self._reigns, Reign(handed.value, successor.verifier))
        await self.checkpoint()
        return handed.value

    async def _checkpoint_forever(self) -> None:
        while True:
            await asyncio.sleep(self._checkpoint_interval_s)
            if not self._since_checkpoint:
                continue
            try:
                await self.checkpoint()
            except (StorageError, OSError) as error:  # a disk that is full, a database that is locked: later, then
                log.error("no checkpoint was signed", exc_info=error)

    async def receipt_proof(self, seq: int) -> str:
        """Return the full receipt of an event: leaf, inclusion path and checkpoint (tlog-proof)."""
        signed = await self._checkpoint_above(seq)
        async with self._database.read() as connection:
            leaf = await connection.scalar(select(evidence_event.c.leaf).where(evidence_event.c.seq == seq))
            if leaf is None:
                raise NotFound(f"event {seq}")
            path = await inclusion_path(connection, seq, signed.size)
        return render_proof(bytes(leaf), seq, path, signed)

    async def _checkpoint_above(self, seq: int) -> Checkpoint:
        async with self._database.read() as connection:
            size = await connection.scalar(
                select(func.min(evidence_checkpoint.c.size)).where(evidence_checkpoint.c.size > seq)
            )
            note = await connection.scalar(select(evidence_checkpoint.c.note).where(evidence_checkpoint.c.size == size))
        if note is None:
            return await self.checkpoint()
        return open_checkpoint(bytes(note).decode(), self._reigns)


async def begun(database: Database) -> str | None:
    """Return the origin of the log in a database; None where it has not begun."""
    async with database.read() as connection:
        origin: str | None = await connection.scalar(select(evidence_head.c.origin))
    return origin


async def _read_head(connection: AsyncConnection) -> Head:
    row = (await connection.execute(select(evidence_head))).one()
    return Head(Frontier.parse(row.size, row.frontier), row.last_ts, {})


async def reigns_of(connection: AsyncConnection, current: VerifierKey) -> tuple[Reign, ...]:
    """Return the keys of the log in order; raise LedgerMismatch where the last one is not the key at hand."""
    rows = (await connection.execute(select(evidence_rotation).order_by(evidence_rotation.c.since))).all()
    reigns = tuple(Reign(row.since, VerifierKey.parse(row.vkey)) for row in rows) or (Reign(0, current),)
    if reigns[-1].key != current:
        raise LedgerMismatch("the signing key is not the one that the log was last handed over to")
    return reigns


def open_checkpoint(note: str, reigns: Sequence[Reign]) -> Checkpoint:
    """Read a checkpoint and check the signature of the key in force at its size; raise ValueError where it fails."""
    return Checkpoint.open(note, key_at(reigns, size_of(note)))


def _seal_all(head: Head, submission: _Submission, pending: Pending) -> list[tuple[int, bytes]]:
    return [
        head.seal(event, *submission.keys[subject], pending)
        for event, subject in zip(submission.events, submission.subjects, strict=True)
    ]


def _platform_ms(events: Sequence[NewEvent]) -> int | None:
    acts = (event.fields.get("discord") for event in events)
    ids = [str(act.get("interaction", "")) for act in acts if isinstance(act, Mapping)]
    return next((snowflake_ms(id_) for id_ in ids if id_.isdecimal()), None)


def _fail(submission: _Submission, error: BaseException) -> None:
    if not submission.done.done():
        submission.done.set_exception(error)


def read_published(path: Path) -> str | None:
    """Return the note that was last published; None where there is none, or nothing in it; blocking.

    To take an empty file for none gives nothing away: whoever could empty it could have deleted it.
    """
    try:
        return path.read_text() or None
    except FileNotFoundError:
        return None


def _keep_newest(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint to a file, whole or not at all, unless another process has put a larger one there."""
    only_ours = os.open(path.with_suffix(".lock"), os.O_WRONLY | os.O_CREAT, 0o600)
    with os.fdopen(only_ours, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = read_published(path)
        if kept is None or size_of(kept) <= checkpoint.size:
            temporary = path.with_suffix(".tmp")
            with temporary.open("w") as file:
                file.write(checkpoint.note)
                file.flush()
                # A name that reaches the disk before its content would be an empty note after a power cut.
                os.fsync(file.fileno())
            temporary.replace(path)
