"""Who may not use Colophon for making things in a server, until when, and why.

A block is kept under a name that only the holder of the store's keys can compute from an account
(`SubjectKeys.hidden`), not with the member's row: an erasure empties that row, and to erase oneself must not lift a
block. The law lets as much be kept as it takes to enforce one (GDPR art. 6(1)(f) and 17(3)(e), PIPL art. 13), and no
longer: a row goes when its end has come, and after an erasure a block without an end ends in a year. The reason is in
the log alone, sealed, at the act that blocked.

All of it is held in memory, because every command asks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.clock import iso_ms, now_ms
from storage.database import Database
from storage.evidence.keys import SubjectKeys
from storage.evidence.ledger import Ledger, Receipt
from storage.mandate import Mandate, record_act
from storage.members import Member
from storage.portable import upsert
from storage.tables import standings
from storage.usage import home_of

AFTER_ERASURE_MS: Final = timedelta(days=365) // timedelta(milliseconds=1)
"""So long a block without an end holds for somebody who has erased themselves."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A block in force: in which server, until when (None: until it is lifted), why, and the act that made it.

    `member` is our own id of whoever is blocked, as that act has it; after an erasure it leads nowhere.
    """

    guild: str
    member: str
    until_ms: int | None
    reason: str
    seq: int

    def in_force(self, at_ms: int) -> bool:
        """Tell whether it still holds at a time."""
        return self.until_ms is None or at_ms < self.until_ms


class Standings:
    """The repository of blocks; `load` first."""

    def __init__(self, database: Database, ledger: Ledger, keys: SubjectKeys) -> None:
        self._database = database
        self._ledger = ledger
        self._keys = keys
        self._held: dict[str, dict[str, Standing]] = {}
        """By person, then by server."""
        self._changes = 0
        """How often one was changed here, for `load` must not undo what happens while it reads."""

    async def load(self) -> None:
        """Read what is in force, and forget what has ended."""
        changes = self._changes
        async with self._database.read() as connection:
            rows = (await connection.execute(select(standings))).all()
        now = now_ms()
        if any(row.until is not None and row.until <= now for row in rows):
            async with self._database.write() as connection:
                await connection.execute(delete(standings).where(standings.c.until <= now))
        told = await self._ledger.disclosed_many([row.seq for row in rows])
        if self._changes != changes:
            # What was read is older than what is held; whoever asks regularly reads it the next time.
            return
        self._held = {}
        for row in rows:
            scope = _scope(told.get(row.seq, {}))
            standing = Standing(row.guild_id, scope.get("member", ""), row.until, scope.get("reason", ""), row.seq)
            if standing.in_force(now):
                self._held.setdefault(row.person, {})[row.guild_id] = standing

    def of(self, guild: str, platform: str, platform_user_id: str) -> Standing | None:
        """Return the block of an account in a server, if one is in force; nothing is read for it."""
        return self._in_force(platform, platform_user_id).get(guild)

    def all_of(self, member: Member) -> tuple[Standing, ...]:
        """Return the blocks of a member that are in force, of all servers; nothing is read for it."""
        return tuple(self._in_force(member.platform, member.platform_user_id).values())

    def here(self, guild: str) -> list[Standing]:
        """Return all blocks in force in a server, the oldest first."""
        now = now_ms()
        held = [each for one in self._held.values() for each in one.values() if each.guild == guild]
        return sorted((each for each in held if each.in_force(now)), key=lambda each: each.seq)

    async def at_work(self, member: Member, guild: str | None) -> Standing | None:
        """Return the block that keeps a member from making something in a server, if one does.

        Outside of servers it is the one where their current project began: whoever is blocked does not go on with the
        same work in a direct message. Only for those who are blocked somewhere the database is asked.
        """
        held = self._in_force(member.platform, member.platform_user_id)
        if not held:
            return None
        if guild is None:
            async with self._database.read() as connection:
                guild = await connection.scalar(home_of(member))
        return None if guild is None else held.get(guild)

    async def block(self, member: Member, mandate: Mandate, until_ms: int | None) -> Receipt:
        """Record that a member is blocked until a time, or until it is lifted; what held before is replaced."""
        person = self._person(member.platform, member.platform_user_id)

        async def rows(connection: AsyncConnection, seqs: tuple[int, ...]) -> None:
            values = {"until": until_ms, "seq": seqs[0]}
            new = upsert(standings).values(guild_id=mandate.guild, person=person, **values)
            await connection.execute(new.on_conflict_do_update(index_elements=["guild_id", "person"], set_=values))

        until = "" if until_ms is None else iso_ms(until_ms)
        scope = {"member": member.id, "until": until}
        receipt = await record_act(self._ledger, mandate, "block", scope, rows, tell=member.id)
        standing = Standing(mandate.guild, member.id, until_ms, mandate.reason, receipt.seq)
        self._changes += 1
        self._held.setdefault(person, {})[mandate.guild] = standing
        return receipt

    async def unblock(self, member: Member, mandate: Mandate) -> Receipt | None:
        """Record that a block is lifted; None where there was none in force."""
        if self.of(mandate.guild, member.platform, member.platform_user_id) is None:
            return None

        async def rows(connection: AsyncConnection, _: tuple[int, ...]) -> None:
            await self.delete(connection, member, mandate.guild)

        receipt = await record_act(self._ledger, mandate, "unblock", {"member": member.id}, rows, tell=member.id)
        self.lifted(member, mandate.guild)
        return receipt

    async def delete(self, connection: AsyncConnection, member: Member, guild: str) -> None:
        """Delete the row of a block with an act that lifts it; `lifted` follows once that is on record."""
        person = self._person(member.platform, member.platform_user_id)
        mine = (standings.c.guild_id == guild) & (standings.c.person == person)
        await connection.execute(delete(standings).where(mine))

    def lifted(self, member: Member, guild: str) -> None:
        """Let a member in again whose block is lifted on record."""
        self._changes += 1
        self._held.get(self._person(member.platform, member.platform_user_id), {}).pop(guild, None)

    async def erased(self, member: Member) -> None:
        """Give the blocks of somebody who erases themselves an end."""
        person = self._person(member.platform, member.platform_user_id)
        end = now_ms() + AFTER_ERASURE_MS
        async with self._database.write() as connection:
            mine = (standings.c.person == person) & standings.c.until.is_(None)
            await connection.execute(update(standings).where(mine).values(until=end))
        self._changes += 1
        held = self._held.get(person, {})
        held |= {guild: replace(one, until_ms=end) for guild, one in held.items() if one.until_ms is None}

    def _in_force(self, platform: str, platform_user_id: str) -> Mapping[str, Standing]:
        held = self._held.get(self._person(platform, platform_user_id)) if self._held else None
        if not held:
            return {}
        now = now_ms()
        return {guild: standing for guild, standing in held.items() if standing.in_force(now)}

    def _person(self, platform: str, platform_user_id: str) -> str:
        return self._keys.hidden(f"{platform}:{platform_user_id}")


def _scope(fields: Mapping[str, Any]) -> Mapping[str, str]:
    scope = fields.get("scope")
    return {name: str(value) for name, value in scope.items()} if isinstance(scope, Mapping) else {}
