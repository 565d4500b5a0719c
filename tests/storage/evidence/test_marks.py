"""The AI labels: both standards in every kind of file, not one pixel changed, and read back from whatever comes."""

import io
import json
import shutil
import struct
import subprocess
import zlib
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from storage.evidence.containers import MAX_PIECE, NotAPicture, carried
from storage.evidence.exif import user_comment, with_user_comment
from storage.evidence.marks import Label, Origin, mark, marks_of

ORIGIN = Origin("studio.example/log1", "abc-1", pixels="0123456789abcdef" * 4)
LABEL = {
    "Label": "1",
    "ContentProducer": "studio.example/log1",
    "ProduceID": "abc-1",
    "ReservedCode1": "pixels-sha256:" + "0123456789abcdef" * 4,
    "ContentPropagator": "studio.example/log1",
    "PropagateID": "abc-1",
    "ReservedCode2": "",
}
SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/"
KINDS: list[tuple[str, str, dict[str, Any]]] = [
    ("PNG", "RGB", {}),
    ("PNG", "RGBA", {}),
    ("PNG", "P", {}),
    ("JPEG", "RGB", {}),
    ("JPEG", "L", {"progressive": True}),
    ("JPEG", "CMYK", {}),
    ("WEBP", "RGB", {}),
    ("WEBP", "RGBA", {}),
    ("WEBP", "RGB", {"lossless": True}),
    ("WEBP", "RGBA", {"lossless": True}),
    ("WEBP", "RGB", {"icc_profile": b"not looked into"}),
]
IDS = [f"{kind} {mode} {''.join(more)}".strip() for kind, mode, more in KINDS]


def plain(kind: str = "PNG", mode: str = "RGB", **more: Any) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((41, 30), 50).convert(mode).save(out, kind, **more)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize(("kind", "mode", "more"), KINDS, ids=IDS)
def test_both_marks_are_in_every_kind_of_file_and_no_pixel_changes(kind: str, mode: str, more: dict[str, Any]) -> None:
    before = plain(kind, mode, **more)
    data = mark(before, ORIGIN)
    was, image = opened(before), opened(data)
    assert (image.mode, image.size, image.tobytes()) == (was.mode, was.size, was.tobytes())
    if kind == "PNG":
        assert json.loads(image.info["AIGC"]) == LABEL
        packet = image.info["XML:com.adobe.xmp"]
    else:
        comment = image.getexif().get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment]
        assert json.loads(comment.removeprefix(b"ASCII\0\0\0")) == {"AIGC": LABEL}
        packet = image.info["xmp"].decode()
    assert f"<Iptc4xmpExt:DigitalSourceType>{SOURCE}trainedAlgorithmicMedia<" in packet
    found = marks_of(data)
    assert found.source_type == "trainedAlgorithmicMedia"
    (label,) = found.labels
    assert label.as_json() == LABEL
    assert (found.mime, found.credentials) == (f"image/{kind.lower()}", False)
    assert image.info.get("icc_profile") == was.info.get("icc_profile")


def test_an_animation_keeps_its_frames() -> None:
    out = io.BytesIO()
    frames = [Image.effect_noise((20, 20), n * 9 + 9).convert("RGB") for n in range(3)]
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    image = opened(mark(out.getvalue(), ORIGIN))
    assert (image.n_frames, marks_of(mark(out.getvalue(), ORIGIN)).label is not None) == (3, True)  # type: ignore[attr-defined] # of animations


@pytest.mark.parametrize(("kind", "mode", "more"), KINDS, ids=IDS)
def test_a_file_has_one_label_replaced_and_not_stacked(kind: str, mode: str, more: dict[str, Any]) -> None:
    picture = plain(kind, mode, **more)
    again = mark(mark(picture, Origin("other.example/log", "old-1")), ORIGIN)
    assert again == mark(picture, ORIGIN)
    assert [label.produce_id for label in marks_of(again).labels] == ["abc-1"]


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_xmp_and_exif_of_others_make_room(kind: str) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Software] = "Another"
    data = mark(plain(kind, exif=exif, xmp=b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"), ORIGIN)
    assert b"Another" not in data
    assert marks_of(data).label is not None
    assert opened(data).info["exif"].count(b"AIGC") == 1


def test_a_jpeg_begins_with_jfif_as_it_must() -> None:
    assert mark(plain("JPEG"), ORIGIN)[2:11] == b"\xff\xe0\x00\x10JFIF\0"


def test_a_draft_from_an_own_picture_says_so() -> None:
    data = mark(plain(), Origin("a/b", "c", from_own_picture=True))
    assert marks_of(data).source_type == "compositeWithTrainedAlgorithmicMedia"


@pytest.mark.parametrize("value", ['"', "\\", "a b", "版权", "\x00"])
def test_what_the_standard_has_no_form_for_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="label"):
        mark(plain(), Origin("a/b", value))


@pytest.mark.parametrize(
    "data", [b"", plain()[:30], b"RIFF0000WEBP", b"RIFF\x10\0\0\0WEBPVP8X\x01\0\0\0\0\0", b"GIF89a", plain("WEBP")[:25]]
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(NotAPicture):
        mark(data, ORIGIN)


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_another_program_reads_them(kind: str) -> None:
    told = subprocess.run(["exiftool", "-j", "-"], input=mark(plain(kind), ORIGIN), capture_output=True, check=True)
    (said,) = json.loads(told.stdout)
    assert said["DigitalSourceType"].endswith("trainedAlgorithmicMedia")
    assert "abc-1" in said["Aigc"]
    assert kind == "PNG" or "abc-1" in said["UserComment"]


# --- reading what others wrote -----------------------------------------------------------------------------------


def with_xmp(packet: str) -> bytes:
    return plain("WEBP", xmp=packet.encode())


def described(attributes: str = "", inside: str = "") -> str:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description xmlns:i="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
        f' xmlns:t="http://www.tc260.org.cn/ns/AIGC/1.0/" {attributes}>{inside}</rdf:Description></rdf:RDF></x:xmpmeta>'
    )


@pytest.mark.parametrize(
    "packet",
    [
        described(f'i:DigitalSourceType="{SOURCE}algorithmicMedia"'),
        described(inside=f'<i:DigitalSourceType rdf:resource="{SOURCE}algorithmicMedia"/>'),
        described(inside=f"<i:DigitalSourceType>\n {SOURCE}algorithmicMedia </i:DigitalSourceType>"),
        described(inside="<i:DigitalSourceType>algorithmicMedia</i:DigitalSourceType>"),
    ],
    ids=["attribute", "resource", "element", "bare word"],
)
def test_a_source_type_is_read_however_it_is_written(packet: str) -> None:
    assert marks_of(with_xmp(packet)).source_type == "algorithmicMedia"


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_label_is_read_bare_or_wrapped(wrapped: bool) -> None:
    text = json.dumps({"AIGC": LABEL} if wrapped else LABEL)
    found = marks_of(with_xmp(described(f"t:AIGC={quoteattr(text)}"))).label
    assert found is not None and found.as_json() == LABEL
    for compressed in (False, True):
        info = PngInfo()
        info.add_itxt("AIGC", text, zip=compressed)
        found = marks_of(plain(pnginfo=info)).label
        assert found is not None and found.as_json() == LABEL


@pytest.mark.parametrize("charset", ["utf-8", "utf-16-le", "utf-16-be"])
def test_a_user_comment_is_read_in_its_charset(charset: str) -> None:
    text = json.dumps({"AIGC": LABEL})
    order = b"MM\0*" if charset == "utf-16-be" else b"II*\0"
    e = ">" if charset == "utf-16-be" else "<"
    body = (b"UNICODE\0" if "16" in charset else b"\0" * 8) + text.encode(charset)
    tiff = order + struct.pack(f"{e}IHHHIII", 8, 1, 0x8769, 4, 1, 26, 0)
    tiff += struct.pack(f"{e}HHHIII", 1, 0x9286, 7, len(body), 44, 0) + body
    assert user_comment(tiff) == text
    found = marks_of(plain("JPEG", exif=b"Exif\0\0" + tiff)).label
    assert found is not None and found.produce_id == "abc-1"


def test_labels_that_contradict_each_other_are_both_told() -> None:
    info = PngInfo()
    info.add_text("AIGC", json.dumps(LABEL | {"Label": "3"}))
    info.add_itxt("XML:com.adobe.xmp", described(f"t:AIGC={quoteattr(json.dumps(LABEL))}"))
    assert {label.certainty for label in marks_of(plain(pnginfo=info)).labels} == {"1", "3"}


def test_a_picture_that_says_nothing_has_no_marks() -> None:
    found = marks_of(plain("JPEG"))
    assert (found.source_type, found.labels, found.credentials) == (None, (), False)


BOMB = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(12))


@pytest.mark.parametrize(
    "packet",
    [
        f"<!DOCTYPE x [{BOMB}]><x>&a11;</x>",
        "<x" * 10_000,
        described(f"t:AIGC={quoteattr('[' * 100_000)}"),
        described(f"t:AIGC={quoteattr(json.dumps(LABEL | {'Label': 1}))}"),
        described(f'i:DigitalSourceType="{"x" * 70}"'),
        described(f'i:DigitalSourceType="{SOURCE}no;word"'),
        "\0",
    ],
    ids=["entities", "unclosed", "deep", "number", "long", "no word", "zero"],
)
def test_hostile_packets_say_nothing(packet: str) -> None:
    found = marks_of(with_xmp(packet))
    assert (found.source_type, found.labels) == (None, ())


def test_text_that_grows_is_cut_off() -> None:
    body = b"AIGC\0\1\0\0\0" + zlib.compress(b"[" * 50_000_000)
    chunk = struct.pack(">I", len(body)) + b"iTXt" + body + struct.pack(">I", zlib.crc32(b"iTXt" + body))
    png = plain()
    data = png[:33] + chunk + png[33:]
    assert len(carried(data).label) == MAX_PIECE
    assert marks_of(data).labels == ()


def test_values_of_a_label_are_text_of_a_sensible_length() -> None:
    info = PngInfo()
    info.add_itxt("AIGC", json.dumps(LABEL | {"ProduceID": ["no"], "ReservedCode2": "x" * 9999, "PropagateID": "a\nb"}))
    found = marks_of(plain(pnginfo=info)).label
    assert found is not None
    assert (found.produce_id, found.propagate_id, len(found.reserved_2)) == ("", "", 1024)


MARKED = [mark(plain(kind, mode, **more), ORIGIN) for kind, mode, more in KINDS]


@settings(max_examples=400)
@given(st.sampled_from(MARKED), st.lists(st.tuples(st.integers(0, 4000), st.binary(max_size=6)), max_size=6))
def test_broken_files_are_read_without_an_error(data: bytes, edits: list[tuple[int, bytes]]) -> None:
    broken = bytearray(data)
    for at, put in edits:
        broken[at % len(broken) : at % len(broken) + len(put)] = put
    try:
        found = marks_of(bytes(broken))
        again = mark(bytes(broken), ORIGIN)
    except NotAPicture:
        return
    assert all(isinstance(label, Label) for label in found.labels)
    assert marks_of(again).mime == found.mime


def test_many_labels_are_not_all_taken_down() -> None:
    many = "".join(f"<t:AIGC>{json.dumps(LABEL | {'ProduceID': str(n)})}</t:AIGC>" for n in range(999))
    assert len(marks_of(with_xmp(described(inside=many))).labels) == 8


@given(st.binary(max_size=200))
def test_any_bytes_after_a_signature_are_no_error(tail: bytes) -> None:
    for head in (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBP"):
        marks_of(head + tail)
    user_comment(b"II*\0" + tail)
    user_comment(b"MM\0*" + tail)


@given(st.text(st.characters(max_codepoint=126, min_codepoint=32), min_size=1))
def test_a_comment_that_was_written_is_read(text: str) -> None:
    assert user_comment(with_user_comment(text)) == text.rstrip(" ")
