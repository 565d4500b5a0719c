"""What can be asked of a drafts server, and which of its models can do it."""

from collections.abc import Sequence
from enum import StrEnum

from bot.errors import UserFacing
from models.drafting import ModelAbilities


class Operation(StrEnum):
    """One kind of drawing; the values are the words of the drafts API, and keys of its name in the texts."""

    DRAFT = "draft"
    REDRAW = "redraw"
    SKETCH = "sketch"
    COLOUR = "colour"
    RESTYLE = "restyle"
    VARY = "vary"
    BLEND = "blend"
    INPAINT = "inpaint"
    OUTPAINT = "outpaint"
    LINES = "lines"
    UPSCALE = "upscale"


def able(models: Sequence[ModelAbilities], operation: Operation) -> tuple[ModelAbilities, ...]:
    """Return the models that can do an operation, the default one first."""
    return tuple(model for model in models if operation in model.operations)


def model_for(
    models: Sequence[ModelAbilities], operation: Operation, named: str | None = None
) -> ModelAbilities | None:
    """Return the model that is to do an operation: the named one, else the first that can.

    None while the server has not said what it can do: then it decides. Raise UserFacing where no model can, or the
    named one cannot or is not there.
    """
    if not models:
        return None
    fitting = able(models, operation)
    if not fitting:
        there = ", ".join(model.name for model in models)
        raise UserFacing("error-operation-nowhere", operation=operation.value, models=there)
    if named is None:
        return fitting[0]
    chosen = next((model for model in models if model.name == named), None)
    if chosen is None:
        raise UserFacing("error-model-unknown", model=named[:100], models=", ".join(model.name for model in fitting))
    if chosen not in fitting:
        others = ", ".join(model.name for model in fitting)
        raise UserFacing("error-operation-model", operation=operation.value, model=named, models=others)
    return chosen
