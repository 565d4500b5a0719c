"""Time stamps of third parties (RFC 3161): what they say of the events below and above them.

Upper bound: what a stamped checkpoint covers existed when it was stamped, so none of its events may claim a later time.
Lower bound: where the log itself records a token, the events after that record came after the stamp.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from cryptography import x509
from rfc3161_client import TimeStampResponse, VerificationError, VerifierBuilder, decode_timestamp_response
from rfc3161_client.tsp import PKIStatus

from storage.evidence.der import sort_certificates
from storage.evidence.verify.archive import Archive
from storage.evidence.verify.report import Refusal
from storage.evidence.verify.walk import Seen

TOLERANCE = timedelta(seconds=600)
"""How far two clocks may differ."""
ROOTS = "data/keys/tsa-roots.pem"
_TOKEN_FILE = re.compile(r"data/checkpoints/(\d+)(?:-([a-z0-9-]{1,64}))?\.tsr")


@dataclass(frozen=True, slots=True)
class Token:
    """A time stamp in a bundle: the checkpoint it is on, the hash of its file, and what it states."""

    size: int
    file: str
    sha256: str
    stamped: datetime


def token_sizes(archive: Archive) -> tuple[int, ...]:
    """Return the sizes of the checkpoints that carry a time stamp, each once, in order."""
    return tuple(sorted({int(m[1]) for name in archive.names if (m := _TOKEN_FILE.fullmatch(name))}))


def check_time(archive: Archive, seen: Seen, roots: bytes) -> list[Token]:
    """Return the time stamps of a bundle; refuse one that fits no checkpoint, no certificate, or the events' times.

    `roots` are the certificates (PEM) that authorities are trusted by; without any, a token's signer stays unknown and
    only what it says is checked.
    """
    trusted = _certificates(roots)
    tokens = [_read(archive, name, trusted) for name in sorted(archive.names) if _TOKEN_FILE.fullmatch(name)]
    for token in tokens:
        claimed = seen.latest_below.get(token.size, "")
        if claimed and _time(claimed) > token.stamped + TOLERANCE:
            raise Refusal("time", size=token.size, why=f"an event below it claims {claimed}, after the stamp")
    by_file = {token.sha256: token for token in tokens}
    for seq, value, following in seen.anchored:
        anchor = by_file.get(value.get("sha256", "")) if isinstance(value, Mapping) else None
        if anchor is not None and following and _time(following) < anchor.stamped - TOLERANCE:
            raise Refusal(
                "time", size=anchor.size, why=f"an event after number {seq} claims {following}, before the stamp"
            )
    return tokens


def _read(archive: Archive, name: str, trusted: Sequence[x509.Certificate]) -> Token:
    match = _TOKEN_FILE.fullmatch(name)
    assert match is not None, "the caller has matched it"
    size, note = int(match[1]), f"data/checkpoints/{match[1]}.note"
    if note not in archive.names:
        raise Refusal("time", size=size, why="a token stamps a checkpoint that is not there")
    body = archive.read(name)
    try:
        answer = decode_timestamp_response(sort_certificates(body))
        _check(answer, archive.read(note), trusted)
        stamped = answer.tst_info.gen_time.astimezone(UTC)
    except (ValueError, VerificationError) as error:
        raise Refusal("time", size=size, why=f"{name.rpartition('/')[2]} is no sound token for it ({error})") from error
    return Token(size, name, sha256(body).hexdigest(), stamped)


def _check(answer: TimeStampResponse, note: bytes, trusted: Sequence[x509.Certificate]) -> None:
    if PKIStatus(answer.status) not in (PKIStatus.GRANTED, PKIStatus.GRANTED_WITH_MODS):
        raise ValueError("it was not granted")
    if answer.tst_info.message_imprint.message != sha256(note).digest():
        raise ValueError("it is over other bytes")
    if trusted:
        builder = VerifierBuilder(roots=list(trusted))
        builder.build().verify_message(answer, note)


def _certificates(pem: bytes) -> Sequence[x509.Certificate]:
    if not pem.strip():
        return ()
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise Refusal("time", size="?", why="the authorities' certificates cannot be read") from error


def _time(ts: str) -> datetime:
    return datetime.fromisoformat(ts.replace("Z", "+00:00"))


def bounds(tokens: Sequence[Token]) -> Iterator[str]:
    """Yield a line for each stamp: which part of the log existed by then."""
    for token in sorted(tokens, key=lambda token: (token.stamped, token.file)):
        yield f"{token.size} ≤ {token.stamped:%Y-%m-%dT%H:%M:%SZ}"
