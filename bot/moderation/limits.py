"""How much members may ask for in a server: which limit holds for whom, what is left, and what is said beyond it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from bot.errors import GivenBack
from storage.clock import now_ms
from storage.members import Member
from storage.servers import EVERYONE, Limit, Servers, of_member, of_role
from storage.servers import Limits as Lines
from storage.usage import Usage, Used

DAY_MS: Final = timedelta(days=1) // timedelta(milliseconds=1)
_COUNTED: Final = (Limit.DAY, Limit.QUEUE)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and where; ids are the chat platform's.

    `channels` are the channel and, of a thread, the one that it hangs on. Roles are known inside a server only.
    """

    member: Member
    guild: str | None
    roles: frozenset[str] = frozenset()
    channels: tuple[str, ...] = ()
    age_restricted: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a limit; `free_ms` is when the next draft of the day is free, where none is left."""

    name: Limit
    limit: int
    left: int
    free_ms: int | None = None


def resolved(lines: Lines, member_id: str, roles: Collection[str]) -> Mapping[Limit, int]:
    """Return the limits that hold for a member: their own, else the most generous of their roles, else everyone's."""
    found: dict[Limit, int] = {}
    for name in Limit:
        of_roles = [value for role in roles if (value := lines.get((of_role(role), name))) is not None]
        own = lines.get((of_member(member_id), name))
        if own is not None:
            found[name] = own
        elif of_roles:
            found[name] = max(of_roles)
        elif (everyone := lines.get((EVERYONE, name))) is not None:
            found[name] = everyone
    return found


def left_of(limits: Mapping[Limit, int], used: Used) -> tuple[Left, ...]:
    """Return what is left of limits."""
    return tuple(_left(name, limit, used) for name, limit in limits.items())


def _left(name: Limit, limit: int, used: Used) -> Left:
    if name is Limit.QUEUE:
        return Left(name, limit, max(0, limit - used.under_way))
    if name is not Limit.DAY:
        return Left(name, limit, limit)
    asked = used.asked_ms
    if len(asked) < limit:
        return Left(name, limit, limit - len(asked))
    # Of those that count, all but the newest `limit` - 1 have to fall out of the day.
    free = None if limit == 0 else asked[len(asked) - limit] + DAY_MS
    return Left(name, limit, 0, free)


class Limits:
    """The limits of all servers, held against what members have used."""

    def __init__(self, servers: Servers, usage: Usage) -> None:
        self._servers = servers
        self._usage = usage

    async def left(self, asker: Asker) -> tuple[Left, ...]:
        """Return what is left of every limit that holds for a member; nothing where none does."""
        return await self._left(await self.placed(asker))

    async def check(self, asker: Asker, text: str, *, count: int = 1, sizes: Iterable[int] = ()) -> None:
        """Raise UserFacing where a brief is beyond a limit; its text is given back.

        `count` is how many candidates it wants, `sizes` the bytes of each picture that is newly sent with it.
        """
        for left in await self._left(await self.placed(asker)):
            match left.name:
                case Limit.COUNT:
                    beyond = count > left.limit
                case Limit.SIZE:
                    beyond = max(sizes, default=0) > left.limit * 2**20
                case _:
                    beyond = left.left == 0
            if beyond:
                raise _refused(left, text)

    async def placed(self, asker: Asker) -> Asker:
        """Return an asker in the server whose rules hold: for a direct message where their current project began."""
        return asker if asker.guild is not None else replace(asker, guild=await self._usage.home(asker.member))

    async def _left(self, asker: Asker) -> tuple[Left, ...]:
        limits = resolved(self._servers.of(asker.guild).limits, asker.member.id, asker.roles)
        if asker.guild is None or not limits.keys() & set(_COUNTED):
            return left_of(limits, Used((), 0))
        # To now, for a clock that was ahead and was set right would lock out until it has caught up.
        now = now_ms()
        return left_of(limits, await self._usage.of(asker.member, asker.guild, now - DAY_MS, now))


def _refused(left: Left, text: str) -> GivenBack:
    free = "no" if left.free_ms is None else f"<t:{-(-left.free_ms // 1000)}:f>"
    return GivenBack(f"error-limit-{left.name.value}", text, "brief.txt", limit=left.limit, free=free)
