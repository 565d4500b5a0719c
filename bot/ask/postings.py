"""An inverted index in arrays: which rows hold which terms, and how strongly.

Strength is that of BM25F (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009,
section 3.6), without the rarity of the term, which is the questioner's to give: of words that mean the same, the rarest
would otherwise decide.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

_SATURATION: Final = 1.2


class Field(NamedTuple):
    """How a part of a row counts: its weight, how far its length matters (0 to 1), and whether it names the subject."""

    weight: float
    length_matters: float
    names: bool


class Found(NamedTuple):
    """The rows that hold a term, in order, how strongly (0 to 2.2), and in which it stands where subjects are named."""

    rows: NDArray[np.int32]
    strengths: NDArray[np.float32]
    named: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Postings:
    """All rows by their terms; `starts` has one entry more than there are terms."""

    count: int
    places: Mapping[str, int]
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    strengths: NDArray[np.float32]
    named: NDArray[np.bool_]

    @classmethod
    def build(cls, rows: Iterable[Sequence[Sequence[str]]], fields: Sequence[Field]) -> Self:
        """Index rows, each a list of terms for every field."""
        held = [[_counted(terms) for terms in row] for row in rows]
        means = [sum(sum(row[f].values()) for row in held) / max(len(held), 1) or 1.0 for f in range(len(fields))]
        found: dict[str, list[tuple[int, float, bool]]] = {}
        for number, row in enumerate(held):
            strengths: dict[str, float] = {}
            names: set[str] = set()
            for field, counts, mean in zip(fields, row, means, strict=True):
                length = sum(counts.values())
                per = field.weight / (1 - field.length_matters + field.length_matters * length / mean)
                for term, count in counts.items():
                    strengths[term] = strengths.get(term, 0.0) + count * per
                if field.names:
                    names.update(counts)
            for term, strength in strengths.items():
                saturated = strength * (_SATURATION + 1) / (strength + _SATURATION)
                found.setdefault(term, []).append((number, saturated, term in names))
        lengths = np.fromiter((len(each) for each in found.values()), np.int64, len(found))
        everything = [entry for each in found.values() for entry in each]
        return cls(
            count=len(held),
            places={term: place for place, term in enumerate(found)},
            starts=np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]),
            rows=np.array([entry[0] for entry in everything], np.int32),
            strengths=np.array([entry[1] for entry in everything], np.float32),
            named=np.array([entry[2] for entry in everything], np.bool_),
        )

    def find(self, term: str) -> Found | None:
        """Return the rows that hold a term; None for one that no row holds."""
        place = self.places.get(term)
        if place is None:
            return None
        part = slice(self.starts[place], self.starts[place + 1])
        return Found(self.rows[part], self.strengths[part], self.named[part])


def _counted(terms: Sequence[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for term in terms:
        counts[term] = counts.get(term, 0) + 1
    return counts
