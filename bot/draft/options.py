"""The options that the drawing commands share, described once; and what is offered while some of them are typed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

import discord
from discord import app_commands

from bot.chat.texts import Texts
from bot.chat.translator import named
from bot.draft.asking import Models
from bot.draft.brief import MAX_COUNT
from bot.draft.fitting import DIRECTIONS
from bot.draft.manners import Manners
from bot.draft.operations import Operation, able
from bot.draft.palettes import PALETTES
from bot.draft.regions import REGIONS
from bot.draft.styles import StyleMenu
from bot.members.preferences import Preferences
from models.drafting import ModelAbilities

F = TypeVar("F", bound=Callable[..., Any])
Count = app_commands.Range[int, 1, MAX_COUNT]
Strength = app_commands.Range[float, 0.05, 1.0]
ASPECTS: Final = ("1:1", "3:2", "2:3", "4:3", "3:4", "16:9", "9:16")
_OFFERED: Final = 25

_OPTIONS: Final[Mapping[str, str]] = {
    "brief": "What you want to see, in your own words",
    "style": "The look of the draft",
    "avoid": "What should not be in the picture",
    "aspect": "The shape of the picture",
    "count": "How many candidates, 1 to 4",
    "seed": "The seed of the first candidate, to draw the same again",
    "model": "Which model draws; the default one if you leave it out",
    "reference": "Your own picture to start from (PNG, JPEG or WebP)",
    "strength": "How far the draft may leave your picture, 0.05 to 1",
    "private": "For you alone, by direct message; you can show it in the channel later",
    "image": "The picture to work on (PNG, JPEG or WebP)",
    "image2": "A second picture",
    "image3": "A third picture",
    "palette": "The colours to use",
    "mask": "A picture that is transparent, or white, where it is to be drawn anew",
    "region": "Which part is to be drawn anew, in place of a mask",
    "direction": "Where the picture grows",
    "amount": "By how much of its side it grows, in percent",
    "scale": "How many times as wide and high, 2 to 4",
}


OPERATIONS: Final[Mapping[str, Operation]] = {
    "draft": Operation.DRAFT,
    "sketch": Operation.SKETCH,
    "lineart": Operation.DRAFT,
    "color": Operation.COLOUR,
    "restyle": Operation.RESTYLE,
    "retouch": Operation.INPAINT,
    "extend": Operation.OUTPAINT,
    "upscale": Operation.UPSCALE,
    "blend": Operation.BLEND,
}
"""What each drawing command asks of a model, first of all."""


NEEDED: Final[Mapping[str, tuple[Operation, ...]]] = {
    **{name: (operation,) for name, operation in OPERATIONS.items() if name != "draft"},
    "lineart": (Operation.DRAFT, Operation.LINES),
}
"""What a command needs one of to be of use."""


def impossible(models: Sequence[ModelAbilities]) -> frozenset[str] | None:
    """Return the drawing commands that no model can serve; None while the server has not said what it can do."""
    if not models:
        return None
    return frozenset(
        name for name, needed in NEEDED.items() if not any(able(models, operation) for operation in needed)
    )


def options(*names: str) -> Callable[[F], F]:
    """Name and describe the options of a drawing command, in all languages, with what there is to choose from.

    The parameters have the English names. The command's cog has `offers`.
    """

    def decorate(command: F) -> F:
        app_commands.rename(**{name: named(name, f"opt-draft-{name}") for name in names})(command)
        app_commands.describe(**{name: named(_OPTIONS[name], f"opt-draft-{name}-desc") for name in names})(command)
        app_commands.choices(**{name: _LISTED[name] for name in names if name in _LISTED})(command)
        app_commands.autocomplete(**{name: _OFFERED_BY[name] for name in names if name in _OFFERED_BY})(command)
        return command

    return decorate


def _listed(option: str, values: Iterable[str]) -> list[app_commands.Choice[str]]:
    """Return the choices of a list; what each is called stands in the texts under `<option>-<value>`."""
    return [app_commands.Choice(name=named(value, f"{option}-{value}"), value=value) for value in values]


async def _styles_offered(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
    command: Any = interaction.command
    offers: Offers = command.binding.offers
    return offers.styles(interaction, typed, OPERATIONS[command.name])


async def _models_offered(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
    command: Any = interaction.command
    offers: Offers = command.binding.offers
    return offers.models(typed, OPERATIONS[command.name])


_LISTED: Final = {
    "aspect": [app_commands.Choice(name=shape, value=shape) for shape in ASPECTS],
    "palette": _listed("palette", PALETTES),
    "region": _listed("region", REGIONS),
    "direction": _listed("direction", DIRECTIONS),
}
_OFFERED_BY: Final = {"style": _styles_offered, "model": _models_offered}


class Offers:
    """What is offered while a style or a model is typed."""

    def __init__(self, texts: Texts, models: Models, manners: Manners, preferences: Preferences) -> None:
        self._models = models
        self._preferences = preferences
        self._menu = StyleMenu(texts, models, manners)

    def styles(
        self, interaction: discord.Interaction, typed: str, operation: Operation
    ) -> list[app_commands.Choice[str]]:
        """Return the styles of the model that will draw, and the curated ones that it can be asked for."""
        return _fitting(self._menu.of(interaction.locale, self._drawing(interaction, operation)), typed)

    def models(self, typed: str, operation: Operation) -> list[app_commands.Choice[str]]:
        """Return the models that can do what is asked."""
        return _fitting([(model.name, model.name) for model in able(self._models(), operation)], typed)

    def _drawing(self, interaction: discord.Interaction, operation: Operation) -> ModelAbilities | None:
        """Return the model that will draw as far as one can tell while the command is still typed."""
        fitting = able(self._models(), operation)
        chosen = getattr(interaction.namespace, "model", None) or self._preferences.of(interaction.user.id).model
        return next((model for model in fitting if model.name == chosen), fitting[0] if fitting else None)


def _fitting(found: Sequence[tuple[str, str]], typed: str) -> list[app_commands.Choice[str]]:
    wanted = typed.casefold()
    fitting = [(name, value) for name, value in found if wanted in name.casefold() or wanted in value.casefold()]
    return [app_commands.Choice(name=name[:100], value=value[:100]) for name, value in fitting][:_OFFERED]
