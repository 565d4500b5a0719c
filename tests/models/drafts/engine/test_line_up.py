"""A line-up of tiny models, loaded from folders as the server does: every operation, adapters, checks, replays."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image, ImageChops

from models.drafts.assembly import assemble
from models.drafts.craft.colouring import line_iou
from models.drafts.engine import Engine
from models.drafts.order import Margins, Operation, Order, Previews
from models.drafts.problems import Problem
from models.lineup import (
    LineUp,
    Precision,
    Safety,
    SafetyOff,
    ServedAdapter,
    ServedModel,
    ServedPart,
    write_line_up,
)
from tests.models.drafts.engine.hearing import Heard, draw
from tests.models.drafts.tiny import extras, flow, unet
from tests.models.drafts.tiny.pictures import line_drawing, mask, photo

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::FutureWarning:diffusers"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Already found a `peft_config`:UserWarning"),
]
SIZE = (64, 64)
UNCHECKED = SafetyOff(off_because="random weights draw nothing anybody could mind")


def digest(folder: Path) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(folder.rglob("*.safetensors")))).hexdigest()


def part(name: str, folder: Path) -> ServedPart:
    return ServedPart(name=name, folder=folder, source=f"maker/{name}", revision="1", weights_sha256=digest(folder))


def adapter(name: str, folder: Path, base: str) -> ServedAdapter:
    about = part(name, folder).model_dump()
    return ServedAdapter(**about, base=base, rank=4, licence="CC0-1.0", training_data="random numbers")


def served(name: str, folder: Path, **more: Any) -> ServedModel:
    return ServedModel(**part(name, folder).model_dump(), precision=Precision.FP32, steps=4, **more)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Load a UNet with all that can hang on one, and a transformer with an adapter in PEFT's form."""
    here = tmp_path_factory.mktemp("models")
    plain = unet.sd15()
    first = served(
        "tiny-sd",
        unet.save_sd15(here / "sd"),
        controls={
            "lineart": part("tiny-control", unet.save_controlnet(plain.unet, here / "control")),
            "scribble": part("tiny-control", here / "control"),
        },
        reference=part("tiny-reference", extras.ip_adapter(unet.sd15(), here / "reference")),
        adapters=tuple(adapter(n, extras.lora(unet.sd15(), here / n, seed=len(n)), "tiny-sd") for n in ("ink", "wash")),
        styles=("gouache",),
    )
    second = served(
        "tiny-flux",
        flow.save_flux1(here / "flux"),
        adapters=(adapter("house", extras.peft_lora(flow.flux1(), here / "house"), "tiny-flux"),),
    )
    path = here / "line-up.json"
    upscaler = part("tiny-upscaler", extras.swin2sr(here / "upscaler"))
    write_line_up(LineUp(models=(first, second), safety=UNCHECKED, upscaler=upscaler), path)
    engine = assemble(path)
    yield engine
    engine.close()


def order(operation: Operation = Operation.DRAFT, **more: Any) -> Order:
    given: dict[str, Any] = {
        "prompt": "a boat",
        "seeds": (1,),
        "width": 64,
        "height": 64,
        "previews": Previews(count=0),
    }
    return Order(operation=operation, **(given | more))


def same(one: Image.Image, other: Image.Image) -> bool:
    return ImageChops.difference(one.convert("RGB"), other.convert("RGB")).getextrema() == ((0, 1),) * 3 or (
        one.convert("RGB").tobytes() == other.convert("RGB").tobytes()
    )


OPERATIONS: dict[str, dict[str, Any]] = {
    "draft": {},
    "redraw": {"image": photo(SIZE)},
    "sketch": {"image": line_drawing(SIZE)},
    "colour": {"line": line_drawing(SIZE)},
    "restyle": {"image": photo(SIZE), "style": "gouache"},
    "vary": {"image": photo(SIZE), "strength": 0.3},
    "blend": {"images": (photo(SIZE), line_drawing(SIZE))},
    "inpaint": {"image": photo(SIZE), "mask": mask(SIZE)},
    "outpaint": {"image": photo(SIZE), "margins": Margins(left=16, bottom=8)},
}


@pytest.mark.parametrize("model", ["tiny-sd", "tiny-flux"])
@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_draws_and_says_how(engine: Engine, name: str, model: str) -> None:
    given = dict(OPERATIONS[name])
    if model == "tiny-flux":
        given.pop("style", None)
    heard = draw(engine, order(Operation(name), seeds=(1, 2), **given), model)
    assert len(heard.images) == 2
    assert heard.images[0].tobytes() != heard.images[1].tobytes()
    assert heard.record["operation"] == name and heard.record["method"]
    assert heard.record["safety"] == {
        "checker": None,
        "reason": UNCHECKED.off_because,
        "by": "operator",
        "withheld": [],
    }


def test_outside_the_mask_not_one_pixel_changes(engine: Engine) -> None:
    image, hole = photo((150, 100)), mask((150, 100))
    (drawn,) = draw(engine, order(Operation.INPAINT, image=image, mask=hole, width=None, height=None)).images
    outside = ImageChops.invert(hole)
    black = Image.new("RGB", image.size)
    assert drawn.size == image.size
    assert Image.composite(drawn, black, outside).tobytes() == Image.composite(image, black, outside).tobytes()
    assert ImageChops.difference(drawn, image).getbbox() is not None


def test_fields_of_a_grid_can_take_the_place_of_a_mask(engine: Engine) -> None:
    image = photo((90, 90))
    (drawn,) = draw(engine, order(Operation.INPAINT, image=image, regions=(5,))).images
    assert drawn.crop((0, 0, 90, 30)).tobytes() == image.crop((0, 0, 90, 30)).tobytes()
    assert ImageChops.difference(drawn, image).getbbox() is not None


def test_a_shape_can_be_asked_for_by_name(engine: Engine) -> None:
    heard = draw(engine, order(width=None, height=None, aspect="2:3", steps=1))
    width, height = heard.images[0].size
    assert abs(width / height - 2 / 3) < 0.02


def test_an_outpainted_picture_keeps_what_it_was(engine: Engine) -> None:
    image = photo(SIZE)
    (drawn,) = draw(engine, order(Operation.OUTPAINT, image=image, margins=Margins(left=16, bottom=8))).images
    assert drawn.size == (80, 72)
    assert drawn.crop((16, 0, 80, 64)).tobytes() == image.tobytes()


def test_colouring_keeps_the_lines(engine: Engine) -> None:
    art = line_drawing((128, 128))
    heard = draw(engine, order(Operation.COLOUR, line=art, width=128, height=128))
    assert heard.record["method"] == "control lineart"
    lines, drawn = art.convert("L"), heard.images[0].convert("L")
    assert all(pixel <= line for pixel, line in zip(drawn.tobytes(), lines.tobytes(), strict=True) if line < 128)
    assert line_iou(art, heard.images[0]) > 0


def test_lines_and_enlarging_need_no_steps(engine: Engine) -> None:
    lines = draw(engine, order(Operation.LINES, image=photo((100, 80))))
    assert (lines.images[0].size, lines.record["pipeline"], lines.steps) == ((100, 80), "none", [])
    large = draw(engine, order(Operation.UPSCALE, image=photo(SIZE), scale=4))
    assert large.images[0].size == (256, 256)
    assert large.record["upscaler"]["name"] == "tiny-upscaler"


def test_adapters_change_the_picture_and_are_on_record(engine: Engine) -> None:
    plain = draw(engine, order())
    inked = draw(engine, order(loras=(("ink", 1.0),)))
    both = draw(engine, order(loras=(("ink", 0.5), ("wash", 0.5))))
    again = draw(engine, order())
    assert not same(plain.images[0], inked.images[0]) and not same(inked.images[0], both.images[0])
    assert same(plain.images[0], again.images[0])
    (found,) = inked.record["adapters"]
    assert (found["name"], found["weight"]) == ("ink", 1.0) and len(found["weights_sha256"]) == 64


def whence(record: Mapping[str, Any], name: str) -> tuple[Any, ...]:
    """Return what identifies a network in a record."""
    found = record[name] if name != "adapters" else record[name][0]
    assert len(found["weights_sha256"]) == 64
    return found["name"], found["repo"], found["revision"]


def test_every_network_that_took_part_is_named_with_its_weights(engine: Engine) -> None:
    sketch = order(Operation.SKETCH, image=line_drawing(SIZE), reference=photo((224, 224)), loras=(("ink", 0.5),))
    record = draw(engine, sketch).record
    assert (record["model"], record["repo"], record["revision"]) == ("tiny-sd", "maker/tiny-sd", "1")
    assert whence(record, "control") == ("tiny-control", "maker/tiny-control", "1")
    assert whence(record, "reference") == ("tiny-reference", "maker/tiny-reference", "1")
    assert whence(record, "adapters") == ("ink", "maker/ink", "1")
    assert record["seeds"] == [1]
    assert record["compute"]["threads"] == torch.get_num_threads() and record["compute"]["instructions"]
    assert {"torch", "diffusers", "numpy", "colophon"} <= record["libraries"].keys()
    large = draw(engine, order(Operation.UPSCALE, image=photo(SIZE))).record
    assert whence(large, "upscaler") == ("tiny-upscaler", "maker/tiny-upscaler", "1")


def test_networks_that_took_no_part_are_not_named(engine: Engine) -> None:
    assert "control" not in draw(engine, order()).record
    assert not {"control", "reference"} & draw(engine, order(), "tiny-flux").record.keys()


def test_an_adapter_in_the_layout_of_peft_loads_and_changes_the_picture(engine: Engine) -> None:
    plain, house = (draw(engine, order(loras=loras), "tiny-flux") for loras in ((), (("house", 1.0),)))
    assert not same(plain.images[0], house.images[0])


def test_a_reference_picture_changes_only_its_own_draft(engine: Engine) -> None:
    plain = draw(engine, order())
    led = draw(engine, order(reference=photo((224, 224))))
    assert not same(plain.images[0], led.images[0])
    assert led.record["picture_prompt"] > 0
    assert same(plain.images[0], draw(engine, order()).images[0])


def test_words_to_avoid_have_a_say_only_where_there_is_guidance(engine: Engine) -> None:
    plain = draw(engine, order(guidance=5.0))
    assert not same(plain.images[0], draw(engine, order(guidance=5.0, negative="rain")).images[0])
    unguided = draw(engine, order(guidance=1.0))
    assert same(unguided.images[0], draw(engine, order(guidance=1.0, negative="rain")).images[0])


def test_previews_look_like_what_comes_of_them(engine: Engine) -> None:
    heard = draw(engine, order(steps=8, previews=Previews(count=3)))
    assert len([step for step in heard.steps if step.preview]) == 3
    assert heard.steps[-1].preview is None


def test_a_replay_of_the_record_gives_the_same_bytes(engine: Engine) -> None:
    first, second = Heard(), Heard()
    for heard, seed in ((first, 1), (second, 2)):
        engine.plan(order(seeds=(seed, seed + 10), steps=6, guidance=4.0)).start(heard.listen)
    assert first.ended.wait(60) and second.ended.wait(60)
    runs = second.record["buckets"]
    replay = tuple(tuple((size, at) for size, at, count in each for _ in range(count)) for each in runs)
    again = draw(engine, order(seeds=(2, 12), steps=6, guidance=4.0, replay=replay))
    assert again.record["buckets"] == runs
    assert [image.tobytes() for image in again.images] == [image.tobytes() for image in second.images]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"style": "baroque"}, "unknown-style"),
        ({"scheduler": "magic"}, "unknown-scheduler"),
        ({"loras": (("oil", 1.0),)}, "unknown-lora"),
        ({"operation": Operation.REDRAW}, "picture-needed"),
        ({"operation": Operation.BLEND, "image": photo(SIZE)}, "picture-needed"),
        ({"operation": Operation.INPAINT, "image": photo(SIZE), "mask": Image.new("L", SIZE)}, "bad-mask"),
        ({"operation": Operation.OUTPAINT, "image": photo(SIZE)}, "bad-size"),
    ],
)
def test_what_cannot_be_done_is_refused_by_name(engine: Engine, given: dict[str, Any], code: str) -> None:
    with pytest.raises(Problem) as caught:
        engine.plan(order(**given))
    assert caught.value.code == code


@pytest.mark.parametrize(("says", "kept_in"), [("normal", False), ("nsfw", True)])
def test_what_the_check_refuses_is_withheld_and_on_record(tmp_path: Path, says: str, kept_in: bool) -> None:
    checker = part("tiny-checker", extras.vit_classifier(tmp_path / "checker", says=says))
    model = served("tiny-sd", unet.save_sd15(tmp_path / "sd"))
    write_line_up(LineUp(models=(model,), safety=Safety(part=checker)), tmp_path / "line-up.json")
    engine = assemble(tmp_path / "line-up.json")
    try:
        heard = draw(engine, order(seeds=(1, 2)))
    finally:
        engine.close()
    assert bool(heard.withheld) is kept_in and bool(heard.images) is not kept_in
    safety = heard.record["safety"]
    assert (safety["checker"], safety["repo"], safety["revision"]) == ("tiny-checker", "maker/tiny-checker", "1")
    assert heard.record["safety"]["withheld"] == ([0, 1] if kept_in else [])


@pytest.mark.parametrize(
    ("precision", "wanted"), [(Precision.FP8, torch.float8_e4m3fn), (Precision.BF16, torch.bfloat16)]
)
def test_weights_stay_in_the_numbers_that_were_asked_for(
    tmp_path: Path, precision: Precision, wanted: torch.dtype
) -> None:
    model = served("tiny-sd", unet.save_sd15(tmp_path / "sd")).model_copy(update={"precision": precision})
    write_line_up(LineUp(models=(model,), safety=UNCHECKED), tmp_path / "line-up.json")
    engine = assemble(tmp_path / "line-up.json")
    try:
        heard = draw(engine, order())
        kinds = {weight.dtype for weight in engine.default.pipeline.unet.parameters()}
    finally:
        engine.close()
    assert heard.images
    assert wanted in kinds and torch.float32 not in kinds
