"""How a draft was made: everything needed to make it again, and to say with what."""

import functools
import itertools
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import torch

from models.drafts import schedulers
from models.drafts.loaded import REFERENCE, LoadedModel
from models.drafts.operations import Method
from models.drafts.order import Order
from models.drafts.steps.network import Room

_LIBRARIES = ("colophon", "torch", "diffusers", "transformers", "peft", "safetensors", "pillow", "numpy")


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
    whence = dict(model.provenance.about())
    return {
        "model": whence.pop("name"),
        **whence,
        "pipeline": "none" if method.start is None else model.pipeline_name(method.start, method.control),
        "operation": order.operation.value,
        "scheduler": type(scheduler).__name__,
        "seeds": list(order.seeds),
        "steps": method.arguments.get("num_inference_steps", 0),
        "guidance": method.arguments.get(model.family.guidance_name, 0.0),
        "size": list(method.size),
        "dtype": str(model.dtype).removeprefix("torch."),
        "device": device_name(model.pipeline.device),
        "compute": compute(model.pipeline.device),
        "bucket": max((room.bucket for row in rooms for room in row), default=0),
        "buckets": [[[*room, len(list(run))] for room, run in itertools.groupby(row)] for row in rooms],
        "adapters": [{**model.adapters[name].about(), "weight": weight} for name, weight in order.loras],
        **_beside(model, method),
        "libraries": libraries(),
        "drawn_from": [],
        "unknown": [],
        **method.about,
        **about,
    }


def _beside(model: LoadedModel, method: Method) -> Mapping[str, Any]:
    """Return where the networks come from that took part beside the pipeline's own."""
    roles = {} if method.control is None else {"control": method.control}
    if model.reads_pictures:
        roles[REFERENCE] = REFERENCE
    return {name: model.parts[role].about() for name, role in roles.items() if role in model.parts}


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


def compute(device: torch.device) -> Mapping[str, Any]:
    """Return what else of a machine decides the last bits: kinds of instructions, threads, kernels."""
    if device.type == "cuda":
        cudnn: Any = torch.backends.cudnn
        return {
            "capability": ".".join(map(str, torch.cuda.get_device_capability(device))),
            "cuda": torch.version.cuda or "none",
            "cudnn": cudnn.version() or 0,
        }
    return {"instructions": torch.backends.cpu.get_cpu_capability(), "threads": torch.get_num_threads()}
