"""The shipped weights: they are the stated ones, load offline, draw the same again, and stop when told."""

import hashlib
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageChops, ImageStat

from models.drafts.engine import Drawing, Order, StepDone
from models.drafts.problems import Cancelled, Problem
from models.embedded.drafts import TRAINED_STYLES, VERSION, WEIGHTS, WEIGHTS_FILE

if TYPE_CHECKING:  # torch takes seconds to import, also for those who leave the slow tests out
    from models.drafts.embedded import EmbeddedEngine

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def engine() -> "EmbeddedEngine":
    from models.drafts.embedded import EmbeddedEngine

    return EmbeddedEngine.load()


def order(
    prompt: str = "red apple",
    seeds: tuple[int, ...] = (1,),
    style: str | None = "flat",
    image: Image.Image | None = None,
    line: Image.Image | None = None,
) -> Order:
    return Order(prompt, "", style, seeds, 256, 256, 8, None, None, image, line, 0.0)


def draw(engine: "EmbeddedEngine", asked: Order) -> Drawing:
    return engine.plan(asked).draw(lambda done: None)


def far(a: Image.Image, b: Image.Image) -> float:
    """Return the mean difference of two pictures, 0..255."""
    means = ImageStat.Stat(ImageChops.difference(a, b)).mean
    return sum(means) / len(means)


def test_the_weights_are_those_of_the_model_card() -> None:
    card = (WEIGHTS.parent / "MODEL_CARD.md").read_text()
    assert hashlib.sha256(WEIGHTS_FILE.read_bytes()).hexdigest() in card
    assert f"colophon-embedded-drafts {VERSION}" in card


def test_nothing_but_safetensors_and_json_is_shipped() -> None:
    kinds = {path.suffix for path in WEIGHTS.rglob("*") if path.is_file()}
    assert kinds == {".safetensors", ".json"}
    assert sum(path.stat().st_size for path in WEIGHTS.rglob("*")) < 25 * 2**20


def test_a_red_apple_is_red_on_white(engine: "EmbeddedEngine") -> None:
    (apple,) = draw(engine, order()).images
    red, green, blue = ImageStat.Stat(apple.crop((110, 130, 146, 170))).mean
    assert red > 150 and green < 120 and blue < 120
    assert min(ImageStat.Stat(apple.crop((0, 0, 8, 8))).mean) > 230


def test_the_same_seed_draws_the_same_alone_or_among_others(engine: "EmbeddedEngine") -> None:
    (alone,) = draw(engine, order(seeds=(5,))).images
    among = draw(engine, order(seeds=(4, 5, 6))).images
    assert far(alone, among[1]) < 0.5
    assert far(among[0], among[2]) > 1
    (again,) = draw(engine, order(seeds=(5,))).images
    assert alone.tobytes() == again.tobytes()


def test_styles_differ_and_ink_is_grey(engine: "EmbeddedEngine") -> None:
    drawn = {style: draw(engine, order(style=style)).images[0] for style in TRAINED_STYLES}
    assert far(drawn["flat"], drawn["ink"]) > 5
    red, green, blue = ImageStat.Stat(drawn["ink"]).mean
    assert max(red, green, blue) - min(red, green, blue) < 12


def test_a_picture_to_start_from_and_line_art_are_followed(engine: "EmbeddedEngine") -> None:
    start = Image.new("RGB", (100, 80), "green")
    redrawn = engine.plan(order("apple", image=start)).draw(lambda done: None).images[0]
    assert far(redrawn, draw(engine, order("apple")).images[0]) > 1
    coloured = draw(engine, order("", line=Image.new("L", (64, 64), 255))).images[0]
    assert coloured.size == (256, 256)


def test_half_way_there_is_a_preview_at_the_least(engine: "EmbeddedEngine") -> None:
    seen: list[StepDone] = []
    asked = Order("cat", "", None, (1, 2), 256, 256, 6, None, None, None, None, 1000.0)
    engine.plan(asked).draw(seen.append)
    assert [done.step for done in seen] == [1, 2, 3, 4, 5, 6]
    assert [len(done.previews) for done in seen] == [0, 0, 2, 0, 0, 0]


def test_it_stops_when_told_and_draws_again(engine: "EmbeddedEngine") -> None:
    def stop(done: StepDone) -> None:
        if done.step == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        engine.plan(order()).draw(stop)
    assert draw(engine, order()).images


@pytest.mark.parametrize(
    ("asked", "code"), [(order("quantum"), "nothing-known"), (order(style="baroque"), "unknown-style")]
)
def test_what_it_cannot_draw_is_refused(engine: "EmbeddedEngine", asked: Order, code: str) -> None:
    with pytest.raises(Problem) as caught:
        engine.plan(asked)
    assert caught.value.code == code


def test_the_record_says_how_it_was_made(engine: "EmbeddedEngine") -> None:
    record = draw(engine, order("a red apple on a bicycle")).record
    assert record["weights_sha256"] == hashlib.sha256(WEIGHTS_FILE.read_bytes()).hexdigest()
    assert record["drawn_from"] == ["red apple"]
    assert record["unknown"] == ["bicycle"]
    assert {"torch", "diffusers"} <= record["libraries"].keys()


def test_saved_and_loaded_it_is_the_same(engine: "EmbeddedEngine", tmp_path: Path) -> None:
    from models.embedded.drafts.pipeline import load

    engine.pipeline.save_pretrained(tmp_path, safe_serialization=True)
    second = type(engine)(load(tmp_path), "")
    assert far(draw(engine, order()).images[0], draw(second, order()).images[0]) < 0.5


def test_pictures_survive_encoding(engine: "EmbeddedEngine") -> None:
    from models.drafts.pictures import encode_png

    (apple,) = draw(engine, order()).images
    with Image.open(BytesIO(encode_png(apple))) as back:
        assert back.tobytes() == apple.tobytes()
