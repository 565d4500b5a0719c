"""A model in memory: its pipelines for each operation, its networks, its adapters."""

import copy
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

import diffusers
import torch
from torch import nn

from models.drafts import schedulers
from models.drafts.craft.canvas import ASPECTS
from models.drafts.families import Family, family_of
from models.drafts.order import Operation, Order
from models.drafts.previews import LearnedLens, Lens
from models.drafts.provenance import Provenance
from models.drafts.side import Side
from models.drafts.sizes import near_size
from models.drafts.stand_ins import NETWORKS, pausing
from models.drafts.steps.flow import PLAIN, Setup
from models.drafts.steps.network import Network

REFERENCE: Final = "reference"
"""The part that lets a picture speak beside the words (IP-Adapter)."""


class Start(Enum):
    """What a pipeline begins with besides words."""

    WORDS = "words"
    PICTURE = "picture"
    MASK = "mask"


_ENDINGS: Final = {Start.WORDS: "Pipeline", Start.PICTURE: "Img2ImgPipeline", Start.MASK: "InpaintPipeline"}
"""How diffusers names the pipelines of one family."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a model makes of an order's words: those it is given, further arguments, and what the record says of it.

    `each` are further arguments of every single candidate, in the order of the seeds, where a model lets the seed
    choose more than the noise; empty where it does not.
    """

    prompt: str
    negative: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    each: tuple[Mapping[str, Any], ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)


def read_plainly(order: Order) -> Words:
    """Take the words as they are, with the style's name after them."""
    parts = (order.prompt, f"{order.style} style" if order.style else "")
    return Words(", ".join(part for part in parts if part), order.negative)


@dataclass(eq=False)
class LoadedModel:
    """A pipeline with everything that hangs on it.

    `controls` are control nets by what they read ("scribble", "lineart"). `adapters` are the names of loaded LoRAs.
    `parts` says where the networks beside the pipeline come from: control nets by what they read, and "reference".
    `lacks` are operations that its pipelines seem to offer and its training does not.
    All methods but `instance` are for the time of loading.
    """

    provenance: Provenance
    pipeline: Any
    controls: Mapping[str, nn.Module] = field(default_factory=dict)
    adapters: dict[str, Provenance] = field(default_factory=dict)
    parts: Mapping[str, Provenance] = field(default_factory=dict)
    styles: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en",)
    defaults: Family | None = None
    reads_pictures: bool = False
    read: Callable[[Order], Words] = read_plainly
    lacks: frozenset[Operation] = frozenset()
    lens: Lens = field(default_factory=LearnedLens)

    def __post_init__(self) -> None:
        self.family = self.defaults or family_of(self.pipeline)
        self.pipeline.set_progress_bar_config(disable=True)
        named = [(name, getattr(self.pipeline, name, None)) for name in NETWORKS]
        named += [(f"controlnet {kind}", net) for kind, net in self.controls.items()]
        self.networks = {
            id(module): Network.of(self.name, name, module) for name, module in named if isinstance(module, nn.Module)
        }
        self._templates: dict[tuple[Start, str | None], Any] = {(Start.WORDS, None): self.pipeline}
        for start in Start:
            for control in (None, *self.controls):
                self._add_template(start, control)
        # Whatever loading has left switched on, the first forward decides anew.
        self._setup: Setup | None = None

    @property
    def name(self) -> str:
        """The model's name in requests."""
        return self.provenance.name

    @property
    def dtype(self) -> torch.dtype:
        """What it computes in."""
        found: torch.dtype = self.pipeline.dtype
        return found

    @property
    def sizes(self) -> tuple[tuple[int, int], ...]:
        """Sizes it draws well at, as width and height; the first is its favourite."""
        side, multiple = self.family.side, self.family.multiple
        if self.family.square:
            return ((side, side),)
        return tuple(near_size(shape, side**2, multiple) for shape in ASPECTS.values())

    @property
    def schedulers(self) -> tuple[str, ...]:
        """The names of the schedulers that can replace its own."""
        return tuple(schedulers.choices(self.pipeline.scheduler))

    def _add_template(self, start: Start, control: str | None) -> None:
        """Make the pipeline of one way to begin, out of the same components, where diffusers has one."""
        if (start, control) in self._templates:
            return
        base = type(self.pipeline).__name__.removesuffix("Pipeline")
        extra: dict[str, Any] = {}
        if control is not None:
            extra["controlnet"] = self.controls[control]
            base += (
                "ControlNetUnion" if type(self.controls[control]).__name__ == "ControlNetUnionModel" else "ControlNet"
            )
        # Not through AutoPipeline, which imports every pipeline there is.
        kind = getattr(diffusers, base + _ENDINGS[start], None)
        if kind is None:
            return
        template = _of_same_parts(kind, self.pipeline, extra)
        template.set_progress_bar_config(disable=True)
        self._templates[start, control] = template

    def can(self, start: Start, control: str | None = None) -> bool:
        """Tell whether there is a pipeline that begins so."""
        return (start, control) in self._templates

    def takes(self, argument: str, start: Start = Start.WORDS, control: str | None = None) -> bool:
        """Tell whether a pipeline's call has an argument of this name."""
        return argument in inspect.signature(type(self._templates[start, control]).__call__).parameters

    def pipeline_name(self, start: Start, control: str | None) -> str:
        """Return the class of the pipeline that begins so."""
        return type(self._templates[start, control]).__name__

    def stock(self, start: Start, control: str | None) -> Any:
        """Return diffusers' own pipeline that begins so: what candidates are measured against."""
        return copy.copy(self._templates[start, control])

    def instance(
        self, start: Start, control: str | None, *, side: Side, setup: Setup = PLAIN, scheduler: str | None = None
    ) -> Any:
        """Return a pipeline for one candidate, with a scheduler of its own, which pauses at the networks."""
        template = self._templates[start, control]
        own = pausing(template, self.name, self.networks, side, setup, self._adapt_words)
        own.__dict__["scheduler"] = schedulers.fresh(template.scheduler, scheduler)
        return own

    def enter(self, network: Network, setup: Setup) -> None:
        """Switch on what the next forward of a network needs; only the loop's thread may."""
        if setup == self._setup or network.shape.first:
            return
        if self.adapters:
            _adapt(network.module, setup)
        if self.reads_pictures:
            self.pipeline.set_ip_adapter_scale(setup.picture_prompt)
        self._setup = setup

    def _adapt_words(self, setup: Setup) -> None:
        """Switch the text encoders to a setup's adapters; only the side thread may."""
        if self.adapters:
            for name in ("text_encoder", "text_encoder_2"):
                encoder = getattr(self.pipeline, name, None)
                if encoder is not None and getattr(encoder, "peft_config", None):
                    _adapt_encoder(encoder, setup)


def _of_same_parts(kind: Any, pipeline: Any, extra: Mapping[str, Any]) -> Any:
    """Return a pipeline of another class around the same networks.

    Not by `from_pipe`, which casts all of them to float32 unless told otherwise, eight-bit weights included.
    """
    known = {**pipeline.config, **pipeline.components, **extra}
    wanted = inspect.signature(kind.__init__).parameters
    return kind(**{name: known[name] for name in wanted if name in known})


def _adapt(network: nn.Module, setup: Setup) -> None:
    known: Mapping[str, object] = getattr(network, "peft_config", {})
    wanted = [(name, weight) for name, weight in setup.adapters if name in known]
    module: Any = network
    if wanted:
        module.enable_lora()
        module.set_adapters([name for name, _ in wanted], [weight for _, weight in wanted])
    elif known:
        module.disable_lora()


def _adapt_encoder(encoder: nn.Module, setup: Setup) -> None:
    from diffusers.utils.peft_utils import set_adapter_layers, set_weights_and_activate_adapters

    known: Mapping[str, object] = encoder.peft_config  # type: ignore[assignment]
    wanted = [(name, weight) for name, weight in setup.adapters if name in known]
    set_adapter_layers(encoder, enabled=bool(wanted))
    if wanted:
        set_weights_and_activate_adapters(encoder, [n for n, _ in wanted], [w for _, w in wanted])
