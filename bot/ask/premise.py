"""What a question takes for granted, and what the facts say of that."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.ask.conversation import compares
from bot.ask.denial import denies
from bot.ask.facts import Fact, Language, Myth
from bot.ask.retrieval import FactIndex

MIN_LIKENESS: Final = 0.37
_CLEARLY: Final = 0.15
"""How much more a question must be like a myth it contradicts than like one it repeats to be taken for right."""
_ASKING_EN: Final = (
    "what|which|who|whose|how|when|where|why|if|is|are|am|was|were|do|does|did|can|could|may|might|must|should|shall|will"
    "|would|has|have|had"
)
_PRESUMING: Final = {
    Language.EN: re.compile(
        r"^\s*(since|because|as|given|now that|seeing|considering|so|then)\b"
        r"|\b(since|given that|now that|because(?! of)|even though|(so|which|does) that means?|doesn'?t that mean)\b"
        r"|^\s*why (do|does|did|is|are|was|were|has|have|had|can|don't|doesn't|isn't|aren't)(n't|not)?"
        r" (?!i\b|we\b|my\b|our\b)"
        r"|\b(when|where|how) (did|was|were) \w+"
        r"|^\s*(which|what) (article|section|clause|law|rule|court|judge|case|fee|deadline)\b"
        # A statement, and then the question that rests on it; what somebody did or has is no belief.
        rf"|^(?!\s*(?:{_ASKING_EN}|i|we|my|our|some(?:one|body)|the (?:picture|image|result))\b)[^?]*,"
        rf"\s*(?:so\b|then\b|but\b|and\b|{_ASKING_EN}\b)[^?]*\?"
        r"|\b(right|correct|true|or not|isn'?t it|doesn'?t it|don'?t (they|we|i)|aren'?t (they|we|i))\s*\?\s*$"
        r"|\b(i|we) (heard|read|was told|were told|thought|know)\b"
        r"|\b(everyone|everybody|people|they|someone|my \w+|chatgpt|he|she) (says?|said|tells?|told|claims?)\b"
        r"|\bis it true\b|\bit'?s (true|a fact|well known) that\b"
        r"|\b(obviously|already|automatically|always|never|any ?more)\b",
        re.IGNORECASE,
    ),
    Language.ZH: re.compile(
        r"既然|因为|由于|鉴于|听说|据说|都说|有人说|人家说|网上说|反正|所以|也就是说"
        r"|不是.{0,24}(吗|嘛|么)|((对|是|没错)(吧|不对|么|吗)|(可以|行|好)吧)[？?！!。]*$|吧[？?]*$|真的吗|是真的|是不是就"
        r"|为什么|为何|凭什么|那么?我?就|就(可以|能|不用|不会|算|没事|行|自动|等于|一定|没)"
        r"|第几条|哪一?(条|款|部法)"
        r"|已经|早就|自动(有|享有|获得|归|受|产生)|肯定|一定(?!要.*吗)|当然|总是|从来|本来"
    ),
}
"""How people speak who take something for granted; they may be right, which the facts decide."""


_CLAUSE: Final = {
    Language.EN: re.compile(
        r"^\s*(?:(?:so|well|but|and|since|because|as|now that|(?:given|seeing|considering)(?: that)?)\s+)*"
        rf"(?P<premise>[^?,]{{12,}}?),\s*(?:so|then|but|and|right|correct|\w+n'?t|{_ASKING_EN})\b",
        re.IGNORECASE,
    ),
    Language.ZH: re.compile(r"^(?:既然|因为|由于|听说|据说|反正|都说)*(?P<premise>[^，,？?]{4,})[，,]"),
}
"""The part of a question that states something, before the part that asks."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What was taken for granted and is not so, and the fact that says so."""

    fact: Fact
    myth: Myth


def presumes(question: str, language: Language) -> bool:
    """Tell whether a question seems to take something for granted ("since ...", "why does ...", "..., right?")."""
    return _PRESUMING[language].search(question) is not None


def correction(question: str, language: Language, facts: Sequence[Fact], index: FactIndex) -> Correction | None:
    """Return the myth of the found facts that a question takes for granted; None for one that only asks or compares.

    A question rests on a myth that it is like: in whole, or in the clause that it begins with ("since ..., may I ...").
    Where the question denies what the myth affirms, or the other way round, it is right.
    """
    if not presumes(question, language) or compares(question):
        return None
    said = [question, *filter(None, (_premise(question, language),))]
    denied = denies(said[-1], language)
    against = 0.0
    best: tuple[float, int, Correction | None] = (0.0, 0, None)
    for place, fact in enumerate(facts):
        for myth in fact.wording(language).myths:
            likeness = _likeness(said, myth.claim, language, index)
            if denies(myth.claim, language) != denied:
                against = max(against, likeness)
            elif (likeness, -place) > best[:2]:
                best = (likeness, -place, Correction(fact, myth))
    return best[2] if best[0] >= max(MIN_LIKENESS, against - _CLEARLY) else None


def _premise(question: str, language: Language) -> str | None:
    """Return the clause that a question rests on; None where it has but one."""
    clause = _CLAUSE[language].match(question)
    return clause["premise"] if clause is not None else None


def _likeness(said: Sequence[str], claim: str, language: Language, index: FactIndex) -> float:
    held = index.subjects(claim, language)
    return max(index.likeness(index.subjects(text, language), held, language) for text in said)
