"""Which limit holds for whom, and what is left of it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.texts import LOCALES, Texts
from bot.draft.terms import Refusal, Rule, Terms
from bot.errors import GivenBack
from bot.moderation.limits import DAY_MS, Asker, Left, Limits, left_of, resolved
from bot.moderation.rules import Rules
from bot.moderation.wording import left_line, limits_line
from storage.clock import now_ms
from storage.mandate import Mandate
from storage.members import Member
from storage.projects import Project
from storage.servers import EVERYONE, Limit, ServerSettings, of_member, of_role
from storage.store import StorageConfig, Store, open_store
from storage.usage import Used
from tests.storage.test_drafts import submit

ROLES = ("1", "2", "3")
SUBJECTS = (EVERYONE, *map(of_role, ROLES), of_member("ann"), of_member("bo"))
MO = Mandate("9", "3003", "too many")

lines = st.dictionaries(st.tuples(st.sampled_from(SUBJECTS), st.sampled_from(Limit)), st.integers(0, 50))


@given(lines, st.sets(st.sampled_from(ROLES)), st.sampled_from(Limit))
def test_a_members_own_limit_beats_their_roles_and_the_most_generous_role_beats_everyones(
    lines: dict[tuple[str, Limit], int], roles: set[str], name: Limit
) -> None:
    found = resolved(lines, "ann", roles).get(name)
    own, everyone = lines.get((of_member("ann"), name)), lines.get((EVERYONE, name))
    of_roles = [lines[of_role(role), name] for role in roles if (of_role(role), name) in lines]
    if own is not None:
        assert found == own
    elif of_roles:
        assert found in of_roles and all(found >= value for value in of_roles)
    else:
        assert found == everyone


@given(lines, st.sets(st.sampled_from(ROLES)), st.sampled_from(ROLES))
def test_one_more_role_never_takes_from_a_limit_of_another(
    lines: dict[tuple[str, Limit], int], roles: set[str], more: str
) -> None:
    before, after = resolved(lines, "ann", roles), resolved(lines, "ann", roles | {more})
    has_one = {name for name in Limit if any((of_role(role), name) in lines for role in roles)}
    assert all(after[name] >= before[name] for name in has_one)


@given(st.integers(0, 10), st.lists(st.integers(0, DAY_MS - 1), max_size=12).map(sorted))
def test_the_next_draft_is_free_just_when_one_has_fallen_out_of_the_day(limit: int, asked: list[int]) -> None:
    (left,) = left_of({Limit.DAY: limit}, Used(tuple(asked), 0))
    assert left.left == max(0, limit - len(asked))
    if limit and len(asked) >= limit:
        free = left.free_ms
        assert free is not None
        # At that moment one place is free, a moment before none was.
        assert sum(at > free - DAY_MS for at in asked) < limit
        assert sum(at > free - DAY_MS - 1 for at in asked) >= limit
    else:
        assert left.free_ms is None


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(StorageConfig(tmp_path / "data"), init=True)
    yield opened
    await opened.close()


@pytest.fixture
async def ann(store: Store) -> Member:
    return await store.members.meet("discord", "1001", "Ann")


@pytest.fixture
async def project(store: Store, ann: Member) -> Project:
    return (await store.projects.open(ann, "Boats", guild_id="9"))[0]


@pytest.fixture
def rules(store: Store) -> Rules:
    terms = Terms(["acme"], lambda guild: store.servers.of(guild).terms)
    return Rules(store.servers, Limits(store.servers, store.usage), terms)


@pytest.fixture
def asker(ann: Member) -> Asker:
    return Asker(ann, "9", frozenset({"77"}), ("22", "20"))


async def refused(rules: Rules, asker: Asker, *, count: int = 1, sizes: tuple[int, ...] = ()) -> str | None:
    """Return the rule that keeps a brief out, or None."""
    try:
        async with rules.admitted(asker, "a boat", count=count, sizes=sizes):
            return None
    except GivenBack as error:
        assert error.text == "a boat"
        return error.key


async def test_without_rules_everything_is_taken(rules: Rules, asker: Asker) -> None:
    assert await refused(rules, asker, count=4, sizes=(10**7,)) is None
    assert await rules.limits.left(asker) == ()


async def test_each_limit_keeps_what_is_beyond_it_out(store: Store, rules: Rules, asker: Asker) -> None:
    await store.servers.limit(MO, EVERYONE, {Limit.COUNT: 2, Limit.SIZE: 1})
    assert await refused(rules, asker, count=2, sizes=(2**20,)) is None
    assert await refused(rules, asker, count=3) == "error-limit-count"
    assert await refused(rules, asker, sizes=(5, 2**20 + 1)) == "error-limit-size"


async def test_the_limit_of_a_day_counts_and_is_free_again_after_it(
    store: Store, rules: Rules, asker: Asker, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.servers.limit(MO, EVERYONE, {Limit.DAY: 1})
    await submit(store, asker.member, project)
    assert await refused(rules, asker) == "error-limit-day"
    assert await refused(rules, replace(asker, guild=None, channels=())) == "error-limit-day"
    assert await refused(rules, replace(asker, guild="8")) is None
    await store.servers.limit(MO, of_role(77), {Limit.DAY: 2})
    assert await refused(rules, asker) is None
    assert await rules.limits.left(asker) == (Left(Limit.DAY, 2, 1),)
    await store.servers.limit(MO, of_role(77), {Limit.DAY: None})
    tomorrow = now_ms() + DAY_MS + 1
    monkeypatch.setattr("bot.moderation.limits.now_ms", lambda: tomorrow)
    assert await refused(rules, asker) is None


async def test_so_many_at_one_time_and_no_more(store: Store, rules: Rules, asker: Asker, project: Project) -> None:
    await store.servers.limit(MO, EVERYONE, {Limit.QUEUE: 1})
    waiting = await submit(store, asker.member, project)
    assert await refused(rules, asker) == "error-limit-queue"
    view = await store.drafts.view(waiting.draft_id)
    await store.drafts.failed(await store.jobs.get(waiting.job_id), view, "model-failed")
    assert await refused(rules, asker) is None


async def test_two_briefs_at_once_do_not_both_take_the_last_place(
    store: Store, rules: Rules, asker: Asker, project: Project
) -> None:
    await store.servers.limit(MO, EVERYONE, {Limit.DAY: 1})

    async def brief() -> str | None:
        try:
            async with rules.admitted(asker, "a boat"):
                await submit(store, asker.member, project)
        except GivenBack as error:
            return error.key
        return None

    assert sorted(map(str, await asyncio.gather(brief(), brief(), brief()))) == [
        "None",
        "error-limit-day",
        "error-limit-day",
    ]


async def test_channels_are_those_of_the_server_and_their_threads(store: Store, rules: Rules, asker: Asker) -> None:
    await store.servers.set(MO, "channels", ServerSettings(channels=("20",)))
    assert await refused(rules, asker) is None
    assert await refused(rules, replace(asker, channels=("22",))) == "error-place-channel"
    assert await refused(rules, replace(asker, guild=None, channels=())) is None


async def test_age_restricted_channels_are_open_unless_the_server_says_no(
    store: Store, rules: Rules, asker: Asker
) -> None:
    behind = replace(asker, age_restricted=True)
    assert await refused(rules, behind) is None
    await store.servers.set(MO, "age_restricted", ServerSettings(age_restricted=False))
    assert await refused(rules, behind) == "error-place-age-restricted"
    assert await refused(rules, asker) is None


async def test_words_of_a_server_are_named_and_those_of_others_are_not_its(
    store: Store, rules: Rules, asker: Asker
) -> None:
    await store.servers.add_term(MO, "zyzzyva")
    async with rules.admitted(asker, "a ZyzzyVA on a leaf") as found:
        assert found == Refusal(Rule.SERVER, "zyzzyva")
    async with rules.admitted(replace(asker, guild="8"), "a zyzzyva on a leaf") as found:
        assert found is None
    async with rules.admitted(asker, "acme, zyzzyva") as found:
        assert found == Refusal(Rule.OPERATOR)
    await store.servers.remove_term(MO, "zyzzyva")
    async with rules.admitted(asker, "a zyzzyva on a leaf") as found:
        assert found is None


@pytest.mark.parametrize("locale", LOCALES)
def test_every_limit_has_its_words(locale: str) -> None:
    texts = Texts()
    left = [Left(name, limit, 0, free) for name in Limit for limit in (0, 1, 5) for free in (None, 1000)]
    assert len(left_line(texts, locale, left).splitlines()) == len(left)
    for value in (-1, 1, 5):
        assert limits_line(texts, locale, {name.value: value for name in Limit}).count(texts(locale, "list-comma")) == 3
        for name in Limit:
            for free in ("no", "<t:1:f>"):
                assert texts(locale, f"error-limit-{name.value}", limit=max(value, 0), free=free)
