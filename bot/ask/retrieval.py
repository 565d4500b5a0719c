"""Finding the facts that answer a question: one index a language, two ways of being alike.

A fact is found by its words (BM25F over title, names, questions and text), and by the questions that it is known to
answer (`asks` in its file): the one most like the member's counts. Each subject of a question is looked up by itself,
with its synonyms as one. A question of which the best fact speaks too little is not covered, and gets nothing rather
than something near.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from bot.ask.centrality import centrality
from bot.ask.conversation import compares, understood
from bot.ask.facts import INTERNATIONAL, Fact, Kind, Language
from bot.ask.postings import Field, Postings
from bot.ask.spelling import Speller
from bot.ask.words import Lexicon, Places, Subject, is_han, pairs, pieces

K: Final = 5
_RANKED: Final = 60
# A question that is hardly covered gets what is nearest, with its sources, rather than nothing.
_LIKELY: Final = 0.27
# A fact far behind the best one would only dilute an answer, unless it has the other part of the question.
MIN_SHARE_OF_BEST: Final = 0.45
_MIN_SHARE_OF_PART: Final = 0.25
_FIELDS: Final = (Field(5.0, 0.4, True), Field(3.0, 0.3, True), Field(0.5, 0.3, True), Field(0.8, 0.75, False))
_ASK: Final = (Field(1.0, 0.0, True),)
_SYNONYM = 0.8
_TEXT_ONLY = 0.75
# How far likeness to a known question, and being central, count beside the words in common.
_ALIKE = 1.5
_CENTRAL = 0.12
# What is added for a place that is preferred, and for what is no law: less where law is asked for, or a place's law.
_PREFERRED = 0.3
_PLACELESS = -0.3
_LAWLESS_OF_LAW = -0.2
_LAWLESS_ELSE = 0.15
# And for what is new, where the latest is asked for: this much for the newest fact, half of it for one a year older.
_NEWEST = 0.6
_LATEST: Final = re.compile(
    r"\b(latest|newest|recent\w*|this year|new law|news|up to date)\b|最新|最近|近期|今年|新规", re.IGNORECASE
)
_PLACE_NAME = 0.5
_MAX_RARITY = 5.0
_RANKS = 20
_NEAR_ENOUGH = 3
_COMPARED = 2
# Of the signs in their order, and a constant; tests/knowledge/fit.py finds them by logistic regression.
_COVERED: Final = {
    Language.EN: (2.99, 6.77, 5.00, 2.25, -1.82, 3.93, -20.75),
    Language.ZH: (0.71, 1.41, 4.15, 1.33, -8.02, 2.13, -7.54),
}
_LAW: Final = re.compile(
    r"\b(laws?|legal\w*|illegal\w*|copyright\w*|courts?|protect\w*|rights?|owns?|owner\w*|regulat\w*|statutes?|licen[cs]\w*|allowed|permi\w+|infring\w*|sue|sued)\b"
    r"|法|版权|著作权|侵权|权利|归谁|归属|规定|许可",
    re.IGNORECASE,
)
_LAWLESS = frozenset({Kind.ART, Kind.TECHNIQUE, Kind.LICENCE, Kind.POLICY})
Numbers = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Hit:
    """A fact that answers."""

    fact: Fact
    score: float
    coverage: float
    """The share of the question that the fact speaks of, 0 to 1."""
    likeness: float
    """How like the question is to one that the fact is known to answer, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What tells whether the facts cover a question: each says a little, together they say enough."""

    score: float
    """Of the best fact; of a comparison, the first two added up."""
    coverage: float
    """The largest share of the question that one of the first facts speaks of; of a comparison, the first two."""
    likeness: float
    """To the most like question that is known to be answered."""
    subjects: float
    """How many things the question names: a single word is found anywhere."""
    unknown: float
    """The share of them of which no fact ever speaks."""
    trade: float
    """The share of them that are words of the trade: of the lexicon, or names of facts that are no common words."""

    def covered(self, language: Language) -> float:
        """Return how probably the facts cover the question, 0 to 1."""
        *weights, constant = _COVERED[language]
        return 1 / (1 + math.exp(-constant - sum(w * sign for w, sign in zip(weights, astuple(self), strict=True))))


@dataclass(frozen=True, slots=True)
class Ranking:
    """The facts that share most with a question, best first, and what tells whether they cover it."""

    hits: Sequence[Hit]
    signs: Signs
    several: bool
    """It compares, or asks on: then facts that speak of a part of it belong to the answer."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What every fact has of a question."""

    strength: Numbers
    parts: Numbers
    """The share of the question that a subject is and a fact speaks of, (subjects, facts)."""
    likeness: Numbers

    @property
    def coverage(self) -> Numbers:
        """The share of the question that each fact speaks of."""
        return np.asarray(self.parts.sum(0), np.float32)

    def together(self, rows: Sequence[int]) -> float:
        """Return the share of the question that some facts speak of between them."""
        return float(self.parts[:, rows].max(1, initial=0.0).sum())


@dataclass(frozen=True, slots=True)
class Shelf:
    """The facts of one language."""

    texts: Postings
    asks: Postings
    first_ask: NDArray[np.int64]
    """The row of each fact's first question; every fact has at least one."""
    ask_sizes: Numbers
    """The rarities of each question's subjects, added up."""
    words: Mapping[str, int]
    """Every word, and how often it occurs; of Chinese, every pair of characters."""
    speller: Speller

    @classmethod
    def build(cls, facts: Sequence[Fact], language: Language, lexicon: Lexicon) -> Self:
        """Index facts in their language."""
        texts = Postings.build((_row(fact, language, lexicon) for fact in facts), _FIELDS)
        asked = [[lexicon.subjects(ask, language) for ask in _asks(fact, language)] for fact in facts]
        flat = [subjects for each in asked for subjects in each]
        rows = ([[term for subject in subjects for term in subject.terms]] for subjects in flat)
        sizes = [sum(_rarity_of(texts, subject) for subject in subjects) for subjects in flat]
        firsts = np.cumsum([0, *(len(each) for each in asked)], dtype=np.int64)[:-1]
        words = _vocabulary(facts, language) + Counter(lexicon.vocabulary(language))
        ask_sizes = np.maximum(np.array(sizes, np.float32), 1.0)
        return cls(
            texts, Postings.build(rows, _ASK), firsts, ask_sizes, words, Speller.build(words, lexicon.common[language])
        )

    def knows(self, subject: Subject) -> bool:
        """Tell whether any fact speaks of a subject."""
        return any(self.texts.find(term) is not None for term in subject.terms)

    def find(self, subjects: Sequence[Subject], beside: Sequence[Subject] = ()) -> _Found:
        """Look subjects up; those `beside` lift what is found, but are not what is asked."""
        count = self.texts.count
        strength, parts = np.zeros(count, np.float32), np.zeros((len(subjects), count), np.float32)
        overlap, total = np.zeros(self.asks.count, np.float32), 0.0
        for part, subject in zip(parts, subjects, strict=True):
            best, named = _best(self.texts, subject)
            rarity = _rarity(int(np.count_nonzero(best)), count) * subject.weight
            total += rarity
            strength += rarity * best
            part += rarity * np.where(named, 1.0, _TEXT_ONLY) * (best > 0)
            overlap += rarity * np.minimum(_best(self.asks, subject)[0], 1.0)
        total = total or 1.0
        alike = overlap / np.sqrt(self.ask_sizes * total)
        for subject in beside:
            best, _ = _best(self.texts, subject)
            strength += _PLACE_NAME * _rarity(int(np.count_nonzero(best)), count) * best * (strength > 0)
        return _Found(strength / total, parts / total, np.maximum.reduceat(alike, self.first_ask))


@dataclass(frozen=True, slots=True, repr=False)
class FactIndex:
    """All facts, searchable; safe to be used from several threads, and meant for a worker thread."""

    facts: Mapping[str, Fact]
    lexicon: Lexicon
    shelves: Mapping[Language, Shelf]
    _order: Sequence[Fact]
    _centrality: Numbers
    _placeless: Numbers
    """1 for a fact that holds nowhere in particular."""
    _lawless: Numbers
    """1 for a fact of a kind that is no law."""
    _newness: Numbers
    """1 for the newest fact, half for each year before."""

    @classmethod
    def build(cls, facts: Iterable[Fact], lexicon: Lexicon | None = None) -> Self:
        """Index facts in memory."""
        order, lexicon = tuple(facts), lexicon or Lexicon()
        return cls.of(order, lexicon, {language: Shelf.build(order, language, lexicon) for language in Language})

    @classmethod
    def of(cls, facts: Sequence[Fact], lexicon: Lexicon, shelves: Mapping[Language, Shelf]) -> Self:
        """Put an index together of shelves that hold these facts in this order."""
        return cls(
            {fact.id: fact for fact in facts},
            lexicon,
            shelves,
            facts,
            centrality(facts),
            np.array([not fact.jurisdictions for fact in facts], np.float32),
            np.array([fact.kind in _LAWLESS for fact in facts], np.float32),
            _newness(facts),
        )

    def by_key(self, key: str) -> Fact | None:
        """Return the fact with a short key, None where it is no longer among the facts."""
        return next((fact for fact in self._order if fact.key == key), None)

    def subjects(self, question: str, language: Language) -> tuple[Subject, ...]:
        """Return what a question asks about, without the places it names."""
        return self.lexicon.subjects(question, language, without=self.lexicon.places(question).names)

    def rarity(self, subject: Subject, language: Language) -> float:
        """Return how much a subject tells: the fewer facts speak of it, the more."""
        return _rarity_of(self.shelves[language].texts, subject)

    def likeness(self, one: Sequence[Subject], other: Sequence[Subject], language: Language) -> float:
        """Return how far two texts have the same subjects, 0 to 1, the rare ones counting more."""
        texts = self.shelves[language].texts
        sizes = [sum(_rarity_of(texts, subject) for subject in each) for each in (one, other)]
        held = {term for subject in other for term in subject.terms}
        shared = sum(_rarity_of(texts, subject) for subject in one if held.intersection(subject.terms))
        return shared / math.sqrt(sizes[0] * sizes[1]) if all(sizes) else 0.0

    def search(
        self,
        question: str,
        language: Language,
        jurisdiction: str | None = None,
        *,
        prefer: str | None = None,
        before: Sequence[str] = (),
        nearest: Sequence[Fact] = (),
        k: int = K,
    ) -> tuple[Hit, ...]:
        """Return the facts that answer a question, best first; none when it is not covered.

        `before` are the questions of the conversation so far, oldest first. `jurisdiction` leaves out the law of all
        other places; without it, places that the question names do. `prefer` only lifts a place's facts, and only
        where nothing else names a place. `nearest` are facts by their meaning, best first; they change the order.
        """
        ranked = (
            (shelf, self.rank(question, shelf, jurisdiction, prefer=prefer, before=before))
            for shelf in _shelves_for(question, language)
        )
        # Who mixes languages may ask in words that only the other one's facts use.
        covered = next((r for shelf, r in ranked if r.hits and r.signs.covered(shelf) >= _LIKELY), None)
        if covered is None:
            return ()
        hits, several = covered.hits, covered.several
        floor = hits[0].score * (_MIN_SHARE_OF_PART if several else MIN_SHARE_OF_BEST)
        near = {fact.id for fact in nearest[:_NEAR_ENOUGH]}
        good = [hit for hit in _fused(hits, nearest) if hit.score >= floor or hit.fact.id in near]
        if several:
            good += _related(good, hits)
        return tuple(_side_by_side(good, self.lexicon.places(question).codes)[:k])

    def rank(
        self,
        question: str,
        language: Language,
        jurisdiction: str | None = None,
        *,
        prefer: str | None = None,
        before: Sequence[str] = (),
    ) -> Ranking:
        """Rank the facts that share a subject with a question, as many as could ever be shown."""
        shelf = self.shelves[language]
        asked = understood(shelf.speller.read(question), before, language, self.lexicon)
        named = asked.places
        wanted = self._wanted(named, jurisdiction)
        of_law = _LAW.search(question) is not None
        found = shelf.find(asked.subjects, self.lexicon.subjects(" ".join(named.names), language))
        coverage = found.coverage
        shared = found.strength * (0.5 + coverage / 2) + _ALIKE * found.likeness
        lifts = _CENTRAL * self._centrality + (_LAWLESS_OF_LAW if of_law else _LAWLESS_ELSE) * self._lawless
        lifts += (_NEWEST if _LATEST.search(question) else 0.0) * self._newness
        lifts += (_PLACELESS if wanted else 0.0) * self._placeless
        scores = np.where(shared > 0, shared + lifts, -np.inf)
        hits: list[Hit] = []
        rows: list[int] = []
        for number in np.argsort(-scores, kind="stable").tolist():
            fact, score = self._order[number], float(scores[number])
            if score == -np.inf or len(hits) == _RANKED:
                break
            if not _applies(fact, wanted, named, of_law=of_law):
                continue
            if not wanted and prefer in fact.jurisdictions:
                score += _PREFERRED
            hits.append(Hit(fact, score, float(coverage[number]), float(found.likeness[number])))
            rows.append(number)
        first = hits[:K]
        comparing = compares(question)
        covered = max((hit.coverage for hit in first), default=0.0)
        if comparing:
            covered = max(covered, found.together(rows[:_COMPARED]))
        count = max(len(asked.subjects), 1)
        signs = Signs(
            score=sum(hit.score for hit in first[: _COMPARED if comparing else 1]),
            coverage=covered,
            likeness=max((hit.likeness for hit in first), default=0.0),
            subjects=len(asked.subjects),
            unknown=sum(not shelf.knows(subject) for subject in asked.subjects) / count,
            trade=sum(self._of_trade(subject, language) for subject in asked.subjects) / count,
        )
        return Ranking(sorted(hits, key=lambda hit: (-hit.score, hit.fact.id)), signs, comparing or asked.leaning)

    def _of_trade(self, subject: Subject, language: Language) -> bool:
        if subject.group is not None or subject.term in self.lexicon.common[language]:
            return subject.group is not None
        return bool(_best(self.shelves[language].texts, subject)[1].any())

    def _wanted(self, named: Places, jurisdiction: str | None) -> frozenset[str]:
        """Return the places whose law is asked for; empty means any."""
        codes = set(named.codes)
        if jurisdiction is not None:
            codes |= {jurisdiction, self.lexicon.under.get(jurisdiction, jurisdiction)}
        return frozenset(codes)


def _shelves_for(question: str, language: Language) -> tuple[Language, ...]:
    """Return the languages in which to look, one after the other: the question's own, and another it has words of."""
    held = pieces(question)
    mixed = any(map(is_han, held)) and not all(map(is_han, held))
    return (language, *(other for other in Language if mixed and other is not language))


def _best(postings: Postings, subject: Subject) -> tuple[Numbers, NDArray[np.bool_]]:
    """Return how strongly each row speaks of a subject, in its own words or others that mean the same."""
    strengths, named = np.zeros(postings.count, np.float32), np.zeros(postings.count, np.bool_)
    for term, factor in zip(subject.terms, (1.0, _SYNONYM), strict=False):
        found = postings.find(term)
        if found is not None:
            strengths[found.rows] = np.maximum(strengths[found.rows], found.strengths * factor)
            named[found.rows] |= found.named
    return strengths, named


def _rarity_of(postings: Postings, subject: Subject) -> float:
    found = postings.find(subject.terms[-1])
    return _rarity(0 if found is None else len(found.rows), postings.count) * subject.weight


def _rarity(found: int, total: int) -> float:
    """Return how much a word tells that `found` of `total` facts hold.

    It has an upper end: what no fact speaks of is as often a turn of phrase as another subject.
    """
    return min(math.log((total - found + 0.5) / (found + 0.5) + 1), _MAX_RARITY)


def _newness(facts: Sequence[Fact]) -> Numbers:
    """Return how new each fact is beside the newest; one without a date is taken for old."""
    months = np.array([_months(fact.date) for fact in facts], np.float32)
    return np.asarray(0.5 ** ((months.max(initial=0.0) - months) / 12), np.float32)


def _months(when: str | None) -> int:
    """Return the months since year 0 of a date as facts have it: a year, a month or a day."""
    year, month = (*(when or "0").split("-"), "1")[:2]
    return 12 * int(year) + int(month)


def _asks(fact: Fact, language: Language) -> Sequence[str]:
    """Return the questions that a fact is known to answer; its title is one, and so is each belief it puts right."""
    wording = fact.wording(language)
    return (wording.title, *wording.asks, *(myth.claim for myth in wording.myths))


def _vocabulary(facts: Iterable[Fact], language: Language) -> Counter[str]:
    """Return how often each word stands in the facts of a language; of Chinese, each pair of characters."""
    words: Counter[str] = Counter()
    for fact in facts:
        wording = fact.wording(language)
        for text in (wording.title, *wording.keywords, *wording.asks, wording.text, wording.advice):
            for piece in pieces(text):
                words.update(pairs(piece) if is_han(piece) else [piece])
    return words


def _row(fact: Fact, language: Language, lexicon: Lexicon) -> tuple[list[str], ...]:
    wording = fact.wording(language)
    # Names are looked for in whatever language they are typed in; a text of another language would only be in the way.
    others = (other for key, other in fact.wordings.items() if key is not language)
    foreign = (word for other in others for word in (other.title, *other.keywords))
    names = " ; ".join((*wording.keywords, fact.cite, fact.id.replace("-", " "), (fact.date or "")[:4], *foreign))
    texts = (wording.title, names, " ; ".join(wording.asks), f"{wording.text} {wording.advice}")
    return tuple(lexicon.terms(text, language) for text in texts)


def _fused(hits: Sequence[Hit], nearest: Sequence[Fact]) -> list[Hit]:
    """Merge two orders by reciprocal ranks (Cormack, Clarke and Buettcher, SIGIR 2009)."""
    if not nearest:
        return list(hits)
    places = {fact.id: place for place, fact in enumerate(nearest)}
    merits = [
        1 / (_RANKS + place) + (1 / (_RANKS + places[hit.fact.id]) if hit.fact.id in places else 0.0)
        for place, hit in enumerate(hits)
    ]
    return [hits[place] for place in sorted(range(len(hits)), key=lambda place: -merits[place])]


def _related(good: Sequence[Hit], hits: Sequence[Hit]) -> list[Hit]:
    """Return what the first facts name as related, of what was found at all: one compares with what stands beside."""
    named = {other for hit in good[:_COMPARED] for other in hit.fact.related}
    held = {hit.fact.id for hit in good}
    return [hit for hit in hits if hit.fact.id in named and hit.fact.id not in held]


def _side_by_side(hits: Sequence[Hit], places: frozenset[str]) -> list[Hit]:
    """Put the best facts of each place that a question names before the others, as many of each: it asks for all."""
    if len(places) < 2:
        return list(hits)
    columns = [[hit for hit in hits if place in hit.fact.jurisdictions] for place in sorted(places)]
    rounds = [[column[n] for column in columns if n < len(column)] for n in range(max(1, K // len(places)))]
    ahead = {hit.fact.id: hit for row in rounds for hit in sorted(row, key=lambda hit: -hit.score)}
    return [*ahead.values(), *(hit for hit in hits if hit.fact.id not in ahead)]


def _applies(fact: Fact, wanted: frozenset[str], named: Places, *, of_law: bool) -> bool:
    """Tell whether a fact may answer for the places asked about; `of_law` tells that the question is one of law."""
    if named.elsewhere and not wanted:
        return not of_law and (fact.kind in _LAWLESS or INTERNATIONAL in fact.jurisdictions)
    if not fact.jurisdictions:
        return True
    return not wanted or INTERNATIONAL in fact.jurisdictions or bool(wanted.intersection(fact.jurisdictions))
