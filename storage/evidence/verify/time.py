"""What third parties say of the events' times: time stamps (RFC 3161) and witnesses.

Upper bound: what a dated checkpoint covers existed by then, so none of its events may claim a later time.
Lower bound: where the log itself records a token, the events after that record came after the stamp.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from cryptography import x509
from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response
from rfc3161_client.tsp import PKIStatus

from storage.evidence.der import sort_certificates
from storage.evidence.verify.archive import Archive
from storage.evidence.verify.report import Bound, Refusal
from storage.evidence.verify.walk import Seen

TOLERANCE = timedelta(seconds=600)
"""How far two clocks may differ."""
ROOTS = "data/keys/tsa-roots.pem"
_TOKEN_FILE = re.compile(r"data/checkpoints/([0-9]+)(?:-([a-z0-9-]{1,64}))?\.tsr")


@dataclass(frozen=True, slots=True)
class Token:
    """A time stamp in a bundle: what it says, and the hash of its file, by which the log records it."""

    bound: Bound
    sha256: str


def token_sizes(archive: Archive) -> set[int]:
    """Return the sizes of the checkpoints that carry a time stamp."""
    return {int(match[1]) for name in archive.names if (match := _TOKEN_FILE.fullmatch(name))}


def read_tokens(archive: Archive, outside: bytes) -> list[Token]:
    """Return the time stamps of a bundle; refuse one that is over other bytes or that its certificates do not fit.

    `outside` are the certificates (PEM) that authorities are trusted by; without any, those in the bundle are taken,
    and who stamped is the bundle's own word.
    """
    inside = archive.read(ROOTS) if ROOTS in archive.names else b""
    trusted = _certificates(outside or inside)
    matches = [match for name in sorted(archive.names) if (match := _TOKEN_FILE.fullmatch(name))]
    return [_read(archive, match, trusted, from_outside=bool(outside.strip())) for match in matches]


def check_times(tokens: Sequence[Token], bounds: Iterable[Bound], seen: Seen) -> None:
    """Refuse events that claim a time which somebody else's word excludes. Times in one form compare as text."""
    for bound in bounds:
        claimed = seen.latest_below.get(bound.size, "")
        if claimed > _moved(bound.at, TOLERANCE):
            why = "an event below it claims {claimed}, after {by} saw it"
            raise Refusal("time", size=bound.size, why=why, claimed=claimed, by=bound.by)
    by_file = {token.sha256: token.bound for token in tokens}
    for seq, digest, following in seen.anchored:
        bound_ = by_file.get(digest)
        if bound_ is not None and following and following < _moved(bound_.at, -TOLERANCE):
            why = "an event after number {seq} claims {claimed}, before the stamp that the log had recorded"
            raise Refusal("time", size=bound_.size, why=why, seq=seq, claimed=following)


def _read(
    archive: Archive, match: "re.Match[str]", trusted: Sequence[x509.Certificate], *, from_outside: bool
) -> Token:
    size, name = int(match[1]), match[0].rpartition("/")[2]
    note = f"data/checkpoints/{match[1]}.note"
    if note not in archive.names:
        raise Refusal("time", size=size, why="a token stamps a checkpoint that is not there")
    body, stamped_bytes = archive.read(match[0]), archive.read(note)
    try:
        answer = decode_timestamp_response(sort_certificates(body))
        granted = PKIStatus(answer.status) in (PKIStatus.GRANTED, PKIStatus.GRANTED_WITH_MODS)
        imprint, at = answer.tst_info.message_imprint.message, answer.tst_info.gen_time.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Refusal("time", size=size, why="{file} is not a time stamp", file=name) from error
    if not granted or imprint != sha256(stamped_bytes).digest():
        raise Refusal("time", size=size, why="{file} is the time stamp of something else", file=name)
    try:
        if trusted:
            VerifierBuilder(roots=list(trusted)).build().verify_message(answer, stamped_bytes)
    except (ValueError, VerificationError) as error:
        why = "{file} is not signed below a certificate that is trusted"
        raise Refusal("time", size=size, why=why, file=name) from error
    return Token(Bound(size, at, match[2] or "tsa", from_outside), sha256(body).hexdigest())


def _certificates(pem: bytes) -> Sequence[x509.Certificate]:
    if not pem.strip():
        return ()
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise Refusal("time", size="?", why="the authorities' certificates cannot be read") from error


def _moved(at: datetime, by: timedelta) -> str:
    """Return a time that is so much later, in the form of an event's."""
    try:
        moved = at + by
    except OverflowError:
        moved = (datetime.max if by > timedelta() else datetime.min).replace(tzinfo=UTC)
    return moved.isoformat(timespec="milliseconds").replace("+00:00", "Z")
