"""How one goes on from a candidate: which operation, by which model, how far from it; decided without the platform."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.draft.brief import Brief, fresh_seeds, make_brief
from bot.draft.operations import Operation, able, model_for
from models.catalog import CATALOG
from models.drafting import ModelAbilities
from storage.briefs import BriefParams
from storage.drafts import Candidate, DraftView

SUBTLE: Final = 0.25
STRONG: Final = 0.55
FINISH: Final = 0.3
"""How far a finished picture may leave its candidate: details, no shapes."""
RESTYLED: Final = 0.65
SCALE: Final = 2
_MAX_STEPS: Final = 150
_OWN: Final = 0.6


@dataclass(frozen=True, slots=True)
class Onward:
    """A brief that goes on from a candidate, and the key of a sentence about it, with the model that it names."""

    brief: Brief
    note: str | None = None
    model: str = ""


def varied(view: DraftView, candidate: Candidate, strength: float, models: Sequence[ModelAbilities]) -> Onward:
    """Return a brief for variations of a candidate, as many as there were; raise UserFacing where no model can."""
    model = model_for(models, Operation.VARY)
    seeds = fresh_seeds(len(view.params.seeds))
    return Onward(
        _from(view, candidate, Operation.VARY, seeds, model, models, style=view.params.style, strength=strength)
    )


def finished(view: DraftView, candidate: Candidate, models: Sequence[ModelAbilities]) -> Onward:
    """Return a brief that draws a candidate again, close to what it is, by the best model that there is.

    Where none can redraw, it is only enlarged. The sentence says which of the two it is, and what it is worth. At a low
    strength a model takes only the last of its steps, so it gets twice as many.
    """
    fitting = able(models, Operation.REDRAW)
    if models and not fitting:
        return replace(upscaled(view, candidate, models), note="draft-finish-enlarged")
    best = max(fitting, key=_power, default=None)
    steps = min(_MAX_STEPS, 2 * best.steps) if best is not None and best.steps else None
    seeds = (candidate.seed,)
    brief = _from(view, candidate, Operation.REDRAW, seeds, best, models, strength=FINISH, steps=steps)
    if best is None:
        return Onward(brief)
    same = best.name == view.model
    return Onward(brief, "draft-finish-same" if same else "draft-finish-stronger", best.name)


def retouched(candidate: Candidate, words: str, fields: frozenset[int], models: Sequence[ModelAbilities]) -> Onward:
    """Return a brief that draws some fields of a candidate anew; raise UserFacing."""
    model = model_for(models, Operation.INPAINT)
    return Onward(
        make_brief(
            words,
            operation=Operation.INPAINT,
            count=1,
            regions=tuple(sorted(fields)),
            model=_named(model, models),
            derived_from=candidate.seq,
        )
    )


def restyled(candidate: Candidate, asked: Brief) -> Onward:
    """Return a brief for another style that goes on from a candidate, by its seed."""
    return Onward(replace(asked, params=replace(asked.params, seeds=(candidate.seed,), derived_from=candidate.seq)))


def upscaled(view: DraftView, candidate: Candidate, models: Sequence[ModelAbilities]) -> Onward:
    """Return a brief that enlarges a candidate; raise UserFacing."""
    model = model_for(models, Operation.UPSCALE)
    return Onward(_from(view, candidate, Operation.UPSCALE, (candidate.seed,), model, models, scale=SCALE))


def refined(view: DraftView, words: str, negative: str) -> Onward:
    """Return the changed brief of a draft, in everything else as it was; raise UserFacing."""
    brief = make_brief(words, negative=negative)
    params = replace(view.params, seeds=fresh_seeds(len(view.params.seeds)), operation=view.params.work)
    return Onward(replace(brief, params=params))


def own(words: str, models: Sequence[ModelAbilities]) -> Onward:
    """Return the brief of another member who starts from what they see; raise UserFacing."""
    model_for(models, Operation.REDRAW)
    return Onward(make_brief(words, strength=_OWN, operation=Operation.REDRAW))


def _from(
    view: DraftView,
    candidate: Candidate,
    operation: Operation,
    seeds: tuple[int, ...],
    model: ModelAbilities | None,
    models: Sequence[ModelAbilities],
    *,
    style: str | None = None,
    strength: float | None = None,
    steps: int | None = None,
    scale: int | None = None,
) -> Brief:
    """Return a brief in the words of the draft that goes on from a candidate of it."""
    params = BriefParams(
        operation.value,
        seeds,
        style=style if style is None or model is None or style in model.styles else None,
        model=_named(model, models),
        strength=strength,
        scale=scale,
        added=view.params.added,
        derived_from=candidate.seq,
        steps=steps,
    )
    return Brief(view.text, view.negative, params)


def _named(model: ModelAbilities | None, models: Sequence[ModelAbilities]) -> str | None:
    """Return the name of a model; the default one needs none, as the operator may change it."""
    return None if model is None or model is models[0] else model.name


def _power(model: ModelAbilities) -> tuple[int, int, int]:
    """Return what makes a model the stronger one: its size, then that of its pictures, then its steps."""
    entry = CATALOG.get(model.name)
    area = max((width * height for width, height in model.sizes), default=0)
    return (entry.parameters or 0) if entry else 0, area, model.steps or 0
