"""The embedded draft model: a small model of concepts, styles and line art that fits in the package.

`autoencoder`, `transformer`, `tint` and `pipeline` import torch; `lexicon`, `picture` and `scene` work without it.
"""

import hashlib
from pathlib import Path
from typing import Final

NAME: Final = "colophon-embedded-drafts"
"""The name of the model in requests, records and the model list."""

PACKAGE: Final = "colophon"
"""What the weights come with, in place of a repository."""

VERSION: Final = "0.2.0"
"""The stated version of the weights; it changes whenever their digest does."""

WEIGHTS: Final = Path(__file__).parent / "weights"
"""The diffusers folder: model_index.json, transformer/, vae/ and scheduler/."""

STYLES: Final = ("flat", "glossy", "ink", "soft", "rounded", "bold", "outlined")
"""The styles that can be asked for."""


def weights_digest(folder: Path = WEIGHTS) -> str:
    """Return one digest over the weights files: SHA-256 of the lines `<sha256>  <path>`, sorted by path."""
    files = sorted(folder.glob("*/*.safetensors"))
    lines = (f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.relative_to(folder)}\n" for file in files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()
