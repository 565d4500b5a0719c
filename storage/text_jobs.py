"""The queue of texts: the rows of their drafts, with leases and turns as the queue of pictures has them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from storage.database import Database
from storage.jobs import Delivery
from storage.leases import Held, Leases, Stages
from storage.queue_rules import QueueRules
from storage.serving import ALL, Shard
from storage.tables import text_drafts

_STAGES: Final = Stages(waits="open", runs="open", made="made", failed="failed", done="delivered")


@dataclass(frozen=True, slots=True)
class TextJob:
    """A draft of a text as its queue has it; its id is the draft's."""

    id: str
    member_id: str
    state: str
    attempts: int
    delivery: Delivery
    worker: str | None
    failures: int
    failed_with: str | None
    """How often it was begun in vain, and the code of what went wrong; of one that has failed, the reason."""

    @property
    def draft_id(self) -> str:
        """Return the draft that it is for."""
        return self.id

    @property
    def token(self) -> str | None:
        """Return the token of the reply where its card goes."""
        return self.delivery.token

    @property
    def held(self) -> Held:
        """Return the lease under which this was read."""
        return Held(self.id, self.worker, self.attempts)


@dataclass(frozen=True, slots=True)
class TextWaiting:
    """A text whose card has not come: so many are written before it, and since when it is being written itself.

    Costs are counted in candidates: its own, and those of all before it together.
    """

    job: TextJob
    cost: int
    ahead: int
    cost_ahead: int
    started_at: int | None


class TextJobs:
    """The repository of texts as jobs."""

    def __init__(self, database: Database, rules: QueueRules | None = None, shard: Shard = ALL) -> None:
        self._database = database
        self.rules = rules or QueueRules()
        self.leases = Leases(
            database, text_drafts, _STAGES, "texts", self.rules, shard.of_delivery(text_drafts.c.delivery)
        )

    async def lease(
        self, worker: str, lease_ms: int, *, making: bool = True, besides: Collection[str] = ()
    ) -> TextJob | None:
        """Take the next text, in the order of Jobs.lease."""
        row = await self.leases.take(worker, lease_ms, making=making, besides=besides)
        return None if row is None else _job(row)

    async def heartbeat(self, job_id: str, worker: str, lease_ms: int) -> bool:
        """Extend a lease; False where the text is no longer this worker's."""
        return await self.leases.beat(job_id, worker, lease_ms)

    async def postpone(self, job: TextJob, wait_ms: int, *, failed_with: str | None = None, begun: bool = True) -> None:
        """Put a text back to wait, as Jobs.postpone does with a picture."""
        await self.leases.put_back(job.held, wait_ms, failed_with=failed_with, begun=begun)

    async def release_all(self, worker: str | None = None) -> None:
        """Give back what a worker holds, or take back what any held, as Jobs.release_all."""
        await (self.leases.take_back() if worker is None else self.leases.give_back(worker))

    async def waiting(self, member_id: str) -> list[TextWaiting]:
        """Return a member's texts whose cards have not come, newest first."""
        return [
            TextWaiting(_job(each.row), each.row.cost, each.ahead, each.cost_ahead, each.started_at)
            for each in await self.leases.placed(member_id)
        ]


def _job(row: Any) -> TextJob:
    return TextJob(
        id=row.id,
        member_id=row.member_id,
        state=row.state,
        attempts=row.attempts,
        delivery=Delivery(**row.delivery),
        worker=row.lease_owner,
        failures=row.failures,
        failed_with=row.failed_with,
    )
