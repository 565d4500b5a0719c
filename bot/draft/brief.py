"""What a member asks for: checked, bounded, and completed, before anything else happens."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.chat.typed import clean, has_words
from bot.draft.operations import Operation
from bot.errors import BriefTooLong, UserFacing
from storage.briefs import BriefParams

MAX_BRIEF = 2000
MAX_COUNT = 4
MAX_SEED = 2**31 - 1
DEFAULT_STRENGTH = 0.6
_MOST_CONTROL = 1.5
_LEAST_CONTROL = 0.3


@dataclass(frozen=True, slots=True)
class Brief:
    """A brief that has passed every check; words as the member typed them."""

    text: str
    negative: str
    params: BriefParams


def make_brief(
    text: str,
    *,
    operation: Operation = Operation.DRAFT,
    wordless: bool = False,
    negative: str = "",
    style: str | None = None,
    count: int = MAX_COUNT,
    seed: int | None = None,
    strength: float | None = None,
    styles: Sequence[str] = (),
    **settings: Any,
) -> Brief:
    """Check what a member typed and fix the seeds; raise UserFacing with the rule that was broken.

    `wordless` is what needs no words. `styles` are those the drafts server knows; where it has not said yet, the server
    decides. `settings` are further fields of BriefParams.
    """
    text, negative = clean(text), clean(negative)
    if not wordless and not has_words(text):
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
    return Brief(text, negative, BriefParams(operation.value, seeds, style=style, strength=strength, **settings))


def fresh_seeds(count: int) -> tuple[int, ...]:
    """Return random seeds, one a candidate."""
    return tuple(secrets.randbelow(MAX_SEED) for _ in range(count))


def closeness(strength: float | None) -> float | None:
    """Return how much a drawing counts for a model that follows strokes, by how far a draft may leave it.

    At the strength with which sketches are redrawn by default, 0.75, the strokes count once.
    """
    return None if strength is None else round(min(_MOST_CONTROL, max(_LEAST_CONTROL, 4 * (1 - strength))), 2)
