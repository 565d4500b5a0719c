"""The request of the Images API, with our extension fields, validated at the edge."""

import base64
import binascii
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

MAX_CANDIDATES: Final = 8
MAX_PROMPT: Final = 4000
MAX_SEED: Final = 2**63 - 1
DEFAULT_SIZE: Final = 512
_MIN_SIDE, _MAX_SIDE, _SIDE_STEP = 64, 2048, 8
# Base64 needs four characters for three bytes.
_MAX_IMAGE_CHARS = 28 * 2**20

Seed = Annotated[int, Field(ge=0, le=MAX_SEED)]


class ImageRequest(BaseModel):
    """`POST /v1/images/generations`: OpenAI's fields, then ours.

    `partial_images` is how many previews of each candidate a stream brings; where it is absent, one comes every
    `preview_interval_s`. `seeds` has one entry a candidate, `image` and `line` are base64. OpenAI's `quality`,
    `background`, `moderation` and `user` are accepted and mean nothing here.
    """

    model_config = ConfigDict(extra="ignore", frozen=True, str_max_length=_MAX_IMAGE_CHARS, allow_inf_nan=False)

    prompt: Annotated[str, StringConstraints(max_length=MAX_PROMPT)] = ""
    model: Annotated[str, StringConstraints(max_length=200)] | None = None
    n: Annotated[int, Field(ge=1, le=MAX_CANDIDATES)] = 1
    size: Annotated[str, StringConstraints(pattern=r"^(auto|[0-9]{2,4}x[0-9]{2,4})$")] = "auto"
    stream: bool = False
    partial_images: Annotated[int, Field(ge=0, le=3)] | None = None
    output_format: Literal["png"] = "png"
    response_format: Literal["b64_json"] = "b64_json"

    draft_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = None
    negative_prompt: Annotated[str, StringConstraints(max_length=MAX_PROMPT)] = ""
    style: Annotated[str, StringConstraints(max_length=100)] | None = None
    seeds: list[Seed] | None = None
    steps: Annotated[int, Field(ge=1, le=150)] | None = None
    guidance: Annotated[float, Field(ge=0, le=30)] | None = None
    strength: Annotated[float, Field(ge=0.05, le=1)] | None = None
    image: str | None = None
    line: str | None = None
    preview_interval_s: Annotated[float, Field(ge=0, le=60)] = 1.5

    @model_validator(mode="after")
    def _fits_together(self) -> "ImageRequest":
        if self.seeds is not None and len(self.seeds) != self.n:
            raise ValueError("seeds must have n entries")
        if not all(_MIN_SIDE <= side <= _MAX_SIDE and side % _SIDE_STEP == 0 for side in self.sides):
            raise ValueError(f"a side must have {_MIN_SIDE} to {_MAX_SIDE} pixels, in steps of {_SIDE_STEP}")
        return self

    @property
    def sides(self) -> tuple[int, int]:
        """Return width and height in pixels."""
        if self.size == "auto":
            return DEFAULT_SIZE, DEFAULT_SIZE
        width, _, height = self.size.partition("x")
        return int(width), int(height)

    @property
    def previews(self) -> int | None:
        """Return how many previews of each candidate are wanted; None means by time."""
        if self.stream:
            return self.partial_images
        return 0


def decode_base64(text: str) -> bytes:
    """Decode a base64 field, with or without a data: prefix; raise ValueError."""
    if text.startswith("data:"):
        text = text.partition(",")[2]
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
