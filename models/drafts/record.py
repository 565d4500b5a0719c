"""How a draft was made: everything needed to make it again, and to say with what."""

import functools
import itertools
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import torch

from models.drafts import schedulers
from models.drafts.loaded import LoadedModel
from models.drafts.operations import Method
from models.drafts.order import Order
from models.drafts.steps.network import Room

_LIBRARIES = ("torch", "diffusers", "transformers", "peft", "safetensors", "pillow")


def record_of(
    model: LoadedModel,
    order: Order,
    method: Method,
    rooms: Sequence[Sequence[Room]],
    about: Mapping[str, Any],
) -> Mapping[str, Any]:
    """Return the record of a finished draft; `rooms` are the batches that each candidate went through.

    They are written as runs of [batch size, place in it, forwards] for each candidate. On the same device, with the
    same libraries, a replay of them gives the same bits.
    """
    scheduler = schedulers.fresh(model.pipeline.scheduler, method.scheduler)
    return {
        "model": model.name,
        "revision": model.provenance.revision,
        "weights_sha256": model.provenance.weights_sha256,
        "pipeline": "none" if method.start is None else model.pipeline_name(method.start, method.control),
        "operation": order.operation.value,
        "scheduler": type(scheduler).__name__,
        "steps": method.arguments.get("num_inference_steps", 0),
        "guidance": method.arguments.get(model.family.guidance_name, 0.0),
        "size": list(method.size),
        "dtype": str(model.dtype).removeprefix("torch."),
        "device": device_name(model.pipeline.device),
        "bucket": max((room.bucket for row in rooms for room in row), default=0),
        "buckets": [[[*room, len(list(run))] for room, run in itertools.groupby(row)] for row in rooms],
        "adapters": [_adapter(model, name, weight) for name, weight in order.loras],
        "libraries": libraries(),
        "drawn_from": [],
        "unknown": [],
        **method.about,
        **about,
    }


def _adapter(model: LoadedModel, name: str, weight: float) -> Mapping[str, Any]:
    known = model.adapters[name]
    return {"name": name, "weight": weight, "revision": known.revision, "weights_sha256": known.weights_sha256}


@functools.cache
def libraries() -> Mapping[str, str]:
    """Return the versions of what computes."""
    found = {"python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    return found


def device_name(device: torch.device) -> str:
    """Return the name of a device as evidence has it."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"{device.type} {platform.machine()}"
