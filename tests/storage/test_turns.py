"""Whose turn it is: shares are as the weights say, nobody starves, and what is told is what happens."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import leases
from storage.errors import QueueFull
from storage.jobs import JobState, end_job
from storage.queue_rules import QueueRules
from storage.store import StorageConfig, open_store
from storage.turns import HEAD_START_MS
from tests.storage.queueing import Floor

WEIGHTS = {"A": 1, "B": 3, "C": 2}
DEAREST = 4


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    """Return the loop in which the one store of this file lives: to open one for every example takes too long."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def floor(runner: asyncio.Runner, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    """Return a queue with servers of different weights, of which A takes no more than its share of places."""
    made = runner.run(opened(tmp_path_factory.mktemp("turns")))
    yield made
    runner.run(made.store.close())


async def opened(folder: Path) -> Floor:
    rules = QueueRules(WEIGHTS, most_of_member=60, most_of_server=200, most_of_all=220)
    store = await open_store(StorageConfig(folder / "data", queue=rules), init=True)
    ann = await store.privacy.agree(await store.members.meet("discord", "1001", "Ann"), [])
    project, _ = await store.projects.open(ann, "Boats", guild_id="9")
    return await Floor.of(store, ann, project)


@dataclass(frozen=True, slots=True)
class Served:
    """One service: who got what, and who of all was waiting then."""

    guild: str
    member: str
    cost: int
    waiting: frozenset[tuple[str, str]]


Act = tuple[str, str, int] | None
"""Somebody of a server asks for something of a cost; None: the next one is taken."""
PEOPLE = st.tuples(st.sampled_from("ABC"), st.sampled_from("pqr"), st.integers(1, DEAREST))
ACTS = st.lists(st.one_of(PEOPLE, PEOPLE, st.none()), min_size=4, max_size=40)
EXAMPLES = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


async def play(floor: Floor, acts: Sequence[Act]) -> list[Served]:
    """Let people ask and be served as told, then serve all who still wait."""
    await floor.clear()
    served: list[Served] = []
    for act in acts:
        if act is None:
            await serve(floor, served)
        else:
            guild, member, cost = act
            await floor.put(guild, f"{guild}{member}", cost)
    while await serve(floor, served):
        continue
    return served


async def serve(floor: Floor, served: list[Served]) -> bool:
    line = await floor.line()
    job = await floor.take()
    assert (job is None) == (not line)
    if job is None:
        return False
    assert job.id == line[0], "who is told to be next is next"
    guild, member, cost = floor.told[job.id]
    waiting = frozenset(floor.told[id_][:2] for id_ in line)
    served.append(Served(guild, member, cost, waiting))
    return True


def apart(served: Sequence[Served], one: str, other: str, weights: Mapping[str, int], *, of: str) -> float:
    """Return how far two who both waited the whole time ever were apart, in cost by weight."""
    most = 0.0
    for first in range(len(served)):
        had: Counter[str] = Counter()
        for each in served[first:]:
            there = {guild if of == "guild" else member for guild, member in each.waiting}
            if not {one, other} <= there:
                break
            had[each.guild if of == "guild" else each.member] += each.cost
            most = max(most, abs(had[one] / weights.get(one, 1) - had[other] / weights.get(other, 1)))
    return most


@EXAMPLES
@given(acts=ACTS)
def test_no_server_that_waits_falls_behind_its_share(floor: Floor, runner: asyncio.Runner, acts: list[Act]) -> None:
    served = runner.run(play(floor, acts))
    for one, other in combinations("ABC", 2):
        bound = DEAREST / WEIGHTS[one] + DEAREST / WEIGHTS[other]
        assert apart(served, one, other, WEIGHTS, of="guild") <= bound


@EXAMPLES
@given(acts=st.lists(st.one_of(st.tuples(st.just("A"), st.sampled_from("pqr"), st.integers(1, DEAREST)), st.none())))
def test_no_member_who_waits_falls_behind_the_others_of_the_server(
    floor: Floor, runner: asyncio.Runner, acts: list[Act]
) -> None:
    served = runner.run(play(floor, acts))
    for one, other in combinations(("Ap", "Aq", "Ar"), 2):
        assert apart(served, one, other, {}, of="member") <= 2 * DEAREST


@EXAMPLES
@given(asks=st.lists(PEOPLE, min_size=1, max_size=25), cancelled=st.sets(st.integers(0, 24)))
def test_the_whole_line_is_taken_as_it_is_told(
    floor: Floor, runner: asyncio.Runner, asks: list[tuple[str, str, int]], cancelled: set[int]
) -> None:
    async def go() -> None:
        await floor.clear()
        for guild, member, cost in asks:
            await floor.put(guild, f"{guild}{member}", cost)
        for number, id_ in enumerate(list(floor.told)):
            if number in cancelled:
                await end(floor, id_)
        told = await floor.line()
        taken = [job.id for _ in told if (job := await floor.take()) is not None]
        assert taken == told

    runner.run(go())


async def end(floor: Floor, id_: str) -> None:
    async with floor.store.database.write() as connection:
        await end_job(connection, id_, JobState.CANCELLED)


def test_shares_come_to_the_weights(floor: Floor, runner: asyncio.Runner) -> None:
    async def go() -> Counter[str]:
        await floor.clear()
        for number in range(60):
            for guild in "ABC":
                await floor.put(guild, f"{guild}{number % 4}", 1 + number % 3)
        had: Counter[str] = Counter()
        for _ in range(60):
            job = await floor.take()
            assert job is not None
            guild, _, cost = floor.told[job.id]
            had[guild] += cost
        return had

    had = runner.run(go())
    whole = sum(had.values())
    for guild, weight in WEIGHTS.items():
        assert abs(had[guild] - whole * weight / sum(WEIGHTS.values())) <= DEAREST * 2


def test_a_busy_member_and_a_server_of_two_hundred_hold_each_other_up_by_nothing(
    floor: Floor, runner: asyncio.Runner
) -> None:
    async def go() -> list[str]:
        await floor.clear()
        for number in range(200):
            await floor.put("many", f"m{number}")
        for _ in range(20):
            await floor.put("one", "busy")
        taken = []
        for _ in range(40):
            job = await floor.take()
            assert job is not None
            taken.append(floor.told[job.id][0])
        return taken

    taken = runner.run(go())
    assert Counter(taken) == {"many": 20, "one": 20}
    assert all(set(pair) == {"many", "one"} for pair in zip(taken[::2], taken[1::2], strict=True))


@pytest.mark.parametrize("newcomers", ["members", "servers"])
def test_a_large_one_is_drawn_however_many_small_ones_come_anew(
    floor: Floor, runner: asyncio.Runner, newcomers: str
) -> None:
    async def go() -> int:
        await floor.clear()
        await floor.put("A", "first")
        await floor.take()
        large = await floor.put("A", "patient", DEAREST)
        for number in range(50):
            await floor.put("A" if newcomers == "members" else f"s{number}", f"n{number}")
            job = await floor.take()
            assert job is not None
            if job.id == large:
                return number
        raise AssertionError("it starves")

    assert runner.run(go()) <= DEAREST + 1


def test_a_small_follow_up_goes_before_what_its_member_asked_for_sooner_but_not_for_ever(
    floor: Floor, runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [10_000_000]
    monkeypatch.setattr(leases, "now_ms", lambda: now[0])

    async def go() -> int:
        await floor.clear()
        large = await floor.put("A", "p", DEAREST)
        for passed in range(50):
            now[0] += HEAD_START_MS // 4
            small = await floor.put("A", "p", small=True)
            job = await floor.take()
            assert job is not None
            if job.id == large:
                return passed
            assert job.id == small
        raise AssertionError("it starves")

    assert runner.run(go()) == 3


def test_who_was_away_has_no_claim_to_what_others_were_given(floor: Floor, runner: asyncio.Runner) -> None:
    async def go() -> list[str]:
        await floor.clear()
        for _ in range(30):
            await floor.put("A", "busy")
            await floor.take()
        for _ in range(6):
            await floor.put("A", "busy")
            await floor.put("A", "back")
        return [floor.told[job.id][1] for _ in range(6) if (job := await floor.take()) is not None]

    assert Counter(runner.run(go())) == {"busy": 3, "back": 3}


def test_a_turn_that_could_not_begin_is_given_back(floor: Floor, runner: asyncio.Runner) -> None:
    async def go() -> None:
        await floor.clear()
        for member in "pqr":
            await floor.put("A", member)
        told = await floor.line()
        for _ in range(3):
            job = await floor.take()
            assert job is not None and job.id == told[0]
            await floor.store.jobs.postpone(job, -1, begun=False)
        assert await floor.line() == told

    runner.run(go())


def test_a_job_that_was_cut_off_has_had_its_turn_and_goes_on_first(floor: Floor, runner: asyncio.Runner) -> None:
    async def go() -> None:
        await floor.clear()
        for member in "pqr":
            await floor.put("A", member)
        job = await floor.take()
        assert job is not None
        await floor.store.jobs.release_all("w")
        again = await floor.take()
        assert again is not None and again.id == job.id
        assert (again.failures, again.attempts) == (0, 2)

    runner.run(go())


def test_there_is_room_for_so_many_of_a_member_of_a_server_and_in_all(floor: Floor, runner: asyncio.Runner) -> None:
    async def go() -> list[tuple[str, int]]:
        rules, full = floor.store.jobs.rules, []
        await floor.clear()
        full.append(await fill(floor, [("A", "p")] * (rules.most_of_member + 1)))
        await floor.clear()
        full.append(await fill(floor, [("A", f"m{n % 5}") for n in range(rules.most_of_server + 1)]))
        await floor.clear()
        full.append(await fill(floor, [(f"s{n % 3}", f"m{n % 5}") for n in range(rules.most_of_all + 1)]))
        return full

    assert runner.run(go()) == [("member", 60), ("server", 200), ("all", 220)]


async def fill(floor: Floor, asks: Sequence[tuple[str, str]]) -> tuple[str, int]:
    for guild, member in asks[:-1]:
        await floor.put(guild, member)
    with pytest.raises(QueueFull) as full:
        await floor.put(*asks[-1])
    return full.value.whose, full.value.count
