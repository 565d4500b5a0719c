"""The marks that say "AI made this", written into a picture before it is hashed and recorded.

Two standards, side by side: IPTC's DigitalSourceType in XMP, and China's implicit label (GB 45438-2025 annex E: the
element TC260:AIGC in XMP, and the same object in a PNG text chunk named AIGC). Chat platforms and re-saving may drop
them, which is why the record also keeps a hash of the bare pixels.
"""

import json
from dataclasses import dataclass
from xml.sax.saxutils import escape
from zlib import crc32

_SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_GENERATED = "trainedAlgorithmicMedia"
_FROM_OWN_PICTURE = "compositeWithTrainedAlgorithmicMedia"
_XMP_CHUNK = b"XML:com.adobe.xmp"
_LABEL_CHUNK = b"AIGC"
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Signature, and the header chunk, which comes first: length, kind, 13 bytes, checksum.
_AFTER_HEADER = 8 + 4 + 4 + 13 + 4
# "1": the content is AI-generated for certain (GB 45438-2025 annex E).
_CERTAIN = "1"
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
 xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/">
<Iptc4xmpExt:DigitalSourceType>{source}</Iptc4xmpExt:DigitalSourceType><TC260:AIGC>{label}</TC260:AIGC>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a picture comes from: the operator's log, the draft, and whether it began with a member's own picture."""

    producer: str
    produce_id: str
    from_own_picture: bool = False


def mark(png: bytes, origin: Origin) -> bytes:
    """Return the same picture with both marks; the compressed pixels are taken over as they are.

    Raise ValueError for what is no PNG.
    """
    if not png.startswith(_SIGNATURE) or png[12:16] != b"IHDR":
        raise ValueError("not a PNG")
    label = json.dumps(_label(origin), separators=(",", ":"))
    source = _SOURCE_TYPE + (_FROM_OWN_PICTURE if origin.from_own_picture else _GENERATED)
    packet = _XMP.format(source=source, label=escape(label))
    # iTXt: the keyword's end, not compressed, no method, no language, no translated keyword (PNG, section 11.3.3.4).
    international = _XMP_CHUNK + b"\0" * 5 + packet.encode()
    plain = b"\0".join((_LABEL_CHUNK, label.encode("latin-1")))
    return b"".join((png[:_AFTER_HEADER], _chunk(b"iTXt", international), _chunk(b"tEXt", plain), png[_AFTER_HEADER:]))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return b"".join((len(data).to_bytes(4, "big"), kind, data, crc32(kind + data).to_bytes(4, "big")))


def _label(origin: Origin) -> dict[str, str]:
    """At first generation the propagator is the producer."""
    return {
        "Label": _CERTAIN,
        "ContentProducer": origin.producer,
        "ProduceID": origin.produce_id,
        "ReservedCode1": "",
        "ContentPropagator": origin.producer,
        "PropagateID": origin.produce_id,
        "ReservedCode2": "",
    }
