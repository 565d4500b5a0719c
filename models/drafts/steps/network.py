"""What the loop must know of a network: how the arguments of several calls become one batch, and its answer theirs."""

import inspect
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import torch
from torch import Tensor, nn

Arguments = Mapping[str, Any]


class Room(NamedTuple):
    """The rows of a forward, and where among them the asked ones begin."""

    bucket: int
    offset: int


@dataclass(frozen=True, slots=True)
class Shape:
    """How the forward of one class of networks is called.

    `rows` names the argument whose length is the number of rows. Tensors are stacked along their first dimension,
    except those in `shared`, which depend on nothing but sizes. Those in `times` may have no dimension at all: one
    time for all rows. Those in `listed` are lists with one entry a row. Those in `optional` become zeros in rows that
    do not have them. `padded` pairs a sequence with its mask: shorter ones are filled up to a multiple of `pad_to`.
    `scale` names a factor on the outputs, which is taken out and applied to each call's own rows. `listed_answer`
    says that the answer, too, is a list with one entry a row. `first` networks feed others: their calls go before
    those of the rest, which can then all meet.
    """

    rows: str
    shared: frozenset[str] = frozenset()
    times: frozenset[str] = frozenset()
    listed: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    padded: tuple[tuple[str, str], ...] = ()
    pad_to: int = 64
    scale: str | None = None
    listed_answer: bool = False
    first: bool = False
    merges: bool = True


ALONE: Final = Shape(rows="", merges=False)
"""The shape of networks that nobody has described: their calls run one by one, between those of others."""

UNET: Final = Shape(
    rows="sample",
    times=frozenset({"timestep"}),
    optional=frozenset({"down_block_additional_residuals", "mid_block_additional_residual"}),
)
CONTROL_NET: Final = Shape(rows="sample", times=frozenset({"timestep"}), scale="conditioning_scale", first=True)
_TOKENS: Final = Shape(rows="hidden_states")
FLUX: Final = Shape(rows="hidden_states", shared=frozenset({"img_ids", "txt_ids"}))
QWEN_IMAGE: Final = Shape(
    rows="hidden_states",
    listed=frozenset({"img_shapes"}),
    padded=(("encoder_hidden_states", "encoder_hidden_states_mask"),),
)
Z_IMAGE: Final = Shape(rows="x", listed=frozenset({"x", "cap_feats"}), listed_answer=True)
_LATENTS: Final = Shape(rows="latents")

SHAPES: Final[Mapping[str, Shape]] = {
    "UNet2DConditionModel": UNET,
    "ControlNetModel": CONTROL_NET,
    "FluxTransformer2DModel": FLUX,
    "Flux2Transformer2DModel": _TOKENS,
    "QwenImageTransformer2DModel": QWEN_IMAGE,
    "SD3Transformer2DModel": _TOKENS,
    "ZImageTransformer2DModel": Z_IMAGE,
    "DraftTransformer2DModel": _LATENTS,
}
"""The shape of each network that has been tried in mixed batches, by the name of its class."""


@dataclass(eq=False)
class Network:
    """A loaded network; `owner` tells networks of different models apart, whatever their class."""

    owner: str
    name: str
    module: nn.Module
    shape: Shape = ALONE

    @classmethod
    def of(cls, owner: str, name: str, module: nn.Module) -> "Network":
        """Return a network with the shape of its class."""
        return cls(owner, name, module, SHAPES.get(type(module).__name__, ALONE))

    def __post_init__(self) -> None:
        self._signature = inspect.signature(type(self.module).forward)

    def bind(self, args: Sequence[Any], kwargs: Arguments) -> dict[str, Any]:
        """Return the arguments of a call by name, without those that are None."""
        bound = self._signature.bind(None, *args, **kwargs).arguments
        bound.pop("self")
        bound |= bound.pop("kwargs", {})
        return {name: value for name, value in bound.items() if value is not None}

    def rows(self, arguments: Arguments) -> int:
        """Return how many rows a call has."""
        return len(arguments[self.shape.rows]) if self.shape.merges else 1

    def key(self, arguments: Arguments) -> Hashable:
        """Return what calls must have in common to share a forward."""
        if not self.shape.merges:
            return "alone"
        shape = self.shape
        ignored = {*shape.optional, *(mask for _, mask in shape.padded), shape.scale}
        return tuple((n, self._likeness(n, v)) for n, v in sorted(arguments.items()) if n not in ignored)

    def _likeness(self, name: str, value: Any) -> Hashable:
        shape = self.shape
        match value:
            case Tensor() if name in shape.times:
                return "time"
            case Tensor() if any(name == sequence for sequence, _ in shape.padded):
                return value.shape[2:], value.dtype
            case Tensor():
                return value.shape if name in shape.shared else value.shape[1:], value.dtype
            case dict():
                return tuple((key, self._likeness(key, inner)) for key, inner in sorted(value.items()))
            case list() | tuple() if name == "cap_feats":
                return value[0].shape[1:], value[0].dtype
            case list() | tuple() if name in shape.listed:
                return _frozen(value[0])
            case list() | tuple():
                return tuple(self._likeness(name, inner) for inner in value)
            case _:
                return _frozen(value)

    def run(self, calls: Sequence[Arguments], bucket: int, offset: int = 0) -> list[Any]:
        """Run calls of equal keys in one forward of `bucket` rows, the first at `offset`; return each call's answer.

        Rows before and after those asked for repeat the outermost ones. A row's bits depend on the bucket and, for
        some sizes, on its place in it; not on its neighbours.
        """
        if not self.shape.merges:
            (call,) = calls
            return [self.module(**call)]
        counts = [self.rows(call) for call in calls]
        plain = [{n: v for n, v in call.items() if n != self.shape.scale} for call in calls]
        answer = self.module(**_merge(self.shape, plain, counts, Room(bucket, offset)))
        parts = _parts(self.shape, answer, [offset, *counts])[1:]
        if self.shape.scale is None:
            return parts
        return [_scaled(part, call.get(self.shape.scale, 1.0)) for part, call in zip(parts, calls, strict=True)]


def _frozen(value: Any) -> Hashable:
    if isinstance(value, Tensor):
        return value.shape, value.dtype
    if isinstance(value, (list, tuple)):
        return tuple(_frozen(inner) for inner in value)
    if isinstance(value, dict):
        return tuple((key, _frozen(inner)) for key, inner in sorted(value.items()))
    assert isinstance(value, Hashable)
    return value


def _merge(shape: Shape, calls: Sequence[Arguments], counts: Sequence[int], room: Room) -> dict[str, Any]:
    own = [dict(call) for call in calls]
    for sequence, mask in shape.padded:
        _pad(own, sequence, mask, shape.pad_to)
    names = dict.fromkeys(name for call in own for name in call)
    return {name: _merged(shape, name, [call.get(name) for call in own], counts, room) for name in names}


def _merged(shape: Shape, name: str, values: Sequence[Any], counts: Sequence[int], room: Room) -> Any:
    if name in shape.optional:
        values = _with_zeros(values, counts)
    first = values[0]
    if name in shape.listed:
        entries = [entry for value in values for entry in value]
        after = room.bucket - room.offset - len(entries)
        return [entries[0]] * room.offset + entries + [entries[-1]] * after
    if name in shape.shared or not isinstance(first, (Tensor, dict, list, tuple)):
        return first
    if isinstance(first, dict):
        return {key: _merged(shape, key, [value[key] for value in values], counts, room) for key in first}
    if isinstance(first, (list, tuple)):
        return [_merged(shape, name, column, counts, room) for column in zip(*values, strict=True)]
    if name in shape.times:
        values = [_times(value, count) for value, count in zip(values, counts, strict=True)]
    return _stacked(values, room)


def _times(value: Tensor, count: int) -> Tensor:
    """Return one time a row; whole numbers, as some schedulers have them, are exact in float32."""
    exact = value if value.is_floating_point() else value.float()
    return exact.expand(count) if value.ndim == 0 else exact


def _stacked(values: Sequence[Tensor], room: Room) -> Tensor:
    first, last = values[0][:1], values[-1][-1:]
    after = room.bucket - room.offset - sum(len(value) for value in values)
    before = [first.expand(room.offset, *first.shape[1:])] if room.offset else []
    behind = [last.expand(after, *last.shape[1:])] if after else []
    stack = [*before, *values, *behind]
    return torch.cat(stack) if len(stack) > 1 else stack[0]


def _with_zeros(values: Sequence[Any], counts: Sequence[int]) -> list[Any]:
    """Fill in zeros where a call has nothing to add."""
    like = next(value for value in values if value is not None)

    def zeros(model: Any, count: int) -> Any:
        if isinstance(model, Tensor):
            return model.new_zeros(count, *model.shape[1:])
        return [zeros(inner, count) for inner in model]

    return [zeros(like, count) if value is None else value for value, count in zip(values, counts, strict=True)]


def _pad(calls: Sequence[dict[str, Any]], sequence: str, mask: str, pad_to: int) -> None:
    """Bring sequences of different lengths to one, and say in the masks what is filling."""
    lengths = [call[sequence].shape[1] for call in calls]
    length = max(lengths)
    if len(set(lengths)) > 1:
        # A few lengths only, or each company would have a shape of its own.
        length = -(-length // pad_to) * pad_to
    if all(call.get(mask) is None and own == length for call, own in zip(calls, lengths, strict=True)):
        return
    for call, own in zip(calls, lengths, strict=True):
        tokens = call[sequence]
        known = call.get(mask)
        if known is None:
            known = torch.ones(tokens.shape[:2], dtype=torch.bool, device=tokens.device)
        call[sequence] = nn.functional.pad(tokens, (0, 0, 0, length - own))
        call[mask] = nn.functional.pad(known, (0, length - own))


def _parts(shape: Shape, answer: Any, counts: Sequence[int]) -> list[Any]:
    """Cut an answer into the rows of each call, in the form that the network answers in."""
    form = type(answer)
    if not isinstance(answer, (Tensor, tuple, list)):
        # One of diffusers' outputs: a dictionary that can be read like a tuple.
        return [form(*part) for part in _parts(shape, answer.to_tuple(), counts)]
    if shape.listed_answer:
        (rows,) = answer
        starts = [sum(counts[:index]) for index in range(len(counts))]
        return [(rows[start : start + count],) for start, count in zip(starts, counts, strict=True)]
    return _split(answer, counts)


def _split(answer: Any, counts: Sequence[int]) -> list[Any]:
    if isinstance(answer, Tensor):
        return list(torch.split(answer[: sum(counts)], list(counts)))
    columns = [_split(inner, counts) for inner in answer]
    return [type(answer)(column[index] for column in columns) for index in range(len(counts))]


def _scaled(part: Any, factor: Any) -> Any:
    if isinstance(part, Tensor):
        return part * factor
    return type(part)(_scaled(inner, factor) for inner in part)
