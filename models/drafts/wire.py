"""The requests of the Images API, with our extension fields, validated at the edge."""

import base64
import binascii
import json
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from models.drafts.order import Margins, Operation

MAX_CANDIDATES: Final = 8
MAX_PROMPT: Final = 4000
MAX_SEED: Final = 2**63 - 1
MAX_PICTURES: Final = 4
MAX_BATCH: Final = 512
_MIN_SIDE, _MAX_SIDE, _SIDE_STEP = 64, 2048, 8
# Base64 needs four characters for three bytes.
_MAX_IMAGE_CHARS = 28 * 2**20

T = TypeVar("T")


def _decoded(given: Any) -> Any:
    """Decode base64, with or without a data: prefix; bytes, as a form brings them, are left as they are."""
    if not isinstance(given, str):
        return given
    text = given.partition(",")[2] if given.startswith("data:") else given
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error


def _parsed(given: Any) -> Any:
    """Parse JSON where a form brings a structure as text."""
    if not isinstance(given, str):
        return given
    try:
        return json.loads(given)
    except json.JSONDecodeError as error:
        raise ValueError("not JSON") from error


def _listed(given: Any) -> Any:
    return [given] if isinstance(given, (bytes, str)) and given else given


Seed = Annotated[int, Field(ge=0, le=MAX_SEED)]
PictureBytes = Annotated[bytes, BeforeValidator(_decoded), Field(max_length=_MAX_IMAGE_CHARS)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,99}$")]
Region = Annotated[int, Field(ge=1, le=9)]
Count = Annotated[int, Field(ge=0, le=MAX_BATCH)]
Pixels = Annotated[int, Field(ge=0, le=_MAX_SIDE)]


class Lora(BaseModel):
    """An adapter by name, and how much of it."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    name: Name
    weight: Annotated[float, Field(ge=-2, le=2)] = 1.0


class Edges(BaseModel):
    """How many pixels to add at each edge."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    left: Pixels = 0
    top: Pixels = 0
    right: Pixels = 0
    bottom: Pixels = 0


class ImageRequest(BaseModel):
    """`POST /v1/images/generations` and `/v1/images/edits`: OpenAI's fields, then ours.

    `partial_images` is how many previews of each candidate a stream brings; where it is absent, one comes every
    `preview_interval_s`. `seeds` has one entry a candidate. `aspect` is a shape such as 16:9, where `size` is left to
    the model; `regions` are fields of a 3 x 3 grid, counted as one reads, in place of a mask. Pictures are base64, or
    files of a form; `images` is for blending, `line` for line art, `reference` for style. `replay` is what a record
    states as `buckets`: for each candidate the runs of [batch size, place in it, forwards]. OpenAI's `quality`,
    `background`, `moderation` and `user` are accepted and mean nothing here.
    """

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False, ser_json_bytes="base64")

    prompt: Annotated[str, StringConstraints(max_length=MAX_PROMPT)] = ""
    model: Annotated[str, StringConstraints(max_length=200)] | None = None
    n: Annotated[int, Field(ge=1, le=MAX_CANDIDATES)] = 1
    size: Annotated[str, StringConstraints(pattern=r"^(auto|[0-9]{2,4}x[0-9]{2,4})$")] = "auto"
    stream: bool = False
    partial_images: Annotated[int, Field(ge=0, le=3)] | None = None
    output_format: Literal["png"] = "png"
    response_format: Literal["b64_json"] = "b64_json"
    image: PictureBytes | None = None
    mask: PictureBytes | None = None

    aspect: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,2}:[0-9]{1,2}$")] | None = None
    regions: Annotated[list[Region], BeforeValidator(_parsed), Field(max_length=9)] = []
    draft_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = None
    operation: Operation | None = None
    negative_prompt: Annotated[str, StringConstraints(max_length=MAX_PROMPT)] = ""
    style: Annotated[str, StringConstraints(max_length=100)] | None = None
    seeds: Annotated[list[Seed], BeforeValidator(_parsed)] | None = None
    steps: Annotated[int, Field(ge=1, le=150)] | None = None
    guidance: Annotated[float, Field(ge=0, le=30)] | None = None
    strength: Annotated[float, Field(ge=0.05, le=1)] | None = None
    scheduler: Name | None = None
    images: Annotated[list[PictureBytes], BeforeValidator(_listed), Field(max_length=MAX_PICTURES)] = []
    line: PictureBytes | None = None
    reference: PictureBytes | None = None
    control: Literal["scribble", "lineart"] | None = None
    control_scale: Annotated[float, Field(ge=0, le=2)] = 1.0
    loras: Annotated[list[Lora], BeforeValidator(_parsed), Field(max_length=8)] = []
    margins: Annotated[Edges, BeforeValidator(_parsed)] = Edges()
    scale: Annotated[int, Field(ge=2, le=4)] = 2
    replay: Annotated[list[list[tuple[Count, Count, Count]]], BeforeValidator(_parsed)] = []
    preview_interval_s: Annotated[float, Field(ge=0, le=60)] = 1.5

    @model_validator(mode="after")
    def _fits_together(self) -> "ImageRequest":
        if self.seeds is not None and len(self.seeds) != self.n:
            raise ValueError("seeds must have n entries")
        if self.sides is not None and not all(
            _MIN_SIDE <= side <= _MAX_SIDE and side % _SIDE_STEP == 0 for side in self.sides
        ):
            raise ValueError(f"a side must have {_MIN_SIDE} to {_MAX_SIDE} pixels, in steps of {_SIDE_STEP}")
        if self.replay and len(self.replay) != self.n:
            raise ValueError("replay must have n entries")
        if any(place >= size for runs in self.replay for size, place, _ in runs):
            raise ValueError("a place in a replay is beyond its batch")
        return self

    @property
    def sides(self) -> tuple[int, int] | None:
        """Return width and height in pixels; None leaves them to the model."""
        if self.size == "auto":
            return None
        width, _, height = self.size.partition("x")
        return int(width), int(height)

    @property
    def wanted(self) -> Operation:
        """Return the operation, where none is named by what there is to work on."""
        if self.operation is not None:
            return self.operation
        if self.line is not None:
            return Operation.COLOUR
        if self.mask is not None or self.regions:
            return Operation.INPAINT
        return Operation.REDRAW if self.image is not None and self.control is None else Operation.DRAFT

    @property
    def previews(self) -> int | None:
        """Return how many previews of each candidate are wanted; None means by time."""
        return self.partial_images if self.stream else 0

    @property
    def rooms(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """Return the batches of a replay, one a forward, for each candidate."""
        return tuple(tuple((size, at) for size, at, count in runs for _ in range(count)) for runs in self.replay)

    @property
    def edges(self) -> Margins:
        """Return the margins to add."""
        return Margins(self.margins.left, self.margins.top, self.margins.right, self.margins.bottom)
