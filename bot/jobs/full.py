"""What a member is told where no more drafts are taken in: how many there are, and when it is worth to come again."""

from typing import Final

from bot.errors import GivenBack
from bot.jobs.forecast import line_ms
from storage.clock import now_ms
from storage.errors import QueueFull
from storage.leases import Leases
from storage.members import Member

_ROOM: Final = 4
"""A line that is full has room again for many, and not for the fastest alone, when one draft in so many has come."""


async def told_full(full: QueueFull, leases: Leases, workers: int, member: Member, text: str) -> GivenBack:
    """Return the error that tells of a full line and gives the member's words back."""
    before = await _work_before_room(full, leases, member)
    left_ms = line_ms(before, await leases.measured(), workers)
    # In whole minutes, as it is shown, and not before it is so.
    free = "no" if left_ms is None else f"<t:{-(-(now_ms() + left_ms) // 60_000) * 60}:t>"
    return GivenBack(f"error-line-full-{full.whose}", text, "brief.txt", count=full.count, free=free)


async def _work_before_room(full: QueueFull, leases: Leases, member: Member) -> int:
    """Return how many candidates come before there is room: up to the member's next draft, or a part of all."""
    line = await leases.under_way()
    if full.whose != "member":
        return sum(cost for _, _, cost in line) // _ROOM
    own = [number for number, (_, whose, _) in enumerate(line) if whose == member.id]
    return sum(cost for _, _, cost in line[: own[0] + 1]) if own else 0
