"""What a file says of its own origin, wherever the standards let it say so."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from storage.evidence.certificates import signing_identity
from storage.evidence.credentials import Credentials, State
from storage.evidence.labels import Labels, labels_of, open_picture
from tests.storage.evidence.test_credentials import PNG, picture, said_of

LABEL = {"Label": "1", "ContentProducer": "studio", "ProduceID": "d-1"}
XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
    'xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/">{}</rdf:Description></rdf:RDF></x:xmpmeta>'
)
SOURCE = "<Iptc4xmpExt:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia</Iptc4xmpExt:DigitalSourceType>"


def read(data: bytes) -> Labels:
    with open_picture(data) as image:
        return labels_of(data, image)


def encoded(kind: str, **options: Any) -> bytes:
    out = BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, kind, **options)
    return out.getvalue()


def test_a_bare_picture_says_nothing() -> None:
    assert read(encoded("PNG")) == Labels(State.NONE, "", {})
    assert read(encoded("JPEG")) == read(encoded("WEBP")) == Labels(State.NONE, "", {})


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_labels_in_xmp_are_found(kind: str) -> None:
    packet = XMP.format(SOURCE + f"<TC260:AIGC>{json.dumps(LABEL).replace(chr(34), '&quot;')}</TC260:AIGC>")
    if kind == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_itxt("XML:com.adobe.xmp", packet)
        data = encoded(kind, pnginfo=info)
    else:
        data = encoded(kind, xmp=packet.encode())
    found = read(data)
    assert found.says_ai
    assert found.source_type == "trainedAlgorithmicMedia"
    assert found.implicit == LABEL


def test_a_label_in_exif_is_found() -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + json.dumps({"AIGC": LABEL}).encode()
    assert read(encoded("JPEG", exif=exif)).implicit == LABEL


@pytest.mark.parametrize("text", ["{", "[]", '"x"', '{"AIGC": 3}', "{}", "[" * 5000, "null"])
def test_what_is_no_label_is_none(text: str) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("AIGC", text)
    assert read(encoded("PNG", pnginfo=info)).implicit == {}


def test_credentials_are_sound_until_a_byte_changes(tmp_path: Path) -> None:
    signed = Credentials(signing_identity(tmp_path, "studio.example/log1")).sign(picture(), PNG, said_of("d1-1"))
    assert read(signed).sound
    changed = bytearray(signed)
    changed[-20] ^= 1
    assert read(bytes(changed)).credentials is State.INVALID
