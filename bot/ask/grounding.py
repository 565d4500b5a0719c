"""Checking what a model wrote against the facts it was given, sentence by sentence.

The checks find what is certainly wrong: a missing or invented citation, a number, name or quotation
that the cited facts do not hold, another language. They cannot show that a sentence is true; which
models may answer at all is decided in `models/catalog.py`.
"""

import re
from collections.abc import Sequence
from enum import Enum

from bot.ask.facts import Fact, Language
from bot.ask.words import language_of, normalise

_CITATION = re.compile(r"\[(\d+)\]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_QUOTED = re.compile(r"“([^”]{2,})”|\"([^\"]{2,})\"|「([^」]{2,})」")
_NAME = re.compile(r"(?<![.!?:]\s)(?<=[\w,;)] )([A-Z][\w’'-]{2,})")


class Problem(Enum):
    """Why a sentence may not be shown."""

    UNCITED = "uncited"
    UNKNOWN_CITATION = "unknown citation"
    NUMBER = "a number that the cited facts do not hold"
    NAME = "a name that neither the cited facts nor the question hold"
    QUOTATION = "quoted words that the cited facts do not hold"
    LANGUAGE = "another language"


def cited(text: str) -> tuple[int, ...]:
    """Return the numbers a text cites, each once, in order."""
    return tuple(dict.fromkeys(int(number) for number in _CITATION.findall(text)))


def check(sentence: str, facts: Sequence[Fact], question: str, language: Language) -> Problem | None:
    """Return what is wrong with a sentence, or None; number n cites facts[n - 1]."""
    numbers = cited(sentence)
    if not numbers:
        return Problem.UNCITED
    if any(not 1 <= number <= len(facts) for number in numbers):
        return Problem.UNKNOWN_CITATION
    bare = _CITATION.sub("", sentence)
    if language_of(bare, language) is not language:
        return Problem.LANGUAGE
    grounds = normalise(" ".join(_words_of(facts[number - 1]) for number in numbers))
    held = {_plain(number) for number in _NUMBER.findall(grounds)}
    if any(_plain(number) not in held for number in _NUMBER.findall(normalise(bare))):
        return Problem.NUMBER
    for match in _QUOTED.finditer(bare):
        if normalise(next(filter(None, match.groups()))).strip(" .,，。") not in grounds:
            return Problem.QUOTATION
    known = grounds + " " + normalise(question)
    if any(normalise(name).removesuffix("s") not in known for name in _NAME.findall(bare)):
        return Problem.NAME
    return None


def _plain(number: str) -> str:
    return number.replace(",", "")


def _words_of(fact: Fact) -> str:
    """Return all words of a fact, of both languages: names and numbers may come from either."""
    texts = [fact.cite, fact.date or "", fact.as_of]
    for wording in fact.wordings.values():
        texts += [wording.title, wording.text, wording.advice, wording.date_note or ""]
    return " ".join(texts)
