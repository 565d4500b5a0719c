"""Finding the candidate to draw again: in the store, while the bot is stopped, or in a bundle, by anybody."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from pathlib import Path
from typing import Final

from bot.draft.request import Given
from bot.errors import OperatorError
from bot.records import open_store_for_operator, storage_config
from bot.settings import Settings
from storage.briefs import Input
from storage.errors import NotDisclosed, NotFound, StorageError
from storage.evidence.bundle_reader import BundleReader
from storage.evidence.verify import Verdict, render_report, verify_bundle
from storage.evidence.verify.report import Refusal
from storage.recorded import (
    BundleEvents,
    EventSource,
    RecordedCandidate,
    StoreEvents,
    recorded_candidate,
)
from storage.store import Store

REASON: Final = "replay"
"""What a member reads of it, among those who looked."""
MAX_PICTURE_BYTES: Final = 64 * 2**20

_NUMBER: Final = re.compile(r"#?([0-9]{1,16})")
_CANDIDATE: Final = re.compile(r"[0-9a-f]{20}")


class Trust(Enum):
    """What stands behind the record that was read."""

    STORE = "store"
    """The operator's own log; the look was recorded in it."""
    VERIFIED = "verified"
    """A bundle that verified against a key from outside."""
    SELF_CONSISTENT = "self-consistent"
    """A bundle that agrees with itself; no key was given."""


@dataclass(frozen=True, slots=True)
class Found:
    """A candidate with what the record holds of it; `picture` is None where its file is not here any more.

    `given` are the pictures that went in. `look` is the event that says that the words were opened.
    """

    candidate: RecordedCandidate
    picture: bytes | None
    given: tuple[Given, ...]
    trust: Trust
    look: int | None = None


async def find_in_store(settings: Settings, what: str) -> Found:
    """Find a candidate of the operator's own log, and record that its words are opened; raise OperatorError."""
    store = await open_store_for_operator(storage_config(settings), init=False)
    try:
        seq = await _event_in_store(store, what)
        if not await store.drafts.is_candidate(seq):
            # Known without opening a word, so a slip of the finger is no look.
            raise NotFound(what)
        look = await store.privacy.open_words(seq, REASON)
        source = StoreEvents(store.database, store.ledger, store.media)
        return await _found(source, seq, Trust.STORE, look.seq)
    except NotFound as error:
        raise OperatorError(f"{what}: this log has no such candidate.") from error
    except NotDisclosed as error:
        raise OperatorError(
            f"{what}: what it was drawn from was erased ({error}); nothing can draw it again."
        ) from error
    except StorageError as error:
        raise OperatorError(f"the look could not be recorded, so nothing was opened: {error}.") from error
    finally:
        await store.close()


async def find_in_bundle(path: Path, what: str, vkeys: Sequence[str]) -> Found:
    """Find a candidate of a bundle, which has to verify first; raise OperatorError."""
    if not await asyncio.to_thread(path.exists):
        raise OperatorError(f"there is no {path}")
    report = await asyncio.to_thread(verify_bundle, path, vkeys=tuple(vkeys))
    if report.verdict is Verdict.REFUSED:
        raise OperatorError(f"{path} does not verify, so nothing is drawn from it.\n{render_report(report)}")
    trust = Trust.VERIFIED if report.verdict is Verdict.VERIFIED else Trust.SELF_CONSISTENT
    with BundleReader(path) as bundle:
        try:
            seq = await asyncio.to_thread(_event_in_bundle, bundle, what)
            return await _found(BundleEvents(bundle), seq, trust, None)
        except NotFound as error:
            raise OperatorError(f"{what}: {path} has no such candidate.") from error
        except NotDisclosed as error:
            raise OperatorError(
                f"{what}: {path} was written without what it was drawn from ({error}); ask for a fuller one."
            ) from error
        except Refusal as error:
            raise OperatorError(f"{path} cannot be read: {error.code}.") from error


async def _found(source: EventSource, seq: int, trust: Trust, look: int | None) -> Found:
    try:
        candidate = await recorded_candidate(source, seq)
    except ValueError as error:
        raise OperatorError(f"event {seq}: {error}.") from error
    given = tuple([Given(each.role, await _input(source, each)) for each in candidate.inputs])
    return Found(candidate, await _picture(source, candidate.image), given, trust, look)


async def _input(source: EventSource, given: Input) -> bytes:
    """Return a picture that went in; raise NotDisclosed where it is not here."""
    picture = await _picture(source, given.sha256)
    if picture is None:
        raise NotDisclosed("a picture that it was drawn from")
    return picture


async def _picture(source: EventSource, digest: str) -> bytes | None:
    try:
        return await source.picture(digest)
    except NotFound:
        return None


async def _event_in_store(store: Store, what: str) -> int:
    if number := _NUMBER.fullmatch(what):
        return int(number[1])
    if _CANDIDATE.fullmatch(what):
        seq = await store.drafts.event_of(what)
        if seq is None:
            raise NotFound(what)
        return seq
    recorded = await store.drafts.recorded_as(await asyncio.to_thread(_digest, what))
    return _first([candidate.seq for candidate in recorded], what)


def _event_in_bundle(bundle: BundleReader, what: str) -> int:
    if number := _NUMBER.fullmatch(what):
        return int(number[1])
    if _CANDIDATE.fullmatch(what):
        raise OperatorError(
            f"{what}: a bundle does not know the ids of our database; give the event's number, or the picture."
        )
    showing = bundle.showing(_digest(what))
    made = [seq for seq, event in sorted(bundle.events(showing).items()) if event.type == "draft.made"]
    return _first(made, what)


def _first(seqs: Sequence[int], what: str) -> int:
    if not seqs:
        raise NotFound(what)
    return seqs[0]


def _digest(what: str) -> str:
    """Return the hash of a picture's file; raise OperatorError where there is none, or it is no file of a picture."""
    path = Path(what)
    try:
        if path.stat().st_size > MAX_PICTURE_BYTES:
            raise OperatorError(f"{what} is larger than any picture of this log.")
        return sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise OperatorError(
            f"{what}: neither an event's number, nor a candidate's id, nor a file that can be read."
        ) from error
