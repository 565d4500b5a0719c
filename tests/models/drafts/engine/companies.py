"""The same call, by diffusers' own pipeline alone and by the loop among others."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from models.drafts import schedulers
from models.drafts.loaded import LoadedModel, Start
from models.drafts.provenance import Provenance
from models.drafts.shelf import Shelf
from models.drafts.side import Side
from models.drafts.steps.flow import PLAIN, Setup
from models.drafts.steps.loop import Candidate, StepLoop
from models.drafts.steps.network import Room
from models.drafts.steps.pace import LADDER, Pace


@dataclass(frozen=True, slots=True)
class Call:
    """One pipeline call; `arrives` is the forward before which it comes."""

    arguments: Mapping[str, Any]
    start: Start = Start.WORDS
    control: str | None = None
    scheduler: str | None = None
    setup: Setup = PLAIN
    arrives: int = 0
    seed: int = 0

    def keywords(self) -> dict[str, Any]:
        return {
            **self.arguments,
            "generator": torch.Generator("cpu").manual_seed(self.seed),
            "output_type": "latent",
        }


def model_of(pipeline: Any, **more: Any) -> LoadedModel:
    return LoadedModel(Provenance("tiny", "1", "0" * 64), pipeline, **more)


@torch.no_grad()
def alone(model: LoadedModel, call: Call) -> Tensor:
    """Call diffusers' own pipeline, with a scheduler of its own and no stand-ins."""
    pipeline: Any = model.stock(call.start, call.control)
    pipeline.scheduler = schedulers.fresh(model.pipeline.scheduler, call.scheduler)
    return latents_of(pipeline(**call.keywords()))


def latents_of(output: Any) -> Tensor:
    found = output.images
    return found if isinstance(found, Tensor) else torch.stack(list(found))


class AtOnce(Side):
    """A side thread that is never behind, so that who meets whom does not depend on the machine."""

    def submit(self, work: Callable[[], Any]) -> "Future[Any]":
        future: Future[Any] = Future()
        future.set_result(work())
        return future


@dataclass
class Company:
    """Calls that go through the loop together."""

    model: LoadedModel
    ladder: Sequence[int] = LADDER
    outcomes: dict[int, Any] = field(default_factory=dict)
    rooms: dict[int, list[Room]] = field(default_factory=dict)
    forwards: int = 0

    def run(self, calls: Sequence[Call], replay: Mapping[int, Sequence[Room]] | None = None) -> list[Tensor]:
        """Run all of them; raise what any of them raised."""
        side = AtOnce()
        loop = StepLoop(Pace(self.ladder), Shelf([self.model]))
        candidates = []
        for index, call in enumerate(calls):
            candidates.append(
                Candidate(self._call(call, side), self._hear(index), tuple((replay or {}).get(index, ())))
            )
        waiting = sorted(range(len(calls)), key=lambda index: calls[index].arrives)
        with torch.no_grad():
            while len(self.outcomes) < len(calls):
                while waiting and calls[waiting[0]].arrives <= loop.forwards:
                    loop.add(candidates[waiting.pop(0)])
                if not loop.step() and loop.load == (0, 0) and waiting:
                    loop.add(candidates[waiting.pop(0)])
        side.close()
        self.forwards = loop.forwards
        self.rooms = {index: candidate.rooms for index, candidate in enumerate(candidates)}
        failed = [outcome for outcome in self.outcomes.values() if isinstance(outcome, BaseException)]
        if failed:
            raise failed[0]
        return [self.outcomes[index] for index in range(len(calls))]

    def _call(self, call: Call, side: Side) -> Callable[[], Tensor]:
        def run() -> Tensor:
            pipeline = self.model.instance(
                call.start, call.control, side=side, setup=call.setup, scheduler=call.scheduler
            )
            return latents_of(pipeline(**call.keywords()))

        return run

    def _hear(self, index: int) -> Callable[[Any], None]:
        def hear(outcome: Any) -> None:
            self.outcomes[index] = outcome

        return hear


def difference(one: Tensor, other: Tensor) -> float:
    return float((one - other).abs().max())
