"""The shipped weights: they are the stated ones, load offline, draw the same again, and stop when told."""

import hashlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image, ImageChops, ImageStat

from models.drafts.events import Drawn, Event, Failed, Finished, Step
from models.drafts.order import Operation, Order, Previews
from models.drafts.problems import Cancelled, Problem
from models.embedded.drafts import STYLES, VERSION, WEIGHTS, weights_digest

if TYPE_CHECKING:  # torch takes seconds to import, also for those who leave the slow tests out
    from models.drafts.engine import Engine

pytestmark = pytest.mark.slow
QUIET = Previews(count=0)


@pytest.fixture(scope="module")
def engine() -> "Iterator[Engine]":
    from models.drafts.assembly import assemble

    engine = assemble(None)
    yield engine
    engine.close()


def order(prompt: str = "red apple", seeds: tuple[int, ...] = (1,), style: str | None = "flat", **more: Any) -> Order:
    asked = Order(prompt, seeds, style=style, width=256, height=256, steps=8, previews=QUIET)
    return replace(asked, **more)


@dataclass
class Heard:
    """What an engine told of one draft, to its end."""

    events: list[Event] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def listen(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, (Finished, Failed)):
            self.ended.set()

    @property
    def images(self) -> list[Image.Image]:
        found = sorted((e for e in self.events if isinstance(e, Drawn)), key=lambda e: e.candidate)
        return [Image.open(BytesIO(e.image)) for e in found]

    @property
    def record(self) -> Any:
        last = self.events[-1]
        assert isinstance(last, Finished), last
        return last.record


def draw(engine: "Engine", asked: Order) -> Heard:
    heard = Heard()
    engine.plan(asked).start(heard.listen)
    assert heard.ended.wait(60)
    return heard


def far(a: Image.Image, b: Image.Image) -> float:
    """Return the mean difference of two pictures, 0..255."""
    means = ImageStat.Stat(ImageChops.difference(a, b)).mean
    return sum(means) / len(means)


def test_the_weights_are_those_of_the_model_card() -> None:
    card = (WEIGHTS.parent / "MODEL_CARD.md").read_text()
    files = list(WEIGHTS.rglob("*.safetensors"))
    assert len(files) == 2
    for file in files:
        assert f"`{hashlib.sha256(file.read_bytes()).hexdigest()}`" in card, file
    assert f"`{weights_digest()}`" in card
    assert f"colophon-embedded-drafts {VERSION}" in card


def test_nothing_but_safetensors_and_json_is_shipped() -> None:
    kinds = {path.suffix for path in WEIGHTS.rglob("*") if path.is_file()}
    assert kinds == {".safetensors", ".json"}
    assert sum(path.stat().st_size for path in WEIGHTS.rglob("*.safetensors")) <= 16_000_000


def test_it_loads_and_draws_with_the_network_off(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from models.embedded.drafts.pipeline import load

    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("the network was asked for")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    output: Any = load(WEIGHTS)("a red apple", generator=torch.Generator().manual_seed(0))
    assert output.images[0].size == (512, 512)


def test_a_red_apple_is_red_on_white(engine: "Engine") -> None:
    (apple,) = draw(engine, order()).images
    red, green, blue = ImageStat.Stat(apple.crop((110, 130, 146, 170))).mean
    assert red > 150 and green < 120 and blue < 120
    assert min(ImageStat.Stat(apple.crop((0, 0, 8, 8))).mean) > 230


def test_the_same_seed_draws_the_same_alone_or_among_others(engine: "Engine") -> None:
    (alone,) = draw(engine, order(seeds=(5,))).images
    among = draw(engine, order(seeds=(4, 5, 6))).images
    assert far(alone, among[1]) < 0.5
    assert far(among[0], among[2]) > 1
    (again,) = draw(engine, order(seeds=(5,))).images
    assert alone.tobytes() == again.tobytes()


def test_styles_differ_and_ink_is_grey(engine: "Engine") -> None:
    drawn = {style: draw(engine, order(style=style)).images[0] for style in STYLES}
    assert far(drawn["flat"], drawn["ink"]) > 5
    red, green, blue = ImageStat.Stat(drawn["ink"]).mean
    assert max(red, green, blue) - min(red, green, blue) < 12


def test_a_picture_to_start_from_and_line_art_are_followed(engine: "Engine") -> None:
    start = Image.new("RGB", (100, 80), "green")
    redrawn = draw(engine, order("apple", operation=Operation.REDRAW, image=start)).images[0]
    assert far(redrawn, draw(engine, order("apple")).images[0]) > 1
    art = Image.new("L", (64, 64), 255)
    coloured = draw(engine, order("", operation=Operation.COLOUR, line=art))
    assert coloured.images[0].size == (256, 256)
    assert coloured.record["method"] == "line input"


def test_half_way_there_is_a_preview_at_the_least(engine: "Engine") -> None:
    heard = draw(engine, order("cat", (1, 2), style=None, steps=6, previews=Previews(interval_s=1000.0)))
    steps = [event for event in heard.events if isinstance(event, Step) and event.candidate == 1]
    assert [(step.step, step.preview is not None) for step in steps] == [(n, n == 3) for n in range(1, 7)]


def test_it_stops_when_told_and_draws_again(engine: "Engine") -> None:
    heard = Heard()
    drawing = engine.plan(order(steps=100)).start(heard.listen)
    drawing.cancel()
    assert heard.ended.wait(10)
    last = heard.events[-1]
    assert isinstance(last, Failed) and isinstance(last.error, Cancelled)
    assert draw(engine, order()).images


@pytest.mark.parametrize(
    ("asked", "code"), [(order("quantum"), "nothing-known"), (order(style="baroque"), "unknown-style")]
)
def test_what_it_cannot_draw_is_refused(engine: "Engine", asked: Order, code: str) -> None:
    with pytest.raises(Problem) as caught:
        engine.plan(asked)
    assert caught.value.code == code


def test_the_record_says_how_it_was_made(engine: "Engine") -> None:
    record = draw(engine, order("a quantum red apple on a bicycle")).record
    assert record["weights_sha256"] == weights_digest()
    assert record["drawn_from"] == ["red apple", "bicycle"]
    assert record["unknown"] == ["quantum"]
    assert record["nearest"] == {}
    (choice,) = record["choices"]
    assert choice["style"] == "flat" and len(choice["concepts"]) == 2
    assert {"torch", "diffusers"} <= record["libraries"].keys()


def test_the_record_is_in_the_language_of_the_words(engine: "Engine") -> None:
    record = draw(engine, order("蓝色的猫")).record
    assert record["drawn_from"] == ["猫"]
    assert record["tints"] == ["blue"]


def test_a_word_it_does_not_have_becomes_the_nearest_thing_and_says_so(engine: "Engine") -> None:
    record = draw(engine, order("a terrier")).record
    assert list(record["nearest"].values()) == ["terrier"]
    assert record["drawn_from"] == list(record["nearest"])


def test_a_colour_word_colours_the_thing(engine: "Engine") -> None:
    (cat,) = draw(engine, order("a blue cat")).images
    red, _, blue = ImageStat.Stat(cat).mean
    (plain,) = draw(engine, order("a cat")).images
    assert blue - red > 10 + ImageStat.Stat(plain).mean[2] - ImageStat.Stat(plain).mean[0]


def test_without_a_style_every_seed_chooses_its_own_and_tells(engine: "Engine") -> None:
    asked = order("sailboat", tuple(range(6)), style=None)
    choices = draw(engine, asked).record["choices"]
    assert len({choice["style"] for choice in choices}) >= 3
    assert choices == draw(engine, asked).record["choices"]


def test_several_things_share_a_picture_and_a_batch(engine: "Engine") -> None:
    together, alone = draw(engine, order("a cat and a rocket")), draw(engine, order("a cat"))
    assert together.record["drawn_from"] == ["cat", "rocket"]
    assert far(together.images[0], alone.images[0]) > 3


def test_saved_and_loaded_it_is_the_same(engine: "Engine", tmp_path: Path) -> None:
    import torch

    from models.embedded.drafts.pipeline import load

    first: Any = engine.default.pipeline
    first.save_pretrained(tmp_path, safe_serialization=True)
    second: Any = load(tmp_path)
    drawn = [
        pipeline("red apple", num_inference_steps=4, generator=torch.Generator().manual_seed(1)).images[0]
        for pipeline in (first, second)
    ]
    assert far(drawn[0], drawn[1]) < 0.5


def test_pictures_survive_encoding() -> None:
    from models.drafts.pictures import encode_png

    apple = Image.effect_noise((40, 30), 80).convert("RGB")
    with Image.open(BytesIO(encode_png(apple))) as back:
        assert back.tobytes() == apple.tobytes()
