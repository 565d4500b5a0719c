"""How questions and facts become words for the search: tokens, subjects, places, languages."""

import re
import tomllib
import unicodedata
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import cast

import snowballstemmer

from bot.ask.facts import Language

LEXICON_FILE = Path(__file__).parent / "lexicon.toml"
COMMON = Path(__file__).parent / "common"
"""Everyday words by their commonness; scripts/common_words.py says where they are from."""
# What a common word still says, by its step of the Zipf scale: "small" or "look" are of any subject.
_SAYS = {5.0: 0.3, 4.5: 0.4, 4.0: 0.6, 3.5: 0.8}
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_KANA = re.compile("[\u3040-\u30ff]")
_HAN_CHARACTER = re.compile(f"[{_HAN}]")
_PIECE = re.compile(f"[{_HAN}]+|[a-z0-9]+")
_LATIN_WORD = re.compile(r"[A-Za-z]+")
_SUFFIXES = ("ings", "ing", "ed", "es", "s")


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing a question asks about, as the terms that the index has for it.

    Pairs of Chinese characters that overlap are one thing seen several times, so each weighs less.
    """

    asked: str
    term: str
    group: str | None = None
    """The term of all words that mean the same; None where the lexicon does not know the word."""
    weight: float = 1.0

    @property
    def terms(self) -> tuple[str, ...]:
        """Every term that speaks of the subject."""
        return (self.term,) if self.group is None else (self.term, self.group)


@dataclass(frozen=True, slots=True)
class Places:
    """The places a question names; `elsewhere` is True when it names one whose law no fact covers."""

    codes: frozenset[str]
    elsewhere: bool
    names: tuple[str, ...]


def normalise(text: str) -> str:
    """Return text in one form: compatibility characters folded, lower case, no accents or apostrophes."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).lower())
    bare = "".join(c for c in folded if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", re.sub("['’]", "", bare))


def language_of(text: str, otherwise: Language) -> Language:
    """Return the language a question is asked in; `otherwise` where its letters do not say."""
    han = len(_HAN_CHARACTER.findall(text))
    words = len(_LATIN_WORD.findall(text))
    if _KANA.search(text) or han == words:
        return otherwise
    return Language.ZH if han > words else Language.EN


def pairs(run: str) -> list[str]:
    """Return the overlapping pairs of a run of characters; a run of one stands for itself."""
    return [run] if len(run) < 2 else [run[i : i + 2] for i in range(len(run) - 1)]


def pieces(text: str) -> list[str]:
    """Return the runs of Chinese characters and the words of Latin letters and digits, in order."""
    return _PIECE.findall(normalise(text))


def is_han(piece: str) -> bool:
    """Tell whether a piece is a run of Chinese characters."""
    return _HAN_CHARACTER.match(piece) is not None


_stemmer = snowballstemmer.stemmer("english")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return an English word without its ending (Porter's second stemmer)."""
    return cast(str, _stemmer.stemWord(word))


class Lexicon:
    """The project's small knowledge of words, read once from `lexicon.toml`."""

    def __init__(self, path: Path = LEXICON_FILE) -> None:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        self._names: list[tuple[str, str]] = [
            (name, code) for code, place in data["places"].items() for name in place["names"]
        ]
        self._names += [(name, "EU") for name in data["elsewhere"]["eu"]]
        self._names += [(name, "") for name in data["elsewhere"]["other"]]
        self._names.sort(key=lambda entry: -len(entry[0]))
        self.under: Mapping[str, str] = {c: p["under"] for c, p in data["places"].items() if "under" in p}
        self.codes = frozenset(data["places"])
        self.common = {language: _common(COMMON / f"{language.code}.txt") for language in Language}
        """How much each common word says, 0 to 1; of English words, by their stems."""
        self._stop_en = frozenset(normalise(data["stop"]["en"]).split())
        stop_zh = sorted(map(normalise, data["stop"]["zh"]), key=len, reverse=True)
        self.common[Language.ZH] |= dict.fromkeys(stop_zh, 0.0)
        self._groups = {
            Language.EN: _groups(data["synonyms"]["en"]),
            Language.ZH: _groups(data["synonyms"]["zh"]),
        }
        known = sorted({w for w in self._groups[Language.ZH] if is_han(w)}, key=len, reverse=True)
        self._cut_zh = re.compile("(" + "|".join(map(re.escape, known)) + ")|(" + "|".join(stop_zh) + ")")
        self._longest = max(len(w.split()) for w in self._groups[Language.EN])

    def places(self, question: str) -> Places:
        """Find the places that a question names."""
        codes, found, elsewhere = set(), [], False
        rest = unicodedata.normalize("NFKC", question)
        for name, code in self._names:
            pattern = re.escape(name) if is_han(name) else rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])"
            # "us" is no country and "US" is; "china" is one however it is written.
            flags = re.NOFLAG if name.isupper() else re.IGNORECASE
            if re.search(pattern, rest, flags):
                rest = re.sub(pattern, " ", rest, flags=flags)
                found.append(name)
                if code:
                    codes.add(code)
                else:
                    elsewhere = True
        codes |= {self.under[code] for code in codes if code in self.under}
        return Places(frozenset(codes), elsewhere and not codes, tuple(found))

    def subjects(self, question: str, language: Language, without: Iterable[str] = ()) -> tuple[Subject, ...]:
        """Return what a question asks about, each subject once; names in `without` are left out."""
        text = unicodedata.normalize("NFKC", question)
        for name in without:
            text = re.sub(re.escape(name), " ", text, flags=re.NOFLAG if name.isupper() else re.IGNORECASE)
        cut = self._words_en if language is Language.EN else self._words_zh
        groups = self._groups[language]
        subjects: dict[str, Subject] = {}
        for word, weight in cut(text):
            group = groups.get(word)
            term = _exactly(word) if group else stem(word)
            # What the lexicon knows is of the trade, however common.
            says = 1.0 if group else _says(term, self.common[language])
            subjects.setdefault(group or term, Subject(word, term, group, weight * says))
        return tuple(subjects.values())

    def terms(self, text: str, language: Language) -> list[str]:
        """Return all terms of a text of the index: its words, its known expressions, and what these stand for."""
        cut = self._words_en if language is Language.EN else self._words_zh
        groups = self._groups[language]
        terms = [term for piece in pieces(text) for term in (pairs(piece) if is_han(piece) else [stem(piece)])]
        for word, _ in cut(text):
            if group := groups.get(word):
                terms += [_exactly(word), group]
        return terms

    def vocabulary(self, language: Language) -> Iterable[str]:
        """Return the words that are known without any fact: of places, of synonyms, and those without a subject."""
        texts = [*self._groups[language], *(name for name, _ in self._names)]
        texts += self._stop_en if language is Language.EN else ()
        for text in texts:
            for piece in pieces(text):
                yield from pairs(piece) if is_han(piece) else [piece]

    def _words_en(self, text: str) -> list[tuple[str, float]]:
        """Cut an English question into known expressions and the other words that carry a subject."""
        groups, tokens = self._groups[Language.EN], pieces(text)
        words: list[tuple[str, float]] = []
        i = 0
        while i < len(tokens):
            for length in range(min(self._longest, len(tokens) - i), 0, -1):
                known = _known(" ".join(tokens[i : i + length]), groups)
                if known is not None and (length > 1 or tokens[i] not in self._stop_en):
                    words.append((known, 1.0))
                    break
            else:
                length = 1
                if is_han(tokens[i]):
                    words += _left_over(tokens[i])
                elif tokens[i] not in self._stop_en and (len(tokens[i]) > 1 or tokens[i].isdigit()):
                    words.append((tokens[i], 1.0))
            i += length
        return words

    def _words_zh(self, text: str) -> list[tuple[str, float]]:
        """Cut a Chinese question into known expressions, pairs of what is left, and Latin words."""
        words: list[tuple[str, float]] = []
        for piece in pieces(text):
            if not is_han(piece):
                if piece not in self._stop_en:
                    words.append((piece, 1.0))
                continue
            start = 0
            for match in self._cut_zh.finditer(piece):
                words += _left_over(piece[start : match.start()])
                words += [(match[1], 1.0)] if match[1] else []
                start = match.end()
            words += _left_over(piece[start:])
        return words


def _left_over(run: str) -> list[tuple[str, float]]:
    """Return the pairs of what no list knows; a single character between known words says too little."""
    found = pairs(run) if len(run) > 1 else []
    return [(pair, len(found) ** -0.5) for pair in found]


def _common(path: Path) -> dict[str, float]:
    """Read how much each common word says; of English words, by their stems."""
    says: dict[str, float] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        step, *words = line.split(" ")
        says |= dict.fromkeys(words, _SAYS[float(step)])
    return says


def _says(term: str, common: Mapping[str, float]) -> float:
    """Return how much a term says; the stemmer leaves degrees ("stricter") as they are."""
    bare = stem(re.sub("(er|est)$", "", term))
    return min(common.get(term, 1.0), common.get(bare, 1.0) if len(bare) > 3 else 1.0)


def _exactly(word: str) -> str:
    return f"={word}"


def _groups(groups: Iterable[Iterable[str]]) -> dict[str, str]:
    """Return for each word the term of its group; a word of two groups belongs to the first."""
    found: dict[str, str] = {}
    for group in groups:
        words = tuple(map(normalise, group))
        for word in words:
            found.setdefault(word, f"#{words[0]}")
    return found


def _known(word: str, groups: Container[str]) -> str | None:
    """Return the word, or its form without an ending, if it is known."""
    if word in groups:
        return word
    for suffix in _SUFFIXES:
        stem = word.removesuffix(suffix)
        if stem != word and len(stem) > 2:
            for form in (stem, stem + "e"):
                if form in groups:
                    return form
    return None
