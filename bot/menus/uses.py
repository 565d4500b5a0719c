"""What a picture of a message can be used for: the one place that knows which part of Colophon takes it on."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from bot.chat.uploads import Upload
from bot.draft.operations import Operation
from storage.briefs import InputRole, OnRecord
from storage.members import Member
from storage.projects import Project

if TYPE_CHECKING:
    import discord

    from bot.draft.commands import DraftCog


class Use(StrEnum):
    """What a picture can go into; the values stand in ids and are keys of sentences."""

    DRAFT = "draft"
    SKETCH = "sketch"
    COLOR = "color"


_OPERATIONS: Final[Mapping[Use, tuple[Operation, InputRole]]] = {
    Use.DRAFT: (Operation.REDRAW, InputRole.IMAGE),
    Use.SKETCH: (Operation.SKETCH, InputRole.IMAGE),
    Use.COLOR: (Operation.COLOUR, InputRole.LINE),
}
"""What each asks of a model, and what the picture is for."""


@dataclass(frozen=True, slots=True)
class Given:
    """A picture on record: its project, the event that recorded it, and its bytes."""

    project: Project
    seq: int
    upload: Upload


Start = Callable[["discord.Interaction", Member, Given, str], Awaitable[None]]
"""Begins something with a picture and a brief; the interaction has been acknowledged."""


def uses(drafts: "DraftCog") -> Mapping[Use, Start]:
    """Return what pictures can be used for here, and how that begins."""
    return {use: _start(drafts, *_OPERATIONS[use]) for use in Use}


def _start(drafts: "DraftCog", operation: Operation, role: InputRole) -> Start:
    async def start(interaction: "discord.Interaction", member: Member, given: Given, brief: str) -> None:
        picture = (role, OnRecord(given.seq))
        await drafts.begin(interaction, member, brief, operation=operation, picture=picture, project=given.project)

    return start
