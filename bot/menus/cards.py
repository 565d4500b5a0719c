"""What is chosen on the way: which file, who made it, and what it is for."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import discord

from bot.chat.forms import StandingForm, Typed
from bot.chat.texts import Texts
from bot.draft.brief import MAX_BRIEF
from bot.menus.files import LinkedFile, shown
from bot.menus.uses import Use
from storage.evidence.authorship import MadeBy

if TYPE_CHECKING:
    from bot.menus.commands import MessageMenuCog

SEAL_RED: Final = 0xB3362B
_OF: Final = r"(?P<message>[0-9]{1,20}):(?P<own>[01])"
DECLARED: Final = {
    "hand": MadeBy.OWN_HAND,
    "model": MadeBy.OTHER_MODEL,
    "person": MadeBy.OTHER_PERSON,
    "unknown": MadeBy.UNKNOWN,
}
"""What a member can say of a picture, by the key of its sentence."""


def _cog(interaction: discord.Interaction) -> "MessageMenuCog":
    client: Any = interaction.client
    cog: MessageMenuCog = client.get_cog("menus")
    return cog


async def _guarded(interaction: discord.Interaction, doing: Any) -> None:
    client: Any = interaction.client
    await client.border.guard(interaction, doing)


class FileSelect(
    discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]],
    template=rf"menu:(?P<step>record|describe|input|check):{_OF}",
):
    """Which of several files of a message is meant."""

    def __init__(self, step: str, message_id: str, own: bool, options: Sequence[discord.SelectOption] = ()) -> None:
        custom_id = f"menu:{step}:{message_id}:{int(own)}"
        super().__init__(discord.ui.Select(custom_id=custom_id, options=list(options)))
        self.step = step
        self.message_id = message_id
        self.own = own

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> "FileSelect":
        """Read the select back from its id."""
        return cls(match["step"], match["message"], match["own"] == "1")

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand the choice to the cog."""
        await _guarded(interaction, _cog(interaction).file_chosen(interaction, self))


class MadeBySelect(discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]], template=rf"menu-made-by:{_OF}"):
    """Who made the picture that is to be recorded."""

    def __init__(self, message_id: str, own: bool, options: Sequence[discord.SelectOption] = ()) -> None:
        custom_id = f"menu-made-by:{message_id}:{int(own)}"
        super().__init__(discord.ui.Select(custom_id=custom_id, options=list(options)))
        self.message_id = message_id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> "MadeBySelect":
        """Read the select back from its id."""
        return cls(match["message"], match["own"] == "1")

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand the choice to the cog."""
        await _guarded(interaction, _cog(interaction).declared(interaction, self))


class UseSelect(discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]], template=rf"menu-use:{_OF}"):
    """What the picture is to be used for."""

    def __init__(self, message_id: str, own: bool, options: Sequence[discord.SelectOption] = ()) -> None:
        custom_id = f"menu-use:{message_id}:{int(own)}"
        super().__init__(discord.ui.Select(custom_id=custom_id, options=list(options)))
        self.message_id = message_id
        self.own = own

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> "UseSelect":
        """Read the select back from its id."""
        return cls(match["message"], match["own"] == "1")

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand the choice to the cog."""
        await _guarded(interaction, _cog(interaction).use_chosen(interaction, self))


class UseForm(StandingForm):
    """The brief that goes with the picture; the picture's link stands in the message under it."""

    template = rf"menu-use-form:(?P<use>{'|'.join(use.value for use in Use)}):{_OF}"

    def __init__(self, texts: Texts, locale: str, use: Use, message_id: str, own: bool) -> None:
        custom_id = f"menu-use-form:{use.value}:{message_id}:{int(own)}"
        super().__init__(title=texts(locale, f"menu-use-{use.value}"), custom_id=custom_id)
        brief: discord.ui.TextInput[UseForm] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph, max_length=MAX_BRIEF, custom_id="brief"
        )
        label = discord.ui.Label(
            text=texts(locale, "menu-use-brief"), description=texts(locale, "menu-use-brief-desc"), component=brief
        )
        self.add_item(label)

    @classmethod
    async def submitted(cls, interaction: discord.Interaction, match: re.Match[str], typed: Typed) -> None:
        """Hand the brief to the cog."""
        own, message = match["own"] == "1", match["message"]
        await _cog(interaction).used(interaction, Use(match["use"]), message, str(typed["brief"]), own=own)


class MenuCards:
    """Builds what is shown on the way, to one member alone."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def which(self, locale: str, step: str, message_id: str, own: bool, files: Sequence[LinkedFile]) -> dict[str, Any]:
        """Ask which of several files is meant."""
        options = [
            discord.SelectOption(label=f"{number}. {file.name}"[:100], value=str(number - 1))
            for number, file in enumerate(files, 1)
        ]
        return self._asked(
            locale, "menu-which", [shown(file, SEAL_RED) for file in files], FileSelect(step, message_id, own, options)
        )

    def who(self, locale: str, message_id: str, own: bool, picture: discord.Embed) -> dict[str, Any]:
        """Ask who made a picture."""
        options = [
            discord.SelectOption(label=self._texts(locale, f"choice-made-by-{key}"), value=key) for key in DECLARED
        ]
        return self._asked(locale, "menu-who", [picture], MadeBySelect(message_id, own, options))

    def what_for(
        self, locale: str, message_id: str, own: bool, picture: discord.Embed, uses: Sequence[Use]
    ) -> dict[str, Any]:
        """Ask what a picture is to be used for."""
        options = [
            discord.SelectOption(
                label=self._texts(locale, f"menu-use-{use.value}"),
                description=self._texts(locale, f"menu-use-{use.value}-desc"),
                value=use.value,
            )
            for use in uses
        ]
        return self._asked(locale, "menu-what-for", [picture], UseSelect(message_id, own, options))

    def _asked(
        self,
        locale: str,
        key: str,
        embeds: Sequence[discord.Embed],
        select: discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]],
    ) -> dict[str, Any]:
        view = discord.ui.View(timeout=None)
        view.add_item(select)
        return {"content": self._texts(locale, key), "embeds": list(embeds), "view": view}
