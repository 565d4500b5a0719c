"""A line-up: the models that a drafts server loads, as a file that one process writes and another reads.

Everything in it lies on this machine already; names are those under which requests ask for them.
"""

from enum import Enum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from models.errors import RequestRefused

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,99}$")]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Precision(Enum):
    """In what numbers the weights lie in memory."""

    BF16 = "bf16"
    FP16 = "fp16"
    FP32 = "fp32"
    FP8 = "fp8"


class Offload(Enum):
    """Whether parts of a model wait in the machine's memory until they are used."""

    NONE = "none"
    SWAP = "swap"
    """Whole networks take turns on the card: for several models that fit one at a time."""
    GROUP = "group"
    """Blocks come to the card as they are computed: for a model that does not fit at all; slow."""


class Part(BaseModel):
    """Something to load: its folder, and where that comes from. `source` is its repository, or the folder added."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    folder: Path
    source: str = ""
    revision: str
    weights_sha256: Digest


class ServedPart(Part):
    """A network beside the models: a control net, an upscaler, a safety checker, a reader of reference pictures."""


class ServedAdapter(Part):
    """A LoRA: the base it was trained on, its rank, and who may use it and what it learned from."""

    base: str
    rank: Annotated[int, Field(ge=1)]
    licence: str
    training_data: str


class ServedModel(Part):
    """A model that draws; `controls` are control nets by what they read: "scribble" or "lineart".

    `steps` and `guidance` are the defaults of requests that name none; None leaves them to the kind of model.
    """

    precision: Precision = Precision.BF16
    controls: dict[str, ServedPart] = {}
    reference: ServedPart | None = None
    adapters: tuple[ServedAdapter, ...] = ()
    styles: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en",)
    offload: Offload = Offload.NONE
    compile: bool = False
    steps: Annotated[int, Field(ge=1, le=150)] | None = None
    guidance: Annotated[float, Field(ge=0, le=30)] | None = None


class SafetyOff(BaseModel):
    """The operator's explicit decision to check nothing; the reason goes into every record."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    off_because: Annotated[str, StringConstraints(min_length=8, max_length=500)]


class Safety(BaseModel):
    """The check of what was drawn: a classifier, the labels it must not let out (None: those known), how surely."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    part: ServedPart
    refuse: tuple[str, ...] | None = None
    threshold: Annotated[float, Field(gt=0, le=1)] = 0.5


class LineUp(BaseModel):
    """All that a drafts server loads; the first model is the default one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    models: Annotated[tuple[ServedModel, ...], Field(min_length=1)]
    safety: Safety | SafetyOff
    upscaler: ServedPart | None = None


def read_line_up(path: Path) -> LineUp:
    """Read a line-up; raise RequestRefused "bad-line-up" with what is wrong and where."""
    try:
        return LineUp.model_validate_json(path.read_bytes())
    except OSError as error:
        raise RequestRefused("bad-line-up", f"{path} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RequestRefused("bad-line-up", f"{path}: {where}: {first['msg']}") from error


def write_line_up(line_up: LineUp, path: Path) -> None:
    """Write a line-up for read_line_up."""
    path.write_text(line_up.model_dump_json(indent=2) + "\n", encoding="utf-8")
