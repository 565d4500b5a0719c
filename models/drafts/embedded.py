"""The embedded draft model among the others: single things, 64 x 64 pixels enlarged, on any processor."""

import hashlib
from typing import Final

from PIL import Image
from torch import Tensor

from models.drafts.families import Family
from models.drafts.loaded import LoadedModel, Provenance, Words
from models.drafts.order import Operation, Order
from models.drafts.previews import LONG_SIDE
from models.drafts.problems import Problem
from models.embedded.drafts import NAME, TRAINED_STYLES, VERSION, WEIGHTS, WEIGHTS_FILE
from models.embedded.drafts.lexicon import lexicon
from models.embedded.drafts.picture import ENLARGED
from models.embedded.drafts.pipeline import DraftPipeline, load

FAMILY: Final = Family(steps=20, guidance=3.0, side=ENLARGED, multiple=8, square=True)


class PixelLens:
    """Shows the pixels that the network works on; there is nothing to learn."""

    def __init__(self, pipeline: DraftPipeline) -> None:
        self._pipeline = pipeline

    def show(self, clean: Tensor, size: tuple[int, int]) -> Image.Image:
        """Return the estimate as a picture."""
        (shown,) = self._pipeline.to_pictures(clean, LONG_SIDE)
        return shown

    def learn(self, latents: Tensor, image: Image.Image) -> None:
        """Do nothing."""


def read(order: Order) -> Words:
    """Find the known things in an order's words; raise Problem "nothing-known" where there is nothing to draw from."""
    reading = lexicon().read(order.prompt)
    if not reading.drawable and order.image is None and order.line is None and not order.images:
        raise Problem(
            422, "nothing-known", "this model knows none of the words; it draws animals and food", param="prompt"
        )
    size = min(order.width or ENLARGED, order.height or ENLARGED)
    return Words(
        reading.text,
        lexicon().things(order.negative),
        {"style": order.style, "output_size": size},
        {"drawn_from": list(reading.drawn_from), "unknown": list(reading.unknown)},
    )


def load_embedded() -> LoadedModel:
    """Load the packaged weights; takes a second."""
    pipeline = load(WEIGHTS)
    return LoadedModel(
        Provenance(NAME, VERSION, hashlib.sha256(WEIGHTS_FILE.read_bytes()).hexdigest()),
        pipeline,
        styles=TRAINED_STYLES,
        languages=("en", "zh"),
        defaults=FAMILY,
        read=read,
        # It can only draw whole things on paper.
        lacks=frozenset({Operation.INPAINT, Operation.OUTPAINT}),
        lens=PixelLens(pipeline),
    )
