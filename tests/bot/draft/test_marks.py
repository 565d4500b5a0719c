"""The AI label: both standards in the file, and not one pixel changed."""

import io
import json
import re
from xml.etree import ElementTree

from PIL import Image

from bot.draft.marks import Origin, mark

_NS = {
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "TC260": "http://www.tc260.org.cn/ns/AIGC/1.0/",
}


def plain() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((40, 30), 50).convert("RGB").save(out, "PNG")
    return out.getvalue()


def test_both_marks_are_there_and_say_the_same() -> None:
    data = mark(plain(), Origin("studio.example/log1", "abc-1"))
    with Image.open(io.BytesIO(data)) as image:
        label = json.loads(image.info["AIGC"])
        packet = re.sub(r"<\?xpacket.*?\?>", "", image.info["XML:com.adobe.xmp"]).strip()
    tree = ElementTree.fromstring(packet)  # noqa: S314 - our own packet
    (source,) = tree.iterfind(".//Iptc4xmpExt:DigitalSourceType", _NS)
    (inner,) = tree.iterfind(".//TC260:AIGC", _NS)
    assert source.text == "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    assert json.loads(inner.text or "") == label
    assert label == {
        "Label": "1",
        "ContentProducer": "studio.example/log1",
        "ProduceID": "abc-1",
        "ReservedCode1": "",
        "ContentPropagator": "studio.example/log1",
        "PropagateID": "abc-1",
        "ReservedCode2": "",
    }


def test_a_draft_from_an_own_picture_says_so() -> None:
    assert b"compositeWithTrainedAlgorithmicMedia" in mark(plain(), Origin("a/b", "c", from_own_picture=True))


def test_no_pixel_changes() -> None:
    before = plain()
    with Image.open(io.BytesIO(before)) as a, Image.open(io.BytesIO(mark(before, Origin("a/b", "c")))) as b:
        assert a.tobytes() == b.tobytes()
