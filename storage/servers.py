"""The rules that the moderators of a server set: its settings, the limits of its members, and words it does not draw.

Every change is a recorded act. All of it is held in memory, because every brief asks; what is in force is what was last
recorded. A limit for one member is named by our own id of them and goes with an erasure: it is about their use from now
on, and who must be kept out is blocked (`storage.standing`).
"""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.errors import StateConflict
from storage.evidence.commitments import JsonValue
from storage.evidence.ledger import Ledger, Receipt
from storage.mandate import Mandate, record_act
from storage.members import Member
from storage.portable import upsert
from storage.tables import server_limits, server_settings, server_terms

EVERYONE: Final = "everyone"
"""Whom a limit is for that stands for no role and no member."""


class Limit(StrEnum):
    """What a server can limit; the values are stable, and parts of keys of sentences."""

    DAY = "day"
    """Drafts within 24 hours."""
    COUNT = "count"
    """Candidates of one draft."""
    SIZE = "size"
    """Megabytes (MiB) of a picture that a member sends."""
    QUEUE = "queue"
    """Drafts that wait or are being made at one time."""


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """How Colophon behaves in a server; ids are the chat platform's.

    `channels` are those in which members may draft (none: all). Roles of `exporters` may look at the record beside
    those who manage the server. Projects that began here are kept for `keep_days` after the last act in them, but
    nothing is erased by that rule before `keep_from_ms`. Without `age_restricted` nothing is drafted in age-restricted
    channels.
    """

    channels: tuple[str, ...] = ()
    showcase_channel: str | None = None
    witness_channel: str | None = None
    keep_days: int | None = None
    keep_from_ms: int = 0
    exporters: tuple[str, ...] = ()
    age_restricted: bool = True


Limits = Mapping[tuple[str, Limit], int]
"""The limits of a server, by whom they are for and what they limit."""


@dataclass(frozen=True, slots=True)
class Server:
    """All rules of a server."""

    settings: ServerSettings = ServerSettings()
    limits: Limits = field(default_factory=lambda: MappingProxyType({}))
    terms: tuple[str, ...] = ()


_NONE: Final = Server()


def of_role(role_id: str | int) -> str:
    """Return whom a limit is for: everybody with a role."""
    return f"role:{role_id}"


def of_member(member_id: str) -> str:
    """Return whom a limit is for: one member, by our own id."""
    return f"member:{member_id}"


class Servers:
    """The repository of these rules; `load` first."""

    def __init__(self, database: Database, ledger: Ledger) -> None:
        self._database = database
        self._ledger = ledger
        self._servers: dict[str, Server] = {}
        # A change is made of what is in force, so that two at once must not start from the same.
        self._changing = asyncio.Lock()

    async def load(self) -> None:
        """Read the rules of all servers."""
        async with self._changing:
            await self._read()

    async def _read(self) -> None:
        async with self._database.read() as connection:
            settings = (await connection.execute(select(server_settings))).all()
            limits = (await connection.execute(select(server_limits))).all()
            terms = (await connection.execute(select(server_terms).order_by(server_terms.c.term))).all()
        self._servers = {}
        for row in settings:
            self._servers[row.guild_id] = replace(self.of(row.guild_id), settings=_settings(row))
        for row in limits:
            self._keep_limits(row.guild_id, {(row.subject, Limit(row.name)): row.value})
        for row in terms:
            server = self.of(row.guild_id)
            self._servers[row.guild_id] = replace(server, terms=(*server.terms, row.term))

    def of(self, guild: str | None) -> Server:
        """Return the rules of a server; where none were set, or outside of servers, those of none."""
        return _NONE if guild is None else self._servers.get(guild, _NONE)

    def witness_channels(self) -> list[str]:
        """Return the channels in which servers want to see the log's checkpoints."""
        chosen = (server.settings.witness_channel for server in self._servers.values())
        return [channel for channel in chosen if channel is not None]

    def keeping(self, at_ms: int) -> dict[str, int]:
        """Return for how many days projects are kept, of servers where such a rule holds at a time."""
        settings = {guild: server.settings for guild, server in self._servers.items()}
        return {
            guild: s.keep_days for guild, s in settings.items() if s.keep_days is not None and s.keep_from_ms <= at_ms
        }

    async def set(self, mandate: Mandate, name: str, settings: ServerSettings) -> Receipt:
        """Record that the setting of a name is now as in `settings`; raise StateConflict where it was so already."""
        async with self._changing:
            before = self.of(mandate.guild)
            old, new = getattr(before.settings, name), getattr(settings, name)
            if old == new:
                raise StateConflict(f"the setting {name} is so already")
            merged = replace(before.settings, **{name: new})
            if name == "keep_days":
                merged = replace(merged, keep_from_ms=settings.keep_from_ms)

            async def rows(connection: AsyncConnection, _: tuple[int, ...]) -> None:
                values = _row(merged)
                row = upsert(server_settings).values(guild_id=mandate.guild, **values)
                await connection.execute(row.on_conflict_do_update(index_elements=["guild_id"], set_=values))

            scope: dict[str, JsonValue] = {"setting": name, "before": _told(old), "value": _told(new)}
            receipt = await record_act(self._ledger, mandate, "settings", scope, rows)
            self._servers[mandate.guild] = replace(before, settings=merged)
            return receipt

    async def limit(
        self, mandate: Mandate, subject: str, limits: Mapping[Limit, int | None], member: Member | None = None
    ) -> Receipt:
        """Record new limits for everyone, a role or a member, who is told; None takes one away."""
        guild = mandate.guild

        async def rows(connection: AsyncConnection, _: tuple[int, ...]) -> None:
            for name, value in limits.items():
                mine = (server_limits.c.guild_id == guild) & (server_limits.c.subject == subject)
                await connection.execute(delete(server_limits).where(mine, server_limits.c.name == name))
                if value is not None:
                    row = {"guild_id": guild, "subject": subject, "name": name, "value": value}
                    await connection.execute(insert(server_limits).values(row))

        scope: dict[str, JsonValue] = {
            "subject": subject,
            "limits": {name.value: -1 if value is None else value for name, value in limits.items()},
        }
        tell = None
        if member is not None:
            scope["member"] = tell = member.id
        async with self._changing:
            receipt = await record_act(self._ledger, mandate, "limits", scope, rows, tell=tell)
            self._keep_limits(guild, {(subject, name): value for name, value in limits.items()})
        return receipt

    async def add_term(self, mandate: Mandate, term: str) -> Receipt:
        """Record that a term is not drawn; raise StateConflict where it was so already."""
        async with self._changing:
            before = self.of(mandate.guild)
            if term in before.terms:
                raise StateConflict("the term is on the list already")

            async def rows(connection: AsyncConnection, _: tuple[int, ...]) -> None:
                await connection.execute(insert(server_terms).values(guild_id=mandate.guild, term=term))

            receipt = await record_act(self._ledger, mandate, "term-added", {"term": term}, rows)
            self._servers[mandate.guild] = replace(before, terms=tuple(sorted({*before.terms, term})))
            return receipt

    async def remove_term(self, mandate: Mandate, term: str) -> Receipt:
        """Record that a term may be drawn again; raise StateConflict where it was not on the list."""
        async with self._changing:
            before = self.of(mandate.guild)
            if term not in before.terms:
                raise StateConflict("the term is not on the list")

            async def rows(connection: AsyncConnection, _: tuple[int, ...]) -> None:
                mine = (server_terms.c.guild_id == mandate.guild) & (server_terms.c.term == term)
                await connection.execute(delete(server_terms).where(mine))

            receipt = await record_act(self._ledger, mandate, "term-removed", {"term": term}, rows)
            self._servers[mandate.guild] = replace(before, terms=tuple(t for t in before.terms if t != term))
            return receipt

    async def erased(self, member: Member) -> None:
        """Forget the limits of somebody who erases themselves."""
        subject = of_member(member.id)
        async with self._changing:
            async with self._database.write() as connection:
                await connection.execute(delete(server_limits).where(server_limits.c.subject == subject))
            for guild, server in self._servers.items():
                self._keep_limits(guild, {key: None for key in server.limits if key[0] == subject})

    def _keep_limits(self, guild: str, changed: Mapping[tuple[str, Limit], int | None]) -> None:
        server = self.of(guild)
        limits = {key: value for key, value in {**server.limits, **changed}.items() if value is not None}
        self._servers[guild] = replace(server, limits=MappingProxyType(limits))


def _settings(row: Any) -> ServerSettings:
    return ServerSettings(
        channels=tuple(row.channels),
        showcase_channel=row.showcase_channel,
        witness_channel=row.witness_channel,
        keep_days=row.keep_days,
        keep_from_ms=row.keep_from,
        exporters=tuple(row.exporters),
        age_restricted=row.age_restricted,
    )


def _row(settings: ServerSettings) -> dict[str, Any]:
    return {
        "channels": list(settings.channels),
        "showcase_channel": settings.showcase_channel,
        "witness_channel": settings.witness_channel,
        "keep_days": settings.keep_days,
        "keep_from": settings.keep_from_ms,
        "exporters": list(settings.exporters),
        "age_restricted": settings.age_restricted,
    }


def _told(value: Collection[str] | str | int | None) -> JsonValue:
    """Return a setting as it is recorded."""
    if value is None or isinstance(value, str | int):
        return value
    return list(value)
