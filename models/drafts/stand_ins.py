"""Copies of a pipeline whose networks pause instead of computing.

A stand-in is a shallow copy of the real module: the same weights, the same configuration, of the same class, so that
whatever a pipeline asks of it is answered truly. Only its forward is another: it hands its arguments to the loop.
"""

import copy
import logging
from collections.abc import Callable, Hashable, Mapping
from typing import Any, Final

import torch
from torch import nn

from models.drafts.side import Side
from models.drafts.steps.flow import NetworkCall, Setup, SideCall, ask
from models.drafts.steps.loop import empty_cache
from models.drafts.steps.network import Network

log = logging.getLogger(__name__)
NETWORKS: Final = ("unet", "transformer", "transformer_2", "prior", "controlnet")
"""The components whose forwards make up the steps."""
_PLAIN: Final = (str, int, float, bool, torch.device, torch.dtype, type(None))


def pausing(
    pipeline: Any,
    owner: str,
    networks: Mapping[int, Network],
    side: Side,
    setup: Setup,
    adapt_words: Callable[[Setup], None],
) -> Any:
    """Return a copy of a pipeline for one candidate; it can only be called inside a flow.

    `owner` is the model's name. `networks` finds a network by the identity of its module. `adapt_words` switches the
    text encoders to a setup; it is called in the side thread, which alone uses them.
    """
    own = copy.copy(pipeline)
    for name in NETWORKS:
        module = getattr(pipeline, name, None)
        if isinstance(module, nn.Module):
            own.__dict__[name] = _paused(module, networks[id(module)], setup)
    vae = getattr(pipeline, "vae", None)
    if isinstance(vae, nn.Module):
        own.__dict__["vae"] = _aside(vae, side)
    if hasattr(pipeline, "encode_prompt"):
        own.__dict__["encode_prompt"] = _remembered_words(own, owner, side, setup, adapt_words)
    return own


def _paused(module: nn.Module, network: Network, setup: Setup) -> nn.Module:
    stand_in = copy.copy(module)

    def forward(*args: Any, **kwargs: Any) -> Any:
        return ask(NetworkCall(network, network.bind(args, kwargs), setup))

    stand_in.__dict__["forward"] = forward
    return stand_in


def _aside(vae: nn.Module, side: Side) -> nn.Module:
    """Let an autoencoder's two directions run in the side thread."""
    stand_in = copy.copy(vae)
    for name in ("encode", "decode"):
        real = getattr(vae, name)

        def call(*args: Any, real: Callable[..., Any] = real, **kwargs: Any) -> Any:
            return ask(SideCall(lambda: side.submit(lambda: _in_tiles_if_need_be(vae, lambda: real(*args, **kwargs)))))

        stand_in.__dict__[name] = call
    return stand_in


def _in_tiles_if_need_be(vae: Any, work: Callable[[], Any]) -> Any:
    """Do it at once; where memory does not last, tile by tile, from then on: large pictures peak in the autoencoder."""
    try:
        return work()
    except torch.OutOfMemoryError:
        if not hasattr(vae, "enable_tiling") or getattr(vae, "use_tiling", False):
            raise
        log.warning("the autoencoder ran out of memory: from now on it works in tiles")
        empty_cache()
        vae.enable_tiling()
        return work()


def _remembered_words(
    own: Any, owner: str, side: Side, setup: Setup, adapt_words: Callable[[Setup], None]
) -> Callable[..., Any]:
    """Let words be encoded in the side thread, and only once."""
    real = type(own).encode_prompt

    def encode_prompt(*args: Any, **kwargs: Any) -> Any:
        def work() -> Any:
            adapt_words(setup)
            return real(own, *args, **kwargs)

        key = _key(f"{owner} {type(own).__name__}", setup, args, kwargs)
        if key is None:
            return ask(SideCall(lambda: side.submit(work)))
        return ask(SideCall(lambda: side.remembered(key, work)))

    return encode_prompt


def _key(name: str, setup: Setup, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Hashable | None:
    """Return what the encoding depends on; None where a part of it is given as tensors."""
    given = [*enumerate(args), *sorted(kwargs.items())]
    parts: list[Hashable] = [name, setup.adapters]
    for position, value in given:
        if isinstance(value, (list, tuple)) and all(isinstance(inner, _PLAIN) for inner in value):
            parts.append((position, tuple(value)))
        elif isinstance(value, _PLAIN):
            parts.append((position, value))
        else:
            return None
    return tuple(parts)
