"""Facts by their meaning, where the operator has a server for embeddings: one matrix a language.

What a vector is good for here is small and worth having: a question in words that no fact uses. It never decides that
a question is covered, since questions about anything at all lie as near to some fact as those about art.
"""

import asyncio
import hashlib
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from bot.ask.facts import Fact, Language
from models.embeddings import AT_ONCE
from models.errors import ModelsError

log = logging.getLogger(__name__)

QUESTION_S: Final = 2.0
"""How long a question waits for its vector before words alone must do."""
_NEAREST: Final = 10
Vectors = NDArray[np.float32]


class Embeds(Protocol):
    """What is needed of an embeddings client."""

    model: str

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """Return a vector of length one for each text."""


class Meanings:
    """The vectors of all facts; empty until `prepare` has been through."""

    def __init__(self, facts: Sequence[Fact], embeds: Embeds, cache: Path | None) -> None:
        self._facts = facts
        self._embeds = embeds
        self._cache = cache
        self._vectors: Mapping[Language, Vectors] = {}

    async def prepare(self) -> None:
        """Take the facts' vectors from the cache and the others from the server.

        Raise ModelsError where the server fails; what it has answered before is kept for the next time.
        """
        known = await asyncio.to_thread(self._read)
        texts = {language: [_text(fact, language) for fact in self._facts] for language in Language}
        keys = {language: [self._key(text) for text in texts[language]] for language in Language}
        new = {
            key: text
            for language in Language
            for key, text in zip(keys[language], texts[language], strict=True)
            if key not in known
        }
        used = {key: known[key] for each in keys.values() for key in each if key in known}
        known = await self._with(used, list(new.items())) if new else known
        self._vectors = {language: np.stack([known[key] for key in keys[language]]) for language in Language}

    async def _with(self, known: dict[str, Vectors], new: Sequence[tuple[str, str]]) -> dict[str, Vectors]:
        """Return what is known together with the vectors of new texts, and keep it, as far as the server answers."""
        try:
            for start in range(0, len(new), AT_ONCE):
                keys, texts = zip(*new[start : start + AT_ONCE], strict=True)
                known |= dict(zip(keys, await self._embeds.embed(texts), strict=True))
        finally:
            if known:
                await asyncio.to_thread(self._write, known)
        return known

    async def nearest(self, question: str, language: Language) -> tuple[Fact, ...]:
        """Return the facts nearest to a question, best first; none while the server is away or not ready."""
        vectors = self._vectors.get(language)
        if vectors is None:
            return ()
        try:
            async with asyncio.timeout(QUESTION_S):
                question_vector = (await self._embeds.embed([question]))[0]
        except (ModelsError, TimeoutError) as error:
            log.info("no vector for a question: %s", type(error).__name__)
            return ()
        if question_vector.shape != vectors.shape[1:]:
            log.warning("the embeddings server changed the length of its vectors; start again to index the facts anew")
            return ()
        order = np.argsort(-(vectors @ question_vector), kind="stable")[:_NEAREST]
        return tuple(self._facts[number] for number in order)

    def _key(self, text: str) -> str:
        return hashlib.sha256(f"{self._embeds.model}\n{text}".encode()).hexdigest()

    def _read(self) -> dict[str, Vectors]:
        if self._cache is None or not self._cache.exists():
            return {}
        try:
            with self._cache.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                return dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))
        except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
            log.warning("%s is not usable (%s); the facts' vectors are made anew", self._cache, type(error).__name__)
            return {}

    def _write(self, known: Mapping[str, Vectors]) -> None:
        if self._cache is None:
            return
        self._cache.parent.mkdir(parents=True, exist_ok=True)
        part = self._cache.with_suffix(".part.npz")
        np.savez(part, keys=np.array(list(known)), vectors=np.stack(list(known.values())))
        part.replace(self._cache)


def _text(fact: Fact, language: Language) -> str:
    wording = fact.wording(language)
    return f"{wording.title}\n{wording.text}"
