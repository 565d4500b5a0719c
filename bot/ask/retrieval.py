"""Finding the facts that answer a question: SQLite's full-text search, one index a language.

Each subject of a question is looked up by itself (its synonyms count as one), scored by BM25 with
titles and keywords weighing more than text, and the scores are added. A second number tells how
much of the question a fact speaks of at all, rare words counting more: a question whose best fact
speaks of too little is not covered, and gets nothing rather than something near.
"""

import math
import sqlite3
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

from bot.ask.facts import INTERNATIONAL, Fact, Kind, Language
from bot.ask.words import Lexicon, Places, Subject, for_index, phrase

K: Final = 4
# Chosen on the tuning half of tests/bot/ask/questions.toml, checked on the other half.
MIN_FIT: Final = {Language.EN: 13.5, Language.ZH: 11.0}
# A fact far behind the best one would only dilute an answer.
MIN_SHARE_OF_BEST: Final = 0.35
_TITLE_WEIGHT, _KEYWORD_WEIGHT, _TEXT_WEIGHT = 5.0, 3.0, 1.0
_SYNONYM_FACTOR = 0.8
_TEXT_ONLY_COVERAGE = 0.75
_PREFERRED_FACTOR = 1.2
_PLACE_NAME_FACTOR = 0.5
_MAX_RARITY = 4.0
_UNTITLED_PENALTY = 3.0
_TRADE_BONUS, _TRADE_TITLE_BONUS = 4.0, 8.0
_LEAD_BONUS, _LEAD_STEP = 6.0, 0.6
_LAWLESS = frozenset({Kind.ART, Kind.TECHNIQUE, Kind.LICENCE, Kind.POLICY})


@dataclass(frozen=True, slots=True)
class Hit:
    """A fact that answers; `coverage` is the share of the question that it speaks of, 0 to 1."""

    fact: Fact
    score: float
    coverage: float
    fit: float
    """How surely the fact is about the question; what decides whether the question is covered."""


@dataclass(slots=True)
class _Tally:
    score: float = 0.0
    covered: float = 0.0
    titled: bool = False
    of_trade: bool = False
    """Its title or keywords hold a word of the trade that the question holds."""


@dataclass(frozen=True, slots=True)
class _Match:
    score: float
    in_title: bool


@dataclass(frozen=True, slots=True)
class FactIndex:
    """All facts, searchable; safe to be used from several threads, and meant for a worker thread."""

    facts: Mapping[str, Fact]
    lexicon: Lexicon
    _order: Sequence[Fact]
    _database: sqlite3.Connection
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def build(cls, facts: Iterable[Fact], lexicon: Lexicon | None = None) -> Self:
        """Index facts in memory; takes about 0.1 s for some hundred."""
        order = tuple(facts)
        # The lock of this class serialises; SQLite's own check would forbid worker threads.
        database = sqlite3.connect(":memory:", check_same_thread=False)
        for language in Language:
            database.execute(
                f"CREATE VIRTUAL TABLE {_table(language)} USING fts5"
                "(title, keywords, body, tokenize = 'porter unicode61 remove_diacritics 2')"
            )
            database.executemany(
                f"INSERT INTO {_table(language)} (rowid, title, keywords, body) VALUES (?, ?, ?, ?)",  # noqa: S608
                (_row(number, fact, language) for number, fact in enumerate(order)),
            )
        database.commit()
        return cls({fact.id: fact for fact in order}, lexicon or Lexicon(), order, database)

    def by_key(self, key: str) -> Fact | None:
        """Return the fact with a short key, None where it is no longer among the facts."""
        return next((fact for fact in self._order if fact.key == key), None)

    def subjects(self, question: str, language: Language) -> tuple[Subject, ...]:
        """Return what a question asks about, without the places it names."""
        return self.lexicon.subjects(question, language, without=self.lexicon.places(question).names)

    def search(
        self,
        question: str,
        language: Language,
        jurisdiction: str | None = None,
        *,
        prefer: str | None = None,
        k: int = K,
    ) -> tuple[Hit, ...]:
        """Return the facts that answer a question, best first; none when it is not covered.

        `jurisdiction` leaves out the law of all other places; without it, places that the question names do.
        `prefer` only lifts a place's facts, and only where nothing else names a place.
        """
        hits = self.rank(question, language, jurisdiction, prefer=prefer)
        if not hits or not is_covered(hits[0], language):
            return ()
        floor = hits[0].score * MIN_SHARE_OF_BEST
        good = [hit for hit in hits if hit.score >= floor]
        return tuple(_one_of_each(good, self.lexicon.places(question).codes)[:k])

    def rank(
        self, question: str, language: Language, jurisdiction: str | None = None, *, prefer: str | None = None
    ) -> list[Hit]:
        """Return all facts that share a subject with a question, best first."""
        named = self.lexicon.places(question)
        wanted = self._wanted(named, jurisdiction)
        subjects = self.lexicon.subjects(question, language, without=named.names)
        tallies, total = self._tally(subjects, language)
        for name in named.names:
            matches = self._matches(name, language)
            rarity = _rarity(len(matches), len(self._order)) * _PLACE_NAME_FACTOR
            for number, match in matches.items():
                if number in tallies:
                    tallies[number].score += match.score * rarity
        lead = self._lead(subjects, language, wanted, named)
        trade = any(self.lexicon.is_of_trade(subject, language) for subject in subjects)
        hits: list[Hit] = []
        for number, tally in tallies.items():
            fact = self._order[number]
            if not _applies(fact, wanted, named):
                continue
            lift = _PREFERRED_FACTOR if not wanted and prefer in fact.jurisdictions else 1.0
            coverage = tally.covered / total
            score = tally.score * (0.5 + coverage / 2) + lead.get(fact.id, 0.0)
            # Titles say what a fact is about, and a question in words of the trade is hardly about something else.
            fit = 10 * coverage + score - (0 if tally.titled else _UNTITLED_PENALTY)
            fit += _TRADE_TITLE_BONUS if tally.of_trade or lead else _TRADE_BONUS if trade else 0
            hits.append(Hit(fact, score * lift, coverage, fit))
        return sorted(hits, key=lambda hit: (-hit.score, hit.fact.id))

    def _lead(
        self, subjects: Sequence[Subject], language: Language, wanted: frozenset[str], named: Places
    ) -> dict[str, float]:
        """Return what the topics that a question means add to the facts they begin with."""
        added: dict[str, float] = {}
        for topic in self.lexicon.topics:
            if topic.is_meant(subjects, language):
                known = [self.facts[fact_id] for fact_id in topic.facts if fact_id in self.facts]
                applying = [fact.id for fact in known if _applies(fact, wanted, named)]
                for place, fact_id in enumerate(applying):
                    bonus = max(_LEAD_BONUS - place * _LEAD_STEP, 0.0)
                    added[fact_id] = max(added.get(fact_id, 0.0), bonus)
        return added

    def _wanted(self, named: Places, jurisdiction: str | None) -> frozenset[str]:
        """Return the places whose law is asked for; empty means any."""
        codes = set(named.codes)
        if jurisdiction is not None:
            codes |= {jurisdiction, self.lexicon.under.get(jurisdiction, jurisdiction)}
        return frozenset(codes)

    def _tally(self, subjects: Sequence[Subject], language: Language) -> tuple[dict[int, _Tally], float]:
        """Add up what each fact scores and covers; also return what a fact that covers all would have."""
        tallies: dict[int, _Tally] = {}
        total = 0.0
        for subject in subjects:
            matches = self._matches(subject.asked, language)
            for other in subject.others:
                for number, match in self._matches(other, language).items():
                    score = match.score * _SYNONYM_FACTOR
                    known = matches.get(number)
                    if known is None or known.score < score:
                        matches[number] = _Match(score, match.in_title or (known is not None and known.in_title))
            rarity = _rarity(len(matches), len(self._order)) * subject.weight
            total += rarity
            trade = self.lexicon.is_of_trade(subject, language)
            for number, match in matches.items():
                tally = tallies.setdefault(number, _Tally())
                tally.score += match.score * rarity
                tally.titled |= match.in_title
                tally.of_trade |= match.in_title and trade
                tally.covered += rarity * (1.0 if match.in_title else _TEXT_ONLY_COVERAGE)
        return tallies, total or 1.0

    def _matches(self, words: str, language: Language) -> dict[int, _Match]:
        """Return the facts that hold an expression, and how strongly, without regard to its rarity.

        Of words that mean the same, the rarest would otherwise decide; the rarity that counts is the subject's.
        """
        expression = phrase(words)
        if not expression:
            return {}
        table = _table(language)
        # bm25() is negative, the better the lower; the second one is zero where only the text matches.
        query = (
            f"SELECT rowid, -bm25({table}, ?, ?, ?), -bm25({table}, 1.0, 1.0, 0.0) "  # noqa: S608
            f"FROM {table} WHERE {table} MATCH ?"
        )
        weights = (_TITLE_WEIGHT, _KEYWORD_WEIGHT, _TEXT_WEIGHT)
        with self._lock:
            rows = self._database.execute(query, (*weights, expression)).fetchall()
        # What bm25() multiplies by (SQLite, fts5_aux.c): at least a millionth.
        frequency = max(math.log((len(self._order) - len(rows) + 0.5) / (len(rows) + 0.5)), 1e-6)
        return {number: _Match(score / frequency, title > 0) for number, score, title in rows}


def _one_of_each(hits: Sequence[Hit], places: frozenset[str]) -> list[Hit]:
    """Put the best fact of each place that a question names before the others: it asks for all of them."""
    if len(places) < 2:
        return list(hits)
    first = [next((hit for hit in hits if place in hit.fact.jurisdictions), None) for place in sorted(places)]
    ahead = sorted({hit.fact.id: hit for hit in first if hit is not None}.values(), key=lambda hit: -hit.score)
    return [*ahead, *(hit for hit in hits if hit not in ahead)]


def is_covered(best: Hit, language: Language) -> bool:
    """Tell whether the best fact speaks of enough of the question to be an answer."""
    return best.fit >= MIN_FIT[language]


def _rarity(found: int, total: int) -> float:
    """Return how much a word tells that `found` of `total` facts hold.

    It has an upper end: what no fact speaks of is as often a turn of phrase as another subject.
    """
    return min(math.log((total - found + 0.5) / (found + 0.5) + 1), _MAX_RARITY)


def _table(language: Language) -> str:
    return f"facts_{language.code}"


def _row(number: int, fact: Fact, language: Language) -> tuple[int, str, str, str]:
    wording = fact.wording(language)
    names = " ".join((*wording.keywords, fact.cite, fact.id.replace("-", " ")))
    texts = (wording.title, names, f"{wording.text} {wording.advice}")
    return (number, *map(for_index, texts))  # type: ignore[return-value]


def _applies(fact: Fact, wanted: frozenset[str], named: Places) -> bool:
    """Tell whether a fact may answer for the places asked about."""
    if not fact.jurisdictions:
        return fact.kind in _LAWLESS or not named.elsewhere
    if named.elsewhere and not wanted:
        return INTERNATIONAL in fact.jurisdictions
    return not wanted or INTERNATIONAL in fact.jurisdictions or bool(wanted.intersection(fact.jurisdictions))
