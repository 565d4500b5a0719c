"""Hashes, strict JSON and signed notes, written from the format's document for the verifier alone."""

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def sha256(data: bytes) -> bytes:
    """Return the SHA-256 of some bytes."""
    return hashlib.sha256(data).digest()


def parent(left: bytes, right: bytes) -> bytes:
    """Hash two children (RFC 6962 section 2.1)."""
    return sha256(b"\x01" + left + right)


EMPTY_ROOT = sha256(b"")
"""Of a log without an event."""
_TO_URL, _FROM_URL = bytes.maketrans(b"+/", b"-_"), bytes.maketrans(b"-_+/", b"+/\0\0")


def b64url(data: bytes) -> str:
    """Encode as base64url without padding."""
    return binascii.b2a_base64(data, newline=False).translate(_TO_URL).rstrip(b"=").decode("ascii")


def un_b64url(text: str) -> bytes:
    """Decode base64url without padding, in its one canonical spelling; raise ValueError."""
    plain = text.encode("ascii").translate(_FROM_URL) + b"=" * (-len(text) % 4)
    data = binascii.a2b_base64(plain, strict_mode=True)
    if binascii.b2a_base64(data, newline=False) != plain:
        raise ValueError("not canonical base64url")
    return data


def un_b64(text: str) -> bytes:
    """Decode standard base64, padded; raise ValueError."""
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("not canonical base64")
    return data


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is there twice")
    return found


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


# Made once: a decoder for each of a million lines would cost more than reading them.
_decoder = json.JSONDecoder(object_pairs_hook=_no_twins, parse_constant=_refuse)
_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def strict_json(data: bytes) -> Any:
    """Read JSON in UTF-8 without duplicate keys, NaN or infinities; raise ValueError."""
    text = data.decode("utf-8")
    try:
        if not text[:1].isspace():
            # What `decode` does, but for the search for white space around the value.
            value, end = _decoder.raw_decode(text)
            if end == len(text):
                return value
        return _decoder.decode(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def canonical(value: Any) -> bytes:
    """Write the one spelling of a leaf: sorted keys, no spaces, UTF-8."""
    return _encoder.encode(value).encode("utf-8")


@dataclass(frozen=True, slots=True)
class Key:
    """A public key with the name it signs under."""

    name: str
    key_id: bytes
    public: bytes

    def check(self, signature: bytes, message: bytes) -> None:
        """Raise ValueError for a signature that is not of this key over this message."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature as error:
            raise ValueError("the signature is false") from error


ED25519, COSIGNATURE = 0x01, 0x04
"""What a key signs: notes (C2SP signed-note), or as a witness of checkpoints (C2SP tlog-cosignature)."""


def parse_vkey(line: str, algorithm: int = ED25519) -> Key:
    """Read `name+hex+base64` of a key for this use; raise ValueError."""
    parts = line.split("+", 2)
    if len(parts) != 3 or not parts[0]:
        raise ValueError("not a verifier key")
    name, key_id, raw = parts[0], bytes.fromhex(parts[1]), un_b64(parts[2])
    if len(raw) != 33 or raw[0] != algorithm or sha256(name.encode() + b"\n" + raw)[:4] != key_id:
        raise ValueError("not a verifier key of this kind")
    return Key(name, key_id, raw[1:])


SignatureLine = tuple[str, bytes, bytes]
"""Name, key id, signature."""


@dataclass(frozen=True, slots=True)
class Note:
    """A signed note: its text, and its signature lines."""

    text: str
    signatures: tuple[SignatureLine, ...]

    def signed_by(self, key: Key) -> bool:
        """Tell whether `key` signed; raise ValueError where it claims to and the signature is false."""
        found = False
        for name, key_id, signature in self.signatures:
            if (name, key_id) == (key.name, key.key_id):
                key.check(signature, self.text.encode())
                found = True
        return found


def parse_note(data: bytes) -> Note:
    """Read a signed note; raise ValueError."""
    text, separator, tail = data.rpartition(b"\n\n")
    if not separator:
        raise ValueError("not a signed note")
    return Note(_plain(text) + "\n", parse_signatures(tail))


def parse_signatures(data: bytes) -> tuple[SignatureLine, ...]:
    """Read signature lines, at least one; raise ValueError."""
    text = _plain(data)
    if not text.endswith("\n"):
        raise ValueError("no newline at the end")
    signatures = []
    for line in text[:-1].split("\n"):
        dash, _, rest = line.partition(" ")
        name, _, payload = rest.rpartition(" ")
        raw = un_b64(payload)
        if dash != "\u2014" or not name or len(raw) < 5:
            raise ValueError("not a signature line")
        signatures.append((name, raw[:4], raw[4:]))
    return tuple(signatures)


def _plain(data: bytes) -> str:
    text = data.decode("utf-8")
    if any(ord(c) < 32 and c != "\n" for c in text):
        raise ValueError("a control character")
    return text


def parse_checkpoint(note: Note) -> tuple[str, int, bytes]:
    """Return origin, size and root of a checkpoint's text; raise ValueError."""
    lines = note.text.split("\n")
    if len(lines) != 4 or lines[3] or not lines[1].isascii() or not lines[1].isdigit():
        raise ValueError("a checkpoint has exactly three lines")
    size, root = int(lines[1]), un_b64(lines[2])
    if len(root) != 32 or str(size) != lines[1]:
        raise ValueError("a checkpoint names its size and a root of 32 bytes")
    return lines[0], size, root


def included(index: int, size: int, path: Sequence[bytes], leaf: bytes, root: bytes) -> bool:
    """Tell whether a path leads from a leaf's hash to a root (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, digest = index, size - 1, leaf
    for sibling in path:
        if not last:
            return False
        if place & 1 or place == last:
            digest = parent(sibling, digest)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            digest = parent(digest, sibling)
        place, last = place >> 1, last >> 1
    return not last and digest == root


def consistent(old: int, new: int, path: list[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Check a consistency proof (RFC 9162 section 2.1.4.2)."""
    if not 0 < old < new:
        return old == new and not path and old_root == new_root
    hashes = ([old_root] if old & (old - 1) == 0 else []) + path
    if not hashes:
        return False
    first, last = old - 1, new - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    a = b = hashes[0]
    for h in hashes[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            a, b = parent(h, a), parent(h, b)
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            b = parent(b, h)
        first, last = first >> 1, last >> 1
    return last == 0 and a == old_root and b == new_root


BAD = (ValueError, binascii.Error, KeyError, TypeError, AttributeError, IndexError, RecursionError)
"""What reading hostile input may raise; each place turns it into a refusal."""
