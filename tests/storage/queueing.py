"""A queue to play with: jobs of any member of any server and of any cost, put in and taken over a real store."""

from dataclasses import dataclass, field

from sqlalchemy import delete, insert

from storage.ids import new_id
from storage.jobs import Job, JobState
from storage.members import Member
from storage.projects import Project
from storage.store import Store
from storage.tables import jobs, member_turns, members, server_turns
from tests.storage.test_drafts import submit


@dataclass(slots=True)
class Floor:
    """A store with one draft, of which all jobs are."""

    store: Store
    draft_id: str
    told: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    """Of each job that was put in: its server, its member and its cost."""

    @classmethod
    async def of(cls, store: Store, ann: Member, project: Project) -> "Floor":
        """Make a draft, and forget its job."""
        submitted = await submit(store, ann, project)
        floor = cls(store, submitted.draft_id)
        await floor.clear()
        return floor

    async def clear(self) -> None:
        """Begin anew: nothing waits, and nobody was served."""
        self.told.clear()
        async with self.store.database.write() as connection:
            await connection.execute(delete(jobs))
            await connection.execute(delete(member_turns))
            await connection.execute(delete(server_turns).where(server_turns.c.guild_id != "*"))

    async def put(self, guild: str, member: str, cost: int = 1, *, small: bool = False) -> str:
        """Put a job into the queue, as a brief would; return its id."""
        id_ = new_id()
        async with self.store.database.write() as connection:
            there = insert(members).prefix_with("OR IGNORE")
            await connection.execute(
                there.values(id=member, platform="x", platform_user_id=member, name=member, created_at=0)
            )
            entry = await self.store.jobs.entry(connection, guild, member, cost, small=small)
            await connection.execute(
                insert(jobs).values(
                    id=id_,
                    draft_id=self.draft_id,
                    member_id=member,
                    state=JobState.QUEUED,
                    attempts=0,
                    delivery={"channel_id": "1", "user_id": member, "locale": "en-US"},
                    created_at=len(self.told),
                    updated_at=0,
                    **entry,
                )
            )
        self.told[id_] = (guild, member, cost)
        return id_

    async def take(self) -> Job | None:
        """Lease what is next."""
        return await self.store.jobs.lease("w", 60_000)

    async def line(self) -> list[str]:
        """Return who waits, in the order that is told."""
        return [job.id for job, _ in await self.store.jobs.in_line(1000)]
