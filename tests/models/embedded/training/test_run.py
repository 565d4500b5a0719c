"""A training run goes on as if it had never been interrupted."""

from pathlib import Path

import pytest
import torch
from torch import Generator, Tensor, nn

from models.embedded.training.run import Plan, Run, averaged

pytestmark = pytest.mark.slow


def work(folder: Path, *, steps: int = 12, until: int | None = None) -> Run:
    """Train a line through noise, up to a step if one is given, and save."""
    torch.manual_seed(0)
    network = nn.Linear(3, 1)
    run = Run(Plan(folder, steps=steps, minutes=1.0), network, [torch.optim.AdamW(network.parameters(), lr=0.05)])

    def loss_of(chances: Generator) -> Tensor:
        if until is not None and run.step >= until:
            raise KeyboardInterrupt
        given = torch.randn(8, 3, generator=chances)
        loss: Tensor = (network(given) - given.sum(1, keepdim=True)).square().mean()
        return loss

    looked: list[str] = []
    try:
        run.train(loss_of, lambda network, step: looked.append(step))
    except KeyboardInterrupt:
        run.save(lambda network, step: looked.append(step))
    assert looked
    return run


def test_interrupted_and_taken_up_again_it_ends_with_the_same_weights(tmp_path: Path) -> None:
    straight = work(tmp_path / "straight")
    work(tmp_path / "broken", until=5)
    again = work(tmp_path / "broken")
    assert straight.step == again.step == 12
    for one, other in zip(straight.averaged.parameters(), again.averaged.parameters(), strict=True):
        assert torch.equal(one, other)


def test_what_is_shipped_is_the_average(tmp_path: Path) -> None:
    run = work(tmp_path)
    shipped = averaged(tmp_path)
    assert torch.equal(shipped["weight"], run.averaged.state_dict()["weight"])
    assert not torch.equal(shipped["weight"], run.network.state_dict()["weight"])


def test_a_finished_run_does_nothing_more(tmp_path: Path) -> None:
    first = work(tmp_path).network.state_dict()["weight"].clone()
    assert torch.equal(work(tmp_path).network.state_dict()["weight"], first)
