"""Checking a picture: its marks wherever they stand, what it is in a record, and hostile files."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile

from storage.evidence import pictures
from storage.evidence.marks import Marks, marks_of
from storage.evidence.pictures import Leads, Mark, NotAPicture, Recorded, judge, look, verify_picture
from storage.evidence.pixels import distance, pixels_apart, pixels_sha256
from storage.evidence.verify import Answer, Answers, Report, Trust, Verdict, render_report
from storage.evidence.verify.report import Refusal
from tests.storage.evidence.cases import paint, png
from tests.storage.evidence.retouching import CREDENTIALS, LABELS, XMP, encoded, opened, under_marks_of, without
from tests.storage.evidence.tamperings import Scene

YES, NO, OPEN = Answer.YES, Answer.NO, Answer.NOT_CHECKED
LABEL = {"Label": "1", "ContentProducer": "studio.example/log1", "ProduceID": "d1-2"}
XMP_HEAD = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
XMP_TAIL = "</rdf:RDF></x:xmpmeta>"
NAMES = (
    'xmlns:i="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:t="http://www.tc260.org.cn/ns/AIGC/1.0/" rdf:about=""'
)
SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene(tmp_path_factory.mktemp("scene"))


def against(scene: Scene, data: bytes, *, keys: bool = True) -> Report:
    case = scene.gallery.case
    return verify_picture(data, bundle=case.bundle, trust=Trust(vkeys=(case.vkey,) if keys else ()))


# --- what it is in a record ----------------------------------------------------------------------


def test_the_recorded_file_is_recognised(scene: Scene) -> None:
    report = against(scene, scene.gallery.first)
    assert (report.verdict, report.answers) == (Verdict.VERIFIED, Answers(YES, YES, OPEN)), render_report(report)
    assert report.facts["label"] == scene.gallery.ids[0]
    assert "byte for byte" in render_report(report)
    assert "逐字节" in render_report(report, "zh-CN")


def test_a_bundle_that_nobody_vouches_for_vouches_for_nothing(scene: Scene) -> None:
    report = against(scene, scene.gallery.first, keys=False)
    assert (report.verdict, report.answers) == (Verdict.SELF_CONSISTENT, Answers())


def test_a_refused_bundle_says_nothing_of_a_picture(scene: Scene) -> None:
    case = scene.gallery.case
    report = verify_picture(scene.gallery.first, bundle=case.bundle, trust=Trust(vkeys=(scene.alone.vkey,)))
    assert (report.code, report.answers) == ("bundle", Answers())
    assert "(key-foreign)" in render_report(report)


def test_the_same_pixels_with_all_marks_are_recognised(scene: Scene) -> None:
    first = scene.gallery.first
    squeezed = io.BytesIO()
    opened(first).save(squeezed, "PNG", compress_level=1)
    # The credentials cover the file, so a true one cannot be made here: the label is enough to see the way.
    data = under_marks_of(first, without(squeezed.getvalue(), *LABELS), *LABELS)
    found = replace(look(data), credentials=look(first).credentials)
    recorded = Recorded(4, "", scene.gallery.ids[0], lambda: first)
    report = judge(found, Leads(same_pixels=[recorded], named=[recorded]))
    assert (report.verdict, report.answers) == (Verdict.VERIFIED, Answers(YES, YES, OPEN)), render_report(report)


def test_where_the_recorded_file_is_erased_its_marks_are_open(scene: Scene) -> None:
    found = look(encoded(opened(scene.gallery.first)))
    report = judge(found, Leads(same_pixels=[Recorded(4, "", scene.gallery.ids[0], lambda: None)]))
    assert (report.verdict, report.answers) == (Verdict.VERIFIED, Answers(YES, OPEN, OPEN))
    broken = judge(found, Leads(same_pixels=[Recorded(4, "", scene.gallery.ids[0], lambda: b"no picture")]))
    assert broken.answers == report.answers


def test_a_members_own_upload_may_carry_the_marks_of_anybody(scene: Scene) -> None:
    first = scene.gallery.first
    upload = Recorded(2, "", None, lambda: first)
    report = judge(look(without(first, CREDENTIALS)), Leads(same_pixels=[upload]))
    assert report.code == "stripped"
    assert judge(look(first), Leads(same_pixels=[upload])).verdict is Verdict.VERIFIED


def test_another_size_of_the_picture_is_a_changed_version(scene: Scene) -> None:
    small = opened(scene.gallery.first).resize((32, 24))
    report = against(scene, under_marks_of(scene.gallery.first, encoded(small), *LABELS))
    assert (report.code, report.answers.unchanged) == ("changed", NO)
    assert "its size is another" in render_report(report)


def test_broken_credentials_are_named_even_over_true_pixels(scene: Scene) -> None:
    first, second = scene.gallery.first, scene.gallery.second
    known = look(under_marks_of(second, first, CREDENTIALS))
    assert (
        judge(known, Leads(same_pixels=[Recorded(4, "", scene.gallery.ids[0], lambda: first)])).code == "transplanted"
    )
    changed = without(first, b"tEXt")
    assert against(scene, changed).code == "credentials"


def test_the_time_of_a_picture_is_that_of_its_event(scene: Scene) -> None:
    case, roots = scene.stamped, scene.authority.roots
    forged = case.forge()
    data = next(data for name, data in forged.files.items() if name.startswith("data/blobs/"))
    report = verify_picture(data, bundle=case.bundle, trust=Trust(vkeys=(case.vkey,), tsa_roots=roots))
    assert report.answers == Answers(YES, YES, YES)
    assert "(local)" in report.facts["stamped"]
    inside = verify_picture(data, bundle=case.bundle, trust=Trust(vkeys=(case.vkey,)))
    assert inside.answers == Answers(YES, YES, OPEN)


# --- by itself -----------------------------------------------------------------------------------


def test_a_trusted_signer_vouches_for_the_pixels(scene: Scene) -> None:
    report = verify_picture(scene.gallery.first, authority=scene.gallery.authority)
    assert (report.verdict, report.exit_code, report.answers) == (Verdict.VERIFIED, 0, Answers(YES, OPEN, OPEN))
    assert report.facts["source-type"] == "trainedAlgorithmicMedia"


def test_an_unknown_signer_vouches_for_nothing(scene: Scene) -> None:
    report = verify_picture(scene.gallery.first)
    assert (report.verdict, report.exit_code, report.answers) == (Verdict.SELF_CONSISTENT, 3, Answers())


def test_a_picture_without_marks_is_blamed_for_nothing() -> None:
    report = verify_picture(png(paint(1)))
    assert (report.verdict, report.exit_code, report.answers) == (Verdict.UNDECIDED, 3, Answers())
    assert "that alone says nothing" in render_report(report)


# --- marks, wherever they stand ------------------------------------------------------------------


def saved(kind: str, *, xmp: str = "", comment: bytes = b"") -> bytes:
    """Return a picture of some kind with metadata."""
    out, exif = io.BytesIO(), Image.Exif()
    if comment:
        exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + comment
    more = {"xmp": xmp.encode()} if xmp else {}
    paint(1).save(out, kind, exif=exif, **more)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_labels_in_xmp_and_exif_are_read(kind: str) -> None:
    text = json.dumps(LABEL).replace('"', "&quot;")
    element = f"<rdf:Description {NAMES}><i:DigitalSourceType>{SOURCE}</i:DigitalSourceType><t:AIGC>{text}</t:AIGC>"
    found = marks_of(saved(kind, xmp=f"{XMP_HEAD}{element}</rdf:Description>{XMP_TAIL}"))
    assert found.label is not None
    assert (found.label.produce_id, found.source_type) == ("d1-2", "trainedAlgorithmicMedia")
    attributes = f'<rdf:Description {NAMES} i:DigitalSourceType="{SOURCE}" t:AIGC="{text}"/>'
    assert marks_of(saved(kind, xmp=f"{XMP_HEAD}{attributes}{XMP_TAIL}")) == found
    deeper = marks_of(saved(kind, comment=json.dumps({"AIGC": LABEL}).encode()))
    assert deeper.label is not None
    assert (deeper.label.produce_id, deeper.label.producer, deeper.source_type) == ("d1-2", "studio.example/log1", None)


@pytest.mark.parametrize(
    "xmp",
    [
        "not XML",
        f"{XMP_HEAD}{XMP_TAIL}",
        '<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;&b;">]>' + XMP_HEAD + XMP_TAIL,
        f"{XMP_HEAD}<rdf:Description {NAMES}><t:AIGC>[1]</t:AIGC></rdf:Description>{XMP_TAIL}",
        f"{XMP_HEAD}<rdf:Description {NAMES}><t:AIGC>{'[' * 100_000}</t:AIGC></rdf:Description>{XMP_TAIL}",
        f"{XMP_HEAD}<rdf:Description {NAMES} i:DigitalSourceType='javascript:x'/>{XMP_TAIL}",
    ],
)
def test_what_is_no_label_is_none(xmp: str) -> None:
    found = marks_of(saved("WEBP", xmp=xmp))
    assert (found.label, found.source_type) == (None, None)


def test_every_mark_is_seen_by_itself(scene: Scene) -> None:
    first = scene.gallery.first
    assert look(first).marks == set(Mark)
    assert look(without(first, *LABELS)).marks == {Mark.CREDENTIALS}
    assert look(without(first, CREDENTIALS, b"tEXt")).marks == {Mark.LABEL, Mark.SOURCE_TYPE}
    assert look(without(first, CREDENTIALS, XMP)).marks == {Mark.LABEL}
    assert look(encoded(opened(first))).marks == set()


# --- pixels --------------------------------------------------------------------------------------


def test_the_pixels_are_the_same_in_every_lossless_file() -> None:
    image = paint(3)
    kept = {pixels_sha256(opened_again(encoded(image, kind))) for kind in ("PNG", "BMP", "TIFF")}
    assert kept == {pixels_sha256(image)}


def opened_again(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as image:
        image.load()
    return image


def test_how_far_pictures_are_apart() -> None:
    one, other = paint(1), paint(2)
    changed = one.copy()
    changed.putpixel((0, 0), (1, 2, 3))
    assert (pixels_apart(one, one), pixels_apart(one, changed)) == (0, 1)
    assert pixels_apart(one, one.resize((8, 8))) is None
    assert distance(one, one) == 0
    assert distance(one, changed) < distance(one, one.resize((32, 24))) < 0.08 < distance(one, other)
    assert distance(Image.new("RGB", (9, 9)), Image.new("RGB", (5, 5), "white")) == 1


# --- hostile files -------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"", b"hello", b"RIFF1234WEBP", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0"])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(NotAPicture):
        look(data)
    assert (verify_picture(data).code, verify_picture(data).answers) == ("picture", Answers())


@pytest.mark.parametrize("limit", ["MAX_BYTES", "MAX_SIDE", "MAX_PIXELS"])
def test_nothing_is_decoded_beyond_the_limits(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("it was decoded")

    data = png(paint(1))
    monkeypatch.setattr(pictures, limit, 50)
    monkeypatch.setattr(ImageFile.ImageFile, "load", never)
    with pytest.raises(Refusal):
        look(data)


def test_a_bomb_is_not_decoded() -> None:
    head = b"IHDR" + (60_000).to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
    whole = without(png(paint(1)), b"IHDR")
    size = len(head) - 4
    crc = crc32(head).to_bytes(4, "big")
    bomb = whole[:8] + size.to_bytes(4, "big") + head + crc + whole[8:]
    with pytest.raises(Refusal) as caught:
        look(bomb)
    assert caught.value.params["why"] == "it has too many pixels"


def flipped(make: Callable[[], bytes], place: float, bit: int) -> bytes:
    data = bytearray(make())
    data[int(place * len(data))] ^= 1 << bit
    return bytes(data)


@settings(max_examples=80, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_never_passes_as_the_recorded_file(scene: Scene, place: float, bit: int) -> None:
    changed = flipped(lambda: scene.gallery.first, place, bit)
    report = against(scene, changed)
    render_report(report)
    if report.verdict is Verdict.VERIFIED:
        # The chunk of the credentials does not cover its own length and padding; every pixel is the recorded one.
        assert look(changed).pixels_sha256 == look(scene.gallery.first).pixels_sha256


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@settings(max_examples=100, deadline=None)
@given(exif=st.binary(max_size=120), whole=st.booleans())
def test_a_broken_comment_is_no_label(exif: bytes, whole: bool) -> None:
    out = io.BytesIO()
    paint(1).save(out, "JPEG", exif=b"Exif\0\0" + (b"II*\0\x08\0\0\0" if whole else b"") + exif)
    assert look(out.getvalue()).said == Marks("image/jpeg")


@settings(max_examples=60, deadline=None)
@given(kind=st.sampled_from(["JPEG", "WEBP"]), place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_other_kinds_never_break_it(kind: str, place: float, bit: int) -> None:
    text = json.dumps(LABEL).replace('"', "&quot;")
    out = io.BytesIO()
    xmp = f"{XMP_HEAD}<rdf:Description {NAMES} t:AIGC='{text}'/>{XMP_TAIL}"
    paint(1).save(out, kind, xmp=xmp.encode())
    render_report(verify_picture(flipped(out.getvalue, place, bit)), "zh-CN")
