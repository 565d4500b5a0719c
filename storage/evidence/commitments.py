"""Salted commitments to the fields of an event, made as SD-JWT disclosures (RFC 9901 section 4.2).

    salt       = 16 random bytes, base64url without padding
    disclosure = base64url(UTF-8 JSON array [salt, field name, value])
    digest     = base64url(SHA-256(ASCII(disclosure)))   -> leaf.fields[name]

At rest a disclosure is encrypted with the data key of the person who supplied the field, and
that key is wrapped (RFC 3394) under a key that is not in the database. Destroying the data key
erases the words and leaves the tree untouched.
"""

import json
from base64 import urlsafe_b64decode
from binascii import b2a_base64
from dataclasses import dataclass
from hashlib import sha256
from os import urandom
from typing import cast

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap

SALT_BYTES = 16
NONCE_BYTES = 12
KEY_BYTES = 32

_JsonScalar = str | int | float | bool | None
JsonValue = _JsonScalar | list["JsonValue"] | dict[str, "JsonValue"]


_URL_SAFE = bytes.maketrans(b"+/", b"-_")
# Made once: json.dumps would make an encoder for every field.
_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def b64url(data: bytes) -> str:
    """Encode as base64url without padding."""
    return b2a_base64(data, newline=False).translate(_URL_SAFE, b"=").decode("ascii")


def unb64url(text: str) -> bytes:
    """Decode base64url without padding."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def disclose(field: str, value: JsonValue, salt: bytes | None = None) -> str:
    """Make the disclosure of one field with a fresh salt (or the given one, for test vectors)."""
    salt = urandom(SALT_BYTES) if salt is None else salt
    return b64url(f'["{b64url(salt)}","{field}",{_to_json(value)}]'.encode())


def digest(disclosure: str) -> str:
    """Return the commitment that the leaf carries for a disclosure."""
    return b64url(sha256(disclosure.encode("ascii")).digest())


def opened(disclosure: str) -> JsonValue:
    """Return the value inside a disclosure of our own."""
    return cast(JsonValue, json.loads(unb64url(disclosure))[2])


@dataclass(frozen=True, slots=True)
class Sealed:
    """A disclosure at rest."""

    nonce: bytes
    ct: bytes


def _aad(seq: int, field: str) -> bytes:
    return f"colophon-field/1\n{seq}\n{field}".encode()


def seal(key: bytes | AESGCM, seq: int, field: str, disclosure: str, nonce: bytes | None = None) -> Sealed:
    """Encrypt a disclosure with AES-256-GCM, bound to its place in the log; a cipher made of the key saves a little."""
    cipher = AESGCM(key) if isinstance(key, bytes) else key
    nonce = urandom(NONCE_BYTES) if nonce is None else nonce
    return Sealed(nonce, cipher.encrypt(nonce, disclosure.encode("ascii"), _aad(seq, field)))


def unseal(key: bytes, seq: int, field: str, sealed: Sealed) -> str:
    """Decrypt a disclosure; raise cryptography's InvalidTag where key, place or bytes differ."""
    return AESGCM(key).decrypt(sealed.nonce, sealed.ct, _aad(seq, field)).decode("ascii")


def wrap_key(kek: bytes, key: bytes) -> bytes:
    """Wrap a data key (RFC 3394)."""
    return aes_key_wrap(kek, key)


def unwrap_key(kek: bytes, wrapped: bytes) -> bytes:
    """Unwrap a data key (RFC 3394)."""
    return aes_key_unwrap(kek, wrapped)
