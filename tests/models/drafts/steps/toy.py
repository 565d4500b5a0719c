"""A network that is all arithmetic, and flows that go through it: what the loop must get right without diffusers."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import torch
from torch import Tensor, nn

from models.drafts.steps.flow import PLAIN, NetworkCall, Setup, SideCall, ask
from models.drafts.steps.loop import Candidate, StepLoop
from models.drafts.steps.network import Network, Room, Shape
from models.drafts.steps.pace import Pace

TOY = Shape(rows="sample", times=frozenset({"timestep"}))


class Toy(nn.Module):
    """Each row depends on itself and its time alone; too large a batch does not fit; a poisoned row breaks it."""

    def __init__(self, fits: int = 1000) -> None:
        super().__init__()
        self.fits = fits
        self.batches: list[int] = []

    def forward(self, sample: Tensor, timestep: Tensor) -> tuple[Tensor]:
        """Return one more step."""
        if len(sample) > self.fits:
            raise torch.OutOfMemoryError("CUDA out of memory")
        if bool((sample == -1).any()):
            raise RuntimeError("a row broke the batch")
        self.batches.append(len(sample))
        return (sample * 1.5 + timestep[:, None],)


class Everything:
    """All networks are there, and need no setup."""

    def __init__(self) -> None:
        self.entered: list[Setup] = []

    def resident(self, network: Network) -> bool:
        return True

    def enter(self, network: Network, setup: Setup) -> None:
        self.entered.append(setup)


def toy_network(fits: int = 1000, shape: Shape = TOY, name: str = "toy") -> Network:
    return Network("model", name, Toy(fits), shape)


def alone(seed: int, rows: int, steps: int) -> Tensor:
    """Compute what a flow of these must return."""
    sample = torch.full((rows, 4), float(seed))
    for step in range(steps):
        sample = sample * 1.5 + step
    return sample


def flow_through(network: Network, seed: int, rows: int, steps: int, setup: Setup = PLAIN) -> Callable[[], Tensor]:
    """Return a call that goes through a network step by step."""

    def call() -> Tensor:
        sample = torch.full((rows, 4), float(seed))
        for step in range(steps):
            arguments = network.bind((sample, torch.tensor(step)), {})
            (sample,) = ask(NetworkCall(network, arguments, setup))
        return sample

    return call


def aside(value: Any) -> Any:
    """Ask for something from beside the steps, which is there at once."""

    def start() -> "Future[Any]":
        future: Future[Any] = Future()
        future.set_result(value)
        return future

    return ask(SideCall(start))


class Audience:
    """Candidates, and what each of them came to."""

    def __init__(self, loop: StepLoop) -> None:
        self.loop = loop
        self.candidates: list[Candidate] = []
        self.outcomes: dict[int, list[Any]] = {}

    def add(self, call: Callable[[], Any], replay: tuple[Room, ...] = ()) -> int:
        number = len(self.candidates)
        heard: list[Any] = []
        self.outcomes[number] = heard
        self.candidates.append(Candidate(call, heard.append, replay))
        self.loop.add(self.candidates[-1])
        return number

    def settle(self) -> int:
        """Take steps until nothing is left to do; return how many forwards it took."""
        count = 0
        while self.loop.step():
            count += 1
        return count


def toy_loop(pace: Pace | None = None, max_running: int = 64) -> Audience:
    return Audience(StepLoop(pace or Pace(), Everything(), max_running=max_running))
