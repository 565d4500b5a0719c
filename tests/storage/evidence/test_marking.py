"""Pictures as they are delivered: every mark in one file, sound together, in PNG, JPEG and WebP."""

import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from c2pa import Reader
from PIL import ExifTags, Image

from storage.briefs import BriefParams, InputRole, Material, NewBrief, NewInput
from storage.drafts import NewCandidate
from storage.evidence.certificates import SigningIdentity, signing_identity
from storage.evidence.commitments import JsonValue
from storage.evidence.credentials import Credentials, Ingredient, Provenance, Source, State, read
from storage.evidence.marking import Marking, said_of_input
from storage.evidence.marks import Origin, mark, marks_of
from storage.evidence.pixels import pixels_sha256
from storage.evidence.visible import VisibleLabel, with_label
from storage.media import Picture
from storage.members import Member
from storage.projects import Project
from storage.store import Store
from tests.storage.test_drafts import ACT, DELIVERY

ORIGIN = "studio.example/log1"
KINDS = ("PNG", "JPEG", "WEBP")


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> SigningIdentity:
    return signing_identity(tmp_path_factory.mktemp("keys"), ORIGIN)


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Credentials:
    return Credentials(signing_identity(tmp_path_factory.mktemp("elsewhere"), "maker.example/images"))


def marking(identity: SigningIdentity, visible: VisibleLabel = VisibleLabel.OFF) -> Marking:
    return Marking(Credentials(identity), producer=ORIGIN, version="1.0", visible=visible)


def picture(kind: str = "PNG", size: tuple[int, int] = (96, 64)) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 50).convert("RGB").save(out, kind)
    return out.getvalue()


def put_in(picture: Picture, marks: Mapping[str, JsonValue] | None = None) -> tuple[NewInput, ...]:
    return (NewInput(InputRole.IMAGE, Material(picture, marks or {})),)


def pixels(data: bytes) -> str:
    with Image.open(io.BytesIO(data)) as image:
        return pixels_sha256(image)


def manifests(data: bytes, mime: str) -> dict[str, Any]:
    with Reader(mime, io.BytesIO(data)) as reader:
        found: dict[str, Any] = json.loads(reader.json())
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_every_mark_is_there_and_sound_beside_the_others(identity: SigningIdentity, kind: str) -> None:
    before, mime = picture(kind), f"image/{kind.lower()}"
    marked = marking(identity).finished(before, mime, "d1-1")
    found = read(marked.data, mime, identity.authority)
    assert (found.state, found.draft_id, found.signer) == (State.TRUSTED, "d1-1", ORIGIN)
    assert found.source_types == ("trainedAlgorithmicMedia",)
    assert pixels(marked.data) == pixels(before)
    said = marks_of(marked.data)
    assert (said.source_type, said.credentials, said.mime) == ("trainedAlgorithmicMedia", True, mime)
    (label,) = said.labels
    assert (label.producer, label.produce_id, label.certainty) == (ORIGIN, "d1-1", "1")
    assert label.reserved_1 == f"pixels-sha256:{pixels(marked.data)}"
    with Image.open(io.BytesIO(marked.data)) as image:
        if kind == "PNG":
            assert json.loads(image.info["AIGC"])["ProduceID"] == "d1-1"
        else:
            comment = image.getexif().get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment]
            assert json.loads(comment.removeprefix(b"ASCII\0\0\0"))["AIGC"]["ProduceID"] == "d1-1"


@pytest.mark.parametrize("kind", KINDS)
def test_the_visible_label_is_part_of_what_is_signed_and_recorded(identity: SigningIdentity, kind: str) -> None:
    before = picture(kind, (256, 256))
    marked = marking(identity, VisibleLabel.BOTH).finished(before, f"image/{kind.lower()}", "d1-1")
    assert marked.mime == "image/png"
    assert marked.said["visible"] == "both"
    with Image.open(io.BytesIO(before)) as image:
        wanted = with_label(image.convert("RGB"), VisibleLabel.BOTH)
    assert pixels(marked.data) == pixels_sha256(wanted)
    assert marks_of(marked.data).labels[0].reserved_1.endswith(pixels_sha256(wanted))
    assert read(marked.data, marked.mime, identity.authority).state is State.TRUSTED


def test_what_is_said_of_the_marks_is_what_is_in_the_file(identity: SigningIdentity) -> None:
    marked = marking(identity).finished(picture(), "image/png", "d1-1")
    assert marked.said == {"produce_id": "d1-1", "source_type": "trainedAlgorithmicMedia", "visible": "off"}


def test_a_members_own_picture_makes_it_a_composite(identity: SigningIdentity) -> None:
    sketch = Ingredient(picture("JPEG"), "image/jpeg")
    marked = marking(identity).finished(picture(), "image/png", "d1-1", [sketch])
    assert marks_of(marked.data).source_type == "compositeWithTrainedAlgorithmicMedia"
    assert read(marked.data, "image/png", identity.authority).source_types == ("compositeWithTrainedAlgorithmicMedia",)


@pytest.mark.parametrize("kind", KINDS)
def test_credentials_of_the_models_own_server_travel_along(
    identity: SigningIdentity, stranger: Credentials, kind: str
) -> None:
    mime = f"image/{kind.lower()}"
    made = Provenance("theirs", Source.GENERATED, datetime.now(UTC), "Maker", "9")
    marked = marking(identity).finished(stranger.sign(picture(kind), mime, made), mime, "d1-1")
    found = read(marked.data, mime, identity.authority)
    assert (found.state, found.draft_id, found.signer) == (State.TRUSTED, "d1-1", ORIGIN)
    all_of_them = manifests(marked.data, mime)["manifests"].values()
    assert {each["signature_info"]["common_name"] for each in all_of_them} == {ORIGIN, "maker.example/images"}
    # The member gave nothing: a model drew all of it.
    assert marks_of(marked.data).source_type == "trainedAlgorithmicMedia"


@pytest.mark.parametrize("visible", [VisibleLabel.OFF, VisibleLabel.CHINESE])
def test_a_preview_carries_the_labels_too(identity: SigningIdentity, visible: VisibleLabel) -> None:
    shown = marking(identity, visible).preview(picture("JPEG"), "d1-1-preview", from_own_picture=True)
    found = marks_of(shown)
    assert (found.mime, found.source_type) == ("image/jpeg", "compositeWithTrainedAlgorithmicMedia")
    assert found.label is not None and found.label.produce_id == "d1-1-preview"
    assert not found.credentials


# --- what members bring ------------------------------------------------------------------------------------------


def test_a_plain_upload_says_nothing() -> None:
    assert said_of_input(picture("JPEG"), "image/jpeg") == {}


@pytest.mark.parametrize("kind", KINDS)
def test_an_upload_that_ai_made_says_so(identity: SigningIdentity, kind: str) -> None:
    mime = f"image/{kind.lower()}"
    said: Any = said_of_input(marking(identity).finished(picture(kind), mime, "d0-1").data, mime)
    assert said["source_type"] == "trainedAlgorithmicMedia"
    assert [label["ProduceID"] for label in said["aigc"]] == ["d0-1"]
    assert said["c2pa"] == {"state": "Valid", "source_types": ["trainedAlgorithmicMedia"]}


def test_credentials_that_were_broken_are_taken_down_as_broken(identity: SigningIdentity) -> None:
    data = marking(identity).finished(picture(), "image/png", "d0-1").data
    said: Any = said_of_input(mark(data, Origin("a/b", "other")), "image/png")
    assert said["c2pa"]["state"] == "Invalid"
    assert said["aigc"][0]["ContentProducer"] == "a/b"


async def test_the_record_says_what_was_marked_and_what_came_marked(
    store: Store, ann: Member, project: Project
) -> None:
    upload = await store.media.put_picture(picture(), "image/png")
    brief = NewBrief("a boat", "", BriefParams("redraw", (7,)), put_in(upload, {"source_type": "algorithmicMedia"}))
    submitted = await store.drafts.submit(ann, project, brief, ACT, DELIVERY)
    job = await store.jobs.lease("w", 60_000)
    assert job is not None
    drawn = NewCandidate(7, await store.media.put_picture(picture(), "image/png"), {"visible": "off"})
    (made,) = await store.drafts.made(job, [drawn], {}, took_ms=1)
    given = await store.ledger.disclosed(submitted.receipt.seq - 1)
    assert given["marks"] == {"source_type": "algorithmicMedia"}
    assert (await store.ledger.disclosed(made.seq))["marks"] == {"visible": "off"}


async def test_an_upload_without_marks_has_no_such_field(store: Store, ann: Member, project: Project) -> None:
    upload = await store.media.put_picture(picture(), "image/png")
    brief = NewBrief("a boat", "", BriefParams("redraw", (7,)), put_in(upload))
    submitted = await store.drafts.submit(ann, project, brief, ACT, DELIVERY)
    assert "marks" not in await store.ledger.disclosed(submitted.receipt.seq - 1)
