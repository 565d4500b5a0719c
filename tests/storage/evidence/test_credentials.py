"""Content credentials: what they say, that no pixel changes, and that any later change shows."""

import io
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from c2pa import Reader
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from storage.evidence.certificates import SigningIdentity, signing_identity
from storage.evidence.credentials import Credentials, CredentialsError, Ingredient, Provenance, Source, State, read
from storage.evidence.marks import Origin, mark
from storage.evidence.pixels import pixels_sha256

PNG = "image/png"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> SigningIdentity:
    return signing_identity(tmp_path_factory.mktemp("keys"), "studio.example/log1")


@pytest.fixture(scope="module")
def credentials(identity: SigningIdentity) -> Credentials:
    return Credentials(identity)


def picture(size: tuple[int, int] = (48, 32), kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 50).convert("RGB").save(out, kind)
    return out.getvalue()


def said_of(draft: str, *ingredients: Ingredient) -> Provenance:
    source = Source.FROM_A_PICTURE if ingredients else Source.GENERATED
    return Provenance(draft, source, NOW, "Colophon", "1.0", ingredients)


def manifest(data: bytes) -> dict[str, object]:
    with Reader(PNG, io.BytesIO(data)) as reader:
        found: dict[str, object] = json.loads(reader.json())
    return found


def test_a_signed_picture_leads_back_to_its_draft(credentials: Credentials, identity: SigningIdentity) -> None:
    signed = credentials.sign(picture(), PNG, said_of("d1-1"))
    found = read(signed, PNG, identity.authority)
    assert (found.state, found.draft_id, found.signer) == (State.TRUSTED, "d1-1", "studio.example/log1")


def test_to_a_stranger_the_signer_is_unknown_and_the_picture_sound(credentials: Credentials) -> None:
    assert read(credentials.sign(picture(), PNG, said_of("d1-1")), PNG).state is State.VALID


def test_no_pixel_changes_and_the_labels_stay(credentials: Credentials) -> None:
    before = picture()
    labelled = mark(before, Origin("studio.example/log1", "d1-1"))
    signed = credentials.sign(labelled, PNG, said_of("d1-1"))
    with Image.open(io.BytesIO(before)) as a, Image.open(io.BytesIO(signed)) as b:
        assert pixels_sha256(a) == pixels_sha256(b)
        assert json.loads(b.info["AIGC"])["ProduceID"] == "d1-1"
        assert "trainedAlgorithmicMedia" in b.info["XML:com.adobe.xmp"]


def test_it_says_that_a_machine_made_it_and_nothing_of_a_person(credentials: Credentials) -> None:
    said = json.dumps(manifest(credentials.sign(picture(), PNG, said_of("d1-1"))))
    assert "c2pa.created" in said
    assert "digitalsourcetype/trainedAlgorithmicMedia" in said
    assert "prompt" not in said


def test_what_went_in_travels_along(credentials: Credentials) -> None:
    sketch = credentials.sign(picture(), PNG, said_of("d0-1"))
    drawn = credentials.sign(picture(), PNG, said_of("d1-1", Ingredient(sketch, PNG)))
    said = json.dumps(manifest(drawn))
    assert "inputTo" in said
    assert "compositeWithTrainedAlgorithmicMedia" in said
    assert "d0-1" in said
    assert credentials.read(drawn, PNG).state is State.TRUSTED


def test_a_changed_version_opens_its_parent(credentials: Credentials) -> None:
    parent = credentials.sign(picture(), PNG, said_of("d0-1"))
    edited = credentials.sign(picture(), PNG, said_of("d1-1", Ingredient(parent, PNG, parent=True)))
    said = json.dumps(manifest(edited))
    assert "c2pa.opened" in said
    assert "c2pa.edited" in said
    assert credentials.read(edited, PNG).draft_id == "d1-1"


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_an_upload_of_another_kind_may_go_in(credentials: Credentials, kind: str) -> None:
    upload = Ingredient(picture(kind=kind), f"image/{kind.lower()}")
    assert credentials.read(credentials.sign(picture(), PNG, said_of("d1-1", upload)), PNG).state is State.TRUSTED


def test_credentials_that_were_stripped_are_simply_not_there(credentials: Credentials) -> None:
    out = io.BytesIO()
    with Image.open(io.BytesIO(credentials.sign(picture(), PNG, said_of("d1-1")))) as image:
        image.save(out, "PNG")
    assert read(out.getvalue(), PNG).state is State.NONE


def test_credentials_of_another_picture_are_invalid(credentials: Credentials) -> None:
    signed = credentials.sign(picture(), PNG, said_of("d1-1"))
    chunk = next(data for kind, data in chunks(signed) if kind == b"caBX")
    other = picture((50, 40))
    transplanted = other[:33] + chunk + other[33:]
    assert read(transplanted, PNG).state is State.INVALID


def chunks(png: bytes) -> Iterable[tuple[bytes, bytes]]:
    """Yield each chunk of a PNG: its kind, and all of its bytes."""
    at = 8
    while at < len(png):
        end = at + 12 + int.from_bytes(png[at : at + 4], "big")
        yield png[at + 4 : at + 8], png[at:end]
        at = end


@pytest.fixture(scope="module")
def signed(credentials: Credentials) -> io.BytesIO:
    return io.BytesIO(credentials.sign(picture(), PNG, said_of("d1-1")))


def pixels_of(data: bytes) -> str:
    """Return the hash of the pixels, "" for a file that no program opens."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            return pixels_sha256(image)
    except (OSError, SyntaxError, ValueError):
        return ""


@settings(max_examples=60, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_that_changes_a_pixel_is_found(place: float, bit: int, signed: io.BytesIO) -> None:
    changed = bytearray(signed.getvalue())
    changed[int(place * len(changed))] ^= 1 << bit
    if read(bytes(changed), PNG).state is State.VALID:
        # The chunk of the credentials does not cover its own length and padding.
        assert pixels_of(bytes(changed)) in ("", pixels_of(signed.getvalue()))


def test_what_is_no_picture_is_an_error(credentials: Credentials) -> None:
    with pytest.raises(CredentialsError):
        credentials.sign(b"not a picture", PNG, said_of("d1-1"))


def test_the_signer_is_kept_and_renewed_in_time(tmp_path: Path) -> None:
    first = signing_identity(tmp_path, "studio.example/log1", NOW)
    assert signing_identity(tmp_path, "studio.example/log1", NOW + timedelta(days=300)).chain == first.chain
    later = signing_identity(tmp_path, "studio.example/log1", NOW + timedelta(days=340))
    assert later.chain != first.chain
    assert later.authority == first.authority
    assert all(file.stat().st_mode & 0o077 == 0 for file in tmp_path.glob("*.key"))
    end, ca = x509.load_pem_x509_certificates(later.chain)
    assert end.issuer == ca.subject
