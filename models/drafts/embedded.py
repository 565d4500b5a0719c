"""The embedded draft model among the others: things it knows by name, drawn on any processor."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from PIL import Image
from torch import Tensor

from models.drafts.families import Family
from models.drafts.loaded import LoadedModel, Words
from models.drafts.order import Operation, Order
from models.drafts.previews import LONG_SIDE
from models.drafts.problems import Problem
from models.drafts.provenance import Provenance
from models.embedded.drafts import NAME, PACKAGE, VERSION, WEIGHTS, weights_digest
from models.embedded.drafts.lexicon import Reading, Thing, lexicon
from models.embedded.drafts.picture import ENLARGED
from models.embedded.drafts.pipeline import DraftPipeline, load
from models.embedded.drafts.words import is_cjk

FAMILY: Final = Family(steps=12, guidance=1.0, side=ENLARGED, multiple=8, square=True)
_TILT: Final = 9.0
"""How many degrees a seed may turn a thing."""
_INK: Final = "ink"
_LIVING: Final = frozenset({1, 3, 4})
"""Groups of concepts that may be turned over: people, animals and plants, food."""


class DecodedLens:
    """Shows the small decoded picture; decoding takes less time than a step."""

    def __init__(self, pipeline: DraftPipeline) -> None:
        self._pipeline = pipeline

    def show(self, clean: Tensor, size: tuple[int, int]) -> Image.Image:
        """Return the estimate as a picture."""
        return self._pipeline.preview(clean, LONG_SIDE)

    def learn(self, latents: Tensor, image: Image.Image) -> None:
        """Do nothing: there is nothing to learn."""


def reader(pipeline: DraftPipeline) -> Callable[[Order], Words]:
    """Return what reads an order's words for a model."""
    known = frozenset(pipeline.drawings)

    def read(order: Order) -> Words:
        reading = _without(lexicon().read(order.prompt, known=known), lexicon().read(order.negative, known=known))
        given = order.image is not None or order.line is not None or bool(order.images)
        if not reading.drawable and not given:
            raise Problem(422, "nothing-known", "this model knows none of the words", param="prompt")
        side = min(order.width or ENLARGED, order.height or ENLARGED)
        choices = [_choice(reading, order, pipeline, seed) for seed in order.seeds]
        return Words(
            order.prompt,
            order.negative,
            {"output_size": side, "tints": [thing.tint for thing in reading.things]},
            tuple(choices),
            {**_told(reading, choices), "choices": choices},
        )

    return read


def _without(reading: Reading, avoided: Reading) -> Reading:
    """Leave out what should not appear: a thing, or one of those that a general word may mean."""
    unwanted = {concept for thing in avoided.things for concept in thing.concepts}
    left = (
        replace(thing, concepts=tuple(concept for concept in thing.concepts if concept not in unwanted))
        for thing in reading.things
    )
    return replace(reading, things=tuple(thing for thing in left if thing.concepts))


def _choice(reading: Reading, order: Order, pipeline: DraftPipeline, seed: int) -> Mapping[str, Any]:
    """Let a seed choose what the order leaves open.

    That is: which of several fitting concepts, the style if none was asked for (one with colours: who wants ink says
    so), how each thing is composed, whether it looks to the other side, and a slight tilt. What is not drawn from
    nothing keeps to the picture it is given.
    """
    dice = random.Random(seed)  # noqa: S311  # nosec B311 # the same seed must choose the same again
    concepts = [_one_of(thing.concepts, dice) for thing in reading.things]
    if order.operation is not Operation.DRAFT or order.image is not None or order.line is not None:
        return {"concepts": concepts, "style": order.style}
    coloured = [style for style in pipeline.styles if style != _INK]
    any_style, mirrored, tilt = _one_of(coloured, dice), dice.random() < 0.5, dice.uniform(-_TILT, _TILT)
    chosen: dict[str, Any] = {
        "concepts": concepts,
        "compositions": [_one_of(sorted(pipeline.drawings[concept]), dice) for concept in concepts],
        "style": any_style if order.style is None else order.style,
    }
    if all(_may_be_turned(thing) for thing in reading.things):
        chosen |= {"mirrored": mirrored, "tilt": round(tilt, 1)}
    return chosen


def _one_of(names: Sequence[str], dice: random.Random) -> str:
    return names[int(dice.random() * len(names))]


def _may_be_turned(thing: Thing) -> bool:
    """Tell whether a thing looks as right in a mirror and askew; letters, clocks and arrows do not."""
    return lexicon().group(thing.concepts[0]) in _LIVING


def _told(reading: Reading, choices: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return what the record says of the words, in the language they were written in.

    Where a general word was drawn as one thing by one seed and as another by the next, both are named.
    """
    drawn = {}
    for place, thing in enumerate(reading.things):
        chosen = dict.fromkeys(choice["concepts"][place] for choice in choices)
        drawn[" / ".join(lexicon().names(concept)[is_cjk(thing.written)] for concept in chosen)] = thing
    return {
        "drawn_from": list(drawn),
        "nearest": {name: thing.written for name, thing in drawn.items() if thing.near},
        "tints": [thing.tint for thing in reading.things],
        "unknown": list(reading.unknown),
    }


def load_embedded() -> LoadedModel:
    """Load the packaged weights; takes a second."""
    pipeline = load(WEIGHTS)
    return LoadedModel(
        Provenance(NAME, VERSION, weights_digest(), repo=PACKAGE),
        pipeline,
        styles=pipeline.styles,
        languages=("en", "zh"),
        defaults=FAMILY,
        read=reader(pipeline),
        # It can only draw whole things on paper.
        lacks=frozenset({Operation.INPAINT, Operation.OUTPAINT}),
        lens=DecodedLens(pipeline),
    )
