"""What a member can know and decide about their record: what is kept, who looked, and erasing it.

Erasing destroys the keys of the words and deletes the pictures. The log is not touched: it still verifies, and it shows
that something was erased, when, and on what ground (GDPR art. 17, PIPL art. 47).
"""

import asyncio
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, column, delete, func, select, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.acts import Act
from storage.appeals import withdraw
from storage.clock import iso_ms, now_ms
from storage.database import Database
from storage.errors import NotDisclosed, NotFound, StateConflict
from storage.evidence.commitments import JsonValue
from storage.evidence.keys import SubjectKeys, subject_of
from storage.evidence.kinds import Kind
from storage.evidence.leaf import LOG_PROJECT
from storage.evidence.ledger import Ledger, Receipt
from storage.evidence.sealing import NewEvent
from storage.jobs import OPEN_STATES, JobState
from storage.media import Media
from storage.members import Member
from storage.projects import Project, Projects, sealed_for
from storage.servers import Servers
from storage.standing import Standings
from storage.tables import (
    actors,
    appeals,
    attachments,
    brief_inputs,
    briefs,
    candidates,
    drafts,
    evidence_disclosure,
    evidence_event,
    jobs,
    media,
    member_settings,
    members,
    projects,
    share_offers,
    text_drafts,
)
from storage.texts import TextState

_LOOKS: Final = (Kind.EXPORT_MADE, Kind.WORDS_OPENED)
"""The events that say whose words somebody got to see; `scope` says who and why."""


_AT_ONCE: Final = 500
"""So many files are asked for in one statement."""


class Basis(StrEnum):
    """Why something was erased."""

    ASKED = "the member asked for it"
    RETENTION = "the time it is kept for is over"


@dataclass(frozen=True, slots=True)
class Kept:
    """How much is kept of a member: the events of their projects, those of who makes them with them among these."""

    projects: int
    events: int
    pictures: int
    since_ms: int | None


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody took words of a project away, or `opened` them where they are.

    When, who (owner, maker, moderator or operator), and why if they said; `person` is a moderator's id on the chat
    platform. A maker is one of those who make the project together; what of others' words they got is what those had
    confirmed.
    """

    project: Project
    seq: int
    ts: str
    who: str
    reason: str
    opened: bool = False
    person: str = ""


class Privacy:
    """The repository of these acts."""

    def __init__(
        self,
        database: Database,
        keys: SubjectKeys,
        ledger: Ledger,
        media: Media,
        repository: Projects,
        standings: Standings,
        servers: Servers,
    ) -> None:
        self._database = database
        self._keys = keys
        self._ledger = ledger
        self._media = media
        self._projects = repository
        self._standings = standings
        self._servers = servers

    async def kept(self, owned: Sequence[Project]) -> Kept:
        """Count what is kept of projects."""
        ids = [project.id for project in owned]
        async with self._database.read() as connection:
            events = await connection.scalar(
                select(func.count()).select_from(evidence_event).where(evidence_event.c.project.in_(ids))
            )
            pictures = len(await _files(connection, owned))
            since = await connection.scalar(select(func.min(projects.c.created_at)).where(projects.c.id.in_(ids)))
        return Kept(len(ids), events or 0, pictures, since)

    async def looks(self, owned: Sequence[Project]) -> list[Look]:
        """Return who took words of projects away, or opened them, newest first."""
        by_id = {project.id: project for project in owned}
        query = (
            select(evidence_event.c.seq, evidence_event.c.project, evidence_event.c.type, evidence_event.c.leaf)
            .where(evidence_event.c.project.in_(list(by_id)), evidence_event.c.type.in_(_LOOKS))
            .order_by(evidence_event.c.seq.desc())
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
            sealed_by = await _subjects(connection, [row.seq for row in rows])
        told = await self._ledger.disclosed_many([row.seq for row in rows])
        looks = []
        for row in rows:
            project, leaf = by_id[row.project], json.loads(row.leaf)
            opened = row.type == Kind.WORDS_OPENED
            if sealed_by.get(row.seq, project.actor) != project.actor:
                # What is sealed for another maker is theirs to know; that one of them took the project away is not.
                if leaf["actor"].startswith("u_"):
                    looks.append(Look(project, row.seq, leaf["ts"], "maker", "", opened))
                continue
            scope = told.get(row.seq, {}).get("scope")
            said = {name: str(value) for name, value in scope.items()} if isinstance(scope, dict) else {}
            who, reason, person = (said.get(name, "") for name in ("by", "reason", "who"))
            looks.append(Look(project, row.seq, leaf["ts"], who, reason, opened, person))
        return looks

    async def open_words(self, seq: int, reason: str) -> Receipt:
        """Record that the operator is about to open the words of an event; raise NotFound, or NotDisclosed if erased.

        First the record, then the look: whoever is stopped in between has seen nothing.
        """
        async with self._database.read() as connection:
            project = await connection.scalar(select(evidence_event.c.project).where(evidence_event.c.seq == seq))
            words = select(evidence_disclosure.c.key_id).where(evidence_disclosure.c.seq == seq)
            keys = set(await connection.scalars(words))
        if project is None or project == LOG_PROJECT:
            raise NotFound(f"event {seq}")
        living = [key for key in keys if await self._keys.get(key) is not None]
        if not living:
            raise NotDisclosed("all of it")
        scope: dict[str, JsonValue] = {"by": "operator", "reason": reason}
        event = NewEvent(
            project, Kind.WORDS_OPENED, "sys", {"scope": scope}, refs=(seq,), subject=subject_of(living[0])
        )
        return (await self._ledger.append(event)).receipts[0]

    async def agree(self, member: Member, owned: Sequence[Project]) -> Member:
        """Record in every project of a member that they agree; agreeing twice is once."""
        if member.consented:
            return member
        now = now_ms()
        agreed: dict[str, JsonValue] = {"agreed_at": iso_ms(now)}
        await self._consent(member, owned, Kind.CONSENT_GIVEN, agreed, now)
        return replace(member, consented_at=now)

    async def withdraw(self, member: Member, owned: Sequence[Project], act: Act) -> Receipt | None:
        """Record in every project of a member that they no longer agree: until they do again, nothing more is.

        Return the last receipt; None where there was no project, or no agreement to take back.
        """
        if not member.consented:
            return None
        receipts = await self._consent(member, owned, Kind.CONSENT_WITHDRAWN, act.as_fields(), None)
        return receipts[-1] if receipts else None

    async def _consent(
        self,
        member: Member,
        owned: Sequence[Project],
        kind: Kind,
        fields: Mapping[str, JsonValue],
        consented_at: int | None,
    ) -> tuple[Receipt, ...]:
        async def rows(connection: AsyncConnection, _: tuple[int, ...]) -> None:
            agreed = update(members).where(members.c.id == member.id)
            await connection.execute(agreed.values(consented_at=consented_at))

        events = [NewEvent(project.id, kind, project.actor, fields) for project in owned]
        return (await self._ledger.append(*events, rows=rows)).receipts

    async def erase(self, project: Project, basis: Basis) -> Receipt:
        """Erase a maker's words and files in a project; what waits to be drawn for them is cancelled.

        Of its owner it takes no more acts then, by nobody; the others' words stay theirs. Anybody else leaves it.
        First the keys go, so that being cut off anywhere leaves nothing readable; erasing again finishes the rest.
        Raise StateConflict where the files are being read without end.
        """
        async with self._database.read() as connection:
            targets = (
                await connection.execute(
                    select(evidence_disclosure.c.seq, evidence_disclosure.c.field)
                    .join(evidence_event, evidence_event.c.seq == evidence_disclosure.c.seq)
                    .where(evidence_event.c.project == project.id, sealed_for(project.actor))
                    .order_by(evidence_disclosure.c.seq, evidence_disclosure.c.field)
                )
            ).all()
            files = await _files(connection, [project])
        await self._keys.destroy(project.actor)

        async def rows(connection: AsyncConnection, seqs: tuple[int, ...]) -> None:
            mine = select(drafts.c.id).join(briefs, briefs.c.id == drafts.c.brief_id).where(_briefs_of(project))
            waiting = jobs.c.draft_id.in_(mine) & jobs.c.state.in_(OPEN_STATES)
            await connection.execute(update(jobs).where(waiting).values(state=JobState.CANCELLED))
            mine_texts = (text_drafts.c.project_id == project.id) & (text_drafts.c.member_id == project.member_id)
            await _cancel_texts(connection, mine_texts)
            makers = update(actors).where(actors.c.project_id == project.id)
            if project.owned:
                await connection.execute(makers.values(current=0))
                await connection.execute(delete(share_offers).where(share_offers.c.project_id == project.id))
            else:
                mine_alone = makers.where(actors.c.member_id == project.member_id)
                await connection.execute(mine_alone.values(current=0, left_seq=seqs[0]))
            await withdraw(
                connection, (appeals.c.project_id == project.id) & (appeals.c.member_id == project.member_id)
            )

        fields: dict[str, JsonValue] = {
            "targets": [[target.seq, target.field] for target in targets],
            "basis": basis.value,
        }
        erased = await self._ledger.append(NewEvent(project.id, Kind.ERASURE_DONE, project.actor, fields), rows=rows)
        await self._delete(files, project)
        await self._database.forget_traces()
        return erased.receipts[0]

    async def erase_event(self, project: Project, seq: int, basis: Basis) -> Receipt:
        """Erase the words and the files of one event, as far as they are its maker's; raise StateConflict without any.

        A brief that waits to be drawn, from the words or from the picture, is cancelled. The words go in the
        transaction that records it.
        """
        told = await self.words_of(project, seq)
        if not told:
            raise StateConflict(f"event {seq} has no words any more")
        files = [named for name in ("image", "file") if isinstance(named := told.get(name), Mapping)]

        async def rows(connection: AsyncConnection, _: tuple[int, ...]) -> None:
            gone = (evidence_disclosure.c.seq == seq) & sealed_for(project.actor)
            await connection.execute(delete(evidence_disclosure).where(gone))
            mine = select(drafts.c.id).join(briefs, briefs.c.id == drafts.c.brief_id).where(briefs.c.seq == seq)
            fed = select(brief_inputs.c.brief_id).where(brief_inputs.c.seq == seq)
            from_it = select(drafts.c.id).where(drafts.c.brief_id.in_(fed))
            waiting = jobs.c.draft_id.in_(union(mine, from_it)) & jobs.c.state.in_(OPEN_STATES)
            await connection.execute(update(jobs).where(waiting).values(state=JobState.CANCELLED))
            await _cancel_texts(connection, text_drafts.c.seq == seq)
            await withdraw(connection, (appeals.c.seq == seq) | (appeals.c.about == seq))

        fields: dict[str, JsonValue] = {"targets": [[seq, name] for name in sorted(told)], "basis": basis.value}
        event = NewEvent(project.id, Kind.ERASURE_DONE, project.actor, fields, refs=(seq,))
        erased = await self._ledger.append(event, rows=rows)
        for file in files:
            await self._delete_unless_used(str(file["sha256"]), seq)
        await self._database.forget_traces()
        return erased.receipts[0]

    async def words_of(self, project: Project, seq: int) -> Mapping[str, JsonValue]:
        """Return the fields of an event that are a maker's own and can still be opened."""
        own = select(evidence_disclosure.c.field).where(evidence_disclosure.c.seq == seq, sealed_for(project.actor))
        async with self._database.read() as connection:
            names = set(await connection.scalars(own))
        return {name: value for name, value in (await self._ledger.disclosed(seq)).items() if name in names}

    async def _delete_unless_used(self, digest: str, seq: int) -> None:
        """Delete the file of a picture, once no other event that can still be opened names it."""
        async with self._database.read() as connection:
            uses = await _uses_of(connection, [digest])
        if not await self._ledger.disclosed_many(sorted({use.seq for use in uses} - {seq})):
            await asyncio.to_thread(self._media.path(digest).unlink, missing_ok=True)

    async def idle_since(self, before_ms: int, guild: str | None = None) -> list[Project]:
        """Return the projects with words (that began in a server) in which nothing was recorded since a time.

        Oldest first, as each of their makers has them whose words are still there.
        """
        # That somebody looked at a project is no work on it, and must not keep it alive.
        work = (evidence_event.c.project != LOG_PROJECT) & evidence_event.c.type.not_in(_LOOKS)
        if guild is not None:
            work &= evidence_event.c.project.in_(select(projects.c.id).where(projects.c.guild_id == guild))
        newest = select(func.max(evidence_event.c.seq)).where(work)
        last = select(evidence_event.c.project, evidence_event.c.leaf).where(
            evidence_event.c.seq.in_(newest.group_by(evidence_event.c.project))
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(last.order_by(evidence_event.c.seq))).all()
        before = iso_ms(before_ms)
        idle = [row.project for row in rows if json.loads(row.leaf)["ts"] < before]
        found = [project for project_id in idle for project in await self._projects.makers(project_id)]
        return [project for project in found if await self._keys.has_any(project.actor)]

    async def _delete(self, files: set[str], project: Project) -> None:
        """Delete files that no other project has, and no other maker of this one, whose words are still there."""
        async with self._database.read() as connection:
            uses = [use for use in await _uses_of(connection, files) if use.actor != project.actor]
        readable = await self._ledger.disclosed_many(sorted({use.seq for use in uses}))
        gone = sorted(files - {use.digest for use in uses if use.seq in readable})
        for digest in gone:
            await asyncio.to_thread(self._media.path(digest).unlink, missing_ok=True)
        async with self._database.write() as connection:
            await connection.execute(update(media).where(media.c.sha256.in_(gone)).values(pixels_sha256=None))

    async def forget(self, member: Member) -> None:
        """Forget who a member is, once their projects are erased: whoever comes back is somebody new.

        Except that a block holds for a while; see `storage.standing`.
        """
        await self._standings.erased(member)
        await self._servers.erased(member)
        async with self._database.write() as connection:
            await connection.execute(delete(member_settings).where(member_settings.c.member_id == member.id))
            await withdraw(connection, appeals.c.member_id == member.id)
            await connection.execute(
                update(members)
                .where(members.c.id == member.id)
                .values(platform_user_id=f"erased:{member.id}", name="", consented_at=None)
            )
            asked = share_offers.c.user_id == member.platform_user_id
            await connection.execute(delete(share_offers).where(asked))
        await self._database.forget_traces()


async def _cancel_texts(connection: AsyncConnection, which: ColumnElement[bool]) -> None:
    """Cancel what waits to be written, or to be shown."""
    waiting = which & text_drafts.c.state.in_([TextState.OPEN, TextState.MADE])
    await connection.execute(update(text_drafts).where(waiting).values(state=TextState.CANCELLED))


async def _subjects(connection: AsyncConnection, seqs: Sequence[int]) -> dict[int, str]:
    """Return whose key seals the fields of some events."""
    query = select(evidence_disclosure.c.seq, evidence_disclosure.c.key_id).where(evidence_disclosure.c.seq.in_(seqs))
    return {row.seq: subject_of(row.key_id) for row in await connection.execute(query)}


def _briefs_of(project: Project) -> ColumnElement[bool]:
    return (briefs.c.project_id == project.id) & (briefs.c.member_id == project.member_id)


async def _files(connection: AsyncConnection, owned: Sequence[Project]) -> set[str]:
    """Return the hashes of all files of some makers in their projects: what was drawn for them, what they put in."""
    actors_of = [project.actor for project in owned]
    return {use.digest for use in await _uses(connection, actors.c.actor.in_(actors_of))}


@dataclass(frozen=True, slots=True)
class _Use:
    """A file, the event that names it, and for whom it was drawn, or who put it in."""

    digest: str
    seq: int
    actor: str


async def _uses_of(connection: AsyncConnection, files: Collection[str]) -> set[_Use]:
    """Return every use of some files."""
    found = set()
    for some in _chunks(sorted(files)):
        found |= await _uses(connection, column("digest").in_(some))
    return found


async def _uses(connection: AsyncConnection, where: ColumnElement[bool]) -> set[_Use]:
    made = (
        select(briefs.c.project_id, briefs.c.member_id, candidates.c.media_sha256.label("digest"), candidates.c.seq)
        .join(drafts, drafts.c.id == candidates.c.draft_id)
        .join(briefs, briefs.c.id == drafts.c.brief_id)
    )
    given = select(briefs.c.project_id, briefs.c.member_id, brief_inputs.c.media_sha256, brief_inputs.c.seq).join(
        brief_inputs, brief_inputs.c.brief_id == briefs.c.id
    )
    attached = select(attachments.c.project_id, attachments.c.member_id, attachments.c.media_sha256, attachments.c.seq)
    uses = union(made, given, attached).subquery()
    makers = (actors.c.project_id == uses.c.project_id) & (actors.c.member_id == uses.c.member_id)
    query = select(uses.c.digest, uses.c.seq, actors.c.actor).join(actors, makers).where(where)
    return {_Use(row.digest, row.seq, row.actor) for row in await connection.execute(query)}


def _chunks(digests: Sequence[str]) -> Iterable[Sequence[str]]:
    return (digests[at : at + _AT_ONCE] for at in range(0, len(digests), _AT_ONCE))
