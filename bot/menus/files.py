"""The files of a message, and how they are carried on in our own: as links in embeds, where a later press finds them.

A bot without the message-content intent sees the files of a message only in the command that is used on it. What comes
after it, a choice or a form, carries our own answer along, and that is where the links stand. Nothing is kept by us.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import discord

MAX_FILES: Final = 10
_TITLE: Final = 100


@dataclass(frozen=True, slots=True)
class LinkedFile:
    """A file of a message: what it is called, where it lies, and what the platform says of it, as far as it does."""

    name: str
    url: str
    mime: str | None = None
    size_bytes: int | None = None

    @property
    def is_picture(self) -> bool:
        """Tell whether the platform calls it a picture."""
        return (self.mime or "").startswith("image/")


def files_of(message: discord.Message) -> Sequence[LinkedFile]:
    """Return the files of a message, those that stand in its layout too, each once."""
    attached = [LinkedFile(each.filename, each.url, each.content_type, each.size) for each in message.attachments]
    found = {_address(file.url): file for file in (*_in_layout(message.components), *attached)}
    return list(found.values())[:MAX_FILES]


def _address(url: str) -> str:
    # What follows is a signature, which differs each time.
    return url.partition("?")[0]


def _in_layout(components: Sequence[object]) -> Iterator[LinkedFile]:
    for component in components:
        if isinstance(component, discord.MediaGalleryComponent):
            for item in component.items:
                yield LinkedFile(item.media.url.rpartition("/")[2], item.media.url, item.media.content_type)
        elif isinstance(component, discord.Container):
            yield from _in_layout(component.children)


def shown(file: LinkedFile, colour: int) -> discord.Embed:
    """Return the embed that shows a file and carries its link."""
    embed = discord.Embed(title=discord.utils.escape_markdown(file.name)[:_TITLE], url=file.url, colour=colour)
    return embed.set_thumbnail(url=file.url) if file.is_picture else embed


def carried(message: discord.Message | None) -> Sequence[str]:
    """Return the links that one of our messages carries."""
    return [embed.url for embed in message.embeds if embed.url] if message is not None else []
