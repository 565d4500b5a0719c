"""The film and the sheet as files: that they play, how long, how large, and what they hold in memory."""

import weakref
from functools import partial
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from storage.evidence.film import reel
from storage.evidence.film.making import Making
from storage.evidence.film.reel import FADE_STEPS, MAX_BYTES, MAX_MS, FilmTooLarge, Held, film_of
from storage.evidence.film.sheet import sheet_of
from storage.evidence.film.shots import FILM_FRAMES, SHEET_FRAMES, Source, film_shots, sheet_shots
from storage.evidence.film.typeface import Typeface
from tests.storage.evidence.film.stories import Story

SOURCE = Source("colophon.local/log1", 57, bytes(32))
SIZE = (720, 480)


def page(colour: tuple[int, int, int], size: tuple[int, int] = (64, 48)) -> Image.Image:
    return Image.new("RGB", size, colour)


def noise(seed: int, size: tuple[int, int] = SIZE) -> Image.Image:
    grain = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    return Image.fromarray(grain)


def played(data: bytes) -> tuple[list[Image.Image], list[int]]:
    """Return the frames as a player shows them, and how long each stands."""
    with Image.open(BytesIO(data)) as film:
        shown, holds = [], []
        for number in range(getattr(film, "n_frames", 1)):
            film.seek(number)
            film.load()
            shown.append(film.convert("RGB"))
            holds.append(int(film.info["duration"]))
        return shown, holds


def close(image: Image.Image, colour: tuple[int, int, int]) -> bool:
    return bool(abs(np.asarray(image, dtype=int) - colour).max() <= 8)


def test_a_film_plays_its_pictures_and_fades_between_them() -> None:
    colours = [(200, 30, 30), (30, 160, 30), (30, 30, 200)]
    shown, holds = played(film_of([Held(partial(page, colour), 1000 + 100 * n) for n, colour in enumerate(colours)]))
    step = FADE_STEPS + 1
    assert len(shown) == 2 * step + 1
    assert [close(shown[n * step], colour) for n, colour in enumerate(colours)] == [True] * 3
    assert holds[::step] == [1000, 1100, 1200]
    reds = [int(np.asarray(image)[0, 0, 0]) for image in shown[: step + 1]]
    assert reds == sorted(reds, reverse=True) and len(set(reds)) == step + 1


def test_only_what_changes_is_written() -> None:
    still, other = noise(1), noise(1)
    other.paste((255, 0, 0), (101, 51, 131, 71))
    one = len(film_of([Held(lambda: still, 500)]))
    same = len(film_of([Held(lambda: still, 500), Held(lambda: still, 500)]))
    changed = film_of([Held(lambda: still, 500), Held(lambda: other, 500)])
    assert same < one * 1.01
    assert len(changed) < one * 1.1
    last = np.asarray(played(changed)[0][-1])
    assert abs(last[60, 115].astype(int) - (255, 0, 0)).max() < 30


@given(st.lists(st.integers(1, 9000), min_size=1, max_size=40))
def test_a_film_is_at_most_a_minute_and_the_short_are_not_shortened_first(holds: list[int]) -> None:
    given_ = reel._in_time(holds)
    fades = (len(holds) - 1) * FADE_STEPS * reel.FADE_MS
    assert sum(given_) + fades <= MAX_MS
    assert all(new <= old for new, old in zip(given_, holds, strict=True))
    longest = max(given_)
    assert all(new in (old, longest) for new, old in zip(given_, holds, strict=True))
    if sum(holds) + fades <= MAX_MS:
        assert given_ == holds


def test_the_worst_that_can_be_drawn_still_fits() -> None:
    data = film_of([Held(partial(noise, n), 2000) for n in range(FILM_FRAMES + 2)])
    assert len(data) <= MAX_BYTES
    shown, _ = played(data)
    assert (len(shown), shown[0].size) == (FILM_FRAMES + 2, SIZE), "it does without fades before it does without frames"


def test_a_film_that_no_quality_makes_small_enough_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reel, "MAX_BYTES", 100)
    with pytest.raises(FilmTooLarge):
        film_of([Held(partial(page, (1, 2, 3)), 100)])


def test_few_pictures_are_in_memory_at_a_time() -> None:
    drawn: list[weakref.ref[Image.Image]] = []
    most = 0

    def draw(number: int) -> Image.Image:
        nonlocal most
        image = page((number, number, number))
        drawn.append(weakref.ref(image))
        most = max(most, sum(known() is not None for known in drawn))
        return image

    film_of([Held(partial(draw, number), 10) for number in range(200)])
    assert most <= 3
    most = 0
    sheet_of([partial(draw, number) for number in range(200)])
    assert most <= 2


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_a_story_becomes_a_film_and_a_sheet(typeface: Typeface, story: Story, language: str) -> None:
    making = Making(typeface, language, story.where_is)
    film = making.film(film_shots(story.history, SOURCE))
    shown, holds = played(film)
    assert shown[0].size == SIZE
    assert 15_000 < sum(holds) <= MAX_MS
    assert holds[0] >= 2000, "the label that says AI stands long enough to be read"
    with Image.open(BytesIO(making.sheet(sheet_shots(story.history, SOURCE)))) as sheet:
        assert sheet.format == "PNG"
        assert sheet.size[0] < 2000


def test_a_thousand_candidates_make_a_film_of_a_minute(typeface: Typeface, story: Story) -> None:
    for number in range(250):
        made = story.candidates(story.brief(f"boat number {number}"), 4)
        story.choose(made[0], made[1:])
    opened: set[str] = set()

    def where_is(digest: str) -> object:
        opened.add(digest)
        return story.where_is(digest)

    making = Making(typeface, "en-US", where_is)  # type: ignore[arg-type]  # counts what is opened
    film = making.film(film_shots(story.history, SOURCE))
    _, holds = played(film)
    assert sum(holds) <= MAX_MS
    assert min(holds[:: FADE_STEPS + 1]) >= 1500, "long enough to be looked at"
    assert len(film) <= MAX_BYTES
    assert len(opened) < 4 * FILM_FRAMES, "what is not shown is not opened"
    with Image.open(BytesIO(making.sheet(sheet_shots(story.history, SOURCE)))) as sheet:
        assert sheet.size == (1692, 8 * 378 + 18)


def test_the_largest_sheet_can_be_sent() -> None:
    tile = (540, 360)
    data = sheet_of([partial(_half_noise, n, tile) for n in range(SHEET_FRAMES + 2)])
    assert len(data) <= MAX_BYTES


def _half_noise(seed: int, size: tuple[int, int]) -> Image.Image:
    """Return a frame with a picture of noise as large as any frame has one."""
    frame = Image.new("RGB", size, "#faf7f1")
    frame.paste(noise(seed, (252, 252)), (30, 60))
    return frame
