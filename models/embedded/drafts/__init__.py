"""The embedded draft model: a small text, style and line conditioned picture model that fits in the package.

Only `transformer` and `pipeline` import torch; `text`, `lexicon` and `picture` work without it.
"""

from pathlib import Path
from typing import Final

NAME: Final = "colophon-embedded-drafts"
"""The name of the model in requests, records and the model list."""

VERSION: Final = "0.1.0"
"""The stated version of the weights; it changes whenever their digest does."""

WEIGHTS: Final = Path(__file__).parent / "weights"
"""The diffusers folder: model_index.json, transformer/ and scheduler/."""

WEIGHTS_FILE: Final = WEIGHTS / "transformer" / "diffusion_pytorch_model.safetensors"
"""The one file with numbers in it; its SHA-256 is stated in MODEL_CARD.md."""

TRAINED_STYLES: Final = ("flat", "glossy", "ink", "soft", "bold", "classic")
"""The styles the weights were trained on; the network has three more slots which were never filled."""
