"""What a brief has to pass before it is taken: where it is asked for, how much of it there may be, and its words."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from bot.draft.terms import Refusal, Terms
from bot.errors import GivenBack
from bot.moderation.limits import Asker, Limits
from storage.members import Member
from storage.refusals import WAIVABLE
from storage.servers import Servers

Granted = Callable[[Member, str | None, str], Awaitable[int | None]]
"""Returns the refused brief of a member whose words a moderator of a server lets be drawn once, if there is one."""


async def _never(member: Member, guild: str | None, text: str) -> int | None:
    return None


class Rules:
    """The rules of all servers; whoever takes a brief asks here, once, with `admitted`."""

    def __init__(self, servers: Servers, limits: Limits, terms: Terms, granted: Granted = _never) -> None:
        self._servers = servers
        self.terms = terms
        self._granted = granted
        self.limits = limits
        # Two briefs of one member at once must not both take the last place.
        self._taking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def admitted(
        self, asker: Asker, text: str, *, count: int = 1, sizes: Iterable[int] = ()
    ) -> AsyncIterator[Refusal | None]:
        """Put a brief on record inside of this: until it is there, no other of its member is counted.

        Yield the rule that its words break, with which it goes on record and is not queued. Raise UserFacing where it
        is not taken at all: this is no place for it, or beyond a limit.
        """
        asker = await self.limits.placed(asker)
        self._check_place(asker, text)
        lock = self._taking.setdefault(asker.member.id, asyncio.Lock())
        async with lock:
            await self.limits.check(asker, text, count=count, sizes=sizes)
            yield await self._refusal(asker, text)

    async def _refusal(self, asker: Asker, text: str) -> Refusal | None:
        refusal = self.terms.check(text, asker.guild)
        if refusal is None or refusal.rule.value not in WAIVABLE:
            return refusal
        # The exemption is used up by the record of the brief, in one transaction with it.
        return refusal if await self._granted(asker.member, asker.guild, text) is None else None

    def _check_place(self, asker: Asker, text: str) -> None:
        settings = self._servers.of(asker.guild).settings
        if asker.age_restricted and not settings.age_restricted:
            raise GivenBack("error-place-age-restricted", text, "brief.txt")
        if settings.channels and asker.channels and not set(settings.channels) & set(asker.channels):
            shown = " ".join(f"<#{channel}>" for channel in settings.channels)
            raise GivenBack("error-place-channel", text, "brief.txt", channels=shown)
