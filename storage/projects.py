"""Projects: what a member is making; every event about making belongs to one."""

from dataclasses import dataclass

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.clock import now_ms
from storage.database import Database
from storage.errors import NotFound, NotYours
from storage.evidence.ledger import Ledger, Receipt
from storage.evidence.sealing import NewEvent
from storage.ids import new_actor_id, new_project_id
from storage.members import Member
from storage.tables import actors, evidence_event, projects

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


class Projects:
    """The repository of projects."""

    def __init__(self, database: Database, ledger: Ledger) -> None:
        self._database = database
        self._ledger = ledger

    async def open(self, member: Member, title: str, *, guild_id: str | None) -> tuple[Project, Receipt]:
        """Open a project and make it the member's current one.

        Recorded: the opening and, as a second event, whose pseudonym the actor is.
        """
        project_id, actor = new_project_id(), new_actor_id()
        identity = f"{member.platform}:{member.platform_user_id}"

        async def rows(connection: AsyncConnection, seqs: tuple[int, ...]) -> None:
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

        appended = await self._ledger.append(
            NewEvent(project_id, "project.open", actor, {"title": title}),
            NewEvent(project_id, "actor.bound", actor, {"identity": identity}, refs=(-1,)),
            rows=rows,
        )
        receipt = appended.receipts[0]
        return Project(project_id, member.id, actor, title, receipt.seq), receipt

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

    async def of_event(self, seq: int, member: Member) -> Project:
        """Return the project of an event; raise NotFound where there is none, or it is not the member's."""
        query = select(evidence_event.c.project).where(evidence_event.c.seq == seq)
        async with self._database.read() as connection:
            project_id = await connection.scalar(query)
        if project_id is None:
            raise NotFound(f"event {seq}")
        try:
            return await self.get(project_id, member)
        except NotYours as error:
            # Whose it is, is nobody else's business.
            raise NotFound(f"event {seq}") from error

    async def list(self, member: Member | None = None) -> list[Project]:
        """Return all projects (of a member), oldest first."""
        query = _WITH_ACTOR.order_by(projects.c.opened_seq)
        if member is not None:
            query = query.where(projects.c.member_id == member.id)
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return [await self._project(r.id, r.member_id, r.actor, r.opened_seq) for r in rows]

    async def _project(self, project_id: str, member_id: str, actor: str, seq: int) -> Project:
        title = (await self._ledger.disclosed(seq)).get("title", "")
        return Project(project_id, member_id, actor, str(title), seq)
