"""Leaves, commitments, notes and keys against the published and the project's own vectors."""

from base64 import b64decode

import pytest
import rfc8785
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from storage.evidence.commitments import (
    Sealed,
    b64url,
    digest,
    disclose,
    opened,
    seal,
    unseal,
    unwrap_key,
    wrap_key,
)
from storage.evidence.leaf import Leaf, canonical, check_event
from storage.evidence.merkle import Frontier, leaf_hash
from storage.evidence.notes import Checkpoint, SigningKey, VerifierKey

COUNTING = bytes(range(32))
DISCLOSURE = "WyJBQUVDQXdRRkJnY0lDUW9MREEwT0R3IiwicHJvbXB0IiwiYSBsaWdodGhvdXNlIGF0IGR1c2ssIOawtOW9qSJd"
LEAF = Leaf(
    seq=0,
    ts="2026-11-23T07:00:00.000Z",
    type="prompt.submit",
    actor="u_" + "a" * 32,
    project="p_" + "1" * 32,
    pseq=0,
    pprev="",
    refs=(),
    fields={"prompt": "jjEtcJ-KnIpXPg8JkBDL5v9TXTsNvJdEFa_3S0058Po"},
)


def test_a_disclosure_is_made_as_the_format_says() -> None:
    made = disclose("prompt", "a lighthouse at dusk, 水彩", salt=bytes(range(16)))
    assert made == DISCLOSURE
    assert digest(made) == "jjEtcJ-KnIpXPg8JkBDL5v9TXTsNvJdEFa_3S0058Po"
    assert opened(made) == "a lighthouse at dusk, 水彩"


def test_a_disclosure_of_rfc_9901_has_the_published_digest() -> None:
    text = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
    assert digest(text) == "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"


def test_leaf_bytes_and_hash_are_those_of_the_format() -> None:
    assert leaf_hash(LEAF.encode()).hex() == "5110af8a2bff9aa99c0e997c059029c43b3c45c4cb30119477e15e290f08c519"


def test_a_disclosure_at_rest_is_bound_to_its_place_and_key() -> None:
    sealed = seal(COUNTING, 0, "prompt", DISCLOSURE, nonce=bytes(12))
    assert sealed.ct[:16].hex() == "59c5ff9ce479d5f959f0cd674a47dbf7"
    assert sealed.ct[-16:].hex() == "18c889d6b03ebd815ef4be77f5723ce7"
    assert unseal(COUNTING, 0, "prompt", sealed) == DISCLOSURE
    for key, seq, field in ((COUNTING, 1, "prompt"), (COUNTING, 0, "note"), (bytes(32), 0, "prompt")):
        with pytest.raises(InvalidTag):
            unseal(key, seq, field, sealed)
    with pytest.raises(InvalidTag):
        unseal(COUNTING, 0, "prompt", Sealed(sealed.nonce, bytes([sealed.ct[0] ^ 1]) + sealed.ct[1:]))


def test_keys_are_wrapped_as_rfc_3394_says() -> None:
    key = bytes.fromhex("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f")
    wrapped = wrap_key(COUNTING, key)
    assert wrapped.hex() == "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21"
    assert unwrap_key(COUNTING, wrapped) == key


def test_a_checkpoint_is_signed_as_c2sp_says() -> None:
    key = SigningKey("colophon.example/log1", COUNTING)
    assert key.verifier.encode() == ("colophon.example/log1+2ea79cdc+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4")
    issued = Checkpoint.issue(key, 1, leaf_hash(LEAF.encode()))
    assert issued.note == (
        "colophon.example/log1\n1\nURCviiv/mqmcDpl8BZApxDs8RcTLMBGUd+FeKQ8IxRk=\n\n"
        "— colophon.example/log1 Lqec3Cs/ECq7+vU9Q4dbGDspsl4jMrUTjupkgI2j4ueZMnAneVlcsIlej0FhCVCpRg0edqxI"
        "XJsS0Mgw5EG0W3nU7Qs=\n"
    )
    assert Checkpoint.open(issued.note, VerifierKey.parse(key.verifier.encode())) == issued
    with pytest.raises(ValueError, match="no valid signature"):
        Checkpoint.open(issued.note.replace("\n1\n", "\n2\n"), key.verifier)


def test_the_published_c2sp_note_verifies() -> None:
    key = VerifierKey.parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    signature = b64decode(
        "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
    )
    assert signature[:4] == key.key_id
    assert key.accepts("This is an example message.\n", signature[4:])


def test_the_chain_of_four_leaves_has_the_documented_root() -> None:
    types = ("project.open", "prompt.submit", "draft.made", "draft.select")
    frontier, previous = Frontier(), ""
    for n, type_ in enumerate(types):
        leaf = Leaf(
            seq=n,
            ts=f"2026-11-23T07:00:0{n}.000Z",
            type=type_,
            actor="bot" if n == 2 else LEAF.actor,
            project=LEAF.project,
            pseq=n,
            pprev=previous,
            refs=(n - 1,) if n else (),
            fields={},
        )
        hashed = leaf_hash(leaf.encode())
        previous = b64url(hashed)
        frontier = frontier.push(hashed, lambda *_: None)
    assert previous == "ZwP1sMaOgdu1afdIg-qNah1-ED9zt48RLEcWcv8xlFQ"
    assert frontier.root().hex() == "07698d032d67b31b1b1bcb14fcca970d86222e1e9817dbf6f2dc6c7e51ad8e7a"


_VALUES = st.recursive(
    st.text(st.characters(exclude_categories=["Cs"])) | st.integers(-(2**53) + 1, 2**53 - 1),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(min_codepoint=32, max_codepoint=126)), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text(st.characters(min_codepoint=32, max_codepoint=126)), _VALUES, max_size=5))
def test_our_encoding_is_canonical_json_on_the_allowed_values(value: dict[str, object]) -> None:
    assert canonical(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("type_", "actor", "project", "field"),
    [
        ("prompt", "bot", "log", "a"),
        ("prompt.submit", "u_1", "log", "a"),
        ("prompt.submit", "bot", "p_1", "a"),
        ("prompt.submit", "bot", "log", "A"),
    ],
)
def test_names_outside_the_format_are_refused(type_: str, actor: str, project: str, field: str) -> None:
    with pytest.raises(ValueError, match=r"field name|does not fit"):
        check_event(type_, actor, project, [field])
