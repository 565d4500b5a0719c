"""Letting each interaction in once, and seeing each to its end: Discord may deliver one again, and the bot may stop."""

import asyncio
from collections import OrderedDict
from typing import Final

import discord

KEPT: Final = 10_000
"""So many ids are remembered. A second copy comes within seconds, and after a restart Discord refuses its answer."""
SETTLE_S: Final = 3.0
"""So long those that are in may go on when the bot stops."""
LEAVE_S: Final = 0.5
"""So long those who are cut off may take to leave; whoever does not is told all the same."""
_ADMITTED: Final = "admitted"


class Admission:
    """A bounded memory of the interactions that were let in, and the tasks that act on them."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._ids: OrderedDict[int, None] = OrderedDict()
        self._acting: dict[asyncio.Task[object], discord.Interaction] = {}
        self._closed = False

    def admit(self, interaction: discord.Interaction) -> bool:
        """Let an interaction in, as often as its task asks; return False for a second copy, and once all is closed."""
        if is_admitted(interaction):
            return True
        if self._closed or interaction.id in self._ids:
            return False
        self._ids[interaction.id] = None
        if len(self._ids) > self._kept:
            self._ids.popitem(last=False)
        interaction.extras[_ADMITTED] = True
        task = asyncio.current_task()
        assert task is not None, "an interaction is acted on in a task"
        self._acting[task] = interaction
        task.add_done_callback(lambda done: self._acting.pop(done))
        return True

    async def close(self) -> list[discord.Interaction]:
        """Let nobody in any more, and return when everybody is out: those who had to be put out, whom nobody told."""
        self._closed = True
        acting = dict(self._acting)
        if not acting:
            return []
        _, late = await asyncio.wait(acting, timeout=SETTLE_S)
        for task in late:
            task.cancel()
        # Who waits for a locked database ends only with it.
        if late:
            await asyncio.wait(late, timeout=LEAVE_S)
        # Not all of them say that they were cancelled: discord.py keeps it to itself where a form was sent.
        return [acting[task] for task in late]


def is_admitted(interaction: discord.Interaction) -> bool:
    """Tell whether somebody has taken an interaction in hand."""
    return _ADMITTED in interaction.extras
