"""OpenTimestamps files, held against the library of the format's authors, and against hostile bytes."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentimestamps.core.notary import BitcoinBlockHeaderAttestation, PendingAttestation, UnknownAttestation
from opentimestamps.core.op import OpAppend, OpPrepend, OpSHA256
from opentimestamps.core.serialize import BytesDeserializationContext, BytesSerializationContext
from opentimestamps.core.timestamp import DetachedTimestampFile, Timestamp

from storage.evidence.ots import (
    HASH,
    MAGIC,
    MAX_MESSAGE_BYTES,
    BadStamp,
    Bitcoin,
    Path,
    Pending,
    Proof,
    Step,
    Unknown,
    append,
    parse_paths,
    prepend,
    render_paths,
)

DIGEST = sha256(b"note").digest()
PROMISE = Path((append(b"salt"), HASH), Pending("https://calendar.example"))

some_bytes = st.binary(min_size=1, max_size=8)
steps = st.one_of(st.just(HASH), st.builds(append, some_bytes), st.builds(prepend, some_bytes))
attestations = st.one_of(
    st.builds(Pending, st.sampled_from(["https://a.example", "https://b.example/x", ""])),
    st.builds(Unknown, st.just(b"\x01" * 8), st.binary(max_size=8)),
)
# A block's root is a hash, so a path to Bitcoin ends with one.
to_blocks = st.builds(
    lambda way, height: Path((*way, HASH), Bitcoin(height)),
    st.lists(steps, max_size=4),
    st.integers(0, 2**53 - 1),
)
others = st.builds(lambda way, end: Path(tuple(way), end), st.lists(steps, max_size=4), attestations)
proofs = st.builds(
    lambda paths: Proof(DIGEST, tuple(paths)), st.lists(st.one_of(others, to_blocks), min_size=1, max_size=8)
)


def read_by_library(data: bytes) -> DetachedTimestampFile:
    context = BytesDeserializationContext(data)
    found = DetachedTimestampFile.deserialize(context)
    context.assert_eof()
    return found


def ends(proof: Proof) -> set[tuple[bytes, object]]:
    """Return what each attestation is about, in the library's words."""
    found: set[tuple[bytes, object]] = set()
    for path in proof.paths:
        match path.attestation:
            case Pending(uri):
                end: object = PendingAttestation(uri)
            case Bitcoin(height):
                end = BitcoinBlockHeaderAttestation(height)
            case Unknown(tag, payload):
                end = UnknownAttestation(tag, payload)
        found.add((path.end(proof.digest), end))
    return found


@given(proofs)
def test_what_is_written_is_read_again_and_the_library_reads_the_same(proof: Proof) -> None:
    data = proof.render()
    assert set(Proof.parse(data).paths) == set(proof.paths)
    assert Proof.parse(data).render() == data
    read = read_by_library(data)
    assert read.file_digest == DIGEST
    assert set(read.timestamp.all_attestations()) == ends(proof)


@given(proofs)
def test_what_the_library_writes_is_read(proof: Proof) -> None:
    context = BytesSerializationContext()
    read_by_library(proof.render()).serialize(context)
    assert set(Proof.parse(context.getbytes()).paths) == set(proof.paths)


def test_a_promise_is_replaced_by_the_way_to_a_block() -> None:
    other = Path((prepend(b"x"), HASH), Pending("https://other.example"))
    message = PROMISE.end(DIGEST)
    answer = Timestamp(message)
    block = answer.ops.add(OpPrepend(b"left")).ops.add(OpSHA256()).ops.add(OpAppend(b"right")).ops.add(OpSHA256())
    block.attestations.add(BitcoinBlockHeaderAttestation(958_000))
    context = BytesSerializationContext()
    answer.serialize(context)

    proof = Proof(DIGEST, (PROMISE, other)).kept_promise(PROMISE, parse_paths(context.getbytes(), message))
    assert (proof.pending, proof.heights) == ((other,), (958_000,))
    read = read_by_library(proof.render()).timestamp
    found = {attestation: message for message, attestation in read.all_attestations()}
    assert found[BitcoinBlockHeaderAttestation(958_000)] == block.msg


def test_a_stamp_that_would_grow_beyond_the_format_is_refused() -> None:
    long = Path((HASH,) * 254, Bitcoin(1))
    with pytest.raises(BadStamp, match="too large"):
        Proof(DIGEST, (PROMISE,)).kept_promise(PROMISE, [long])


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for read in (Proof.parse, lambda raw: parse_paths(raw, DIGEST)):
        try:
            read(data)
        except BadStamp:
            continue


@given(proofs, st.data())
def test_a_changed_byte_is_read_or_refused_and_never_more_than_the_library_takes(
    proof: Proof, data: st.DataObject
) -> None:
    raw = bytearray(proof.render())
    raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        Proof.parse(bytes(raw))
    except BadStamp:
        return
    read_by_library(bytes(raw))


def step(kind: int, given: bytes = b"") -> bytes:
    return bytes([kind]) + (bytes([len(given)]) + given if given else b"")


BLOCK = render_paths([Path((), Bitcoin(1))])


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "too early"),
        (BLOCK[:-1], "too early"),
        (BLOCK + b"\x00", "follows the end"),
        (b"\xff" + BLOCK, "too early"),
        (b"\xff\xff" + BLOCK, "0xff is not understood"),
        (b"\x67" + BLOCK, "0x67 is not understood"),
        (b"\xf0\x00" + BLOCK, "adds nothing"),
        (b"\xf0\x81\x20" + bytes(4097) + BLOCK, "too long"),
        (step(0xF0, b"x") + BLOCK, "32 bytes"),
        (b"\x08" * 256 + BLOCK, "too long"),
        ((b"\xff" + BLOCK) * 8 + BLOCK, "too many"),
        (b"\xf0" + b"\xff" * 12, "too large"),
        (b"\x00" + bytes.fromhex("0588960d73d71901") + b"\x02\x01\x00", "follows in an attestation"),
        (b"\x00" + bytes.fromhex("83dfe30d2ef90c8e") + b"\x0a\x09http://\n", "too early"),
        (b"\x00" + bytes.fromhex("83dfe30d2ef90c8e") + b"\x09\x08http://\n", "other characters"),
    ],
)
def test_what_no_calendar_may_say_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(BadStamp, match=why):
        parse_paths(data, DIGEST)


def test_a_message_cannot_be_made_to_grow_without_end() -> None:
    long = b"\xf0\x80\x20" + bytes(MAX_MESSAGE_BYTES)
    with pytest.raises(BadStamp, match="grows"):
        parse_paths(long + b"\x08" + BLOCK, DIGEST)


def test_a_fork_in_every_step_is_no_trouble() -> None:
    nested = (b"\xff" + BLOCK + b"\x08") * 255 + BLOCK
    proof = Proof.parse(MAGIC + b"\x01\x08" + DIGEST + nested)
    assert [len(path.steps) for path in proof.paths] == list(range(256))
    assert Proof.parse(proof.render()) == proof


@pytest.mark.parametrize("head", [b"", MAGIC[:-1] + b"\x00", MAGIC + b"\x02", MAGIC + b"\x01\x02"])
def test_another_file_is_refused(head: bytes) -> None:
    with pytest.raises(BadStamp):
        Proof.parse(head + DIGEST + BLOCK)


def test_a_step_cannot_be_taken_for_another() -> None:
    assert len({append(b"a"), prepend(b"a"), HASH, Step(0xF0, b"b")}) == 4
