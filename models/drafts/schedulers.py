"""Schedulers by name; every candidate owns one."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import diffusers

Choices = Mapping[str, tuple[str, Mapping[str, Any]]]
_DIFFUSION: Final[Choices] = {
    "ddim": ("DDIMScheduler", {}),
    "euler": ("EulerDiscreteScheduler", {}),
    "euler-ancestral": ("EulerAncestralDiscreteScheduler", {}),
    "dpm++-2m": ("DPMSolverMultistepScheduler", {}),
    "dpm++-2m-karras": ("DPMSolverMultistepScheduler", {"use_karras_sigmas": True}),
    "dpm++-sde": ("DPMSolverMultistepScheduler", {"algorithm_type": "sde-dpmsolver++"}),
    "unipc": ("UniPCMultistepScheduler", {}),
    "lcm": ("LCMScheduler", {}),
}
_FLOW: Final[Choices] = {
    "flow-euler": ("FlowMatchEulerDiscreteScheduler", {}),
    "flow-heun": ("FlowMatchHeunDiscreteScheduler", {}),
}
DIFFUSION: Final[Choices] = MappingProxyType(_DIFFUSION)
"""For networks that were trained on a variance-preserving noise schedule (Stable Diffusion, SDXL)."""
FLOW: Final[Choices] = MappingProxyType(_FLOW)
"""For networks that were trained to match a flow."""


def is_flow(scheduler: Any) -> bool:
    """Tell whether a model's own scheduler is one of flow matching."""
    return "FlowMatch" in type(scheduler).__name__


def choices(scheduler: Any) -> Choices:
    """Return the schedulers that can take the place of a model's own."""
    return FLOW if is_flow(scheduler) else DIFFUSION


def fresh(scheduler: Any, name: str | None) -> Any:
    """Return a new scheduler with a model's noise schedule, of its own kind or of the named one."""
    if name is None:
        return type(scheduler).from_config(scheduler.config)
    kind, changes = choices(scheduler)[name]
    return getattr(diffusers, kind).from_config(scheduler.config, **changes)
