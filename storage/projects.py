"""Projects: what a member is making; every event about making belongs to one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.acts import Act
from storage.clock import iso_ms, now_ms
from storage.database import Database
from storage.errors import NotFound, NotYours, StateConflict
from storage.evidence.commitments import JsonValue
from storage.evidence.kinds import Kind
from storage.evidence.ledger import Ledger, Receipt
from storage.evidence.sealing import NewEvent
from storage.ids import new_actor_id, new_project_id
from storage.media import Picture, record
from storage.members import Member
from storage.tables import actors, attachments, briefs, evidence_event, projects

_WITH_ACTOR = select(projects, actors.c.actor).join(
    actors, (actors.c.project_id == projects.c.id) & (actors.c.member_id == projects.c.member_id)
)


@dataclass(frozen=True, slots=True)
class Project:
    """A member's piece of work; `actor` is the owner's pseudonym in it, `title` its opened field."""

    id: str
    member_id: str
    actor: str
    title: str
    opened_seq: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A project as its owner sees it among theirs: how many events it has, since when, and whether it is current."""

    project: Project
    events: int
    opened_ms: int
    current: bool


@dataclass(frozen=True, slots=True)
class Brought:
    """A picture that the member brings into a project, and what they say of it.

    `declared` says who made it (see `MadeBy`) and `operation` how. `of` is the event of the picture that it changes,
    where it is an edit; `change` is then what the comparison of both shows.
    """

    picture: Picture
    declared: str
    of: int | None = None
    operation: str = ""
    change: Mapping[str, JsonValue] = field(default_factory=dict)


class Projects:
    """The repository of projects."""

    def __init__(self, database: Database, ledger: Ledger) -> None:
        self._database = database
        self._ledger = ledger

    async def current_or_open(self, member: Member, title: str, *, guild_id: str | None) -> Project:
        """Return the project the member is working on, or open their first one: only one, however often they ask."""
        project = await self.current(member)
        if project is not None:
            return project
        try:
            return (await self.open(member, title, guild_id=guild_id, beside=False))[0]
        except StateConflict:
            # Another act of the member was faster.
            project = await self.current(member)
            assert project is not None, "whoever was faster has opened it"
            return project

    async def open(
        self, member: Member, title: str, *, guild_id: str | None, beside: bool = True
    ) -> tuple[Project, Receipt]:
        """Open a project and make it the member's current one; raise StateConflict if it may not stand `beside` one.

        Recorded: the opening, whose pseudonym the actor is, and that its owner agreed to be recorded.
        """
        project_id, actor = new_project_id(), new_actor_id()
        identity = f"{member.platform}:{member.platform_user_id}"

        async def rows(connection: AsyncConnection, seqs: tuple[int, ...]) -> None:
            current = (projects.c.member_id == member.id) & (projects.c.current == 1)
            if not beside and await connection.scalar(select(projects.c.id).where(current)) is not None:
                raise StateConflict(f"member {member.id} has a current project")
            await connection.execute(update(projects).where(projects.c.member_id == member.id).values(current=0))
            await connection.execute(
                insert(projects).values(
                    id=project_id,
                    member_id=member.id,
                    guild_id=guild_id,
                    opened_seq=seqs[0],
                    current=1,
                    created_at=now_ms(),
                )
            )
            await connection.execute(insert(actors).values(project_id=project_id, member_id=member.id, actor=actor))

        events = [
            NewEvent(project_id, Kind.PROJECT_OPENED, actor, {"title": title}),
            NewEvent(project_id, Kind.ACTOR_BOUND, actor, {"identity": identity}, refs=(-1,)),
        ]
        if member.consented_at is not None:
            agreed: dict[str, JsonValue] = {"agreed_at": iso_ms(member.consented_at)}
            events.append(NewEvent(project_id, Kind.CONSENT_GIVEN, actor, agreed))
        appended = await self._ledger.append(*events, rows=rows)
        receipt = appended.receipts[0]
        return Project(project_id, member.id, actor, title, receipt.seq), receipt

    async def switch(self, project: Project) -> None:
        """Make a project its owner's current one; that shapes no work, so it is no event."""
        async with self._database.write() as connection:
            mine = projects.c.member_id == project.member_id
            await connection.execute(update(projects).where(mine).values(current=projects.c.id == project.id))

    async def declare_intent(self, project: Project, text: str, act: Act) -> Receipt:
        """Seal what the member means to make; said before the first draft, it shows that the idea came first."""
        return await self._add(project, Kind.INTENT_DECLARED, {"text": text, **act.as_fields()})

    async def note(self, project: Project, text: str, act: Act) -> Receipt:
        """Record a note."""
        return await self._add(project, Kind.NOTE_ADDED, {"text": text, **act.as_fields()})

    async def finish(self, project: Project, title: str, claim: str, act: Act) -> Receipt:
        """Record the finished piece's title and what the member claims of it."""
        return await self._add(project, Kind.STATEMENT_DECLARED, {"title": title, "text": claim, **act.as_fields()})

    async def attach(self, project: Project, brought: Brought, act: Act) -> Receipt:
        """Record an edit made elsewhere, or outside material; its picture is already stored."""
        fields: dict[str, JsonValue] = {
            "image": brought.picture.as_field(),
            "pixels": brought.picture.pixels_sha256,
            "declared": brought.declared,
            **act.as_fields(),
        }
        if brought.operation:
            fields["operation"] = brought.operation
        if brought.of is None:
            return await self._add(project, Kind.UPLOAD_ADDED, fields, picture=brought.picture)
        if brought.change:
            fields["change"] = dict(brought.change)
        return await self._add(project, Kind.EDIT_APPLIED, fields, refs=(brought.of,), picture=brought.picture)

    async def _add(
        self,
        project: Project,
        kind: Kind,
        fields: Mapping[str, JsonValue],
        *,
        refs: tuple[int, ...] = (),
        picture: Picture | None = None,
    ) -> Receipt:
        async def rows(connection: AsyncConnection, seqs: tuple[int, ...]) -> None:
            if picture is not None:
                await record(connection, picture)
                await connection.execute(
                    insert(attachments).values(seq=seqs[0], project_id=project.id, media_sha256=picture.sha256)
                )

        event = NewEvent(project.id, kind, project.actor, fields, refs)
        return (await self._ledger.append(event, rows=rows)).receipts[0]

    async def current(self, member: Member) -> Project | None:
        """Return the project the member is working on, if one is open."""
        query = _WITH_ACTOR.where(projects.c.member_id == member.id, projects.c.current == 1)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else await self._project(row.id, row.member_id, row.actor, row.opened_seq)

    async def get(self, project_id: str, member: Member | None = None) -> Project:
        """Return a project; raise NotFound, or NotYours where `member` is given and is not its owner."""
        query = _WITH_ACTOR.where(projects.c.id == project_id)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None:
            raise NotFound(f"project {project_id}")
        if member is not None and row.member_id != member.id:
            raise NotYours(f"project {project_id}")
        return await self._project(row.id, row.member_id, row.actor, row.opened_seq)

    async def own(self, project_id: str, member: Member) -> Project:
        """Return a project of a member; raise NotFound also where it is somebody else's, which is nobody's business."""
        try:
            return await self.get(project_id, member)
        except NotYours as error:
            raise NotFound(f"project {project_id}") from error

    async def of_event(self, seq: int, member: Member) -> Project:
        """Return the project of an event; raise NotFound where there is none, or it is not the member's."""
        query = select(evidence_event.c.project).where(evidence_event.c.seq == seq)
        async with self._database.read() as connection:
            project_id = await connection.scalar(query)
        if project_id is None:
            raise NotFound(f"event {seq}")
        return await self.own(project_id, member)

    async def list(self, member: Member | None = None) -> list[Project]:
        """Return all projects (of a member), oldest first."""
        query = _WITH_ACTOR.order_by(projects.c.opened_seq)
        if member is not None:
            query = query.where(projects.c.member_id == member.id)
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return [await self._project(r.id, r.member_id, r.actor, r.opened_seq) for r in rows]

    async def listed(self, member: Member) -> Sequence[Listed]:
        """Return a member's projects with what there is to know of them at a glance, newest first."""
        count = select(func.count()).where(evidence_event.c.project == projects.c.id).scalar_subquery()
        query = _WITH_ACTOR.add_columns(count.label("events")).where(projects.c.member_id == member.id)
        async with self._database.read() as connection:
            rows = (await connection.execute(query.order_by(projects.c.opened_seq.desc()))).all()
        told = await self._ledger.disclosed_many([row.opened_seq for row in rows])
        return [
            Listed(
                Project(r.id, r.member_id, r.actor, str(told.get(r.opened_seq, {}).get("title", "")), r.opened_seq),
                r.events,
                r.created_at,
                bool(r.current),
            )
            for r in rows
        ]

    async def briefs_before(self, project: Project, seq: int) -> int:
        """Return how many briefs a project had before an event."""
        query = select(func.count()).where(briefs.c.project_id == project.id, briefs.c.seq < seq)
        async with self._database.read() as connection:
            return await connection.scalar(query) or 0

    async def _project(self, project_id: str, member_id: str, actor: str, seq: int) -> Project:
        title = (await self._ledger.disclosed(seq)).get("title", "")
        return Project(project_id, member_id, actor, str(title), seq)
