"""Letting each interaction in once: after a broken connection Discord may deliver one again."""

from collections import OrderedDict
from typing import Final

import discord

KEPT: Final = 10_000
"""So many ids are remembered. A second copy comes within seconds, and after a restart Discord refuses its answer."""
_ADMITTED: Final = "admitted"


class Admission:
    """A bounded memory of the interactions that were let in."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._ids: OrderedDict[int, None] = OrderedDict()

    def admit(self, interaction: discord.Interaction) -> bool:
        """Let an interaction in, as often as it is asked for; return False for a second copy of it."""
        if is_admitted(interaction):
            return True
        if interaction.id in self._ids:
            return False
        self._ids[interaction.id] = None
        if len(self._ids) > self._kept:
            self._ids.popitem(last=False)
        interaction.extras[_ADMITTED] = True
        return True


def is_admitted(interaction: discord.Interaction) -> bool:
    """Tell whether somebody has taken an interaction in hand."""
    return _ADMITTED in interaction.extras
