"""From pictures to a film: an animated WebP (RFC 9649), written frame by frame.

Why WebP: chats play it in place, browsers open it, it has all colours and a fraction of a GIF's size, its marks and
content credentials are those of any other picture, and Pillow alone makes its frames. A real video (MP4) would need an
encoder of tens of megabytes under another licence. Pillow's own writer of animations wants all frames at once; here
each one is encoded, and forgotten, before the next is drawn.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image, ImageChops

from storage.errors import StorageError

MAX_MS: Final = 60_000
MAX_BYTES: Final = 8 * 1000 * 1000
"""Below what every chat takes without a subscription, with room for marks and credentials."""
FADE_STEPS: Final = 3
FADE_MS: Final = 60
_TRIES: Final = ((82, FADE_STEPS), (60, FADE_STEPS), (50, 0), (20, 0))
"""Quality and steps of a fade, tried in this order until the film is small enough; the first nearly always is."""
# Of the header of an extended file: it is an animation.
_ANIMATION: Final = 0x02
# Of a frame: it replaces what was there, and stays.
_OVERWRITE: Final = 0x02
_MAX_HOLD_MS: Final = (1 << 24) - 1
# The file's header, and its first two chunks: the canvas, and how it is played.
_HEAD_BYTES: Final = 12 + 18 + 14


class FilmTooLarge(StorageError):
    """No quality made the film small enough to be sent."""


@dataclass(frozen=True, slots=True)
class Held:
    """A picture, drawn when it is needed, and how long it would stand if there were time for all."""

    draw: Callable[[], Image.Image]
    hold_ms: int


def film_of(pictures: Sequence[Held]) -> bytes:
    """Return a film of pictures that fade into each other, within MAX_MS and MAX_BYTES; raise FilmTooLarge.

    Blocking. What `draw` raises ends it; at most three pictures are in memory at a time.
    """
    holds = _in_time([picture.hold_ms for picture in pictures])
    for quality, steps in _TRIES:
        data = _written(pictures, holds, quality, steps)
        if data is not None:
            return data
    raise FilmTooLarge(f"{len(pictures)} frames do not fit into {MAX_BYTES} bytes")


def _in_time(holds: Sequence[int]) -> list[int]:
    """Return how long each picture stands: where there is not time enough, the longest are shortened first."""
    room, waiting = MAX_MS - (len(holds) - 1) * FADE_STEPS * FADE_MS, len(holds)
    for hold in sorted(holds):
        if hold * waiting > room:
            return [min(each, room // waiting) for each in holds]
        room, waiting = room - hold, waiting - 1
    return list(holds)


def _written(pictures: Sequence[Held], holds: Sequence[int], quality: int, steps: int) -> bytes | None:
    """Return a film of a quality, or None as soon as it is too large."""
    before = pictures[0].draw()
    writer = _Writer(before.size, quality)
    writer.add(before, holds[0])
    for picture, hold_ms in zip(pictures[1:], holds[1:], strict=True):
        if writer.size_bytes > MAX_BYTES:
            break
        image = picture.draw()
        for step in range(1, steps + 1):
            writer.add(Image.blend(before, image, step / (steps + 1)), FADE_MS)
        writer.add(image, hold_ms)
        before = image
    return writer.finish() if writer.size_bytes <= MAX_BYTES else None


class _Writer:
    """Writes frames one after the other; of each, only the rectangle that differs from the one before."""

    def __init__(self, size: tuple[int, int], quality: int) -> None:
        self._size = size
        self._quality = quality
        self._frames: list[bytes] = []
        self.size_bytes = _HEAD_BYTES
        self._shown: Image.Image | None = None

    def add(self, image: Image.Image, hold_ms: int) -> None:
        left, top, right, bottom = self._differing(image)
        # Places are written in halves, so they have to be even.
        left, top = left - left % 2, top - top % 2
        out = BytesIO()
        image.crop((left, top, right, bottom)).save(out, "WEBP", quality=self._quality)
        place = [left // 2, top // 2, right - left - 1, bottom - top - 1, min(hold_ms, _MAX_HOLD_MS)]
        head = b"".join(number.to_bytes(3, "little") for number in place) + bytes((_OVERWRITE,))
        # A simple file is a header of 12 bytes and the chunk of its picture.
        self._frames.append(_chunk(b"ANMF", head + out.getvalue()[12:]))
        self.size_bytes += len(self._frames[-1])
        self._shown = image

    def _differing(self, image: Image.Image) -> tuple[int, int, int, int]:
        if self._shown is None:
            return (0, 0, *self._size)
        # A frame has to have a size, even one in which nothing changes.
        return ImageChops.difference(self._shown, image).getbbox() or (0, 0, 2, 2)

    def finish(self) -> bytes:
        width, height = self._size
        canvas = bytes((_ANIMATION, 0, 0, 0)) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        # The background's colour, and how often it is played: 0 is for ever.
        animation = b"\xff\xff\xff\xff" + (0).to_bytes(2, "little")
        body = b"".join((_chunk(b"VP8X", canvas), _chunk(b"ANIM", animation), *self._frames))
        return b"".join((b"RIFF", (len(body) + 4).to_bytes(4, "little"), b"WEBP", body))


def _chunk(kind: bytes, body: bytes) -> bytes:
    return b"".join((kind, len(body).to_bytes(4, "little"), body, b"\0" * (len(body) % 2)))
