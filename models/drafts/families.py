"""What differs between kinds of models in how their pipelines are called."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Family:
    """How a kind of model likes to be asked.

    `guidance_name` is the argument that steers towards the words, `negative` whether words to avoid have a say (only
    where guidance exceeds 1), `side` the number of pixels it was trained for, `multiple` what sides must divide by.
    `edits` says that its text pipeline takes pictures to work from by itself, `square` that it only draws squares.
    """

    steps: int = 28
    guidance: float = 5.0
    guidance_name: str = "guidance_scale"
    negative: bool = True
    side: int = 1024
    multiple: int = 16
    edits: bool = False
    square: bool = False


_FAMILIES: Final = {
    "StableDiffusionPipeline": Family(steps=25, guidance=7.5, side=512, multiple=8),
    "StableDiffusionXLPipeline": Family(steps=28, guidance=6.0, multiple=8),
    "StableDiffusion3Pipeline": Family(steps=28, guidance=7.0),
    "FluxPipeline": Family(guidance=3.5, negative=False),
    "Flux2KleinPipeline": Family(steps=4, guidance=1.0, negative=False, edits=True),
    "Flux2Pipeline": Family(guidance=4.0, negative=False, edits=True),
    "ZImagePipeline": Family(steps=9, guidance=0.0),
    "QwenImagePipeline": Family(steps=50, guidance=4.0, guidance_name="true_cfg_scale"),
    "QwenImageEditPlusPipeline": Family(steps=40, guidance=4.0, guidance_name="true_cfg_scale", edits=True),
}
FAMILIES: Final[Mapping[str, Family]] = MappingProxyType(_FAMILIES)
"""By the name of the text-to-picture pipeline."""


def family_of(pipeline: object) -> Family:
    """Return how a pipeline is asked; those that nobody has described are asked in the usual way."""
    return FAMILIES.get(type(pipeline).__name__, Family())
