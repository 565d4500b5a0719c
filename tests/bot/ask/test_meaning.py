"""Facts by meaning: prepared once, kept, and done without where the server is away."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.ask.facts import Fact, Language
from bot.ask.meaning import Meanings
from models.errors import ServerUnavailable


class LetterCounts:
    """An embeddings server for which texts mean the same that have the same letters."""

    model = "letters"

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.away = False
        self.answers_left = 1000

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.answers_left -= 1
        if self.away or self.answers_left < 0:
            raise ServerUnavailable("away")
        self.texts += texts
        counts = np.array([[text.lower().count(chr(97 + n)) + 0.01 for n in range(26)] for text in texts], np.float32)
        return np.asarray(counts / np.linalg.norm(counts, axis=1, keepdims=True), np.float32)


async def test_the_fact_that_says_the_same_is_nearest(facts: tuple[Fact, ...]) -> None:
    meanings = Meanings(facts, LetterCounts(), None)
    await meanings.prepare()
    wording = facts[7].wording(Language.EN)
    assert (await meanings.nearest(f"{wording.title} {wording.text}", Language.EN))[0] is facts[7]


async def test_before_they_are_prepared_nothing_is_near(facts: tuple[Fact, ...]) -> None:
    assert await Meanings(facts, LetterCounts(), None).nearest("anything", Language.EN) == ()


async def test_a_server_that_goes_away_leaves_the_words(facts: tuple[Fact, ...]) -> None:
    server = LetterCounts()
    meanings = Meanings(facts, server, None)
    await meanings.prepare()
    server.away = True
    assert await meanings.nearest("anything", Language.EN) == ()
    with pytest.raises(ServerUnavailable):
        await Meanings(facts, server, None).prepare()


async def test_only_new_texts_are_sent_again(facts: tuple[Fact, ...], tmp_path: Path) -> None:
    cache = tmp_path / "cache" / "facts.npz"
    await Meanings(facts[:5], LetterCounts(), cache).prepare()
    server = LetterCounts()
    await Meanings(facts[:6], server, cache).prepare()
    assert len(server.texts) == len(Language)


async def test_what_a_server_answered_before_it_failed_is_not_asked_again(
    facts: tuple[Fact, ...], tmp_path: Path
) -> None:
    server, cache = LetterCounts(), tmp_path / "facts.npz"
    server.answers_left = 1
    with pytest.raises(ServerUnavailable):
        await Meanings(facts[:10], server, cache).prepare()
    answered = list(server.texts)
    server.answers_left = 1000
    await Meanings(facts[:10], server, cache).prepare()
    assert answered
    assert len(server.texts) == len(set(server.texts)) == 10 * len(Language)


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 no archive", b"\x80\x04K\x01."])
async def test_a_damaged_cache_is_made_anew(facts: tuple[Fact, ...], tmp_path: Path, damage: bytes) -> None:
    cache = tmp_path / "facts.npz"
    cache.write_bytes(damage)
    server = LetterCounts()
    await Meanings(facts[:3], server, cache).prepare()
    assert len(server.texts) == 3 * len(Language)
    assert await Meanings(facts[:3], server, cache).nearest("x", Language.EN) == ()
