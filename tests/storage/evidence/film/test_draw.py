"""What is drawn: everything inside its page, readable, in both languages, whatever the words and files are."""

from dataclasses import fields
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from string import Formatter

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageColor

from storage.evidence.film import canvas
from storage.evidence.film.canvas import HEIGHT, INK, MARGIN, PAPER, SEAL, SEAL_WASH, SOFT, SUNK, WIDTH
from storage.evidence.film.captions import CHINESE, ENGLISH, Captions, captions_in
from storage.evidence.film.draw import Painter
from storage.evidence.film.frames import (
    Candidates,
    Closing,
    Edit,
    Finished,
    Material,
    Opening,
    Role,
    Shot,
    Shown,
    State,
    Verdict,
    Words,
    Written,
    frames_of,
    opening_of,
)
from storage.evidence.film.spans import Span, marked, plain
from storage.evidence.film.typeface import Typeface
from tests.storage.evidence.film.stories import Story
from tests.storage.evidence.film.test_words import HOSTILE

AT = datetime(2026, 11, 28, 16, 20, 48, tzinfo=UTC)
EDGE = 14
"""What stays paper on every side: a chosen picture's ring and tick are all that goes past the margin."""
LANGUAGES = pytest.mark.parametrize("captions", [ENGLISH, CHINESE], ids=["en", "zh"])
SCALES = pytest.mark.parametrize("scale", [1.0, 0.75])


def pixels(image: Image.Image) -> NDArray[np.uint8]:
    return np.asarray(image.convert("RGB"))


def paper() -> NDArray[np.uint8]:
    return np.asarray(ImageColor.getrgb(PAPER), dtype=np.uint8)


def assert_inside(image: Image.Image, scale: float) -> None:
    """Nothing reaches the edge of the page, and there is something on it."""
    drawn = (pixels(image) != paper()).any(axis=2)
    edge = round(EDGE * scale)
    assert drawn.any()
    for strip in (drawn[:edge], drawn[-edge:], drawn[:, :edge], drawn[:, -edge:]):
        assert not strip.any()


def nowhere(digest: str) -> Path:
    return Path("/nonexistent") / digest


def hostile_shots() -> list[Shot]:
    gone = Shown(1, "0" * 64)
    return [
        Opening(HOSTILE, AT, AT, 10**9, 10**9, 10**9, 10**9),
        Closing("o" * 300, "p_" + "1" * 32, 2**53 - 1, "A" * 44, 10**12, 10**12),
        Words((2**53 - 2, 2**53 - 1), AT, 1, Role.INTENT, plain(HOSTILE)),
        Words((1,), AT, 1, Role.BRIEF, marked(HOSTILE, HOSTILE + " end"), 10**6, Written.EDITED, 10**6),
        Words((1,), AT, 1, Role.BRIEF, (), 1),
        Words((1,), AT, 1, Role.CANDIDATE, plain(HOSTILE), 10**6),
        Words((1, 2), AT, 1, Role.CHOSEN, plain(HOSTILE), 10**6, reason=HOSTILE),
        Words((1, 2), AT, 1, Role.CHOSEN, None, 1, reason=None),
        Words((1,), AT, 1, Role.NONE, plain(""), 10**6),
        Words((1,), AT, 1, Role.EDIT, marked(HOSTILE, HOSTILE + " end"), against=10**6),
        Candidates((1,), AT, 1, 1, tuple(Shown(n, None) for n in range(1000))),
        Candidates((1,), AT, 1, 1, (gone, Shown(2, None, State.CHOSEN)), Verdict.CHOSEN, HOSTILE),
        Material((1,), AT, 1, gone, HOSTILE),
        Edit((1,), AT, 1, gone, gone, HOSTILE, 1_000_000, ((0, 0, 10**6, 10**6),)),
        Finished((1,), AT, 1, gone, HOSTILE, HOSTILE),
        Finished((1,), AT, 1, None, HOSTILE, HOSTILE),
    ]


@LANGUAGES
@SCALES
def test_nothing_leaves_the_page(typeface: Typeface, captions: Captions, scale: float, story: Story) -> None:
    painter = Painter(typeface, captions, story.where_is, scale)
    for shot in (opening_of(story.history), *frames_of(story.history), *hostile_shots()):
        image = painter.draw(shot, 0.5)
        assert image.size == (round(WIDTH * scale), round(HEIGHT * scale))
        assert_inside(image, scale)


@LANGUAGES
def test_erased_words_and_pictures_are_said_to_be(typeface: Typeface, captions: Captions) -> None:
    painter = Painter(typeface, captions, nowhere)
    gone = Shown(1, None)
    for shot in (
        Words((1,), AT, 1, Role.INTENT, None),
        Candidates((1,), AT, 1, 1, (gone,), Verdict.NONE, None),
        Material((1,), AT, 1, gone, None),
        Edit((1,), AT, 1, None, gone, None),
        Finished((1,), AT, 1, gone, None, None),
    ):
        assert_inside(painter.draw(shot), 1.0)
    erased = pixels(painter.draw(Words((1,), AT, 1, Role.INTENT, None)))
    empty = pixels(painter.draw(Words((1,), AT, 1, Role.INTENT, ())))
    assert (erased != empty).any()


def luminance(colour: str) -> float:
    channels = [value / 255 for value in ImageColor.getrgb(colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    ("ink", "ground"),
    [(INK, PAPER), (SOFT, PAPER), (SEAL, PAPER), (INK, SEAL_WASH), (SOFT, SUNK), (canvas.SHEET, SEAL), (PAPER, SEAL)],
)
def test_words_stand_out_from_their_ground(ink: str, ground: str) -> None:
    """At least 4.5 to 1 (WCAG 2.2, 1.4.3)."""
    lighter, darker = sorted((luminance(ink), luminance(ground)), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def test_the_bar_tells_how_far_it_is(typeface: Typeface) -> None:
    painter = Painter(typeface, ENGLISH, nowhere)
    shot = Words((1,), AT, 1, Role.INTENT, plain("x"))
    foot = pixels(painter.draw(shot, 0.25))[HEIGHT - 24]
    done = (foot == np.asarray(ImageColor.getrgb(SOFT), dtype=np.uint8)).all(axis=1)
    assert done.sum() == (WIDTH - 2 * MARGIN) // 4
    assert done[MARGIN]
    assert not (pixels(painter.draw(shot))[HEIGHT - 24] != paper()).any(), "a sheet has no bar"


def test_what_was_added_is_underlined_and_what_was_dropped_struck(typeface: Typeface) -> None:
    painter = Painter(typeface, ENGLISH, nowhere)

    def share(colour: str, spans: tuple[Span, ...]) -> float:
        body = pixels(painter.draw(Words((1,), AT, 1, Role.BRIEF, spans, 2, Written.TYPED, 1)))[80:400]
        return float((body == np.asarray(ImageColor.getrgb(colour), dtype=np.uint8)).all(axis=2).mean())

    changed, same = marked("a red boat", "a blue boat"), plain("a blue boat")
    assert share(SEAL_WASH, changed) > 0.001 > share(SEAL_WASH, same) == 0
    assert share(SEAL, changed) > share(SEAL, same) == 0


def test_a_choice_is_ringed_and_the_others_fade(typeface: Typeface, story: Story) -> None:
    painter = Painter(typeface, ENGLISH, story.where_is)
    made, chosen = [frame for frame in frames_of(story.history) if isinstance(frame, Candidates)][:2]
    before, after = (pixels(painter.draw(frame)) for frame in (made, chosen))
    middles = _middles(before)
    kept = [(before[y, x] == after[y, x]).all() for y, x in middles]
    assert kept == [False, False, True, False]
    for (y, x), same in zip(middles, kept, strict=True):
        if not same:
            distance = abs(after[y, x].astype(int) - paper()).max()
            assert distance < abs(before[y, x].astype(int) - paper()).max() / 2, "towards paper"
    seal = (after == np.asarray(ImageColor.getrgb(SEAL), dtype=np.uint8)).all(axis=2)
    assert seal[80:].sum() > 1000


def _middles(image: NDArray[np.uint8]) -> list[tuple[int, int]]:
    """Return the middles of four pictures in two rows: where large even patches are."""
    drawn = (abs(image.astype(int) - paper()).max(axis=2) > 40)[78:440, 40:400]
    rows, columns = np.flatnonzero(drawn.mean(axis=1) > 0.5) + 78, np.flatnonzero(drawn.mean(axis=0) > 0.5) + 40
    ys = [int(part.mean()) for part in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)]
    xs = [int(part.mean()) for part in np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)]
    assert (len(ys), len(xs)) == (2, 2)
    return [(y, x) for y in ys for x in xs]


def keep(folder: Path, image: Image.Image, kind: str, **how: object) -> tuple[str, Path]:
    out = BytesIO()
    image.save(out, kind, **how)
    digest = sha256(out.getvalue()).hexdigest()
    (folder / digest).write_bytes(out.getvalue())
    return digest, folder / digest


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (64, 512), (2000, 300)])
def test_pictures_of_any_shape(typeface: Typeface, tmp_path: Path, size: tuple[int, int]) -> None:
    digest, _ = keep(tmp_path, Image.new("RGB", size, "#336699"), "PNG")
    painter = Painter(typeface, ENGLISH, tmp_path.joinpath)
    one = Shown(1, digest, State.CHOSEN)
    for count in (1, 2, 4):
        pictures = tuple(Shown(n, digest) for n in range(count))
        assert_inside(painter.draw(Candidates((1,), AT, 1, 1, pictures)), 1.0)
        chosen = (*pictures[:-1], one)
        assert_inside(painter.draw(Candidates((1,), AT, 1, 1, chosen, Verdict.CHOSEN, HOSTILE)), 1.0)
    assert_inside(painter.draw(Material((1,), AT, 1, one, HOSTILE)), 1.0)
    assert_inside(painter.draw(Edit((1,), AT, 1, one, one, HOSTILE, 1, ((0, 0, *size),))), 1.0)
    assert_inside(painter.draw(Finished((1,), AT, 1, one, HOSTILE, HOSTILE)), 1.0)


def test_transparent_pictures_lie_on_paper_and_photographs_stand_upright(typeface: Typeface, tmp_path: Path) -> None:
    clear, _ = keep(tmp_path, Image.new("RGBA", (64, 64), (0, 0, 0, 0)), "PNG")
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = Image.new("RGB", (200, 100), "blue")
    lying.paste("red", (0, 0, 100, 100))
    turned, _ = keep(tmp_path, lying, "JPEG", exif=exif, quality=95)
    painter = Painter(typeface, ENGLISH, tmp_path.joinpath)
    image = pixels(painter.draw(Material((1,), AT, 1, Shown(1, clear), "")))
    assert (image[200, 200] == paper()).all()
    upright = pixels(painter.draw(Material((1,), AT, 1, Shown(1, turned), "")))
    assert upright[100, 120, 0] > 200 > 60 > upright[100, 120, 2], "the left half is the upper one now"
    assert upright[380, 120, 2] > 200


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n" + bytes(50)])
def test_a_file_that_is_no_picture_is_no_longer_there(typeface: Typeface, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "0").write_bytes(data)
    painter = Painter(typeface, ENGLISH, tmp_path.joinpath)
    assert_inside(painter.draw(Material((1,), AT, 1, Shown(1, "0"), "")), 1.0)


def test_captions_have_the_same_gaps_in_both_languages() -> None:
    def gaps(text: str) -> list[str]:
        found = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
        return sorted(found) if all(found) else [str(n) for n in range(len(found))]

    for each in fields(Captions):
        english, chinese = getattr(ENGLISH, each.name), getattr(CHINESE, each.name)
        assert type(english) is type(chinese)
        # Of one and of many: the form for one may name it without a number.
        one, other = (text if isinstance(text, str) else text[1] for text in (english, chinese))
        assert one and other
        assert gaps(one) == gaps(other), each.name


@pytest.mark.parametrize(
    ("language", "captions"), [("zh-CN", CHINESE), ("zh-TW", CHINESE), ("en-US", ENGLISH), ("fr", ENGLISH)]
)
def test_the_nearest_language_is_spoken(language: str, captions: Captions) -> None:
    assert captions_in(language) is captions
