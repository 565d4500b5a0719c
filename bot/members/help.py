"""`/help`: by what somebody wants to do, with commands to press; a layout that turns its page in place."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.client import ColophonBot
from bot.chat.menus import MenuCog
from bot.chat.texts import Texts
from bot.chat.translator import named
from bot.members.tasks import there

SEAL_RED: Final = 0xB3362B
OVERVIEW: Final = "overview"
_SHOWN_FIRST: Final = 3
"""So many commands stand beside each task in the overview."""


class HelpSelect(discord.ui.DynamicItem[discord.ui.Select[discord.ui.LayoutView]], template=r"help:task"):
    """Jumps to a task; anybody may."""

    def __init__(self, placeholder: str | None = None, options: Sequence[discord.SelectOption] = ()) -> None:
        select: discord.ui.Select[discord.ui.LayoutView] = discord.ui.Select(
            custom_id="help:task", placeholder=placeholder, options=list(options)
        )
        super().__init__(select)

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> "HelpSelect":
        """Read the choice back."""
        return cls()

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand the choice to the cog."""
        client: Any = interaction.client
        cog: HelpCog = client.get_cog("help")
        await client.border.guard(interaction, cog.turned(interaction, self.item.values[0]))


class HelpCog(commands.Cog, name="help"):
    """Shows what can be done here; it reads nothing but the commands themselves."""

    def __init__(self, bot: ColophonBot, texts: Texts) -> None:
        self._bot = bot
        self._texts = texts

    @app_commands.command(
        name=named("help", "cmd-help"), description=named("What you can do here, by task", "cmd-help-desc")
    )
    async def help(self, interaction: discord.Interaction) -> None:
        """Show the overview."""
        await interaction.response.send_message(view=self._page(interaction.locale, OVERVIEW), ephemeral=True)

    async def turned(self, interaction: discord.Interaction, task: str) -> None:
        """Show a task in place of what is shown."""
        await interaction.response.edit_message(view=self._page(interaction.locale, task))

    def _page(self, locale: discord.Locale, task: str) -> discord.ui.LayoutView:
        tasks = there(commands_of(self._bot.tree))
        # A page may be older than the bot that turns it, and know a task that is gone.
        task = task if task in tasks else OVERVIEW
        page = discord.ui.LayoutView(timeout=None)
        text = self._overview(locale, tasks) if task == OVERVIEW else self._task(locale, task, tasks[task])
        page.add_item(discord.ui.Container(discord.ui.TextDisplay(text), accent_colour=SEAL_RED))
        labels = {each: self._texts(locale, f"help-task-{each}") for each in (OVERVIEW, *tasks)}
        options = [
            discord.SelectOption(label=label, value=each, default=each == task) for each, label in labels.items()
        ]
        row: discord.ui.ActionRow[discord.ui.LayoutView] = discord.ui.ActionRow()
        row.add_item(HelpSelect(self._texts(locale, "help-choose"), options))
        page.add_item(row)
        return page

    def _overview(self, locale: discord.Locale, tasks: Mapping[str, Sequence[str]]) -> str:
        lines = [self._texts(locale, "help-head")]
        for task, names in tasks.items():
            shown = " ".join(self._bot.mention(name) for name in names[:_SHOWN_FIRST])
            lines.append(f"**{self._texts(locale, f'help-task-{task}')}** {shown}")
        cogs = [cog for cog in self._bot.cogs.values() if isinstance(cog, MenuCog)]
        menu = [self._texts(locale, entry.key) for cog in cogs for entry in cog.menus]
        if menu:
            lines.append(self._texts(locale, "help-menu", names=self._texts(locale, "list-comma").join(menu)))
        lines.append(self._texts(locale, "help-foot"))
        return "\n".join(lines)

    def _task(self, locale: discord.Locale, task: str, names: Sequence[str]) -> str:
        head = f"### {self._texts(locale, f'help-task-{task}')}\n{self._texts(locale, f'help-how-{task}')}\n"
        return head + "\n".join(self._command(locale, name) for name in names)

    def _command(self, locale: discord.Locale, name: str) -> str:
        """Return a command to press, its name in the member's language where that is another, and what it does."""
        key = f"cmd-{name.replace(' ', '-')}"
        # Groups have names of their own: "project" and "new" of "project new".
        parts = [f"cmd-{name.split(' ')[0]}", key] if " " in name else [key]
        own = " ".join(self._texts(locale, part) for part in parts)
        return self._texts(
            locale,
            "help-command",
            mention=self._bot.mention(name),
            known="yes" if own == name else "no",
            own=own,
            does=self._texts(locale, f"{key}-desc"),
        )


def commands_of(tree: app_commands.CommandTree[Any]) -> list[str]:
    """Return the full names of the slash commands that are there."""
    return [each.qualified_name for each in tree.walk_commands() if not isinstance(each, app_commands.Group)]
