"""Forms of drafted texts: the reason of a choice, and the text itself, to be changed."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import discord

from bot.chat.forms import StandingForm, Typed
from bot.chat.texts import Texts
from bot.errors import UserFacing
from storage.evidence.hands import BETWEEN, paragraphs

if TYPE_CHECKING:
    from bot.write.commands import WriteCog

MAX_WHY: Final = 300
FIELD: Final = 4000
"""What a field of a form takes."""
FIELDS: Final = 5
_FILLED: Final = 3000
"""So full is a field at first, that there is room to write."""
_PART: Final = "part-"


class TextWhyForm(StandingForm):
    """A form of one line: why this one."""

    template = r"text-why:(?P<draft>[0-9a-f]{20}):(?P<n>[0-4])"

    def __init__(self, texts: Texts, locale: str, draft_id: str, position: int) -> None:
        super().__init__(title=texts(locale, "write-why-title"), custom_id=f"text-why:{draft_id}:{position}")
        line: discord.ui.TextInput[TextWhyForm] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph, max_length=MAX_WHY, required=True, custom_id="why"
        )
        self.add_item(discord.ui.Label(text=texts(locale, "write-why-label"), component=line))

    @classmethod
    async def submitted(cls, interaction: discord.Interaction, match: re.Match[str], typed: Typed) -> None:
        """Hand the reason to the cog."""
        client: Any = interaction.client
        cog: WriteCog = client.get_cog("write")
        await cog.say_why(interaction, match["draft"], int(match["n"]), str(typed["why"]))


class EditForm(StandingForm):
    """A form with a text in it, over as many fields as it needs; what comes back is compared with what is on record.

    Its id says which text, and after it `p` where what becomes of it is the member's alone, else `o`.
    """

    template = r"text-edit:(?P<draft>[0-9a-f]{20}):(?P<seq>[0-9]{1,16}):(?P<seen>[po])"

    def __init__(
        self, texts: Texts, locale: str, draft_id: str, seq: int, text: str, *, private: bool, limit: int | None = None
    ) -> None:
        super().__init__(
            title=texts(locale, "write-form-title"), custom_id=f"text-edit:{draft_id}:{seq}:{'p' if private else 'o'}"
        )
        parts = in_fields(text) if limit is None else [text[:limit]]
        for number, part in enumerate(parts, start=1):
            field: discord.ui.TextInput[EditForm] = discord.ui.TextInput(
                style=discord.TextStyle.paragraph,
                default=part,
                max_length=limit or FIELD,
                # A part may be emptied; that something is left is seen to when it comes back.
                required=len(parts) == 1,
                custom_id=f"{_PART}{number}",
            )
            label = texts(locale, "write-form-part", number=number, of=len(parts))
            self.add_item(
                discord.ui.Label(text=texts(locale, "write-form-text") if len(parts) == 1 else label, component=field)
            )

    @classmethod
    async def submitted(cls, interaction: discord.Interaction, match: re.Match[str], typed: Typed) -> None:
        """Hand the text to the cog."""
        client: Any = interaction.client
        cog: WriteCog = client.get_cog("write")
        parts = [str(typed[name] or "") for name in sorted(typed) if name.startswith(_PART)]
        text = BETWEEN.join(part for part in parts if part.strip())
        await cog.reworded(interaction, match["draft"], int(match["seq"]), text, private=match["seen"] == "p")


def in_fields(text: str) -> Sequence[str]:
    """Return a text in as few fields as leave room to write, whole paragraphs in each; raise UserFacing.

    Putting the fields together again gives the text.
    """
    fields: list[str] = []
    for paragraph in paragraphs(text):
        longer = f"{fields[-1]}{BETWEEN}{paragraph}" if fields else ""
        if fields and len(longer) <= _FILLED:
            fields[-1] = longer
        else:
            fields.append(paragraph)
    if len(fields) > FIELDS or any(len(field) > FIELD for field in fields):
        raise UserFacing("error-text-form-too-long")
    return fields
