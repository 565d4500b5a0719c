"""What members come here to do, and the commands for it, the best first; what is not there is left out."""

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Final

ALL: Final = " *"
"""Ends the name of a group and stands for every command in it."""

TASKS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "draft": ("draft", "brainstorm", "describe"),
        "sketch": ("sketch", "draft", "retouch"),
        "colour": ("color", "lineart"),
        "change": ("retouch", "restyle", "extend", "upscale", "blend"),
        "write": ("write", "brainstorm"),
        "prove": (
            "project new",
            "project attach",
            "project finish",
            "evidence report",
            "evidence export",
            "evidence receipt",
            "evidence verify",
            "evidence *",
            "publish",
        ),
        "project": ("project *",),
        "law": ("ask", "project check"),
        "privacy": ("privacy *", "settings"),
        "wait": ("queue", "cancel", "settings"),
        "disagree": ("appeal",),
        "moderate": ("moderation *",),
        "about": ("help", "about"),
    }
)
"""The tasks in the order in which they are shown; a command may serve several."""


def there(known: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the tasks that can be done with the commands that are there, and those commands."""
    found = {task: tuple(dict.fromkeys(_named(names, known))) for task, names in TASKS.items()}
    return {task: names for task, names in found.items() if names}


def _named(names: Collection[str], known: Collection[str]) -> Iterator[str]:
    for name in names:
        if name.endswith(ALL):
            yield from (each for each in known if each.startswith(name.removesuffix("*")))
        elif name in known:
            yield name
