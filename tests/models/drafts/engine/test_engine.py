"""The engine as a whole: many drafts at once, cancelled, failing and short of memory; nothing stays behind."""

import random
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from models.drafts.engine import Engine
from models.drafts.events import Drawn, Failed, Finished, Step
from models.drafts.loaded import LoadedModel
from models.drafts.order import Order, Previews
from models.drafts.problems import Cancelled, OutOfMemory
from models.drafts.safety import Unchecked
from models.drafts.shelf import Shelf
from models.drafts.steps.pace import Pace
from tests.models.drafts.engine.companies import model_of
from tests.models.drafts.engine.hearing import Heard, draw
from tests.models.drafts.tiny import flow, unet

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]
QUIET = Previews(count=0)


def order(seeds: tuple[int, ...] = (1,), **more: Any) -> Order:
    given: dict[str, Any] = {"width": 64, "height": 64, "steps": 3, "previews": QUIET}
    return Order("a boat", seeds, **(given | more))


def engine_of(*models: LoadedModel, pace: Pace | None = None) -> Engine:
    return Engine(models, safety=Unchecked("random weights"), pace=pace)


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = engine_of(model_of(unet.sd15()))
    yield engine
    engine.close()


class ShortOfMemory:
    """Lets a network run out of memory beyond some rows, as a GPU would; nothing else can do that here."""

    def __init__(self, model: LoadedModel, fits: int) -> None:
        (network,) = model.networks.values()
        self.largest = 0
        real = network.module.forward

        def forward(*args: Any, **kwargs: Any) -> Any:
            rows = len(args[0] if args else kwargs["sample"])
            if rows > fits:
                raise torch.OutOfMemoryError("CUDA out of memory")
            self.largest = max(self.largest, rows)
            return real(*args, **kwargs)

        network.module.forward = forward


def test_out_of_memory_is_nobody_s_business_but_the_engine_s() -> None:
    model = model_of(unet.sd15())
    short = ShortOfMemory(model, fits=4)
    engine = engine_of(model)
    try:
        heard = [Heard() for _ in range(6)]
        for number, each in enumerate(heard):
            engine.plan(order((number, number + 10))).start(each.listen)
        assert all(each.ended.wait(60) for each in heard)
    finally:
        engine.close()
    assert all(len(each.images) == 2 for each in heard)
    assert short.largest == 4


def test_what_never_fits_fails_with_its_reason_and_the_next_is_drawn() -> None:
    model = model_of(unet.sd15())
    ShortOfMemory(model, fits=1)
    engine = engine_of(model)
    try:
        heard = Heard()
        engine.plan(order(guidance=5.0)).start(heard.listen)
        assert heard.ended.wait(60)
        last = heard.events[-1]
        assert isinstance(last, Failed) and isinstance(last.error, OutOfMemory)
        assert isinstance(last.error.__cause__, torch.OutOfMemoryError)
        assert draw(engine, order(guidance=1.0)).images
    finally:
        engine.close()


def test_an_autoencoder_that_runs_out_of_memory_goes_on_in_tiles() -> None:
    pipeline = unet.sd15()
    vae, whole = pipeline.vae, []
    real = vae.decode

    def decode(*args: Any, **kwargs: Any) -> Any:
        if not vae.use_tiling:
            whole.append(1)
            raise torch.OutOfMemoryError("CUDA out of memory")
        return real(*args, **kwargs)

    vae.decode = decode
    engine = engine_of(model_of(pipeline))
    try:
        assert len(draw(engine, order((1, 2))).images) == 2
    finally:
        engine.close()
    assert len(whole) == 1


def test_two_models_share_the_machine_step_by_step() -> None:
    engine = engine_of(model_of(unet.sd15()), model_of_flux())
    try:
        heard = [Heard(), Heard()]
        plans = [engine.plan(order(steps=12), "tiny"), engine.plan(order(steps=12), "other")]
        for plan, each in zip(plans, heard, strict=True):
            plan.start(each.listen)
        assert all(each.ended.wait(60) for each in heard)
    finally:
        engine.close()
    assert [each.record["pipeline"] for each in heard] == ["StableDiffusionPipeline", "FluxPipeline"]


@pytest.mark.parametrize("make", [flow.lumina2, flow.sana], ids=["lumina2", "sana"])
def test_a_family_nobody_adapted_draws_all_the_same(make: Any) -> None:
    engine = engine_of(model_of(make()))
    try:
        heard = draw(engine, order((1, 2)))
    finally:
        engine.close()
    assert len(heard.images) == 2
    assert heard.record["bucket"] == 1


def test_models_that_take_turns_on_a_card_draw_what_they_draw_alone() -> None:
    models = [model_of(unet.sd15()), model_of_flux()]
    alone = [draw(engine, order(), model.name).images[0].tobytes() for model in models for engine in [engine_of(model)]]
    shelf = Shelf(models, room_bytes=1)
    engine = Engine(models, safety=Unchecked("random weights"), shelf=shelf)
    engine.loop.patience_s = 0.05
    try:
        heard = [Heard() for _ in range(4)]
        for number, each in enumerate(heard):
            engine.plan(order(steps=3), models[number % 2].name).start(each.listen)
        assert all(each.ended.wait(60) for each in heard)
    finally:
        engine.close()
    assert shelf.swaps >= 2
    for number, each in enumerate(heard):
        drawn, expected = each.images[0], alone[number % 2]
        assert max(abs(a - b) for a, b in zip(drawn.tobytes(), expected, strict=True)) <= 1


def model_of_flux() -> LoadedModel:
    model = model_of(flow.flux1())
    return LoadedModel(type(model.provenance)("other", "1", "0" * 64), model.pipeline)


def test_any_traffic_tells_each_candidate_once_or_why_not(engine: Engine) -> None:
    dice = random.Random(3)
    heard = [Heard() for _ in range(40)]
    for number, each in enumerate(heard):
        seeds = tuple(range(number, number + dice.randint(1, 4)))
        asked = order(seeds, steps=dice.randint(1, 8), guidance=dice.choice([1.0, 4.0]))
        drawing = engine.plan(asked).start(each.listen)
        if dice.random() < 0.3:
            threading.Timer(dice.random() / 5, drawing.cancel).start()
    assert all(each.ended.wait(120) for each in heard)
    for each in heard:
        drawn = [event.candidate for event in each.events if isinstance(event, Drawn)]
        assert len(drawn) == len(set(drawn))
        ends = [event for event in each.events if isinstance(event, (Finished, Failed))]
        assert len(ends) == 1 and each.events[-1] is ends[0]
        if isinstance(ends[0], Failed):
            assert isinstance(ends[0].error, Cancelled)
    assert engine.load == (0, 0)


def test_a_cancelled_draft_is_gone_within_a_step(engine: Engine) -> None:
    heard = Heard()
    drawing: list[Any] = []
    stopped_at: list[int] = []

    def listen(event: Any) -> None:
        heard.listen(event)
        if isinstance(event, Step) and event.step == 2 and not stopped_at:
            stopped_at.append(event.step)
            drawing[0].cancel()

    plan = engine.plan(order(steps=50))
    started = threading.Event()

    def listen_when_known(event: Any) -> None:
        started.wait(10)
        listen(event)

    drawing.append(plan.start(listen_when_known))
    started.set()
    assert heard.ended.wait(60)
    last = heard.events[-1]
    assert isinstance(last, Failed) and isinstance(last.error, Cancelled)
    assert max(step.step for step in heard.steps) <= 3


def test_memory_does_not_grow_over_two_thousand_drafts(engine: Engine) -> None:
    def rounds(count: int) -> None:
        for start in range(count):
            heard = [Heard() for _ in range(20)]
            for number, each in enumerate(heard):
                engine.plan(order((start * 20 + number,), steps=1, guidance=1.0)).start(each.listen)
            assert all(each.ended.wait(60) for each in heard)

    rounds(25)
    before = resident_bytes()
    rounds(75)
    assert resident_bytes() - before < 0.05 * before


def resident_bytes() -> int:
    fields = Path("/proc/self/statm").read_text().split()
    return int(fields[1]) * 4096
