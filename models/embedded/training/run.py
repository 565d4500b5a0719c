"""A training run that can be stopped at any minute and taken up again, and goes on as if it had not been.

Every step draws its chances from a generator seeded by the run's seed and the number of the step. The learning rate
depends on the step alone: a short rise, a level stretch, a fall over the last part. So a run of given steps ends with
the same weights however often it was interrupted, on the same machine with the same number of threads; and one that
has not begun to fall can be given more steps.
"""

import argparse
import copy
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from torch import Generator, Tensor, nn

_WARM_UP: Final = 150
_FALL: Final = 0.35
"""The share of the steps in which the learning rate falls to nothing."""
_LOG_SECONDS: Final = 30.0
_CLIP: Final = 1.0


@dataclass(frozen=True)
class Plan:
    """What a run is to do: `steps` in all, at most `minutes` of them now, a state every `save_minutes`."""

    folder: Path
    steps: int
    minutes: float
    seed: int = 0
    ema: float = 0.999
    save_minutes: float = 5.0
    threads: int | None = None

    @classmethod
    def arguments(cls, parser: argparse.ArgumentParser, *, steps: int, ema: float) -> None:
        """Add the arguments that every training program takes."""
        parser.add_argument("--out", type=Path, required=True, help="folder of the run: state, log, samples")
        parser.add_argument("--steps", type=int, default=steps, help="length of the whole run")
        parser.add_argument("--minutes", type=float, default=1e9, help="stop after so many; call again to go on")
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--ema", type=float, default=ema, help="decay of the averaged weights")
        parser.add_argument("--save-minutes", type=float, default=5.0)
        parser.add_argument("--threads", type=int, help="processor threads; all cores if not given")

    @classmethod
    def given(cls, found: argparse.Namespace) -> "Plan":
        """Return the plan that the arguments describe."""
        return cls(found.out, found.steps, found.minutes, found.seed, found.ema, found.save_minutes, found.threads)


def device() -> torch.device:
    """Return the GPU if there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


@contextmanager
def reduced(on: torch.device) -> Iterator[None]:
    """Compute in bfloat16 where that is exact enough."""
    with torch.autocast(on.type, torch.bfloat16):
        yield


class Run:
    """One run: the network, its running average (which is what is shipped), the optimisers, the step reached."""

    def __init__(self, plan: Plan, network: nn.Module, optimisers: list[torch.optim.Optimizer]) -> None:
        if plan.threads is not None:
            torch.set_num_threads(plan.threads)
        self.plan, self.network, self._optimisers = plan, network, optimisers
        self.averaged = copy.deepcopy(network).requires_grad_(False).eval()
        self._rates = [group["lr"] for each in optimisers for group in each.param_groups]
        self.step, self._spent = 0, 0.0
        plan.folder.mkdir(parents=True, exist_ok=True)
        self._state = plan.folder / "state.pt"
        if self._state.exists():
            self._resume()

    def train(self, loss_of: Callable[[Generator], Tensor], look: Callable[[nn.Module, str], None]) -> bool:
        """Train until the steps or the minutes are over; return whether the run is complete.

        `loss_of` computes one batch's loss with the chances of the given generator; `look` is called with the averaged
        network and the step's name whenever a state is saved, for sample sheets.
        """
        began = saved = logged = time.monotonic()
        losses = torch.zeros(())
        spent_before, since = self._spent, 0
        while self.step < self.plan.steps and time.monotonic() - began < self.plan.minutes * 60:
            losses, since = losses.to(self._where) + self._one(loss_of), since + 1
            now = time.monotonic()
            self._spent = spent_before + now - began
            if now - logged > _LOG_SECONDS:
                self._log(float(losses) / since, since / (now - logged))
                logged, losses, since = now, torch.zeros(()), 0
            if now - saved > self.plan.save_minutes * 60:
                self.save(look)
                saved = time.monotonic()
        self.save(look)
        return self.step >= self.plan.steps

    def _one(self, loss_of: Callable[[Generator], Tensor]) -> Tensor:
        self._set_rates()
        loss = loss_of(Generator(self._where).manual_seed(self.plan.seed * 1_000_003 + self.step))
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), _CLIP)
        for optimiser in self._optimisers:
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        self.step += 1
        decay = min(self.plan.ema, (self.step + 1) / (self.step + 20))
        own = [parameter.detach() for parameter in self.network.parameters()]
        torch._foreach_lerp_(list(self.averaged.parameters()), own, 1 - decay)
        return loss.detach()

    @property
    def _where(self) -> torch.device:
        return next(self.network.parameters()).device

    def _set_rates(self) -> None:
        left = (self.plan.steps - self.step) / (self.plan.steps * _FALL)
        share = min(1.0, (self.step + 1) / _WARM_UP, left)
        groups = (group for each in self._optimisers for group in each.param_groups)
        for group, rate in zip(groups, self._rates, strict=True):
            group["lr"] = rate * share

    def _log(self, loss: float, rate: float) -> None:
        line = {
            "step": self.step,
            "minutes": round(self._spent / 60, 1),
            "loss": round(loss, 5),
            "steps_s": round(rate, 2),
        }
        print(json.dumps(line), flush=True)
        with (self.plan.folder / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def save(self, look: Callable[[nn.Module, str], None]) -> None:
        """Keep everything that going on needs, and let somebody look."""
        state = {
            "network": self.network.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimisers": [each.state_dict() for each in self._optimisers],
            "step": self.step,
            "spent": self._spent,
        }
        beside = self._state.with_suffix(".new")
        torch.save(state, beside)
        beside.replace(self._state)
        look(self.averaged, f"{self.step:06d}")

    def _resume(self) -> None:
        state: dict[str, Any] = torch.load(self._state, map_location="cpu", weights_only=True)
        self.network.load_state_dict(state["network"])
        self.averaged.load_state_dict(state["averaged"])
        for optimiser, found in zip(self._optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(found)
        self.step, self._spent = state["step"], state["spent"]


def averaged(folder: Path) -> dict[str, Tensor]:
    """Return the averaged weights of a run that was saved."""
    found: dict[str, Tensor] = torch.load(folder / "state.pt", map_location="cpu", weights_only=True)["averaged"]
    return found
