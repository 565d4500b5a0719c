"""OpenTimestamps files: which steps lead from a file's hash to what a calendar or a block of Bitcoin vouches for.

The file is a tree: from one message, steps (append, prepend, hash) lead to other messages, and attestations stand at
the ends. Here it is the list of its paths instead, each from the root to one end; so hostile bytes are read without
recursion, and no tree has to be walked. Understood is what calendars write: version 1, SHA-256. An attestation of a
kind that we do not know is kept as it is.

The library of the format's authors is not used: its last release is of January 2023, it is under the LGPL, and it
brings 12 MB of Bitcoin and of ciphers along for what fits into this file. The tests hold one against the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

MAGIC: Final = b"\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94"
_VERSION: Final = 1
_APPEND, _PREPEND, _SHA256 = 0xF0, 0xF1, 0x08
_ATTESTATION, _FORK = 0x00, 0xFF
_PENDING: Final = bytes.fromhex("83dfe30d2ef90c8e")
_BITCOIN: Final = bytes.fromhex("0588960d73d71901")

# The limits of the format; those of paths and numbers are ours.
MAX_MESSAGE_BYTES: Final = 4096
_MAX_PAYLOAD_BYTES: Final = 8192
_MAX_URI_BYTES: Final = 1000
_MAX_STEPS: Final = 255
MAX_PATHS: Final = 512
MAX_ANSWER_PATHS: Final = 8
"""Of one calendar, which gives one: so eight of them stay below the limit of a file, and none crowds out another."""
_MAX_NUMBER: Final = 2**53 - 1
URI_CHARACTERS: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._/:")


class BadStamp(ValueError):
    """These bytes are no stamp, or not one that is understood here."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A calendar has taken the message in and will know the block later, under its address."""

    uri: str


@dataclass(frozen=True, slots=True)
class Bitcoin:
    """The message is the root of all transactions in the block of this height; whoever has the block can check that."""

    height: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """An attestation of another kind."""

    tag: bytes
    payload: bytes


Attestation = Pending | Bitcoin | Unknown


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done to a message."""

    kind: int
    given: bytes = b""

    def take(self, message: bytes) -> bytes:
        """Return what becomes of a message; raise BadStamp where it grows beyond the limit."""
        if self.kind == _SHA256:
            return sha256(message).digest()
        after = message + self.given if self.kind == _APPEND else self.given + message
        if len(after) > MAX_MESSAGE_BYTES:
            raise BadStamp("a message grows too long")
        return after


def append(tail: bytes) -> Step:
    """Return the step that puts bytes behind a message."""
    return Step(_APPEND, tail)


def prepend(head: bytes) -> Step:
    """Return the step that puts bytes before a message."""
    return Step(_PREPEND, head)


HASH: Final = Step(_SHA256)
"""The step that hashes a message with SHA-256."""


def follow(steps: Sequence[Step], message: bytes) -> bytes:
    """Return what some steps make of a message; raise BadStamp."""
    for step in steps:
        message = step.take(message)
    return message


@dataclass(frozen=True, slots=True)
class Path:
    """The steps from a message to one attestation."""

    steps: tuple[Step, ...]
    attestation: Attestation

    def end(self, message: bytes) -> bytes:
        """Return what the attestation is about; raise BadStamp."""
        return follow(self.steps, message)

    def behind(self, steps: Sequence[Step]) -> "Path":
        """Return the path that goes some other steps first."""
        return Path((*steps, *self.steps), self.attestation)


@dataclass(frozen=True, slots=True)
class Proof:
    """A detached stamp (`.ots`): the SHA-256 of a file, and the paths from it."""

    digest: bytes
    paths: tuple[Path, ...]

    def __post_init__(self) -> None:
        if len(self.paths) > MAX_PATHS or any(len(path.steps) > _MAX_STEPS for path in self.paths):
            raise BadStamp("the stamp would grow too large")

    @classmethod
    def parse(cls, data: bytes) -> "Proof":
        """Read a file; raise BadStamp."""
        reader = _Reader(data)
        if reader.take(len(MAGIC)) != MAGIC or reader.number() != _VERSION or reader.byte() != _SHA256:
            raise BadStamp("not a stamp of version 1 over a SHA-256")
        digest = reader.take(32)
        return cls(digest, _read_paths(reader, digest, MAX_PATHS))

    def render(self) -> bytes:
        """Write the file."""
        return MAGIC + _number(_VERSION) + bytes([_SHA256]) + self.digest + render_paths(self.paths)

    @property
    def pending(self) -> tuple[Path, ...]:
        """The paths that end with a calendar's promise."""
        return tuple(path for path in self.paths if isinstance(path.attestation, Pending))

    @property
    def heights(self) -> tuple[int, ...]:
        """The blocks of Bitcoin that are named, lowest first."""
        return tuple(sorted({p.attestation.height for p in self.paths if isinstance(p.attestation, Bitcoin)}))

    def kept_promise(self, promise: Path, paths: Sequence[Path]) -> "Proof":
        """Return the proof in which a promise is replaced by the paths that its calendar has now; raise BadStamp."""
        others = tuple(path for path in self.paths if path != promise)
        return Proof(self.digest, (*others, *(path.behind(promise.steps) for path in paths)))


def parse_paths(data: bytes, message: bytes) -> tuple[Path, ...]:
    """Read a calendar's answer about a message; raise BadStamp."""
    return _read_paths(_Reader(data), message, MAX_ANSWER_PATHS)


def render_paths(paths: Sequence[Path]) -> bytes:
    """Write paths as the tree that they are."""
    branches: dict[Step, list[Path]] = {}
    items = []
    for path in dict.fromkeys(paths):
        if path.steps:
            branches.setdefault(path.steps[0], []).append(Path(path.steps[1:], path.attestation))
        else:
            items.append(bytes([_ATTESTATION]) + _render_attestation(path.attestation))
    items += [_render_step(step) + render_paths(rest) for step, rest in branches.items()]
    return b"".join(bytes([_FORK]) + item for item in items[:-1]) + items[-1]


def _read_paths(reader: "_Reader", message: bytes, limit: int) -> tuple[Path, ...]:
    """Read the tree to its end, and make sure that every path can be gone and leads to what its end can be about."""
    paths: list[Path] = []
    steps: tuple[Step, ...] = ()
    forks: list[tuple[Step, ...]] = []
    while True:
        tag = reader.byte()
        if tag == _FORK:
            # After the branch that follows, the tree goes on from here.
            forks.append(steps)
            tag = reader.byte()
        if tag != _ATTESTATION:
            steps = (*steps, reader.step(tag))
            if len(steps) > _MAX_STEPS:
                raise BadStamp("a path is too long")
            continue
        path = Path(steps, reader.attestation())
        if len(path.end(message)) != 32 and isinstance(path.attestation, Bitcoin):
            raise BadStamp("a block's root has 32 bytes")
        paths.append(path)
        if len(paths) > limit:
            raise BadStamp("there are too many paths")
        if not forks:
            break
        steps = forks.pop()
    if not reader.over:
        raise BadStamp("something follows the end")
    return tuple(paths)


class _Reader:
    """Bytes read from left to right; whatever is missing or too large raises BadStamp."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def over(self) -> bool:
        """Tell whether everything is read."""
        return self._at == len(self._data)

    def take(self, count: int) -> bytes:
        """Read so many bytes."""
        taken = self._data[self._at : self._at + count]
        if len(taken) != count:
            raise BadStamp("it ends too early")
        self._at += count
        return taken

    def byte(self) -> int:
        """Read one byte."""
        return self.take(1)[0]

    def number(self) -> int:
        """Read a number: seven bits a byte, the lowest first."""
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if value > _MAX_NUMBER or shift > 63:
                raise BadStamp("a number is too large")
            if not byte & 0x80:
                return value
            shift += 7

    def string(self, limit: int) -> bytes:
        """Read bytes behind their number."""
        count = self.number()
        if count > limit:
            raise BadStamp("a string is too long")
        return self.take(count)

    def step(self, tag: int) -> Step:
        """Read the rest of a step."""
        if tag == _SHA256:
            return HASH
        if tag not in (_APPEND, _PREPEND):
            raise BadStamp(f"the step {tag:#04x} is not understood")
        given = self.string(MAX_MESSAGE_BYTES)
        if not given:
            raise BadStamp("a step adds nothing")
        return Step(tag, given)

    def attestation(self) -> Attestation:
        """Read an attestation."""
        tag, payload = self.take(8), self.string(_MAX_PAYLOAD_BYTES)
        inner = _Reader(payload)
        if tag == _PENDING:
            uri = inner.string(_MAX_URI_BYTES)
            if not URI_CHARACTERS.issuperset(uri):
                raise BadStamp("a calendar's address has other characters than it may")
            known: Attestation = Pending(uri.decode("ascii"))
        elif tag == _BITCOIN:
            known = Bitcoin(inner.number())
        else:
            return Unknown(tag, payload)
        if not inner.over:
            raise BadStamp("something follows in an attestation")
        return known


def _render_step(step: Step) -> bytes:
    return bytes([step.kind]) + (b"" if step == HASH else _string(step.given))


def _render_attestation(attestation: Attestation) -> bytes:
    match attestation:
        case Pending(uri):
            return _PENDING + _string(_string(uri.encode("ascii")))
        case Bitcoin(height):
            return _BITCOIN + _string(_number(height))
        case Unknown(tag, payload):
            return tag + _string(payload)


def _number(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _string(data: bytes) -> bytes:
    return _number(len(data)) + data
