"""The marks that a picture file carries: who signed it, that AI made it, and China's implicit label.

Read from the file alone, as anybody could; what a file says is not what the log says.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from typing import Final

from PIL import Image

from storage.evidence.credentials import State, read

FORMATS: Final = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
MAX_LABEL: Final = 4_096
_XMP_OF: Final = {"PNG": "XML:com.adobe.xmp", "JPEG": "xmp", "WEBP": "xmp"}
# As an element or as an attribute: XMP allows both for a simple property.
_SOURCE_TYPE: Final = re.compile(r"DigitalSourceType(?:\s*=\s*[\"']|>)\s*([^\"'<]{1,200})")
_XMP_LABEL: Final = re.compile(r"TC260:AIGC(?:\s*=\s*\"|>)([^<]{2,4096}?)(?:<|\"\s)")
_USER_COMMENT: Final = 0x9286
_EXIF: Final = 0x8769


@dataclass(frozen=True, slots=True)
class Labels:
    """What a file says of its own origin."""

    credentials: State
    """Content credentials (C2PA)."""
    source_type: str
    """IPTC DigitalSourceType, its last part; empty where there is none."""
    implicit: Mapping[str, str]
    """China's implicit label (GB 45438-2025 annex E); empty where there is none."""

    @property
    def sound(self) -> bool:
        """Tell whether there are content credentials that fit the file, whoever signed them."""
        return self.credentials in (State.TRUSTED, State.VALID)

    @property
    def says_ai(self) -> bool:
        """Tell whether the IPTC source type names a model."""
        return "AlgorithmicMedia" in self.source_type


def labels_of(data: bytes, image: Image.Image) -> Labels:
    """Read the marks of a file that Pillow has opened; blocking. Nothing is fetched, no pixel is decoded."""
    kind = str(image.format)
    xmp = _decoded(image.info.get(_XMP_OF[kind]))
    found = _SOURCE_TYPE.search(xmp)
    source_type = found[1].strip().rpartition("/")[2] if found else ""
    return Labels(read(data, FORMATS[kind]).state, source_type, _implicit(image, xmp))


def open_picture(data: bytes) -> Image.Image:
    """Open a picture of a kind that is recorded here; Pillow's errors where it is none."""
    return Image.open(BytesIO(data), formats=tuple(FORMATS))


def _implicit(image: Image.Image, xmp: str) -> Mapping[str, str]:
    """Return the label from where the standard's annexes put it: XMP, a PNG text chunk, EXIF."""
    found = _XMP_LABEL.search(xmp)
    texts = [unescape(found[1]) if found else "", _decoded(image.info.get("AIGC"))]
    if image.format != "PNG":
        texts.append(_decoded(image.getexif().get_ifd(_EXIF).get(_USER_COMMENT)))
    return next((label for label in map(_label, texts) if label), {})


def _label(text: str) -> Mapping[str, str]:
    try:
        value = json.loads(text[:MAX_LABEL].strip("\0 ").removeprefix("ASCII").strip("\0 "))
    except (ValueError, RecursionError):
        return {}
    if isinstance(value, dict) and isinstance(value.get("AIGC"), dict):
        value = value["AIGC"]
    if not isinstance(value, dict) or "Label" not in value:
        return {}
    return {str(name): str(said) for name, said in value.items()}


def _decoded(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else ""
