"""Forms that outlive the process that opened them: their id says all that their answer needs."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import discord

from bot.errors import UserFacing


class Typed(dict[str, Any]):
    """What was typed and chosen, by the ids of the fields: a text, or the chosen values of a select.

    A form that comes back without a field that it was shown with raises UserFacing where that field is asked for.
    """

    def __missing__(self, name: str) -> Any:
        raise UserFacing("error-form-incomplete")


class StandingForm(discord.ui.Modal):
    """A form that is found by its id when it comes back, as dynamic items are; its fields have ids of their own."""

    template: ClassVar[str]
    """The pattern of the id."""

    async def show(self, interaction: discord.Interaction) -> None:
        """Open the form; nothing of it is kept in memory."""
        self.stop()
        await interaction.response.send_modal(self)

    @classmethod
    async def submitted(cls, interaction: discord.Interaction, match: re.Match[str], typed: Typed) -> None:
        """Act on what came back."""
        raise NotImplementedError


class Forms:
    """The kinds of forms that there are."""

    def __init__(self) -> None:
        self._kinds: dict[re.Pattern[str], type[StandingForm]] = {}

    def add(self, kinds: Iterable[type[StandingForm]]) -> None:
        """Know some more."""
        self._kinds |= {re.compile(kind.template): kind for kind in kinds}

    def find(self, custom_id: str) -> tuple[type[StandingForm], re.Match[str]] | None:
        """Return the kind of a form, and what its id says."""
        for pattern, kind in self._kinds.items():
            match = pattern.fullmatch(custom_id)
            if match is not None:
                return kind, match
        return None


def typed_in(data: Any) -> Typed:
    """Return what was typed and chosen, wherever it stands in what came back of a form."""
    if isinstance(data, list):
        return Typed({name: value for part in data for name, value in typed_in(part).items()})
    if not isinstance(data, Mapping):
        return Typed()
    given = data.get("values", data.get("value"))
    if "custom_id" in data and given is not None:
        return Typed({str(data["custom_id"]): given})
    return typed_in([data.get("components"), data.get("component")])
