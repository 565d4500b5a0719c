"""What a member asks for: checked, bounded, and completed, before anything else happens."""

import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, UnidentifiedImageError

from bot.errors import BriefTooLong, UserFacing
from storage.drafts import BriefParams

MAX_BRIEF = 2000
MAX_COUNT = 4
MAX_SEED = 2**31 - 1
MAX_UPLOAD_BYTES = 10 * 1024 * 1024
MAX_SIDE = 8192
MAX_PIXELS = 40_000_000
DEFAULT_STRENGTH = 0.6
MIME_BY_FORMAT = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}


@dataclass(frozen=True, slots=True)
class Brief:
    """A brief that has passed every check; words as the member typed them."""

    text: str
    negative: str
    params: BriefParams


@dataclass(frozen=True, slots=True)
class Reference:
    """An uploaded image that has passed every check that needs no decoding."""

    data: bytes
    mime: str


def make_brief(
    text: str,
    *,
    negative: str = "",
    style: str | None = None,
    count: int = MAX_COUNT,
    seed: int | None = None,
    strength: float | None = None,
    operation: str = "text",
    styles: Sequence[str] = (),
) -> Brief:
    """Check what a member typed and fix the seeds; raise UserFacing with the rule that was broken.

    `styles` are those the drafts server knows; where it has not said yet, the server decides.
    """
    text, negative = clean(text), clean(negative)
    if not any(unicodedata.category(c)[0] in "LNS" for c in text):
        raise UserFacing("error-brief-empty")
    if len(text) > MAX_BRIEF or len(negative) > MAX_BRIEF:
        raise BriefTooLong(text if len(text) > MAX_BRIEF else negative, MAX_BRIEF)
    if not 1 <= count <= MAX_COUNT:
        raise UserFacing("error-count", count=count, limit=MAX_COUNT)
    if seed is not None and not 0 <= seed <= MAX_SEED - MAX_COUNT:
        raise UserFacing("error-seed", limit=MAX_SEED - MAX_COUNT)
    if strength is not None and not 0.05 <= strength <= 1.0:
        raise UserFacing("error-strength")
    if style is not None and styles and style not in styles:
        raise UserFacing("error-style", style=clean(style)[:40], styles=", ".join(styles))
    seeds = tuple(seed + i for i in range(count)) if seed is not None else fresh_seeds(count)
    return Brief(text, negative, BriefParams(operation, seeds, style=style, strength=strength))


def fresh_seeds(count: int) -> tuple[int, ...]:
    """Return random seeds, one a candidate."""
    return tuple(secrets.randbelow(MAX_SEED) for _ in range(count))


def clean(text: str) -> str:
    """Return text in NFC without control characters, bidirectional overrides and outer spaces."""
    kept = (c for c in unicodedata.normalize("NFC", text) if c == "\n" or unicodedata.category(c)[0] != "C")
    return "".join(kept).strip()


def check_declared(size_bytes: int, content_type: str | None) -> None:
    """Refuse an attachment by what the platform says of it, before it is downloaded."""
    if size_bytes > MAX_UPLOAD_BYTES:
        raise UserFacing("error-upload-large", limit=MAX_UPLOAD_BYTES // 2**20)
    if content_type is not None and not content_type.startswith("image/"):
        raise UserFacing("error-upload-type")


def check_upload(data: bytes) -> Reference:
    """Check an uploaded image; blocking. Its size is read from the header before anything is decoded."""
    if len(data) > MAX_UPLOAD_BYTES:
        raise UserFacing("error-upload-large", limit=MAX_UPLOAD_BYTES // 2**20)
    try:
        with Image.open(BytesIO(data), formats=tuple(MIME_BY_FORMAT)) as image:
            if max(image.size) > MAX_SIDE or image.width * image.height > MAX_PIXELS:
                raise UserFacing("error-upload-pixels", width=image.width, height=image.height, limit=MAX_SIDE)
            mime = MIME_BY_FORMAT[image.format or ""]
            image.load()
    except Image.DecompressionBombError as error:
        raise UserFacing("error-upload-bomb", limit=MAX_SIDE) from error
    except UnidentifiedImageError as error:
        raise UserFacing("error-upload-type") from error
    except (OSError, ValueError, SyntaxError) as error:
        raise UserFacing("error-upload-broken") from error
    return Reference(data, mime)
