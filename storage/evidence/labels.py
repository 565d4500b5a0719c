"""Reading the labels that say "AI made this" out of a picture's metadata; it is hostile until proven otherwise.

Three places hold them: XMP (IPTC's DigitalSourceType, and TC260:AIGC of GB 45438-2025), a PNG text chunk named AIGC,
and the EXIF field UserComment. A label is a claim and not signed by itself.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from xml.etree import ElementTree

from PIL import Image

_SOURCE_TYPE: Final = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"
_AIGC: Final = "{http://www.tc260.org.cn/ns/AIGC/1.0/}AIGC"
_ANY_SOURCE_TYPE: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_IN_EXIF: Final = re.compile(rb'\{\s*"AIGC"\s*:')
_DECODER: Final = json.JSONDecoder()
MAX_BYTES: Final = 1 << 20
"""Of one place: a label has a few hundred."""


@dataclass(frozen=True, slots=True)
class Labels:
    """What the labels of a picture say, from all places together."""

    produce_ids: tuple[str, ...] = ()
    """The numbers under which it was produced; one, if nobody meddled."""
    producers: tuple[str, ...] = ()
    aigc: bool = False
    """Whether there is a label of GB 45438-2025."""
    source_type: str | None = None
    """How it came about (IPTC NewsCodes), the last part of the address."""


def read_labels(image: Image.Image) -> Labels:
    """Return the labels of an opened picture; what cannot be read is as if it were not there."""
    tree = _xmp(image)
    found = [label for text in _aigc_texts(image, tree) if (label := _label(text)) is not None]
    return Labels(
        produce_ids=_values(found, "ProduceID"),
        producers=_values(found, "ContentProducer"),
        aigc=bool(found),
        source_type=next(_source_types(tree), None),
    )


def _xmp(image: Image.Image) -> ElementTree.Element | None:
    packet = image.info.get("xmp")
    # A document type could define entities that unfold without end; metadata has none.
    if not isinstance(packet, bytes) or len(packet) > MAX_BYTES or b"<!" in packet:
        return None
    try:
        return ElementTree.fromstring(packet.strip(b"\0"))  # noqa: S314 - no entities: see above
    except (ElementTree.ParseError, ValueError, LookupError):
        return None


def _aigc_texts(image: Image.Image, tree: ElementTree.Element | None) -> Iterator[str]:
    if tree is not None:
        yield from _named(tree, _AIGC)
    chunk = image.info.get("AIGC")
    if isinstance(chunk, str):
        yield chunk
    exif = image.info.get("exif")
    # Where the comment begins, the tables of EXIF would tell; they are not needed to find the only JSON in it.
    if isinstance(exif, bytes) and (match := _IN_EXIF.search(exif)):
        yield exif[match.start() : match.start() + MAX_BYTES].decode("utf-8", "replace")


def _named(tree: ElementTree.Element, name: str) -> Iterator[str]:
    """Yield the texts of a property, written as an element or as an attribute (XMP allows both)."""
    for element in tree.iter():
        if element.tag == name and element.text:
            yield element.text
        if name in element.attrib:
            yield element.attrib[name]


def _source_types(tree: ElementTree.Element | None) -> Iterator[str]:
    for text in () if tree is None else _named(tree, _SOURCE_TYPE):
        if text.startswith(_ANY_SOURCE_TYPE):
            yield text.removeprefix(_ANY_SOURCE_TYPE)


def _label(text: str) -> dict[str, Any] | None:
    """Return a label's object; in EXIF it lies one deeper, under its name."""
    if len(text) > MAX_BYTES:
        return None
    try:
        found, _ = _DECODER.raw_decode(text.strip())
    except (ValueError, RecursionError):
        return None
    if isinstance(found, dict) and isinstance(found.get("AIGC"), dict):
        found = found["AIGC"]
    return found if isinstance(found, dict) and "Label" in found else None


def _values(labels: list[dict[str, Any]], name: str) -> tuple[str, ...]:
    values = (label.get(name) for label in labels)
    return tuple(dict.fromkeys(value for value in values if isinstance(value, str) and value))
