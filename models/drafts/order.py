"""What a member asks the drafts server for, once it is validated and its pictures are decoded."""

from dataclasses import dataclass
from enum import Enum

from PIL import Image


class Operation(Enum):
    """One kind of drawing."""

    DRAFT = "draft"
    """From words."""
    REDRAW = "redraw"
    """From a picture, which it leaves as far as `strength` says."""
    SKETCH = "sketch"
    """From the member's own drawing: its strokes decide the shapes."""
    COLOUR = "colour"
    """Line art gets colours and keeps its lines."""
    RESTYLE = "restyle"
    """The same content in another style."""
    VARY = "vary"
    """Another version of a candidate."""
    BLEND = "blend"
    """Several pictures become one."""
    INPAINT = "inpaint"
    """The masked part is drawn anew; outside of it not one pixel changes."""
    OUTPAINT = "outpaint"
    """The picture grows at its edges; what it was stays as it is."""
    LINES = "lines"
    """Lines are extracted from a picture; no network takes part."""
    UPSCALE = "upscale"
    """The picture is enlarged."""


@dataclass(frozen=True, slots=True)
class Margins:
    """How many pixels to add at each edge."""

    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0


@dataclass(frozen=True, slots=True)
class Previews:
    """How many previews of each candidate are wanted; `count` None means one every `interval_s` seconds."""

    count: int | None = None
    interval_s: float = 1.5


@dataclass(frozen=True, slots=True)
class Order:
    """One candidate is drawn for each seed; None leaves a choice to the model.

    `replay` says for each candidate the batch size and its place in it, forward by forward, of an earlier drawing: the
    same bits come of it again on the same machine.
    """

    prompt: str
    seeds: tuple[int, ...]
    operation: Operation = Operation.DRAFT
    negative: str = ""
    style: str | None = None
    width: int | None = None
    height: int | None = None
    aspect: str | None = None
    steps: int | None = None
    guidance: float | None = None
    strength: float | None = None
    scheduler: str | None = None
    image: Image.Image | None = None
    images: tuple[Image.Image, ...] = ()
    mask: Image.Image | None = None
    regions: tuple[int, ...] = ()
    line: Image.Image | None = None
    reference: Image.Image | None = None
    control: str | None = None
    control_scale: float = 1.0
    loras: tuple[tuple[str, float], ...] = ()
    margins: Margins = Margins()
    scale: int = 2
    replay: tuple[tuple[tuple[int, int], ...], ...] = ()
    previews: Previews = Previews()
