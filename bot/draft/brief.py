"""What a member asks for: checked, bounded, and completed, before anything else happens."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from bot.chat.typed import clean, has_words
from bot.errors import BriefTooLong, UserFacing
from storage.drafts import BriefParams

MAX_BRIEF = 2000
MAX_COUNT = 4
MAX_SEED = 2**31 - 1
DEFAULT_STRENGTH = 0.6


@dataclass(frozen=True, slots=True)
class Brief:
    """A brief that has passed every check; words as the member typed them."""

    text: str
    negative: str
    params: BriefParams


def make_brief(
    text: str,
    *,
    negative: str = "",
    style: str | None = None,
    count: int = MAX_COUNT,
    seed: int | None = None,
    strength: float | None = None,
    operation: str = "text",
    styles: Sequence[str] = (),
) -> Brief:
    """Check what a member typed and fix the seeds; raise UserFacing with the rule that was broken.

    `styles` are those the drafts server knows; where it has not said yet, the server decides.
    """
    text, negative = clean(text), clean(negative)
    if not has_words(text):
        raise UserFacing("error-brief-empty")
    if len(text) > MAX_BRIEF or len(negative) > MAX_BRIEF:
        raise BriefTooLong(text if len(text) > MAX_BRIEF else negative, MAX_BRIEF)
    if not 1 <= count <= MAX_COUNT:
        raise UserFacing("error-count", count=count, limit=MAX_COUNT)
    if seed is not None and not 0 <= seed <= MAX_SEED - MAX_COUNT:
        raise UserFacing("error-seed", limit=MAX_SEED - MAX_COUNT)
    if strength is not None and not 0.05 <= strength <= 1.0:
        raise UserFacing("error-strength")
    if style is not None and styles and style not in styles:
        raise UserFacing("error-style", style=clean(style)[:40], styles=", ".join(styles))
    seeds = tuple(seed + i for i in range(count)) if seed is not None else fresh_seeds(count)
    return Brief(text, negative, BriefParams(operation, seeds, style=style, strength=strength))


def fresh_seeds(count: int) -> tuple[int, ...]:
    """Return random seeds, one a candidate."""
    return tuple(secrets.randbelow(MAX_SEED) for _ in range(count))
