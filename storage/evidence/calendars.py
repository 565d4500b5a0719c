"""Stamps of OpenTimestamps calendars on checkpoints: an extra that trusts no authority, only the Bitcoin chain.

A calendar is sent a salted hash of a checkpoint's note. It answers with a promise at once, and some hours later, when
asked again, with the path to a block. Until then the stamp is kept pending. What a calendar says is only read and
bounded here; whether the block really has that root is for those to check who have the chain (`ots verify`).
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from hashlib import sha256
from typing import Final

from sqlalchemy import case, func, select, update

from storage.clock import now_ms
from storage.database import Database
from storage.errors import TimestampRefused
from storage.evidence.asking import Answer, ask
from storage.evidence.ledger import Ledger
from storage.evidence.ots import HASH, BadStamp, Path, Pending, Proof, Step, append, follow, parse_paths
from storage.evidence.rounds import Rounds, When, always
from storage.portable import upsert
from storage.tables import evidence_checkpoint, evidence_stamp

log = logging.getLogger(__name__)

_HEADERS: Final = {"Accept": "application/vnd.opentimestamps.v1", "User-Agent": "colophon"}
_SALT_BYTES: Final = 16
_MAX_STAMP_BYTES: Final = 10_000
HOUR_MS: Final = 3_600_000
PATIENCE_MS: Final = 30 * 24 * HOUR_MS
"""After this a calendar that still owes the block is asked no more; its promise stays in the file."""
_AT_ONCE: Final = 50

Ask = Callable[[str, bytes | None, Mapping[str, str]], Awaitable[Answer]]


class Calendars:
    """Has checkpoints stamped by calendars, and completes the stamps when the calendars can."""

    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        urls: Sequence[str],
        *,
        interval_s: float = 3600.0,
        send: Ask = ask,
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._urls = tuple(dict.fromkeys(url.rstrip("/") for url in urls))
        self._send = send
        self._rounds = Rounds("calendar stamps", self.round, interval_s=interval_s)

    def start(self, when: When = always) -> None:
        """Begin to stamp, when it is this process's turn; without a calendar there is nothing to do."""
        if self._urls:
            self._rounds.start(when)

    async def close(self) -> None:
        """Stop; what a calendar was about to say is asked for again the next time."""
        await self._rounds.close()

    async def round(self) -> None:
        """Stamp the newest checkpoint if the log has grown, and ask for the blocks that are owed."""
        async with self._database.read() as connection:
            newest = await connection.scalar(select(func.max(evidence_stamp.c.size)))
        if await self._ledger.grown_since(newest or 0):
            await self.stamp((await self._ledger.checkpoint()).size)
        await self.complete()

    # --- promises ----------------------------------------------------------------------------

    async def stamp(self, size: int) -> None:
        """Have the checkpoint of a size stamped, unless it is; keep what came, if only one calendar answered."""
        if not self._urls:
            return
        async with self._database.read() as connection:
            note = await connection.scalar(select(evidence_checkpoint.c.note).where(evidence_checkpoint.c.size == size))
            held = await connection.scalar(select(evidence_stamp.c.size).where(evidence_stamp.c.size == size))
        if note is None:
            raise LookupError(f"there is no checkpoint of {size}")
        if held is not None:
            return
        digest = sha256(bytes(note)).digest()
        # Without the salt a calendar could tell whose log it is by hashing the notes that it knows.
        steps = (append(secrets.token_bytes(_SALT_BYTES)), HASH)
        answers = await asyncio.gather(*(self._promise(url, digest, steps, size) for url in self._urls))
        paths = tuple(path for answer in answers for path in answer)
        if paths:
            await self._keep(size, Proof(digest, paths))

    async def _promise(self, url: str, digest: bytes, steps: Sequence[Step], size: int) -> tuple[Path, ...]:
        message = follow(steps, digest)
        try:
            answer = _read(await self._send(f"{url}/digest", message, _HEADERS), message)
            return Proof(digest, tuple(path.behind(steps) for path in answer)).paths
        except (TimestampRefused, BadStamp) as error:
            log.warning("no stamp of the calendar %s on the checkpoint of %d: %s", url, size, error)
            return ()

    async def _keep(self, size: int, proof: Proof) -> None:
        foreign = sorted({uri for uri in map(_calendar, proof.pending) if uri not in self._urls})
        if foreign:
            log.warning(
                "the checkpoint of %d was stamped, but its block will be known at %s: name that in evidence.calendars",
                size,
                ", ".join(foreign),
            )
        now = now_ms()
        row = {"size": size, "body": proof.render(), "made_at": now, "asked_at": now}
        # An export and a round may have stamped the same checkpoint: the first one stays.
        async with self._database.write() as connection:
            await connection.execute(upsert(evidence_stamp).values(row).on_conflict_do_nothing())

    # --- blocks ------------------------------------------------------------------------------

    async def complete(self) -> None:
        """Ask for the blocks that calendars owe; the longer one is owed, the more seldom."""
        now = now_ms()
        rests = (evidence_stamp.c.asked_at - evidence_stamp.c.made_at) // 4
        least = HOUR_MS // 2
        query = (
            select(evidence_stamp.c.size, evidence_stamp.c.body)
            .where(
                evidence_stamp.c.settled_at.is_(None),
                evidence_stamp.c.made_at > now - PATIENCE_MS,
                evidence_stamp.c.asked_at + case((rests > least, rests), else_=least) <= now,
            )
            .order_by(evidence_stamp.c.size)
            .limit(_AT_ONCE)
        )
        async with self._database.read() as connection:
            owed = (await connection.execute(query)).all()
        silent: set[str] = set()
        for row in owed:
            await self._complete(row.size, Proof.parse(bytes(row.body)), silent)

    async def _complete(self, size: int, proof: Proof, silent: set[str]) -> None:
        """Take what calendars have now; one that does not answer at all is not asked again in this round."""
        for promise in proof.pending:
            url = _calendar(promise)
            if url not in self._urls or url in silent:
                continue
            try:
                proof = await self._kept(url, promise, proof)
            except (TimestampRefused, BadStamp) as error:
                silent.add(url)
                log.warning("the calendar %s cannot complete the stamp on %d: %s", url, size, error)
        now = now_ms()
        changed = {"body": proof.render(), "asked_at": now, "settled_at": None if proof.pending else now}
        async with self._database.write() as connection:
            await connection.execute(update(evidence_stamp).where(evidence_stamp.c.size == size).values(changed))
        if not proof.pending:
            heights = ", ".join(map(str, proof.heights))
            log.info("the checkpoint of %d is stamped; calendars name the Bitcoin block %s", size, heights)

    async def _kept(self, url: str, promise: Path, proof: Proof) -> Proof:
        """Return the proof with what a calendar has for its promise now; the same proof if that is nothing yet."""
        message = promise.end(proof.digest)
        answer = await self._send(f"{url}/timestamp/{message.hex()}", None, _HEADERS)
        if answer.status == 404:
            return proof
        paths = _read(answer, message)
        return proof.kept_promise(promise, paths) if Proof(message, paths).heights else proof


def _read(answer: Answer, message: bytes) -> tuple[Path, ...]:
    """Read a calendar's answer about a message; raise TimestampRefused or BadStamp."""
    if answer.status != 200 or len(answer.body) > _MAX_STAMP_BYTES:
        raise TimestampRefused(f"it answered with status {answer.status} and {len(answer.body)} bytes")
    return parse_paths(answer.body, message)


def _calendar(promise: Path) -> str:
    """Return the address that a promise names."""
    assert isinstance(promise.attestation, Pending), "the caller asks for pending paths only"
    return promise.attestation.uri.rstrip("/")
