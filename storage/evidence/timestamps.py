"""Time stamps of third parties on checkpoints (RFC 3161): what was signed existed no later than they say.

An authority is asked for a token over the note of a checkpoint, never over an event: it learns nothing of what anybody
made. A token that has come is itself recorded (`time.anchored`), so that no later event can claim an earlier time. An
authority that fails is asked again for the same checkpoint, for a late token still says that the checkpoint was there
by then; appending never waits for one.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final
from weakref import WeakValueDictionary

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimeStampRequest,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)
from rfc3161_client.tsp import PKIStatus
from sqlalchemy import exists, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.clock import now_ms
from storage.database import Database
from storage.errors import TimestampRefused
from storage.evidence.asking import ask
from storage.evidence.commitments import JsonValue
from storage.evidence.der import sort_certificates
from storage.evidence.kinds import Kind
from storage.evidence.leaf import LOG_PROJECT
from storage.evidence.ledger import Ledger
from storage.evidence.rounds import Rounds, When, always
from storage.evidence.sealing import NewEvent
from storage.tables import evidence_checkpoint, evidence_event, evidence_token

log = logging.getLogger(__name__)

_HEADERS: Final = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
OWED_MS: Final = 7 * 24 * 3_600_000
OWED: Final = 24
"""For so long, and so many checkpoints back, an authority is asked again for a token that it owes."""

Post = Callable[[str, bytes], Awaitable[bytes]]
"""Sends a query to a URL and returns the answer; raises TimestampRefused."""


@dataclass(frozen=True, slots=True)
class Authority:
    """Who stamps: a name for file names (a-z, 0-9, hyphen), a URL, and certificates (PEM) that vouch for it, if any."""

    name: str
    url: str
    roots: bytes = b""


async def post(url: str, query: bytes) -> bytes:
    """Ask an authority over HTTP (RFC 3161 section 3.4)."""
    answer = await ask(url, query, _HEADERS)
    # 201 is what an authority says that logs its tokens.
    if answer.status not in (200, 201):
        raise TimestampRefused(f"it answered with status {answer.status}")
    return answer.body


async def stamp(note: bytes, authority: Authority, send: Post = post) -> tuple[bytes, datetime]:
    """Return an authority's token over a note, and the time it states; raise TimestampRefused.

    A token is taken only if it answers this very query. Its signature is checked where the authority's certificates
    are known; anybody can check it later, since the token carries the signer's certificate.
    """
    query = TimestampRequestBuilder().data(note).hash_algorithm(HashAlgorithm.SHA256)
    request = query.nonce(nonce=True).cert_request(cert_request=True).build()
    body = await send(authority.url, request.as_bytes())
    try:
        answer = decode_timestamp_response(sort_certificates(body))
        _check(answer, request, note, authority)
        return body, stated_time(body)
    except (ValueError, VerificationError) as error:
        raise TimestampRefused(f"its answer is no token for this query: {error}") from error


def stated_time(token: bytes) -> datetime:
    """Return the time that a token of ours states."""
    return decode_timestamp_response(sort_certificates(token)).tst_info.gen_time.astimezone(UTC)


def _check(answer: TimeStampResponse, request: TimeStampRequest, note: bytes, authority: Authority) -> None:
    if PKIStatus(answer.status) not in (PKIStatus.GRANTED, PKIStatus.GRANTED_WITH_MODS):
        raise ValueError("it is not granted")
    if answer.tst_info.nonce != request.nonce or answer.tst_info.message_imprint.message != sha256(note).digest():
        raise ValueError("it answers another query")
    if authority.roots:
        roots = x509.load_pem_x509_certificates(authority.roots)
        VerifierBuilder(roots=roots, nonce=request.nonce).build().verify_message(answer, note)


class Stamper:
    """Has checkpoints stamped: every `interval_s` if the log has grown, and when it is asked to."""

    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        authorities: Sequence[Authority],
        *,
        interval_s: float = 3600.0,
        send: Post = post,
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._authorities = tuple(authorities)
        self._send = send
        self._rounds = Rounds("time stamps", self.round, interval_s=interval_s)
        # An export and a round may want the same checkpoint stamped: the second one waits and finds it done.
        self._at: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    def roots(self, sources: Collection[str]) -> bytes:
        """Return the certificates (PEM) that vouch for some authorities; none unless they do for every one of them.

        Whoever is given certificates holds every token against them, so a part of them would condemn the others.
        """
        known = {authority.name: authority.roots for authority in self._authorities if authority.roots}
        if not known.keys() >= set(sources):
            return b""
        return b"\n".join(dict.fromkeys(known[name] for name in sorted(sources)))

    def start(self, when: When = always) -> None:
        """Begin to stamp, when it is this process's turn; without an authority there is nothing to do."""
        if self._authorities:
            self._rounds.start(when)

    async def close(self) -> None:
        """Stop; a token under way is lost, its checkpoint is stamped the next time."""
        await self._rounds.close()

    async def round(self) -> None:
        """Stamp the newest checkpoint if the log has grown, and ask again for the tokens that are owed."""
        async with self._database.read() as connection:
            newest = await connection.scalar(select(func.max(evidence_token.c.size)))
        sizes = []
        if await self._ledger.grown_since(newest or 0):
            sizes.append((await self._ledger.checkpoint()).size)
        willing = self._authorities
        for size in dict.fromkeys([*sizes, *await self._owed()]):
            # Who fails once is not asked again before the next round.
            silent = await self._stamp_missing(size, willing)
            willing = tuple(authority for authority in willing if authority not in silent)

    async def stamp(self, size: int) -> None:
        """Have the checkpoint of a size stamped by every authority that has not yet."""
        await self._stamp_missing(size, self._authorities)

    async def _owed(self) -> Sequence[int]:
        """Return the newest checkpoints that were to be stamped and lack a token: those of exports, and those begun."""
        names = [authority.name for authority in self._authorities]
        tokens = select(func.count()).where(
            evidence_token.c.size == evidence_checkpoint.c.size, evidence_token.c.source.in_(names)
        )
        held = tokens.scalar_subquery()
        ends = evidence_event.c.seq == evidence_checkpoint.c.size - 1
        exported = exists().where(ends, evidence_event.c.type == "export.made")
        query = (
            select(evidence_checkpoint.c.size)
            .where(evidence_checkpoint.c.issued > now_ms() - OWED_MS, held < len(names), or_(held > 0, exported))
            .order_by(evidence_checkpoint.c.size.desc())
            .limit(OWED)
        )
        async with self._database.read() as connection:
            return (await connection.scalars(query)).all()

    async def _stamp_missing(self, size: int, asked: Sequence[Authority]) -> set[Authority]:
        """Ask for the tokens that a checkpoint lacks; return who gave none."""
        async with self._at.setdefault(size, asyncio.Lock()):
            async with self._database.read() as connection:
                of_size = evidence_checkpoint.c.size == size
                note = await connection.scalar(select(evidence_checkpoint.c.note).where(of_size))
                sources = select(evidence_token.c.source).where(evidence_token.c.size == size)
                held = set(await connection.scalars(sources))
            if note is None:
                raise LookupError(f"there is no checkpoint of {size}")
            missing = [authority for authority in asked if authority.name not in held]
            answers = await asyncio.gather(*(self._token(size, bytes(note), authority) for authority in missing))
            silent = set()
            for authority, answer in zip(missing, answers, strict=True):
                if answer is None:
                    silent.add(authority)
                else:
                    await self._record(size, authority, *answer)
        return silent

    async def _token(self, size: int, note: bytes, authority: Authority) -> tuple[bytes, datetime] | None:
        try:
            return await stamp(note, authority, self._send)
        except TimestampRefused as error:
            log.warning("no time stamp of %s on the checkpoint of %d: %s", authority.name, size, error)
            return None

    async def _record(self, size: int, authority: Authority, token: bytes, when: datetime) -> None:
        async def rows(connection: AsyncConnection, _: tuple[int, ...]) -> None:
            stamped_at = int(when.timestamp() * 1000)
            await connection.execute(
                insert(evidence_token).values(size=size, source=authority.name, body=token, stamped_at=stamped_at)
            )

        anchored: dict[str, JsonValue] = {"size": size, "sha256": sha256(token).hexdigest()}
        await self._ledger.append(NewEvent(LOG_PROJECT, Kind.TIME_ANCHORED, "sys", {"token": anchored}), rows=rows)
