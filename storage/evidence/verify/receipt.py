"""A receipt (C2SP tlog-proof): one event, and the path from it to a signed checkpoint.

It shows that the event was in the log when the checkpoint was signed. Kept, it shows more: its checkpoint is an anchor
that every later bundle of the log has to meet, so a tail cut off, a fork or a rewritten history comes out.
"""

from collections.abc import Sequence

from storage.evidence.verify.primitives import (
    BAD,
    canonical,
    included,
    parse_checkpoint,
    parse_note,
    parse_vkey,
    sha256,
    strict_json,
    un_b64,
)
from storage.evidence.verify.report import CheckResult, Outcome, Refusal, Report, Verdict

HEADER = b"c2sp.org/tlog-proof@v1\n"
MAX_BYTES = 1 << 20
_MAX_PATH = 64


def is_receipt(data: bytes) -> bool:
    """Tell whether a file says that it is a receipt."""
    return data.startswith(HEADER)


def checkpoint_of(receipt: bytes) -> bytes:
    """Return the signed checkpoint inside a receipt, as it is; empty where there is none."""
    return receipt.partition(b"\n\n")[2]


def verify_receipt(data: bytes, *, vkeys: Sequence[str] = ()) -> Report:
    """Check a receipt against the log's key from outside; without one it is only consistent with itself."""
    results: list[CheckResult] = []
    facts: dict[str, str] = {}
    try:
        _check(data, vkeys, results, facts)
    except Refusal as refusal:
        results.append(CheckResult(refusal.code, Outcome.FAILED, refusal.params))
        return Report(Verdict.REFUSED, tuple(results), facts)
    if not vkeys:
        results.append(CheckResult("receipt-trust", Outcome.NOT_CHECKED))
    results.append(CheckResult("receipt-time", Outcome.NOT_CHECKED))
    return Report(Verdict.VERIFIED if vkeys else Verdict.SELF_CONSISTENT, tuple(results), facts)


def _check(data: bytes, vkeys: Sequence[str], results: list[CheckResult], facts: dict[str, str]) -> None:
    if len(data) > MAX_BYTES:
        raise Refusal("receipt", why="it is too large")
    head, _, note_bytes = data.partition(b"\n\n")
    try:
        version, extra, place, *hashes = head.decode("ascii").split("\n")
        if f"{version}\n".encode() != HEADER or not extra.startswith("extra ") or len(hashes) > _MAX_PATH:
            raise ValueError("a line is missing")
        leaf, index = un_b64(extra[6:]), int(place.removeprefix("index "))
        if place != f"index {index}":
            raise ValueError("the number is not written as it must be")
        path = [un_b64(line) for line in hashes]
        note = parse_note(note_bytes)
        origin, size, root = parse_checkpoint(note)
        event = strict_json(leaf)
        if canonical(event) != leaf or event["seq"] != index:
            raise ValueError("the event is not the one it numbers")
        facts |= {"origin": origin, "event": str(index), "type": str(event["type"]), "ts": str(event["ts"])}
        facts |= {"size": str(size)}
    except BAD as error:
        raise Refusal("receipt", why="it is not in the form of a receipt") from error
    results.append(CheckResult("receipt", Outcome.PASSED))
    if not included(index, size, path, sha256(b"\x00" + leaf), root):
        raise Refusal("receipt", why="its path does not lead to the root that was signed")
    results.append(CheckResult("included", Outcome.PASSED))
    if vkeys:
        _check_signature(note_bytes, origin, size, vkeys)
        results.append(CheckResult("checkpoints", Outcome.PASSED))


def _check_signature(note_bytes: bytes, origin: str, size: int, vkeys: Sequence[str]) -> None:
    try:
        keys = [parse_vkey(line.strip()) for line in vkeys]
    except BAD as error:
        raise Refusal("key", why="the public key you gave cannot be read") from error
    try:
        signed = any(parse_note(note_bytes).signed_by(key) for key in keys if key.name == origin)
    except ValueError as error:
        raise Refusal("checkpoint", size=size, why="its signature is false") from error
    if not signed:
        raise Refusal("checkpoint", size=size, why="it is not signed by the key you gave")
