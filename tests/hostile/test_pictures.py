"""Pictures that are made to hurt: each is opened in the darkroom, and is either sound or refused by its reason.

Every file is made here. What counts is the same for all: a typed answer, the process that opened it no larger than it
may be, and the next picture opened.
"""

import struct
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, features

from storage.darkroom.darkroom import Darkroom
from storage.darkroom.found import FileRefused, Why
from storage.darkroom.worker import MEMORY_BYTES
from storage.evidence.containers import NotAPicture
from storage.evidence.marks import marks_of

SIDE: Final = 64


def encoded(kind: str, size: tuple[int, int] = (SIDE, SIDE), **how: Any) -> bytes:
    out = BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(out, kind, **how)
    return out.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))


def png(width: int, height: int, *chunks: bytes, rows: bytes = b"") -> bytes:
    head = chunk(b"IHDR", struct.pack(">2L5B", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def with_chunk(kind: bytes, data: bytes) -> bytes:
    """Return a sound PNG with a chunk more, right after its head."""
    sound = encoded("PNG")
    return sound[:33] + chunk(kind, data) + sound[33:]


def webp_of(width: int, height: int) -> bytes:
    """Return a WebP whose head (VP8X) says how large it is, and little else."""
    canvas = struct.pack("<L", 0) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<L", 10) + canvas
    return b"RIFF" + struct.pack("<L", len(body)) + body


def animated(kind: str, frames: int) -> bytes:
    out = BytesIO()
    pictures = [Image.new("P" if kind == "GIF" else "RGB", (300, 300), n % 200) for n in range(frames)]
    pictures[0].save(out, kind, save_all=True, append_images=pictures[1:])
    return out.getvalue()


def jpeg_with(*segments: tuple[int, bytes]) -> bytes:
    sound = encoded("JPEG")
    told = b"".join(b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2) + data for marker, data in segments)
    return sound[:2] + told + sound[2:]


TYPE, PIXELS, BOMB, BROKEN = Why.TYPE, Why.PIXELS, Why.BOMB, Why.BROKEN
SOUND: Final = frozenset[Why | None]({None})
DAMAGED: Final = frozenset[Why | None]({TYPE, BROKEN})
ANY: Final = frozenset[Why | None]({None, TYPE, PIXELS, BOMB, BROKEN})
_LARGE: Final = frozenset[Why | None]({PIXELS, BOMB})
_NONE: Final = frozenset[Why | None]({TYPE})
_DEFLATED: Final = zlib.compress(bytes(80_000_000), 9)
_HUGE_EXIF: Final = b"Exif\0\0II*\0\x08\0\0\0" + b"\xff\xff" + b"\x0e\x01\x02\0\xff\xff\xff\xff\x08\0\0\0" * 5400
"""65,535 entries, each of a text of 4 GiB at the place where the entries are."""

FILES: Final[dict[str, tuple[Callable[[], bytes], frozenset[Why | None]]]] = {
    # Bombs
    "png of 20000 x 20000 in 80 kB": (lambda: png(20_000, 20_000, rows=_DEFLATED), _LARGE),
    "png of 2^31 - 1 squared": (lambda: png(2**31 - 1, 2**31 - 1), _LARGE | {BROKEN, TYPE}),
    "png one pixel wide and a million high": (lambda: png(1, 1_000_000), _LARGE),
    "png of no width": (lambda: png(0, 5), DAMAGED),
    "webp of 16384 x 16384": (lambda: webp_of(16_384, 16_384), _LARGE | DAMAGED),
    "webp of many frames": (lambda: animated("WEBP", 60), SOUND),
    "png of many frames": (lambda: animated("PNG", 60), SOUND),
    "gif of many frames": (lambda: animated("GIF", 60), _NONE),
    "jpeg progressive of the largest size": (
        lambda: encoded("JPEG", (6000, 6000), progressive=True, quality=20),
        SOUND,
    ),
    # More than one thing at once
    "png that is a zip too": (lambda: encoded("PNG") + b"PK\x05\x06" + bytes(18), SOUND),
    "jpeg with a pdf before it": (lambda: b"%PDF-1.7\n" + encoded("JPEG"), _NONE),
    "jpeg with a pdf in it": (lambda: jpeg_with((0xFE, b"%PDF-1.7 1 0 obj<</JS(app.alert(1))>>")), SOUND),
    "gif that is a script": (lambda: b"GIF89a=1;/*" + encoded("GIF")[11:] + b"*/alert(1)", _NONE),
    "png that ends in html": (lambda: encoded("PNG") + b"<script>alert(1)</script>", SOUND),
    "svg with a script": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", _NONE),
    "svg of a billion laughs": (
        lambda: b"<!DOCTYPE s [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;'>]><svg>&b;</svg>",
        _NONE,
    ),
    "bmp, which is none of ours": (lambda: encoded("BMP"), _NONE),
    "tiff, which is none of ours": (lambda: encoded("TIFF"), _NONE),
    "postscript, which Pillow would hand to another program": (lambda: encoded("EPS"), _NONE),
    # Much beside the pixels
    "png with a text that inflates to 80 MB": (lambda: with_chunk(b"zTXt", b"k\0\0" + _DEFLATED), ANY),
    "png with a profile that inflates to 80 MB": (lambda: with_chunk(b"iCCP", b"k\0\0" + _DEFLATED), ANY),
    "png with an international text that inflates": (lambda: with_chunk(b"iTXt", b"k\0\1\0\0\0" + _DEFLATED), ANY),
    "png with a thousand texts": (
        lambda: encoded("PNG")[:33] + chunk(b"tEXt", b"k\0" + b"x" * 4000) * 1000 + encoded("PNG")[33:],
        ANY,
    ),
    "png with a chunk that is longer than the file": (
        lambda: encoded("PNG")[:33] + struct.pack(">L", 2**31 - 1) + b"tEXt" + encoded("PNG")[33:],
        DAMAGED,
    ),
    "png with broken exif": (lambda: with_chunk(b"eXIf", b"MM\0*\xff\xff\xff\xff"), ANY),
    "jpeg with exif without end": (lambda: jpeg_with((0xE1, _HUGE_EXIF[:65_000])), ANY),
    "jpeg with exif that points at itself": (
        lambda: jpeg_with((0xE1, b"Exif\0\0II*\0\x08\0\0\0\x01\0\x69\x87\x04\0\x01\0\0\0\x08\0\0\0\x08\0\0\0")),
        ANY,
    ),
    "jpeg with two hundred profiles": (
        lambda: jpeg_with(*((0xE2, b"ICC_PROFILE\0" + bytes([n % 256, 255]) + bytes(20_000)) for n in range(200))),
        ANY,
    ),
    "jpeg with xmp of many levels": (
        lambda: jpeg_with((0xE1, b"http://ns.adobe.com/xap/1.0/\0" + b"<a>" * 15_000)),
        ANY,
    ),
}
if features.check("avif"):
    FILES["avif, which is none of ours"] = (lambda: encoded("AVIF"), _NONE)


@pytest.mark.parametrize("name", FILES)
async def test_a_hostile_picture_is_sound_or_refused_by_its_reason(darkroom: Darkroom, name: str) -> None:
    make, expected = FILES[name]
    data = make()
    assert await outcome(darkroom, data) in expected
    # Without anybody having looked at it before, as the record does.
    try:
        await darkroom.marks(data, "image/png")
        await darkroom.pixels(data)
    except FileRefused as error:
        assert error.why is not Why.COSTLY
    (pid,) = darkroom.pids
    assert peak_bytes(pid) < MEMORY_BYTES
    assert await outcome(darkroom, encoded("PNG")) is None


async def outcome(darkroom: Darkroom, data: bytes) -> Why | None:
    try:
        found = await darkroom.check(data, mask=True)
    except FileRefused as error:
        return error.why
    assert found.mime in ("image/png", "image/jpeg", "image/webp")
    return None


def peak_bytes(pid: int) -> int:
    """Return the most memory that a process has had so far."""
    said = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(said.get("VmHWM", "0 kB").split()[0]) * 1024


def places(data: bytes) -> Iterator[int]:
    """Yield where a file is cut: everywhere in its head, then further and further apart."""
    yield from range(min(len(data), 48))
    yield from range(48, len(data), max(1, len(data) // 24))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
async def test_a_picture_that_is_cut_off_anywhere_is_refused(darkroom: Darkroom, kind: str) -> None:
    data = encoded(kind)
    for at in places(data[:-16]):
        assert await outcome(darkroom, data[:at]) in (TYPE, BROKEN), at
    assert await outcome(darkroom, data) is None


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(["PNG", "JPEG", "WEBP", "GIF"]),
    flips=st.lists(st.floats(0, 1, exclude_max=True)),
    bit=st.integers(0, 7),
)
async def test_a_picture_that_is_damaged_anywhere_is_sound_or_refused(
    darkroom: Darkroom, kind: str, flips: list[float], bit: int
) -> None:
    data = bytearray(encoded(kind, (24, 24)))
    for place in flips:
        data[int(place * len(data))] ^= 1 << bit
    assert await outcome(darkroom, bytes(data)) in ANY
    try:
        marks_of(bytes(data))
    except NotAPicture:
        assert kind == "GIF" or flips
