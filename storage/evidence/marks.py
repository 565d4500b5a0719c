"""The marks that say "AI made this": written into a picture before it is hashed and recorded, and read from any.

Two standards, side by side: IPTC's DigitalSourceType in XMP, and China's implicit label (GB 45438-2025 annex E: the
element TC260:AIGC in XMP, and the same object in a PNG text chunk named AIGC, or in Exif's UserComment). Chat platforms
and re-saving may drop them, which is why the record also keeps a hash of the bare pixels.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import escape  # nosec B406 # it writes, nothing is parsed with it

from storage.evidence.containers import Carried, carried, carrying
from storage.evidence.exif import user_comment, with_user_comment

_SOURCE_TYPE: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_GENERATED: Final = "trainedAlgorithmicMedia"
_FROM_OWN_PICTURE: Final = "compositeWithTrainedAlgorithmicMedia"
_IPTC: Final = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_TC260: Final = "http://www.tc260.org.cn/ns/AIGC/1.0/"
_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XMP: Final = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{_RDF}">
<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="{_IPTC}"
 xmlns:TC260="{_TC260}">
<Iptc4xmpExt:DigitalSourceType>{{source}}</Iptc4xmpExt:DigitalSourceType><TC260:AIGC>{{label}}</TC260:AIGC>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""

# "1": the content is AI-generated for certain (GB 45438-2025 annex E).
_CERTAIN: Final = "1"
# What a value may consist of (annex E): printable, without space, quotation mark and backslash.
_VALUE: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]*")
_MAX_VALUE: Final = 1024
_MAX_TEXTS: Final = 8
_WORD: Final = re.compile(r"[A-Za-z]{1,64}")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a picture comes from: the operator's log, the draft, and whether it began with a member's own picture.

    `pixels` is the hash of its pixels as the record has it: it ties the label to this content and no other.
    """

    producer: str
    produce_id: str
    from_own_picture: bool = False
    pixels: str = ""

    @property
    def source(self) -> str:
        """Return how it came about (IPTC NewsCodes, digital source type)."""
        return _FROM_OWN_PICTURE if self.from_own_picture else _GENERATED


@dataclass(frozen=True, slots=True)
class Label:
    """China's implicit label: the seven elements of annex E."""

    certainty: str
    """"1" made by AI, "2" possibly, "3" suspected."""
    producer: str
    produce_id: str
    reserved_1: str = ""
    propagator: str = ""
    propagate_id: str = ""
    reserved_2: str = ""

    def as_json(self) -> dict[str, str]:
        """Return the object under the names of the standard."""
        return {name: getattr(self, each.name) for name, each in zip(_NAMES, fields(self), strict=True)}


_NAMES: Final = (
    "Label",
    "ContentProducer",
    "ProduceID",
    "ReservedCode1",
    "ContentPropagator",
    "PropagateID",
    "ReservedCode2",
)


@dataclass(frozen=True, slots=True)
class Marks:
    """What a picture says of itself; nothing of it is proven.

    `source_type` is the last word of IPTC's term. `labels` are China's, each kept once: a file has one, so two of them
    contradict each other. `credentials` says that there is a C2PA store, whether it is sound or not.
    """

    mime: str
    source_type: str | None = None
    labels: tuple[Label, ...] = ()
    credentials: bool = False

    @property
    def label(self) -> Label | None:
        """Return the label, the first where there are several."""
        return self.labels[0] if self.labels else None


def mark(data: bytes, origin: Origin) -> bytes:
    """Return the same picture (PNG, JPEG or WebP) with both marks, in place of the XMP and Exif that it had.

    The compressed pixels are taken over as they are. Raise NotAPicture for anything else, ValueError for an origin
    that the standard has no form for.
    """
    label = json.dumps(_label(origin).as_json(), separators=(",", ":"))
    packet = _XMP.format(source=_SOURCE_TYPE + origin.source, label=escape(label))
    exif = with_user_comment(f'{{"AIGC":{label}}}')
    return carrying(data, xmp=packet.encode(), label=label.encode("ascii"), exif=exif)


def _label(origin: Origin) -> Label:
    """Return the label of a first generation: the propagator is the producer."""
    # A hash in the first reserved code is what the standard has it for: integrity of content and label.
    reserved = f"pixels-sha256:{origin.pixels}" if origin.pixels else ""
    values = (origin.producer, origin.produce_id, reserved, origin.producer, origin.produce_id)
    for value in values:
        if not _VALUE.fullmatch(value):
            raise ValueError(f"{value!r} cannot stand in a label")
    return Label(_CERTAIN, *values)


def marks_of(data: bytes) -> Marks:
    """Return what a picture (PNG, JPEG or WebP) says of itself; bounded, whatever the bytes. Raise NotAPicture."""
    found = carried(data)
    source_types, packets = _properties(found.xmp)
    texts = [*packets, *_texts(found)]
    labels = dict.fromkeys(label for label in map(_read_label, texts[:_MAX_TEXTS]) if label is not None)
    return Marks(found.mime, next(iter(source_types), None), tuple(labels), found.credentials)


def _texts(found: Carried) -> list[str]:
    comment = user_comment(found.exif)
    return [found.label.decode("utf-8", "replace"), *([] if comment is None else [comment])]


def _read_label(text: str) -> Label | None:
    """Read a label, bare or wrapped in an object `AIGC`; None for what is none, or says nothing of certainty."""
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(read, dict) and isinstance(read.get("AIGC"), dict):
        read = read["AIGC"]
    if not isinstance(read, dict) or read.get(_NAMES[0]) not in ("1", "2", "3"):
        return None
    return Label(*(_value(read, name) for name in _NAMES))


def _value(read: Mapping[str, object], name: str) -> str:
    value = read.get(name)
    return value[:_MAX_VALUE] if isinstance(value, str) and value.isprintable() else ""


def _properties(packet: bytes) -> tuple[list[str], list[str]]:
    """Return the source types and the labels of an XMP packet, written as elements or as attributes."""
    reader = _PacketReader()
    try:
        reader.read(packet)
    except (expat.ExpatError, _Declares, ValueError):
        return [], []
    terms = (text.strip().removeprefix(_SOURCE_TYPE) for text in reader.found[f"{_IPTC} DigitalSourceType"])
    return [term for term in terms if _WORD.fullmatch(term)], reader.found[f"{_TC260} AIGC"]


class _Declares(Exception):
    """A packet brings declarations of its own: no XMP does, and entities could grow without end."""


class _PacketReader:
    """Collects the values of the two properties that are marks."""

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = {f"{_IPTC} DigitalSourceType": [], f"{_TC260} AIGC": []}
        self._inside: str | None = None
        self._text: list[str] = []

    def read(self, packet: bytes) -> None:
        """Read a packet; raise ExpatError or _Declares."""
        if not packet:
            return
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = self._declares
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.Parse(packet.rstrip(b"\0"), True)

    def _declares(self, *_: object) -> None:
        raise _Declares

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        for key, value in attributes.items():
            if key in self.found:
                self.found[key].append(value)
        if name in self.found and self._inside is None:
            self._inside, self._text = name, []
            resource = attributes.get(f"{_RDF} resource")
            if resource is not None:
                self._text.append(resource)

    def _end(self, name: str) -> None:
        if name == self._inside:
            self.found[name].append("".join(self._text))
            self._inside = None

    def _characters(self, text: str) -> None:
        if self._inside is not None:
            self._text.append(text)
