"""The loop's promises: everything is told exactly once, company changes nothing, memory is given back."""

import functools
import gc
import threading
import weakref
from concurrent.futures import Future
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from models.drafts.problems import Cancelled
from models.drafts.steps.flow import PLAIN, NetworkCall, Setup, SideCall, ask
from models.drafts.steps.loop import Candidate, StepLoop
from models.drafts.steps.network import Room, Shape
from models.drafts.steps.pace import Pace
from tests.models.drafts.steps.toy import Everything, Toy, alone, aside, flow_through, toy_loop, toy_network

pytestmark = pytest.mark.slow

LORA = Setup((("ink", 1.0),))


def test_one_candidate_gets_what_it_would_get_alone() -> None:
    audience = toy_loop()
    audience.add(flow_through(toy_network(), 3, 2, 5))
    assert audience.settle() == 5
    assert torch.equal(audience.outcomes[0][0], alone(3, 2, 5))


def test_those_who_come_later_join_at_the_next_step() -> None:
    network = toy_network()
    audience = toy_loop()
    audience.add(flow_through(network, 1, 1, 6))
    for _ in range(3):
        audience.loop.step()
    audience.add(flow_through(network, 2, 1, 3))
    assert audience.settle() == 3
    assert [len(heard) for heard in audience.outcomes.values()] == [1, 1]
    assert torch.equal(audience.outcomes[1][0], alone(2, 1, 3))


def test_a_cancelled_one_is_gone_before_the_next_step() -> None:
    network = toy_network()
    audience = toy_loop()
    for seed in range(3):
        audience.add(flow_through(network, seed, 1, 4))
    audience.loop.step()
    audience.loop.step()
    audience.loop.cancel(audience.candidates[1])
    assert audience.settle() == 2
    assert isinstance(audience.outcomes[1][0], Cancelled)
    assert torch.equal(audience.outcomes[0][0], alone(0, 1, 4))
    toy = network.module
    assert isinstance(toy, Toy)
    assert toy.batches[-1] == 2


def test_a_candidate_that_breaks_takes_nobody_with_it() -> None:
    network = toy_network()

    def breaks() -> Any:
        flow_through(network, 5, 1, 2)()
        raise ValueError("a pipeline's own bug")

    audience = toy_loop()
    audience.add(breaks)
    audience.add(flow_through(network, 1, 1, 4))
    audience.settle()
    assert isinstance(audience.outcomes[0][0], ValueError)
    assert torch.equal(audience.outcomes[1][0], alone(1, 1, 4))


def test_a_row_that_breaks_the_batch_is_found_and_the_others_go_on() -> None:
    network = toy_network()
    audience = toy_loop()
    for seed in (1, 2, 3):
        audience.add(flow_through(network, seed, 1, 4))
    poisoned = audience.add(flow_through(network, -1, 1, 4))
    audience.settle()
    assert isinstance(audience.outcomes[poisoned][0], RuntimeError)
    assert all(torch.equal(audience.outcomes[seed - 1][0], alone(seed, 1, 4)) for seed in (1, 2, 3))
    toy = network.module
    assert isinstance(toy, Toy)
    # One step each by itself, then together again.
    assert max(toy.batches) == 3


def test_threads_that_are_gone_end_a_candidate_and_not_the_loop() -> None:
    def gone() -> Any:
        raise RuntimeError("cannot schedule new futures after shutdown")

    audience = toy_loop()
    audience.add(lambda: ask(SideCall(gone)))
    audience.add(flow_through(toy_network(), 1, 1, 2))
    audience.settle()
    assert isinstance(audience.outcomes[0][0], RuntimeError)
    assert torch.equal(audience.outcomes[1][0], alone(1, 1, 2))


def test_different_setups_never_share_a_forward() -> None:
    network = toy_network()
    audience = toy_loop()
    models = Everything()
    audience.loop = StepLoop(Pace(), models)
    audience.add(flow_through(network, 1, 1, 3))
    audience.add(flow_through(network, 2, 1, 3, LORA))
    assert audience.settle() == 6
    assert models.entered == [PLAIN, LORA] * 3


def test_networks_take_turns() -> None:
    first, second = toy_network(name="first"), toy_network(name="second")
    audience = toy_loop()
    audience.add(flow_through(first, 1, 1, 4))
    audience.add(flow_through(second, 2, 1, 4))
    for _ in range(4):
        audience.loop.step()
    toys = [network.module for network in (first, second)]
    assert [len(toy.batches) for toy in toys if isinstance(toy, Toy)] == [2, 2]


def test_networks_that_feed_others_go_first_so_that_all_can_meet() -> None:
    control = toy_network(shape=Shape(rows="sample", times=frozenset({"timestep"}), first=True), name="control")
    network = toy_network()

    def controlled() -> Any:
        sample = torch.zeros(1, 4)
        for step in range(3):
            for each in (control, network):
                (sample,) = ask(NetworkCall(each, each.bind((sample, torch.tensor(step)), {}), PLAIN))
        return sample

    audience = toy_loop()
    audience.add(flow_through(network, 1, 1, 3))
    audience.add(controlled)
    assert audience.settle() == 6
    toy = network.module
    assert isinstance(toy, Toy)
    assert toy.batches == [2, 2, 2]


def test_networks_nobody_described_run_one_call_at_a_time() -> None:
    network = toy_network(shape=Shape(rows="", merges=False))

    def call() -> Any:
        (sample,) = ask(NetworkCall(network, {"sample": torch.ones(2, 4), "timestep": torch.ones(2)}, PLAIN))
        return sample

    audience = toy_loop()
    for _ in range(3):
        audience.add(call)
    assert audience.settle() == 3
    assert all(torch.equal(heard[0], torch.full((2, 4), 2.5)) for heard in audience.outcomes.values())


def test_work_beside_the_steps_holds_nobody_up() -> None:
    network = toy_network()
    slow: Future[int] = Future()
    audience = toy_loop()
    audience.add(lambda: ask(SideCall(lambda: slow)))
    audience.add(flow_through(network, 1, 1, 3))
    assert audience.settle() == 3
    assert not audience.outcomes[0]
    slow.set_result(7)
    audience.settle()
    assert audience.outcomes[0] == [7]


def test_an_error_beside_the_steps_is_raised_where_it_was_asked_for() -> None:
    broken: Future[int] = Future()
    broken.set_exception(OSError("disk"))

    def call() -> str:
        try:
            ask(SideCall(lambda: broken))
        except OSError:
            return "handled"
        return "missed"

    audience = toy_loop()
    audience.add(call)
    audience.settle()
    audience.settle()
    assert audience.outcomes[0] == ["handled"]


def test_out_of_memory_makes_batches_smaller_and_loses_nobody() -> None:
    network = toy_network(fits=3)
    audience = toy_loop()
    for seed in range(8):
        audience.add(flow_through(network, seed, 1, 6))
    audience.settle()
    assert all(torch.equal(audience.outcomes[seed][0], alone(seed, 1, 6)) for seed in range(8))
    toy = network.module
    assert isinstance(toy, Toy)
    assert max(toy.batches) == 3


def test_what_does_not_fit_alone_fails_and_the_rest_goes_on() -> None:
    network = toy_network(fits=3)
    audience = toy_loop()
    audience.add(flow_through(network, 1, 4, 2))
    audience.add(flow_through(network, 2, 1, 2))
    audience.settle()
    assert isinstance(audience.outcomes[0][0], torch.OutOfMemoryError)
    assert torch.equal(audience.outcomes[1][0], alone(2, 1, 2))


def test_a_replay_goes_through_the_recorded_batch_sizes() -> None:
    network = toy_network()
    audience = toy_loop()
    number = audience.add(flow_through(network, 1, 2, 3), replay=(Room(8, 2), Room(8, 2), Room(4, 0)))
    audience.add(flow_through(network, 2, 2, 3))
    audience.settle()
    assert audience.candidates[number].rooms == [(8, 2), (8, 2), (4, 0)]
    assert torch.equal(audience.outcomes[number][0], alone(1, 2, 3))


def test_who_finds_no_room_waits_and_then_runs() -> None:
    network = toy_network()
    audience = toy_loop(max_running=2)
    for seed in range(5):
        audience.add(flow_through(network, seed, 1, 2))
    audience.loop.step()
    assert audience.loop.load == (2, 3)
    audience.settle()
    assert all(len(heard) == 1 for heard in audience.outcomes.values())


def test_stopping_tells_everybody() -> None:
    network = toy_network()
    loop = StepLoop(Pace(), Everything())
    heard: list[Any] = []
    reached = threading.Event()

    def forever() -> Any:
        while True:
            flow_through(network, 1, 1, 1)()
            reached.set()

    thread = threading.Thread(target=loop.run)
    thread.start()
    loop.add(Candidate(forever, heard.append))
    assert reached.wait(10)
    loop.stop()
    thread.join(10)
    assert not thread.is_alive()
    assert [type(outcome) for outcome in heard] == [Cancelled]


_PLANS = st.lists(
    st.tuples(
        st.integers(1, 3),  # rows
        st.integers(0, 6),  # steps
        st.integers(0, 8),  # arrives after this many forwards
        st.one_of(st.none(), st.integers(0, 12)),  # is cancelled after this many
        st.sampled_from(["plain", "lora", "breaks", "aside"]),
    ),
    max_size=12,
)


@given(plans=_PLANS, fits=st.integers(1, 12), ladder=st.sampled_from([(1, 2, 4, 8), (16,), (1, 2, 3, 4, 6, 8, 12)]))
def test_any_interleaving_tells_each_candidate_exactly_once(
    plans: list[tuple[int, int, int, int | None, str]], fits: int, ladder: tuple[int, ...]
) -> None:
    network = toy_network(fits)
    audience = toy_loop(Pace(ladder), max_running=5)

    def call(seed: int, rows: int, steps: int, kind: str) -> Any:
        if kind == "aside":
            aside(None)
        result = flow_through(network, seed, rows, steps, LORA if kind == "lora" else PLAIN)()
        if kind == "breaks":
            raise ValueError("broken")
        return result

    numbers: dict[int, int] = {}
    for tick in range(14):
        for index, (rows, steps, arrives, cancelled, kind) in enumerate(plans):
            if arrives == tick:
                numbers[index] = audience.add(functools.partial(call, index, rows, steps, kind))
            if cancelled is not None and max(arrives, cancelled) == tick and index in numbers:
                audience.loop.cancel(audience.candidates[numbers[index]])
        audience.loop.step()
    for _ in range(3):
        audience.settle()
    assert audience.loop.load == (0, 0)
    for index, (rows, steps, _, cancelled, kind) in enumerate(plans):
        (outcome,) = audience.outcomes[numbers[index]]
        if isinstance(outcome, torch.Tensor):
            assert kind != "breaks"
            assert torch.equal(outcome, alone(index, rows, steps))
        elif isinstance(outcome, Cancelled):
            assert cancelled is not None
        elif isinstance(outcome, torch.OutOfMemoryError):
            assert min(b for b in (*ladder, 10**6) if b >= rows) > fits
        else:
            assert isinstance(outcome, ValueError) and kind == "breaks"


@given(order=st.permutations(range(6)), gaps=st.lists(st.integers(0, 3), min_size=6, max_size=6))
def test_in_one_fixed_size_the_order_of_arrival_changes_no_bit(order: list[int], gaps: list[int]) -> None:
    torch.manual_seed(0)
    layer = torch.nn.Linear(64, 64)

    class Net(torch.nn.Module):
        def forward(self, sample: torch.Tensor, timestep: torch.Tensor) -> tuple[torch.Tensor]:
            return (torch.tanh(layer(sample)) + timestep[:, None] * 0.01,)

    network = toy_network()
    network.module = Net()

    def call(seed: int) -> torch.Tensor:
        sample = torch.randn(1 + seed % 2, 64, generator=torch.Generator().manual_seed(seed))
        for step in range(4 + seed):
            (sample,) = ask(NetworkCall(network, network.bind((sample, torch.tensor(float(step))), {}), PLAIN))
        return sample

    def run(seeds: list[int], waits: list[int]) -> dict[int, torch.Tensor]:
        audience = toy_loop(Pace((16,)))
        numbers = {}
        for seed, wait in zip(seeds, waits, strict=True):
            numbers[seed] = audience.add(functools.partial(call, seed))
            for _ in range(wait):
                audience.loop.step()
        audience.settle()
        return {seed: audience.outcomes[number][0] for seed, number in numbers.items()}

    with torch.no_grad():
        mixed, plain = run(order, gaps), run(list(range(6)), [0] * 6)
    assert all(torch.equal(mixed[seed], plain[seed]) for seed in range(6))


def test_nothing_is_kept_of_two_thousand_candidates() -> None:
    network = toy_network()
    audience = toy_loop()
    seen: list[weakref.ref[Any]] = []

    class Held:
        pass

    def call() -> None:
        held = Held()
        seen.append(weakref.ref(held))
        flow_through(network, 1, 1, 2)()

    for _ in range(200):
        for _ in range(10):
            audience.loop.add(Candidate(call, lambda outcome: None))
        audience.settle()
    gc.collect()
    assert len(seen) == 2000
    assert not [ref for ref in seen if ref() is not None]
