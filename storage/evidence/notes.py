"""Signed notes (C2SP signed-note), checkpoints (C2SP tlog-checkpoint) and receipts (C2SP tlog-proof)."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ALG_ED25519 = 0x01
SIGNATURE_PREFIX = "\u2014 "
PROOF_HEADER = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """The public half of a note key: a name and an Ed25519 key."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Return SHA-256(name || 0x0A || algorithm || key)[:4]."""
        return sha256(self.name.encode() + b"\n" + bytes([ALG_ED25519]) + self.public).digest()[:4]

    def encode(self) -> str:
        """Return the vkey line: `name+hex(key id)+base64(algorithm || key)`."""
        payload = b64encode(bytes([ALG_ED25519]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{payload}"

    @classmethod
    def parse(cls, line: str) -> "VerifierKey":
        """Read a vkey line; base64 contains `+` too, so only the first two separate."""
        name, key_id, payload = line.strip().split("+", 2)
        raw = b64decode(payload, validate=True)
        if len(raw) != 33 or raw[0] != ALG_ED25519:
            raise ValueError("not an Ed25519 verifier key")
        key = cls(name, raw[1:])
        if key.key_id.hex() != key_id:
            raise ValueError("the key id does not fit the key")
        return key

    def accepts(self, text: str, signature: bytes) -> bool:
        """Tell whether the signature covers the text, its final newline included."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


class SigningKey:
    """The log's own Ed25519 key; its name is the log's origin."""

    def __init__(self, name: str, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = VerifierKey(name, self._private.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """Return the whole note: the text, a blank line, and the signature line."""
        return f"{text}\n{self.signature_line(text)}"

    def signature_line(self, text: str) -> str:
        """Return this key's line under a text; raise ValueError for what is no text of a note."""
        if not text.endswith("\n"):
            raise ValueError("the text of a note ends in a newline")
        payload = self.verifier.key_id + self._private.sign(text.encode())
        return f"{SIGNATURE_PREFIX}{self.verifier.name} {b64encode(payload).decode()}\n"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A statement of a log's size and root, with the signed note that makes it."""

    origin: str
    size: int
    root: bytes
    note: str

    @classmethod
    def issue(cls, key: SigningKey, size: int, root: bytes) -> "Checkpoint":
        """Sign the statement; the key's name is the origin."""
        origin = key.verifier.name
        return cls(origin, size, root, key.sign(f"{origin}\n{size}\n{b64encode(root).decode()}\n"))

    @classmethod
    def open(cls, note: str, key: VerifierKey) -> "Checkpoint":
        """Read a checkpoint and check the signature of `key`; raise ValueError where it fails."""
        text, separator, signatures = note.partition("\n\n")
        text += "\n"
        lines = text.splitlines()
        if not separator or len(lines) != 3 or lines[0] != key.name:
            raise ValueError("not a checkpoint of this log")
        for line in signatures.splitlines():
            name, _, payload = line.removeprefix(SIGNATURE_PREFIX).rpartition(" ")
            raw = b64decode(payload)
            if name == key.name and raw[:4] == key.key_id and key.accepts(text, raw[4:]):
                return cls(lines[0], int(lines[1]), b64decode(lines[2], validate=True), note)
        raise ValueError("the checkpoint carries no valid signature of this log")


def size_of(note: str) -> int:
    """Return the size that a checkpoint states, unchecked; raise ValueError for what is none."""
    _, _, rest = note.partition("\n")
    size = rest.partition("\n")[0]
    if not (size.isascii() and size.isdecimal()):
        raise ValueError("not a checkpoint: its second line is no size")
    return int(size)


@dataclass(frozen=True, slots=True)
class Reign:
    """A key of the log, and the first size that it signs."""

    since: int
    key: VerifierKey


def key_at(reigns: Sequence[Reign], size: int) -> VerifierKey:
    """Return the key in force at a size; the first of `reigns`, which are in order, begins at 0."""
    return next(reign.key for reign in reversed(reigns) if reign.since <= size)


def hand_over(origin: str, since: int, old: SigningKey, new: SigningKey) -> str:
    """Return the note by which a key hands over to the next one, signed by both."""
    text = f"colophon-rotation/1\n{origin}\n{since}\n{new.verifier.encode()}\n"
    return f"{text}\n{old.signature_line(text)}{new.signature_line(text)}"


def render_proof(leaf: bytes, index: int, path: Sequence[bytes], checkpoint: Checkpoint) -> str:
    """Write the full receipt of one event: leaf bytes, inclusion path, checkpoint."""
    lines = [PROOF_HEADER, f"extra {b64encode(leaf).decode()}", f"index {index}"]
    lines += [b64encode(h).decode() for h in path]
    return "\n".join(lines) + "\n\n" + checkpoint.note
