"""An index on disk, under the hash of all it was made of: a start with many facts need not make it anew."""

import hashlib
import logging
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from bot.ask.facts import Fact, Language
from bot.ask.postings import Postings
from bot.ask.retrieval import FactIndex, Shelf
from bot.ask.spelling import Speller
from bot.ask.words import LEXICON_FILE, Lexicon

log = logging.getLogger(__name__)

_FORM: Final = 1
"""Raised whenever what stands in the file, or how terms are made, changes."""
_KEPT: Final = 3
"""Older indexes that stay, so that going back and forth between two sets of facts costs nothing."""


def cached_index(facts: Iterable[Fact], folder: Path | None) -> FactIndex:
    """Return the index of facts, from the folder if it is there; a damaged file is replaced."""
    order = tuple(facts)
    lexicon = Lexicon()
    if folder is None:
        return FactIndex.build(order, lexicon)
    file = folder / f"index-{_hash(order)}.npz"
    shelves = _read(file)
    if shelves is None:
        index = FactIndex.build(order, lexicon)
        _write(file, index)
        return index
    return FactIndex.of(order, lexicon, shelves)


def _hash(facts: Iterable[Fact]) -> str:
    made_of = hashlib.sha256(f"{_FORM}\n".encode() + LEXICON_FILE.read_bytes())
    for fact in facts:
        made_of.update(repr((fact.id, fact.cite, fact.date, sorted(map(repr, fact.wordings.values())))).encode())
    return made_of.hexdigest()[:32]


def _write(file: Path, index: FactIndex) -> None:
    parts: dict[str, NDArray[Any]] = {}
    for language, shelf in index.shelves.items():
        for name, postings in (("texts", shelf.texts), ("asks", shelf.asks)):
            prefix = f"{language.code}.{name}."
            parts |= {f"{prefix}{key}": value for key, value in _arrays(postings).items()}
        parts |= {
            f"{language.code}.first_ask": shelf.first_ask,
            f"{language.code}.ask_sizes": shelf.ask_sizes,
            f"{language.code}.words": np.array(list(shelf.words), np.str_),
            f"{language.code}.counts": np.array(list(shelf.words.values()), np.int64),
        }
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part.npz")
        np.savez(part, **parts)  # type: ignore[arg-type]  # numpy's stub takes the keywords for its own options
        part.replace(file)
        older = sorted(file.parent.glob("index-*.npz"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in older[_KEPT:]:
            path.unlink()
    except OSError as error:
        log.warning("the index of the facts was not kept in %s: %s", file.parent, error.strerror)


def _arrays(postings: Postings) -> Mapping[str, NDArray[Any]]:
    return {
        "count": np.array(postings.count),
        "terms": np.array(list(postings.places), np.str_),
        "starts": postings.starts,
        "rows": postings.rows,
        "strengths": postings.strengths,
        "named": postings.named,
    }


def _read(file: Path) -> Mapping[Language, Shelf] | None:
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as parts:
            return {language: _shelf(parts, language.code) for language in Language}
    except FileNotFoundError:
        return None
    except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
        log.warning("%s is not usable (%s); the facts are indexed anew", file, type(error).__name__)
        with suppress(OSError):
            file.unlink()
        return None


def _shelf(parts: Mapping[str, NDArray[Any]], code: str) -> Shelf:
    def postings(name: str) -> Postings:
        prefix = f"{code}.{name}."
        return Postings(
            count=int(parts[f"{prefix}count"]),
            places={term: place for place, term in enumerate(parts[f"{prefix}terms"].tolist())},
            starts=parts[f"{prefix}starts"],
            rows=parts[f"{prefix}rows"],
            strengths=parts[f"{prefix}strengths"],
            named=parts[f"{prefix}named"],
        )

    words = dict(zip(parts[f"{code}.words"].tolist(), parts[f"{code}.counts"].tolist(), strict=True))
    return Shelf(
        texts=postings("texts"),
        asks=postings("asks"),
        first_ask=parts[f"{code}.first_ask"],
        ask_sizes=parts[f"{code}.ask_sizes"],
        words=words,
        speller=Speller.build(words),
    )
