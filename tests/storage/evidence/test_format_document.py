"""The worked example of docs/evidence-format.md, recomputed by its own rules, and its table of events."""

import re
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from storage.evidence.kinds import Kind
from storage.evidence.verify.sentences import _FAILED, _NOT_CHECKED

# What these leave open is said in prose.
OF_RECEIPTS_AND_PICTURES = frozenset(
    {"no-credentials", "signer", "record", "marks", "picture-time", "receipt-trust", "receipt-complete", "receipt-time"}
)
DOCS = Path(__file__).parents[3] / "docs"
DOCUMENT = (DOCS / "evidence-format.md").read_text(encoding="utf-8")
OF_MODERATORS = (DOCS / "moderation-exports.md").read_text(encoding="utf-8")
EXAMPLE = DOCUMENT.partition("## A worked example")[2]


def documented() -> dict[str, set[str]]:
    """Return the fields that the document gives each kind of event, in its order."""
    table = DOCUMENT.partition("## Kinds of events")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([a-z_.]+)` \|([^|]*)\|", table, re.MULTILINE)
    return {kind: set(re.findall(r"`([a-z_]+)`", fields)) for kind, fields in rows}


def value(name: str) -> str:
    """Return what the example states under a name."""
    found = re.search(rf"^    {name} {{2,}}(\S.*)$", EXAMPLE, re.MULTILINE)
    assert found is not None, name
    return found[1]


def url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def test_the_kinds_of_events_are_those_that_are_written() -> None:
    assert list(documented()) == list(Kind)
    assert all(documented().values())


def test_the_disclosure_holds_the_words_and_the_commitment_its_hash() -> None:
    disclosure = value("disclosure")
    array = urlsafe_b64decode(disclosure + "=" * (-len(disclosure) % 4)).decode()
    assert array == f'["{url(bytes(range(16)))}","prompt","a lighthouse at dusk, 水彩"]'
    assert value("commitment") == url(sha256(disclosure.encode()).digest())
    assert f'"prompt":"{value("commitment")}"' in value("leaf 0")


@pytest.mark.parametrize("number", [0, 1])
def test_the_hash_of_a_leaf(number: int) -> None:
    assert value(f"hash {number}") == sha256(b"\x00" + value(f"leaf {number}").encode()).hexdigest()


def test_the_second_event_carries_on_from_the_first() -> None:
    assert f'"pprev":"{url(bytes.fromhex(value("hash 0")))}"' in value("leaf 1")


def test_the_root_is_that_of_the_two_leaves() -> None:
    children = bytes.fromhex(value("hash 0")) + bytes.fromhex(value("hash 1"))
    assert value("root") == sha256(b"\x01" + children).hexdigest()


def test_the_checkpoint_is_signed_by_the_stated_key() -> None:
    name, key_id, payload = value("vkey").split("+", 2)
    public = b64decode(payload)[1:]
    assert public == Ed25519PrivateKey.from_private_bytes(bytes(range(32))).public_key().public_bytes_raw()
    assert key_id == sha256(f"{name}\n".encode() + b"\x01" + public).hexdigest()[:8]
    note = re.search(
        rf"^    {re.escape(name)}\n    2\n    (\S+)\n\s*\n    — {re.escape(name)} (\S+)$", EXAMPLE, re.MULTILINE
    )
    assert note is not None
    assert b64decode(note[1]).hex() == value("root")
    signature = b64decode(note[2])
    assert signature[:4].hex() == key_id
    Ed25519PublicKey.from_public_bytes(public).verify(signature[4:], f"{name}\n2\n{note[1]}\n".encode())


def test_the_witness_cosigns_the_checkpoint() -> None:
    name, key_id, payload = value("witness").split("+", 2)
    public = b64decode(payload)[1:]
    assert b64decode(payload)[0] == 4
    assert key_id == sha256(f"{name}\n".encode() + b"\x04" + public).hexdigest()[:8]
    dash, signer, line = value("cosignature").split(" ")
    assert (dash, signer) == ("—", name)
    raw = b64decode(line)
    assert raw[:4].hex() == key_id
    seconds = int.from_bytes(raw[4:12], "big")
    assert str(seconds) in EXAMPLE
    origin = value("vkey").partition("+")[0]
    text = f"{origin}\n2\n{b64encode(bytes.fromhex(value('root'))).decode()}\n"
    Ed25519PublicKey.from_public_bytes(public).verify(raw[12:], f"cosignature/v1\ntime {seconds}\n{text}".encode())


def test_every_code_that_a_verifier_may_say_is_on_the_page() -> None:
    codes = {*_FAILED, *(code for code in _NOT_CHECKED if code not in OF_RECEIPTS_AND_PICTURES)}
    assert {code for code in codes if f"`{code}`" not in DOCUMENT + OF_MODERATORS} == set()


def test_the_hidden_line_is_the_hash_of_the_second_event() -> None:
    assert value("hidden") == f"~0 {b64encode(bytes.fromhex(value('hash 1'))).decode()}"
