"""What is asked of an Images server and what it tells: the words that the client, its dialects and the bot share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

UNKNOWN: Final = "unknown"
"""Stands in a record for what the server did not say; nothing is ever guessed."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """A LoRA to draw with, by the name under which the server lists it; `weight` 1 is as it was trained."""

    name: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Margins:
    """How many pixels an outpainted picture grows by, on each side."""

    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0


@dataclass(frozen=True, slots=True)
class DraftRequest:
    """One draft: a candidate is drawn for each seed.

    `draft_id` makes the request idempotent: sent again, it joins the running draft or gets the finished one.
    `operation` is a word of the drafts API (draft, redraw, sketch, colour, restyle, vary, blend, inpaint, outpaint,
    lines, upscale); None leaves it to what is given. All pictures are encoded: `image` is worked on, `line` coloured,
    `mask` says where (transparent, or white where it has no transparency, is drawn anew), `reference` lends its style,
    `images` are blended. `strength` 0..1 is how far the draft may leave `image`. `control` is "scribble" or "lineart",
    `control_scale` how much it counts. `scale` enlarges 2 to 4 times. `aspect` is a shape as 16:9, `regions` fields of
    a 3 x 3 grid in place of a mask. A `width` or `height` of None leaves the size to the model. `replay` asks for the
    bits of a recorded draft: for each candidate the runs that its record has under "buckets", as (batch size, place in
    it, forwards).
    """

    draft_id: str
    prompt: str
    seeds: tuple[int, ...]
    negative: str = ""
    style: str | None = None
    width: int | None = None
    height: int | None = None
    steps: int | None = None
    guidance: float | None = None
    model: str | None = None
    image: bytes | None = None
    strength: float | None = None
    line: bytes | None = None
    preview_interval_s: float = 1.5
    operation: str | None = None
    mask: bytes | None = None
    reference: bytes | None = None
    images: tuple[bytes, ...] = ()
    control: str | None = None
    control_scale: float | None = None
    loras: tuple[Adapter, ...] = ()
    margins: Margins | None = None
    scheduler: str | None = None
    scale: int | None = None
    replay: tuple[tuple[tuple[int, int, int], ...], ...] = ()
    aspect: str | None = None
    regions: tuple[int, ...] = ()

    @property
    def work(self) -> str:
        """Return the operation, worked out as the drafts server does where none is named."""
        if self.operation is not None:
            return self.operation
        if self.line is not None:
            return "colour"
        if self.mask is not None or self.regions:
            return "inpaint"
        return "redraw" if self.image is not None and self.control is None else "draft"

    @property
    def size(self) -> tuple[int, int] | None:
        """Return width and height in pixels; None leaves them to the model."""
        return None if self.width is None or self.height is None else (self.width, self.height)


@dataclass(frozen=True, slots=True)
class Progress:
    """`step` of `steps` of a candidate (counted from 0) is done."""

    candidate: int
    step: int
    steps: int


@dataclass(frozen=True, slots=True)
class Preview:
    """An unfinished candidate as an encoded picture."""

    candidate: int
    step: int
    steps: int
    image: bytes
    mime: str


@dataclass(frozen=True, slots=True)
class CandidateDone:
    """A finished candidate as an encoded picture."""

    candidate: int
    seed: int
    image: bytes
    mime: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class CandidateWithheld:
    """A finished candidate that the server's safety check does not let out; `label` is what the check saw."""

    candidate: int
    seed: int
    label: str


@dataclass(frozen=True, slots=True)
class GenerationRecord:
    """How the candidates were made: everything needed to make them again, as far as the server said it.

    `repo` is the repository that the weights come from, `bucket` the number of rows of the batch they were computed in;
    `drawn_from` and `unknown` are the words of the prompt that the model used and left aside. A word that the server
    did not say is UNKNOWN, a number None. `extra` holds what else it said, as plain JSON.
    """

    model: str
    revision: str
    weights_sha256: str
    pipeline: str
    scheduler: str
    steps: int | None
    guidance: float | None
    dtype: str
    device: str
    bucket: int | None
    libraries: Mapping[str, str]
    drawn_from: tuple[str, ...]
    unknown: tuple[str, ...]
    extra: Mapping[str, Any] = field(default_factory=dict)
    repo: str = UNKNOWN


NOTHING_SAID: Final = GenerationRecord(
    UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, None, None, UNKNOWN, UNKNOWN, None, {}, (), ()
)
"""The record of a server that says nothing."""


@dataclass(frozen=True, slots=True)
class DraftDone:
    """The last event of a draft."""

    record: GenerationRecord


DraftEvent = Progress | Preview | CandidateDone | CandidateWithheld | DraftDone


@dataclass(frozen=True, slots=True)
class ModelAbilities:
    """What a model of a server can do, in the server's own words.

    `styles`, `schedulers`, `controls` and `loras` are the names it takes, `negative` whether it knows what should not
    appear, `languages` those it understands prompts in, `sizes` width and height in pixels, the best first. Empty
    means that nothing may be chosen, or that the server did not say. `steps` and `guidance` are what it draws with
    where a request names none, as far as the server says.
    """

    name: str
    operations: tuple[str, ...]
    styles: tuple[str, ...] = ()
    schedulers: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()
    loras: tuple[str, ...] = ()
    negative: bool = False
    languages: tuple[str, ...] = ()
    sizes: tuple[tuple[int, int], ...] = ()
    revision: str = UNKNOWN
    weights_sha256: str = UNKNOWN
    steps: int | None = None
    guidance: float | None = None


@dataclass(frozen=True, slots=True)
class ImageTimeouts:
    """How long to wait, in seconds, for what."""

    connect_s: float = 5.0
    event_gap_s: float = 60.0
    """The longest silence; the server sends a sign of life every 15 s, in its waiting line too."""
    whole_s: float = 300.0
    """The longest silence of a server that gives no signs of life, as while it draws a picture that comes at once."""
    health_s: float = 5.0
