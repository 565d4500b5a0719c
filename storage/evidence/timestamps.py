"""Time stamps of third parties on checkpoints (RFC 3161): what was signed existed no later than they say.

An authority is asked for a token over the note of a checkpoint, never over an event: it learns nothing of what anybody
made. A token that has come is itself recorded (`time.anchored`), so that no later event can claim an earlier time. An
authority that fails is asked again the next time; appending never waits for one.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

import httpx2
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
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.errors import TimestampRefused
from storage.evidence.commitments import JsonValue
from storage.evidence.leaf import LOG_PROJECT
from storage.evidence.ledger import Ledger
from storage.evidence.sealing import NewEvent
from storage.tables import evidence_checkpoint, evidence_token

log = logging.getLogger(__name__)

ANSWER_S: Final = 10.0
"""How long an authority may take; an export waits for it."""
MAX_ANSWER_BYTES: Final = 1 << 16
_QUERY, _REPLY = "application/timestamp-query", "application/timestamp-reply"

Post = Callable[[str, bytes], Awaitable[bytes]]
"""Sends a query to a URL and returns the answer; raises TimestampRefused or httpx2.HTTPError."""


@dataclass(frozen=True, slots=True)
class Authority:
    """Who stamps: a name for file names (a-z, 0-9, hyphen), a URL, and certificates (PEM) that vouch for it, if any."""

    name: str
    url: str
    roots: bytes = b""


async def post(url: str, query: bytes) -> bytes:
    """Ask an authority over HTTP (RFC 3161 section 3.4)."""
    async with httpx2.AsyncClient(timeout=ANSWER_S) as client:
        answer = await client.post(url, content=query, headers={"Content-Type": _QUERY, "Accept": _REPLY})
    if answer.status_code != 200 or len(answer.content) > MAX_ANSWER_BYTES:
        raise TimestampRefused(f"the authority answered with status {answer.status_code}")
    return answer.content


async def stamp(note: bytes, authority: Authority, send: Post = post) -> tuple[bytes, datetime]:
    """Return an authority's token over a note, and the time it states; raise TimestampRefused.

    A token is taken only if it answers this very query. Its signature is checked where the authority's certificates
    are known; anybody can check it later, since the token carries the signer's certificate.
    """
    query = TimestampRequestBuilder().data(note).hash_algorithm(HashAlgorithm.SHA256)
    request = query.nonce(nonce=True).cert_request(cert_request=True).build()
    try:
        async with asyncio.timeout(ANSWER_S):
            body = await send(authority.url, request.as_bytes())
    except (httpx2.HTTPError, TimeoutError) as error:
        raise TimestampRefused(f"the authority did not answer: {type(error).__name__}") from error
    try:
        answer = decode_timestamp_response(body)
        _check(answer, request, note, authority)
        return body, stated_time(body)
    except (ValueError, VerificationError) as error:
        raise TimestampRefused(f"the authority's answer is no token for this query: {error}") from error


def stated_time(token: bytes) -> datetime:
    """Return the time that a token of ours states."""
    return decode_timestamp_response(token).tst_info.gen_time.astimezone(UTC)


def _check(answer: TimeStampResponse, request: TimeStampRequest, note: bytes, authority: Authority) -> None:
    if PKIStatus(answer.status) not in (PKIStatus.GRANTED, PKIStatus.GRANTED_WITH_MODS):
        raise ValueError("it is not granted")
    if answer.tst_info.nonce != request.nonce or answer.tst_info.message_imprint.message != sha256(note).digest():
        raise ValueError("it answers another query")
    if authority.roots:
        builder = VerifierBuilder.from_request(request)
        for certificate in x509.load_pem_x509_certificates(authority.roots):
            builder = builder.add_root_certificate(certificate)
        builder.build().verify_message(answer, note)


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
        self._interval_s = interval_s
        self._send = send
        self._task: asyncio.Task[None] | None = None

    @property
    def roots(self) -> bytes:
        """The certificates that the authorities are trusted by, as far as the operator has given them (PEM)."""
        return b"".join(dict.fromkeys(authority.roots for authority in self._authorities if authority.roots))

    def start(self) -> None:
        """Begin to stamp; without an authority there is nothing to do."""
        if self._authorities:
            self._task = asyncio.create_task(self._forever(), name="time stamps")

    async def close(self) -> None:
        """Stop; a token under way is lost, its checkpoint is stamped the next time."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def stamp(self, size: int) -> int:
        """Have the checkpoint of a size stamped by every authority that has not yet; return how many did."""
        async with self._database.read() as connection:
            note = await connection.scalar(select(evidence_checkpoint.c.note).where(evidence_checkpoint.c.size == size))
            held = set(await connection.scalars(select(evidence_token.c.source).where(evidence_token.c.size == size)))
        if note is None:
            raise LookupError(f"there is no checkpoint of {size}")
        missing = [authority for authority in self._authorities if authority.name not in held]
        outcomes = await asyncio.gather(*(self._stamp(size, bytes(note), authority) for authority in missing))
        return sum(outcomes)

    async def _stamp(self, size: int, note: bytes, authority: Authority) -> bool:
        try:
            token, when = await stamp(note, authority, self._send)
        except TimestampRefused as error:
            log.warning("no time stamp of %s on the checkpoint of %d: %s", authority.name, size, error)
            return False

        async def rows(connection: AsyncConnection, _: tuple[int, ...]) -> None:
            stamped_at = int(when.timestamp() * 1000)
            await connection.execute(
                insert(evidence_token).values(size=size, source=authority.name, body=token, stamped_at=stamped_at)
            )

        anchored: dict[str, JsonValue] = {"size": size, "sha256": sha256(token).hexdigest()}
        await self._ledger.append(NewEvent(LOG_PROJECT, "time.anchored", "sys", {"token": anchored}), rows=rows)
        return True

    async def _forever(self) -> None:
        stamped = -1
        while True:
            size = await self._ledger.size()
            # A token's own event alone is no reason for another one.
            if size - stamped > len(self._authorities):
                checkpoint = await self._ledger.checkpoint()
                if await self.stamp(checkpoint.size):
                    stamped = checkpoint.size
            await asyncio.sleep(self._interval_s)
