"""Checking what a model wrote against the facts it was given, sentence by sentence.

Seven checks find what is certainly wrong: a missing or invented citation; a number, name, quotation or place that the
cited facts do not hold; another language; a link or a mention, since sources come from the facts alone. Two more ask
whether the sentence says what the facts say: its words must be theirs (words of the lexicon that mean the same count,
rare ones more), and it must not deny what the nearest sentence of a fact affirms, or the other way round.

Words were chosen over vectors because a vector hardly sees what matters here: "is" and "is not", 2024 and 2025, the
plaintiff and the defendant lie side by side.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from bot.ask.denial import denials
from bot.ask.facts import INTERNATIONAL, Fact, Language
from bot.ask.sentences import split_sentences
from bot.ask.words import Lexicon, Subject, language_of, normalise

MIN_SUPPORT: Final = 0.55
"""The least share of a sentence's words, rare ones counting more, that the cited facts must hold."""
_SAME_MATTER: Final = 0.6
_SAME_SENTENCE: Final = 0.85
_CITATION = re.compile(r"\[(\d+)\]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_QUOTED = re.compile(r"“([^”]{2,})”|\"([^\"]{2,})\"|「([^」]{2,})」|《([^》]{2,})》")
_NAME = re.compile(r"(?<![.!?:]\s)(?<=[\w,;)] )([A-Z][\w’'-]{2,})")
_LINK = re.compile(r"\w://|www\.|\]\(|<[@#:/]|@(everyone|here)\b|^\s*/\w", re.IGNORECASE)
Rarity = Callable[[Subject], float]


class Problem(Enum):
    """Why a sentence may not be shown."""

    UNCITED = "uncited"
    UNKNOWN_CITATION = "unknown citation"
    NUMBER = "a number that the cited facts do not hold"
    NAME = "a name that neither the cited facts nor the question hold"
    QUOTATION = "quoted words that the cited facts do not hold"
    LANGUAGE = "another language"
    PLACE = "a place that the cited facts do not speak of"
    WORDS = "words that the cited facts do not hold"
    LINK = "a link, a mention or a command"
    DENIAL = "it denies what the facts affirm, or affirms what they deny"


@dataclass(frozen=True, slots=True)
class Checked:
    """A sentence, the ids of the facts it cites, how far they carry it (0 to 1), and what is wrong with it."""

    sentence: str
    facts: tuple[str, ...]
    support: float
    problem: Problem | None = None


def cited(text: str) -> tuple[int, ...]:
    """Return the numbers a text cites, each once, in order."""
    return tuple(dict.fromkeys(int(number) for number in _CITATION.findall(text)))


@dataclass(frozen=True, slots=True)
class Grounds:
    """The facts that an answer may rest on; number n cites facts[n - 1]."""

    facts: Sequence[Fact]
    question: str
    language: Language
    lexicon: Lexicon
    rarity: Rarity

    def check(self, sentence: str) -> Checked:
        """Say how far a sentence is carried by the facts it cites, and what is wrong with it."""
        numbers = cited(sentence)
        if not numbers:
            return Checked(sentence, (), 0.0, Problem.UNCITED)
        if any(not 1 <= number <= len(self.facts) for number in numbers):
            return Checked(sentence, (), 0.0, Problem.UNKNOWN_CITATION)
        facts = [self.facts[number - 1] for number in numbers]
        bare = _CITATION.sub("", sentence)
        support = self._support(bare, facts)
        problem = self._certainly_wrong(bare, facts)
        if problem is None and support < MIN_SUPPORT:
            problem = Problem.WORDS
        if problem is None and self._denies(bare, facts):
            problem = Problem.DENIAL
        return Checked(sentence, tuple(fact.id for fact in facts), support, problem)

    def _certainly_wrong(self, bare: str, facts: Sequence[Fact]) -> Problem | None:
        if _LINK.search(bare):
            return Problem.LINK
        if language_of(bare, self.language) is not self.language:
            return Problem.LANGUAGE
        grounds = normalise(" ".join(map(_words_of, facts)))
        held = {_plain(number) for number in _NUMBER.findall(grounds)}
        if any(_plain(number) not in held for number in _NUMBER.findall(normalise(bare))):
            return Problem.NUMBER
        for match in _QUOTED.finditer(bare):
            if normalise(next(filter(None, match.groups()))).strip(" .,，。") not in grounds:
                return Problem.QUOTATION
        known = grounds + " " + normalise(self.question)
        if any(normalise(name).removesuffix("s") not in known for name in _NAME.findall(self._placeless(bare))):
            return Problem.NAME
        codes = {code for fact in facts for code in fact.jurisdictions} or {INTERNATIONAL}
        named = self.lexicon.places(bare).codes
        mentioned = self.lexicon.places(" ".join(map(_words_of, facts))).codes
        if named and INTERNATIONAL not in codes and not named <= codes | mentioned:
            return Problem.PLACE
        return None

    def _placeless(self, text: str) -> str:
        """Leave out the names of places: whether these fit is a check of its own."""
        for name in self.lexicon.places(text).names:
            text = re.sub(rf"\b{re.escape(name)}\b", "", text)
        return text

    def _support(self, bare: str, facts: Sequence[Fact]) -> float:
        """Return the share of the sentence's subjects that the facts, or the question itself, speak of."""
        texts = (self.question, *(_words_of(fact, self.language) for fact in facts))
        held = {term for text in texts for term in self.lexicon.terms(text, self.language)}
        return self._share(bare, held)

    def _share(self, text: str, held: set[str]) -> float:
        subjects = self.lexicon.subjects(text, self.language, without=self.lexicon.places(text).names)
        rarities = [self.rarity(subject) for subject in subjects]
        found = sum(r for r, subject in zip(rarities, subjects, strict=True) if held.intersection(subject.terms))
        return found / sum(rarities) if rarities else 0.0

    def _denies(self, bare: str, facts: Sequence[Fact]) -> bool:
        """Tell whether the nearest sentence of a fact is about the same, and only one of the two is a denial."""
        nearest, share = "", 0.0
        for fact in facts:
            wording = fact.wording(self.language)
            for other in (*split_sentences(wording.text), wording.title, wording.advice):
                alike = self._share(bare, set(self.lexicon.terms(other, self.language)))
                if alike > share:
                    nearest, share = other, alike
        said, stands = (denials(text, self.language) for text in (bare, nearest))
        if share >= _SAME_SENTENCE and abs(len(nearest) - len(bare)) <= 0.25 * len(nearest):
            return said != stands
        # A sentence may take half of a longer one, with or without its denial: only like lengths are compared.
        comparable = len(nearest) <= 1.6 * len(bare)
        return share >= _SAME_MATTER and comparable and bool(said) != bool(stands)


def _plain(number: str) -> str:
    return number.replace(",", "")


def _words_of(fact: Fact, language: Language | None = None) -> str:
    """Return all words of a fact, of both languages where none is given: names and numbers may come from either."""
    texts = [fact.cite, fact.date or "", fact.as_of]
    for key, wording in fact.wordings.items():
        if language is None or key is language:
            texts += [wording.title, wording.text, wording.advice, wording.date_note or "", *wording.keywords]
            texts += [myth.truth for myth in wording.myths]
    return " ".join(texts)
