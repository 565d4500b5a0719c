"""The engine of the embedded draft model: single things, 64 x 64 pixels enlarged, on any processor."""

import hashlib
import platform
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any, Final

import diffusers
import torch
from torch import Tensor

from models.drafts.engine import Drawing, OnStep, Order, StepDone
from models.drafts.problems import Problem
from models.embedded.drafts import NAME, TRAINED_STYLES, VERSION, WEIGHTS, WEIGHTS_FILE
from models.embedded.drafts.lexicon import Reading, lexicon
from models.embedded.drafts.picture import on_paper
from models.embedded.drafts.pipeline import DraftPipeline, load

DEFAULT_STEPS: Final = 20
DEFAULT_GUIDANCE: Final = 3.0
DEFAULT_STRENGTH: Final = 0.6
_PREVIEW_SIDE: Final = 256


class EmbeddedEngine:
    """The packaged weights, ready to draw."""

    def __init__(self, pipeline: DraftPipeline, weights_sha256: str) -> None:
        self.pipeline = pipeline
        self.weights_sha256 = weights_sha256

    @classmethod
    def load(cls) -> "EmbeddedEngine":
        """Load the weights; takes a second."""
        digest = hashlib.sha256(WEIGHTS_FILE.read_bytes()).hexdigest()
        return cls(load(WEIGHTS), digest)

    @property
    def name(self) -> str:
        """The model's name in requests."""
        return NAME

    @property
    def styles(self) -> tuple[str, ...]:
        """The styles that can be asked for."""
        return TRAINED_STYLES

    def plan(self, order: Order) -> "EmbeddedPlan":
        """Accept an order; raise Problem "unknown-style" or "nothing-known"."""
        if order.style is not None and order.style not in TRAINED_STYLES:
            known = ", ".join(TRAINED_STYLES)
            raise Problem(422, "unknown-style", f"this model has the styles {known}", param="style")
        reading = lexicon().read(order.prompt)
        if not reading.drawable and order.image is None and order.line is None:
            message = "this model knows none of the words; it draws animals and food"
            raise Problem(422, "nothing-known", message, param="prompt")
        # Many orders may wait: they keep what the network sees of a picture, not the picture.
        side = self.pipeline.transformer.config.size
        image, line = (given and on_paper(given, side) for given in (order.image, order.line))
        return EmbeddedPlan(self, replace(order, image=image, line=line), reading)


@dataclass(frozen=True, slots=True)
class EmbeddedPlan:
    """An accepted order and what was understood of its words."""

    engine: EmbeddedEngine
    order: Order
    reading: Reading

    @property
    def steps(self) -> int:
        """How many steps are taken."""
        return self.order.steps or DEFAULT_STEPS

    @property
    def guidance(self) -> float:
        """How strongly the words steer."""
        return DEFAULT_GUIDANCE if self.order.guidance is None else self.order.guidance

    def draw(self, on_step: OnStep) -> Drawing:
        """Draw all candidates step by step together, each from its own CPU generator."""
        order, pipeline = self.order, self.engine.pipeline
        watch = _Watch(_Cadence(self.steps, order.preview_interval_s, order.previews), self.steps, on_step)
        drawn: Any = pipeline(
            self.reading.text,
            negative_prompt=lexicon().things(order.negative),
            style=order.style,
            image=order.image,
            strength=order.strength or DEFAULT_STRENGTH,
            line=order.line,
            num_inference_steps=self.steps,
            guidance_scale=self.guidance,
            num_images_per_prompt=len(order.seeds),
            generator=[torch.Generator("cpu").manual_seed(seed) for seed in order.seeds],
            output_size=min(order.width, order.height),
            callback_on_step_end=watch,
            callback_on_step_end_tensor_inputs=("clean",),
        )
        return Drawing(tuple(drawn.images), self._record())

    def _record(self) -> Mapping[str, Any]:
        return {
            "model": NAME,
            "revision": VERSION,
            "weights_sha256": self.engine.weights_sha256,
            "pipeline": type(self.engine.pipeline).__name__,
            "scheduler": type(self.engine.pipeline.scheduler).__name__,
            "steps": self.steps,
            "guidance": self.guidance,
            "dtype": "float32",
            "device": f"cpu {platform.machine()}",
            # The pipeline computes each candidate by itself.
            "bucket": 1,
            "libraries": {
                "torch": torch.__version__,
                "diffusers": diffusers.__version__,
                "pillow": version("pillow"),
                "python": platform.python_version(),
            },
            "drawn_from": list(self.reading.drawn_from),
            "unknown": list(self.reading.unknown),
        }


class _Cadence:
    """Tell after which steps there should be previews."""

    def __init__(self, steps: int, interval_s: float, wanted: int | None) -> None:
        self._steps = steps
        self._interval_s = interval_s
        self._wanted = wanted
        self._shown = 0
        self._last_s = time.monotonic()

    def due(self, done: int) -> bool:
        """Say whether a preview is due after `done` steps; there is none of the last step."""
        if done >= self._steps or not self._is_time(done):
            return False
        self._shown += 1
        self._last_s = time.monotonic()
        return True

    def _is_time(self, done: int) -> bool:
        if self._wanted is not None:
            # Evenly spread over the steps.
            return self._shown < self._wanted and done * (self._wanted + 1) >= (self._shown + 1) * self._steps
        half_way = self._shown == 0 and 2 * done >= self._steps
        return half_way or time.monotonic() - self._last_s >= self._interval_s


class _Watch:
    """Told after each step by the pipeline, tells the listener, with previews now and then."""

    def __init__(self, cadence: _Cadence, steps: int, on_step: OnStep) -> None:
        self._cadence = cadence
        self._steps = steps
        self._on_step = on_step

    def __call__(
        self, pipeline: DraftPipeline, index: int, timestep: Tensor, tensors: dict[str, Tensor]
    ) -> dict[str, Tensor]:
        done = index + 1
        previews: tuple[Any, ...] = ()
        if self._cadence.due(done):
            previews = tuple(pipeline.to_pictures(tensors["clean"], _PREVIEW_SIDE))
        self._on_step(StepDone(done, self._steps, previews))
        return {}
