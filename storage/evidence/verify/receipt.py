"""A receipt (C2SP tlog-proof): one event, and the path from it to a signed checkpoint.

It shows that the event was in the log when the checkpoint was signed. Kept, it shows more: its checkpoint is an anchor
that every later bundle of the log has to meet, so a tail cut off, a fork or a rewritten history comes out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from storage.evidence.verify.primitives import (
    BAD,
    Note,
    canonical,
    included,
    parse_checkpoint,
    parse_note,
    parse_vkey,
    sha256,
    strict_json,
    un_b64,
)
from storage.evidence.verify.report import Checks, Refusal, Report, Verdict

HEADER = b"c2sp.org/tlog-proof@v1\n"
MAX_BYTES = 1 << 20
_MAX_PATH = 64


@dataclass(frozen=True, slots=True)
class _Receipt:
    """A receipt taken apart."""

    leaf: bytes
    index: int
    path: Sequence[bytes]
    note: Note
    origin: str
    size: int
    root: bytes
    type: str
    ts: str


def is_receipt(data: bytes) -> bool:
    """Tell whether a file says that it is a receipt."""
    return data.startswith(HEADER)


def checkpoint_of(receipt: bytes) -> bytes:
    """Return the signed checkpoint inside a receipt, as it is; empty where there is none."""
    return receipt.partition(b"\n\n")[2]


def verify_receipt(data: bytes, *, vkeys: Sequence[str] = ()) -> Report:
    """Check a receipt against the log's key from outside; without one it is only consistent with itself."""
    checks = Checks()
    try:
        _check(data, vkeys, checks)
    except Refusal as refusal:
        return checks.refused(refusal)
    if not vkeys:
        checks.not_checked("receipt-trust")
    checks.not_checked("receipt-complete")
    checks.not_checked("receipt-time")
    return checks.report(Verdict.VERIFIED if vkeys else Verdict.SELF_CONSISTENT)


def _check(data: bytes, vkeys: Sequence[str], checks: Checks) -> None:
    if len(data) > MAX_BYTES:
        raise Refusal("receipt", why="it is too large")
    try:
        found = _read(data)
    except BAD as error:
        raise Refusal("receipt", why="it is not in the form of a receipt") from error
    checks.facts |= {"origin": found.origin, "event": str(found.index), "type": found.type, "ts": found.ts}
    checks.facts |= {"size": str(found.size)}
    checks.passed("receipt")
    if not included(found.index, found.size, found.path, sha256(b"\x00" + found.leaf), found.root):
        raise Refusal("receipt", why="its path does not lead to the root that was signed")
    checks.passed("included")
    if vkeys:
        _check_signature(found, vkeys)
        checks.passed("checkpoints")
    checks.answer("unchanged", known=bool(vkeys))


def _read(data: bytes) -> _Receipt:
    head, _, note_bytes = data.partition(b"\n\n")
    version, extra, place, *hashes = head.decode("ascii").split("\n")
    if f"{version}\n".encode() != HEADER or not extra.startswith("extra ") or len(hashes) > _MAX_PATH:
        raise ValueError("a line is missing")
    leaf, index = un_b64(extra[6:]), int(place.removeprefix("index "))
    if place != f"index {index}":
        raise ValueError("the number is not written as it must be")
    note, event = parse_note(note_bytes), strict_json(leaf)
    if canonical(event) != leaf or event["seq"] != index:
        raise ValueError("the event is not the one it numbers")
    origin, size, root = parse_checkpoint(note)
    path = tuple(un_b64(line) for line in hashes)
    return _Receipt(leaf, index, path, note, origin, size, root, str(event["type"]), str(event["ts"]))


def _check_signature(found: _Receipt, vkeys: Sequence[str]) -> None:
    try:
        keys = [parse_vkey(line.strip()) for line in vkeys]
    except BAD as error:
        raise Refusal("key", why="the public key you gave cannot be read") from error
    try:
        signed = any(found.note.signed_by(key) for key in keys if key.name == found.origin)
    except ValueError as error:
        raise Refusal("checkpoint", size=found.size, why="its signature is false") from error
    if not signed:
        raise Refusal("checkpoint", size=found.size, why="it is not signed by the key you gave")
