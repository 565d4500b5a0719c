"""Votes on answers: one each, the last one counts, and nobody can be told from them."""

from pathlib import Path

import pytest

from storage.ratings import Answered, Rated, Reason
from storage.store import Store

ANSWER = Answered("m1", "c1", "g1", ("us-a", "cn-b"))
OTHER = Answered("m2", "c1", "g1", ("us-a",))


async def test_the_answers_that_helped_least_come_first(store: Store) -> None:
    await store.ratings.rate(ANSWER, "ann", helpful=False)
    await store.ratings.give_reason("m1", "ann", Reason.OUTDATED)
    await store.ratings.rate(OTHER, "ann", helpful=False)
    await store.ratings.rate(OTHER, "ben", helpful=False)
    await store.ratings.give_reason("m2", "ben", Reason.WRONG)
    await store.ratings.rate(OTHER, "cem", helpful=True)
    assert await store.ratings.of_guild("g1") == [
        Rated(OTHER, 1, 2, (Reason.WRONG,)),
        Rated(ANSWER, 0, 1, (Reason.OUTDATED,)),
    ]


async def test_what_helped_everybody_and_other_servers_are_not_shown(store: Store) -> None:
    await store.ratings.rate(ANSWER, "ann", helpful=True)
    await store.ratings.rate(Answered("m3", "c9", "g2", ()), "ann", helpful=False)
    await store.ratings.rate(Answered("m4", "c9", None, ()), "ann", helpful=False)
    assert await store.ratings.of_guild("g1") == []


async def test_a_member_who_thinks_again_has_one_vote(store: Store) -> None:
    await store.ratings.rate(ANSWER, "ann", helpful=False)
    await store.ratings.give_reason("m1", "ann", Reason.WRONG)
    await store.ratings.rate(ANSWER, "ann", helpful=True)
    await store.ratings.give_reason("m1", "ann", Reason.UNCLEAR)
    assert await store.ratings.of_guild("g1") == []
    await store.ratings.rate(ANSWER, "ann", helpful=False)
    assert await store.ratings.of_guild("g1") == [Rated(ANSWER, 0, 1, ())]


@pytest.mark.of_a_file
async def test_no_name_is_kept(store: Store) -> None:
    await store.ratings.rate(ANSWER, "platform-id-of-ann", helpful=True)
    kept = b"".join(path.read_bytes() for path in Path(store.config.data_dir).glob("colophon.db*"))
    assert b"m1" in kept
    assert b"platform-id-of-ann" not in kept
