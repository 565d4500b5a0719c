"""From the store and an operator's choices to the line-up that a drafts server loads."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.catalog import CATALOG, ModelRole
from models.errors import RequestRefused
from models.lineup import LineUp, Offload, Precision, Safety, SafetyOff, ServedAdapter, ServedModel, ServedPart
from models.store import Kind, ModelStore, StoredModel

STROKES = ("scribble", "lineart")
"""What the control nets of the catalogue read."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What an operator wants of the drafts server.

    The first of `models` is the default one. Exactly one of `safety`, the name of a classifier, and `safety_off`, the
    reason why nothing is checked, must be given.
    """

    models: Sequence[str]
    safety: str | None = None
    safety_off: str | None = None
    upscaler: str | None = None
    precision: Precision = Precision.BF16
    offload: Offload = Offload.NONE
    compile: bool = False


def line_up_of(store: ModelStore, choices: Choices) -> LineUp:
    """Return the line-up; raise RequestRefused with what is missing and the command that brings it."""
    return LineUp(
        models=tuple(_served(store, name, choices) for name in choices.models),
        safety=_safety(store, choices),
        upscaler=None if choices.upscaler is None else _part(store, choices.upscaler),
    )


def _served(store: ModelStore, name: str, choices: Choices) -> ServedModel:
    record, entry = store.find(name), CATALOG.get(name)
    if record.kind is not Kind.PIPELINE:
        raise RequestRefused("no-pipeline", f"{name} is no pipeline that draws")
    here = store.all()
    return ServedModel(
        name=name,
        folder=store.path(name).resolve(),
        source=record.source,
        revision=record.revision,
        weights_sha256=record.weights_sha256,
        precision=choices.precision,
        controls=_controls(store, here, name),
        adapters=tuple(_adapter(store, each) for each in store.adapters_of(name)),
        languages=entry.languages if entry else ("en",),
        offload=choices.offload,
        compile=choices.compile,
        steps=entry.steps if entry else None,
        guidance=entry.guidance if entry else None,
    )


def _controls(store: ModelStore, here: dict[str, StoredModel], name: str) -> dict[str, ServedPart]:
    """Return the control nets that are here and were made for a model."""
    made_for = [e for e in CATALOG.values() if e.role is ModelRole.CONTROL and name in e.needs and e.name in here]
    return {strokes: _part(store, made_for[0].name) for strokes in STROKES} if made_for else {}


def _adapter(store: ModelStore, record: StoredModel) -> ServedAdapter:
    return ServedAdapter(
        name=record.name,
        folder=store.path(record.name).resolve(),
        source=record.source,
        revision=record.revision,
        weights_sha256=record.weights_sha256,
        base=record.base or "",
        rank=record.rank or 1,
        licence=record.licence,
        training_data=record.training_data or "",
    )


def _part(store: ModelStore, name: str) -> ServedPart:
    record = store.find(name)
    return ServedPart(
        name=name,
        folder=store.path(name).resolve(),
        source=record.source,
        revision=record.revision,
        weights_sha256=record.weights_sha256,
    )


def _safety(store: ModelStore, choices: Choices) -> Safety | SafetyOff:
    if choices.safety is not None:
        return Safety(part=_part(store, choices.safety))
    if choices.safety_off is not None:
        return SafetyOff(off_because=choices.safety_off)
    hint = "fetch nsfw-image-detection and name it in drafts.safety, or say in drafts.safety_off why not"
    raise RequestRefused("no-safety", f"nothing would check what these models draw: {hint}")
