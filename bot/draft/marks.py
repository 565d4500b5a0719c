"""The marks that say "AI made this", written into a picture before it is hashed and recorded.

Two standards, side by side: IPTC's DigitalSourceType in XMP, and China's implicit label (GB 45438-2025 annex E: the
element TC260:AIGC in XMP, and the same object in a PNG text chunk named AIGC). Chat platforms and re-saving may drop
them, which is why the record also keeps a hash of the bare pixels.
"""

import json
from dataclasses import dataclass
from io import BytesIO
from xml.sax.saxutils import escape

from PIL import Image
from PIL.PngImagePlugin import PngInfo

_SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_GENERATED = "trainedAlgorithmicMedia"
_FROM_OWN_PICTURE = "compositeWithTrainedAlgorithmicMedia"
_XMP_CHUNK = "XML:com.adobe.xmp"
_LABEL_CHUNK = "AIGC"
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
    """Return the same pixels as a PNG that carries both marks; blocking, run it in a thread."""
    label = json.dumps(_label(origin), separators=(",", ":"))
    source = _SOURCE_TYPE + (_FROM_OWN_PICTURE if origin.from_own_picture else _GENERATED)
    chunks = PngInfo()
    chunks.add_itxt(_XMP_CHUNK, _XMP.format(source=source, label=escape(label)))
    chunks.add_text(_LABEL_CHUNK, label)
    out = BytesIO()
    with Image.open(BytesIO(png), formats=("PNG",)) as image:
        image.save(out, "PNG", pnginfo=chunks)
    return out.getvalue()


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
