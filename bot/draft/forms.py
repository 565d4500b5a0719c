"""What is filled in on a draft: why this one, other words, what is to be in a part, what another member makes of it."""

import re
from typing import TYPE_CHECKING, Any, Final

import discord

from bot.chat.forms import StandingForm, Typed
from bot.chat.texts import Texts
from bot.draft.brief import MAX_BRIEF

if TYPE_CHECKING:
    from bot.draft.acts import CardActs

MAX_WHY: Final = 300


def _line(
    form: discord.ui.Modal, label: str, name: str, *, limit: int, required: bool = True, typed: str | None = None
) -> None:
    """Add a field to type into, with what stands in it already."""
    line: discord.ui.TextInput[Any] = discord.ui.TextInput(
        style=discord.TextStyle.paragraph, max_length=limit, required=required, custom_id=name, default=typed or None
    )
    form.add_item(discord.ui.Label(text=label, component=line))


def _acts(interaction: discord.Interaction) -> "CardActs":
    client: Any = interaction.client
    acts: CardActs = client.get_cog("draft").acts
    return acts


class WhyForm(StandingForm):
    """A form of one line: why this one."""

    template = r"draft-why:(?P<draft>[0-9a-f]{20}):(?P<n>[0-4])"

    def __init__(self, texts: Texts, locale: str, draft_id: str, position: int) -> None:
        super().__init__(title=texts(locale, "draft-why-title"), custom_id=f"draft-why:{draft_id}:{position}")
        _line(self, texts(locale, "draft-why-label"), "why", limit=MAX_WHY)

    @classmethod
    async def submitted(cls, interaction: discord.Interaction, match: re.Match[str], typed: Typed) -> None:
        """Hand the reason on."""
        await _acts(interaction).say_why(interaction, match["draft"], int(match["n"]), str(typed["why"]))


class RefineForm(StandingForm):
    """The brief once more, to be changed: its words, and what is to be avoided."""

    template = r"draft-refine:(?P<draft>[0-9a-f]{20})(?P<private>:p)?"

    def __init__(
        self, texts: Texts, locale: str, draft_id: str, brief: str, negative: str, *, private: bool = False
    ) -> None:
        custom_id = f"draft-refine:{draft_id}{':p' if private else ''}"
        super().__init__(title=texts(locale, "draft-refine-title"), custom_id=custom_id)
        _line(self, texts(locale, "draft-refine-brief"), "brief", limit=MAX_BRIEF, typed=brief)
        avoid = texts(locale, "draft-refine-avoid")
        _line(self, avoid, "avoid", limit=MAX_BRIEF, required=False, typed=negative)

    @classmethod
    async def submitted(cls, interaction: discord.Interaction, match: re.Match[str], typed: Typed) -> None:
        """Hand the changed brief on."""
        brief, avoid = str(typed["brief"]), str(typed.get("avoid") or "")
        private = match["private"] is not None
        await _acts(interaction).refine(interaction, match["draft"], brief, avoid, private=private)


class RetouchForm(StandingForm):
    """What is to be in the fields that were pressed."""

    template = r"draft-retouch:(?P<draft>[0-9a-f]{20}):(?P<n>[1-4]):(?P<fields>[01][0-9a-f]{2})(?P<private>:p)?"

    def __init__(
        self, texts: Texts, locale: str, draft_id: str, position: int, fields: str, *, private: bool = False
    ) -> None:
        custom_id = f"draft-retouch:{draft_id}:{position}:{fields}{':p' if private else ''}"
        super().__init__(title=texts(locale, "draft-retouch-title"), custom_id=custom_id)
        _line(self, texts(locale, "draft-retouch-label"), "brief", limit=MAX_BRIEF)

    @classmethod
    async def submitted(cls, interaction: discord.Interaction, match: re.Match[str], typed: Typed) -> None:
        """Hand the brief on."""
        position, private = int(match["n"]), match["private"] is not None
        brief = str(typed["brief"])
        await _acts(interaction).retouch(interaction, match["draft"], position, match["fields"], brief, private=private)


class OwnForm(StandingForm):
    """What another member makes of a candidate that they see: in their own words."""

    template = r"draft-own:(?P<draft>[0-9a-f]{20}):(?P<n>[1-4])"

    def __init__(self, texts: Texts, locale: str, draft_id: str, position: int) -> None:
        super().__init__(title=texts(locale, "draft-own-title"), custom_id=f"draft-own:{draft_id}:{position}")
        _line(self, texts(locale, "draft-own-label"), "brief", limit=MAX_BRIEF)

    @classmethod
    async def submitted(cls, interaction: discord.Interaction, match: re.Match[str], typed: Typed) -> None:
        """Hand the brief on."""
        await _acts(interaction).start_own(interaction, match["draft"], int(match["n"]), str(typed["brief"]))
