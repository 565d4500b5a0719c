"""Follow-up questions: what "and in China?" asks, read against the questions before it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.ask.facts import Language
from bot.ask.words import Lexicon, Places, Subject, language_of

_OPENERS: Final = {
    Language.EN: re.compile(
        r"\s*(and|but|so|or|then|also|what about|how about|what if|even if|same|too|ok(ay)?|what else|why|why not"
        r"|(is|does|do|can|would|could|will|should|did|are|was)\s+(that|this|it|they|those|these|he|she|i then)|"
        r"how (do|would|could|can|should) i (do|prove|show|register|get) (that|this|it|something like that))\b",
        re.IGNORECASE,
    ),
    Language.ZH: re.compile(
        r"\s*(那|但是?|可是|还有|另外|然后|所以|如果|要是|假如|换成|这|它|他|她|为什么|为啥|同样|照这样)"
    ),
}
_CLOSERS: Final = {
    Language.EN: re.compile(r"\b(then|too|as well|instead|there|that one|the other one)\W*$", re.IGNORECASE),
    Language.ZH: re.compile(r"呢\W*$"),
}
_COMPARING: Final = re.compile(
    r"\b(compar\w+|versus|vs|differ\w*|side by side|both|either|unlike|opposite|distinguish\w*|which of|contrast\w*)\b"
    r"|\bone\b.+\bthe other\b"
    r"|区别|不同|差别|差异|对比|比较|相比|相反|分别|两个|两案|还是|哪个更|一个.{1,4}一个",
    re.IGNORECASE,
)
_CARRIED: Final = 0.5
_FEW: Final = 1


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks about, with what it takes over from the questions before it."""

    subjects: tuple[Subject, ...]
    places: Places
    leaning: bool = False
    """It takes something over."""


def understood(question: str, before: Sequence[str], language: Language, lexicon: Lexicon) -> Asked:
    """Return what a question asks about; earlier questions (oldest first) count where it leans on them.

    What it says itself counts whole, what it takes over by half, and by half again for each question further back. A
    place that it names replaces those of the questions before.
    """
    places = lexicon.places(question)
    subjects = lexicon.subjects(question, language, without=places.names)
    if not before or not leans(question, subjects, language):
        return Asked(subjects, places)
    # The words of another language are on another shelf: what was asked in it is known by the places alone.
    earlier = understood(before[-1], before[:-1], language, lexicon)
    taken = earlier.subjects if language_of(before[-1], language) is language else ()
    own = {subject.terms[-1] for subject in subjects}
    share = _CARRIED if subjects else 1.0
    carried = (replace(each, weight=each.weight * share) for each in taken if each.terms[-1] not in own)
    return Asked((*subjects, *carried), places if places.names else earlier.places, leaning=True)


def compares(question: str) -> bool:
    """Tell whether a question sets things side by side."""
    return _COMPARING.search(question) is not None


def leans(question: str, subjects: Sequence[Subject], language: Language) -> bool:
    """Tell whether a question needs those before it: it begins or ends like a reply, or says hardly anything."""
    replying = _OPENERS[language].match(question) or _CLOSERS[language].search(question)
    return bool(replying) or sum(subject.weight for subject in subjects) <= _FEW
