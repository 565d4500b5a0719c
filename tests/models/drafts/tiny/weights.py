"""Weights that are the same at each run, and nowhere zero where a zero would hide what a part does."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import torch
from diffusers import DiffusionPipeline
from torch import nn

LOCAL: Final = {"local_files_only": True, "use_safetensors": True}
"""How everything is loaded: from this machine, and nothing that could run code."""

_SPREAD: Final = 0.05


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Make weights from a seed, as a decorator or a block; the process's own random numbers stay where they were."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def awake(made: Any) -> Any:
    """Give values to the weights that begin as zeros (the ends of control nets); leave training mode.

    `made` is a network or a pipeline of them; it is returned.
    """
    networks = made.components.values() if isinstance(made, DiffusionPipeline) else (made,)
    for network in networks:
        if isinstance(network, nn.Module):
            network.eval()
            _fill(network)
    return made


@torch.no_grad()
def _fill(network: nn.Module) -> None:
    for weight in network.parameters():
        if weight.ndim > 1 and not weight.any():
            weight.normal_(std=_SPREAD)


def save(made: Any, folder: Path) -> Path:
    """Write a pipeline or a network as safetensors; return the folder."""
    made.save_pretrained(folder, safe_serialization=True)
    return folder


def load(folder: Path) -> Any:
    """Read a pipeline back as a server does."""
    return DiffusionPipeline.from_pretrained(folder, **LOCAL)
