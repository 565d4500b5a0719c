"""Where things lie that are no one's data: they can be fetched or made again."""

import os
from pathlib import Path

from bot.settings import Settings


def cache_dir() -> Path:
    """Return where converted models are kept between runs (XDG base directories)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "colophon"


def models_dir(settings: Settings) -> Path:
    """Return where fetched and added models lie."""
    return settings.models.folder or cache_dir() / "models"
