"""Putting paragraphs of several candidates together: what is offered, and what a few letters stand for. Pure."""

from collections.abc import Sequence
from typing import Final

from bot.errors import UserFacing
from bot.evidence.timeline import shortened
from storage.evidence.hands import paragraphs
from storage.texts import TextView

NUMERALS: Final = "①②③④"
PICKS: Final = "abcdefghijklmnopqrstuvwxy"
"""One letter for each paragraph that can be picked, in the order in which they are offered."""
Pick = tuple[int, int]
"""The position of a candidate and the number of a paragraph of it."""
_LABEL: Final = 100


def offered(view: TextView) -> Sequence[tuple[Pick, str]]:
    """Return the paragraphs that can be put together, with a line that says which each is."""
    found = [
        ((candidate.position, number), f"{NUMERALS[candidate.position - 1]} {number} · {paragraph}")
        for candidate in view.candidates
        for number, paragraph in enumerate(paragraphs(candidate.text), start=1)
    ]
    return [(pick, shortened(line, _LABEL)) for pick, line in found[: len(PICKS)]]


def picks_of(view: TextView, letters: str) -> Sequence[Pick]:
    """Return what letters stand for, in their order, none twice; raise UserFacing for one that stands for nothing."""
    choices = [pick for pick, _ in offered(view)]
    numbers = [PICKS.index(letter) for letter in dict.fromkeys(letters)]
    if not numbers or max(numbers) >= len(choices):
        raise UserFacing("error-text-erased")
    return [choices[number] for number in numbers]
