"""Thumbnails and marks of the pictures on record; blocking, to be used in a thread.

A thumbnail is drawn anew from pixels, so that not one byte of a file that somebody brought gets into a dossier.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, UnidentifiedImageError

from storage.evidence.containers import NotAPicture
from storage.evidence.credentials import Found, State, read
from storage.evidence.dossier.content import Content, Edit
from storage.evidence.dossier.document import Thumbnail
from storage.evidence.marks import Marks, marks_of

SIDE: Final = 176
LARGE_SIDE: Final = 400
MAX_PICTURES: Final = 240
"""So many pictures are shown small, those of the work and of its making first."""
MAX_COMPARED: Final = 40
"""So many edits are shown large, before and after, the latest first."""
WORKERS: Final = 2
_QUALITY: Final = 78
_FORMATS: Final = ("PNG", "JPEG", "WEBP")
_AI: Final = "trainedalgorithmicmedia"
"""What IPTC's terms for pictures that a model made, or had a part in, have in common."""
_UNREADABLE: Final = (
    UnidentifiedImageError,
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
    NotAPicture,
)


@dataclass(frozen=True, slots=True)
class Labels:
    """What a file says of its own origin, read from the file alone as anybody could."""

    marks: Marks
    credentials: Found

    @property
    def sound(self) -> bool:
        """Tell whether there are content credentials that fit the file, whoever signed them."""
        return self.credentials.state in (State.TRUSTED, State.VALID)

    @property
    def broken(self) -> bool:
        """Tell whether there are content credentials that no longer fit the file."""
        return self.credentials.state is State.INVALID

    @property
    def says_ai(self) -> bool:
        """Tell whether the IPTC source type names a model."""
        return _AI in (self.marks.source_type or "").lower()

    @property
    def implicit(self) -> bool:
        """Tell whether there is China's implicit label."""
        return self.marks.label is not None

    @property
    def tells_machines(self) -> bool:
        """Tell whether a program can read that AI made it; sound credentials alone need not say so."""
        signed = self.sound and any(_AI in source.lower() for source in self.credentials.source_types)
        return self.says_ai or self.implicit or signed


@dataclass(frozen=True, slots=True)
class Pictures:
    """What was found of the pictures: thumbnails by name, marks by event, and the events whose file is not there."""

    thumbnails: Mapping[str, Thumbnail] = field(default_factory=dict)
    labels: Mapping[int, Labels] = field(default_factory=dict)
    gone: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class _Found:
    thumbnails: Mapping[str, Thumbnail]
    labels: Labels


def small(seq: int) -> str:
    """Return the name of an event's small picture."""
    return f"e{seq}"


def before(seq: int) -> str:
    """Return the name of the picture that an edit changed, large, with the changed regions outlined."""
    return f"e{seq}-before"


def after(seq: int) -> str:
    """Return the name of the picture that an edit made, large, with the changed regions outlined."""
    return f"e{seq}-after"


def gather(content: Content, path: Callable[[str], Path]) -> Pictures:
    """Look at the pictures that the events name; `path` says where the file of a hash lies."""
    compared = content.edits[-MAX_COMPARED:]

    def look(seq: int) -> tuple[int, _Found | None]:
        digest = content.history.by_seq[seq].image_sha256
        assert digest is not None
        return seq, _look(path(digest), seq, compared)

    # Decoding leaves the interpreter's lock; two threads are as many as a busy machine can spare.
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="dossier") as pool:
        found = dict(pool.map(look, _wanted(content)))
    thumbnails: dict[str, Thumbnail] = {}
    for one in found.values():
        thumbnails |= one.thumbnails if one is not None else {}
    labels = {seq: one.labels for seq, one in found.items() if one is not None}
    return Pictures(thumbnails, labels, frozenset(seq for seq, one in found.items() if one is None))


def _wanted(content: Content) -> list[int]:
    first = [*content.work, *content.chosen, *(e.seq for e in content.edits), *(e.seq for e in content.uploads)]
    rest = [event.seq for event in content.drafts]
    named = [seq for seq in dict.fromkeys([*first, *rest]) if content.history.by_seq[seq].image_sha256]
    return named[:MAX_PICTURES]


def _look(path: Path, seq: int, compared: Sequence[Edit]) -> _Found | None:
    """Return what a file shows; None where there is no such file, or it is no picture."""
    try:
        data = path.read_bytes()
        with Image.open(BytesIO(data), formats=_FORMATS) as image:
            full = image.size
            side = LARGE_SIDE if any(seq in (edit.seq, edit.before) for edit in compared) else SIDE
            # A JPEG is decoded no larger than is needed.
            image.draft("RGB", (side, side))
            pixels = _flat(image, side)
        marks = marks_of(data)
        labels = Labels(marks, read(data, marks.mime))
    except _UNREADABLE:
        return None
    thumbnails = {small(seq): _thumbnail(pixels, SIDE)}
    for edit in compared:
        if edit.seq == seq:
            thumbnails[after(seq)] = _outlined(pixels, edit, full)
        if edit.before == seq:
            # The regions are in pixels of the later picture: one of another size has none to outline here.
            thumbnails[before(edit.seq)] = (
                _thumbnail(pixels, LARGE_SIDE) if edit.resized else _outlined(pixels, edit, full)
            )
    return _Found(thumbnails, labels)


def _flat(image: Image.Image, side: int) -> Image.Image:
    """Return the bare colours, transparent parts on white, no larger than is shown."""
    if image.mode not in ("RGB", "L"):
        layers = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", layers.size, "white"), layers)
    pixels = image.convert("RGB")
    pixels.thumbnail((side, side), Image.Resampling.BILINEAR, reducing_gap=2.0)
    return pixels


def _thumbnail(pixels: Image.Image, side: int) -> Thumbnail:
    picture = pixels.copy()
    picture.thumbnail((side, side), Image.Resampling.BILINEAR, reducing_gap=2.0)
    return _encoded(picture)


def _outlined(pixels: Image.Image, edit: Edit, full: tuple[int, int]) -> Thumbnail:
    """Return the picture with a frame around each changed region, dark within light, seen on any ground."""
    picture = pixels.copy()
    draw = ImageDraw.Draw(picture)
    across, down = picture.width / full[0], picture.height / full[1]
    for left, top, width, height in edit.regions:
        box = [left * across, top * down, (left + width) * across - 1, (top + height) * down - 1]
        box = [max(0.0, box[0]), max(0.0, box[1]), min(picture.width - 1.0, box[2]), min(picture.height - 1.0, box[3])]
        if box[2] > box[0] and box[3] > box[1]:
            draw.rectangle(box, outline="white", width=4)
            draw.rectangle([box[0] + 1, box[1] + 1, box[2] - 1, box[3] - 1], outline="black", width=2)
    return _encoded(picture)


def _encoded(picture: Image.Image) -> Thumbnail:
    out = BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY)
    return Thumbnail(out.getvalue(), picture.width, picture.height)
