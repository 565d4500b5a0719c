"""`/settings`: a member's language, what their drafts begin with, and whether those are private; one card for all."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands
from discord.utils import escape_markdown

from bot.chat.acts import acknowledge
from bot.chat.languages import speak
from bot.chat.texts import LOCALES, Texts
from bot.chat.translator import named
from bot.chat.typed import clean
from bot.draft.styles import style_name
from bot.errors import UserFacing
from bot.members.commands import Consent
from bot.members.preferences import Preferences
from models.drafting import ModelAbilities
from storage.members import Member
from storage.preferences import NO_PREFERENCE, Preference

UNSET: Final = "-"
"""Stands for no preference of one's own, where something has to be chosen."""
_OPTIONS: Final = 25
_NAME_SHOWN: Final = 100

Models = Callable[[], Sequence[ModelAbilities]]
"""Returns what the drafts server's models can do, the default one first; nothing while it has not said."""
Change = Callable[[Preference], Preference]


class SettingsSelect(
    discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]], template=r"settings:(?P<what>language|style|model)"
):
    """Sets one preference of whoever chooses."""

    def __init__(self, what: str, placeholder: str | None = None, options: Sequence[discord.SelectOption] = ()) -> None:
        select: discord.ui.Select[discord.ui.View] = discord.ui.Select(
            custom_id=f"settings:{what}", placeholder=placeholder, options=list(options)
        )
        super().__init__(select)
        self.what = what

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> "SettingsSelect":
        """Read the choice back from its id."""
        return cls(match["what"])

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand the choice to the cog."""
        client: Any = interaction.client
        cog: SettingsCog = client.get_cog("settings")
        await client.border.guard(interaction, cog.chosen(interaction, self.what, self.item.values[0]))


class SettingsButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"settings:(?P<act>private|public|reset)"
):
    """Switches private drafts on or off, or forgets all settings, of whoever presses it."""

    def __init__(
        self,
        act: str,
        label: str = "\u200b",
        style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    ) -> None:
        super().__init__(discord.ui.Button(label=label, style=style, custom_id=f"settings:{act}"))
        self.act = act

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> "SettingsButton":
        """Read the button back from its id."""
        return cls(match["act"])

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand the press to the cog."""
        client: Any = interaction.client
        cog: SettingsCog = client.get_cog("settings")
        await client.border.guard(interaction, cog.pressed(interaction, self.act))


class SettingsCog(commands.Cog, name="settings"):
    """Shows and changes what a member prefers; it stores something about them, so they have agreed first."""

    def __init__(self, *, texts: Texts, consent: Consent, preferences: Preferences, models: Models) -> None:
        self._texts = texts
        self._consent = consent
        self._preferences = preferences
        self._models = models

    @app_commands.command(
        name=named("settings", "cmd-settings"),
        description=named("Your language, default style and model, private drafts", "cmd-settings-desc"),
    )
    @app_commands.rename(
        language=named("language", "opt-settings-language"),
        style=named("style", "opt-settings-style"),
        model=named("model", "opt-settings-model"),
        private=named("private", "opt-settings-private"),
    )
    @app_commands.describe(
        language=named("The language of every reply to you", "opt-settings-language-desc"),
        style=named("The look of drafts for which you name none", "opt-settings-style-desc"),
        model=named("What draws drafts for which you name no model", "opt-settings-model-desc"),
        private=named("Deliver your drafts by direct message", "opt-settings-private-desc"),
    )
    @app_commands.choices(
        language=[
            app_commands.Choice(name=named("as Discord says", "choice-settings-auto"), value=UNSET),
            app_commands.Choice(name="English", value="en-US"),
            app_commands.Choice(name="中文", value="zh-CN"),
        ]
    )
    async def settings(
        self,
        interaction: discord.Interaction,
        language: str | None = None,
        style: str | None = None,
        model: str | None = None,
        private: bool | None = None,
    ) -> None:
        """Change what is given, and show everything."""
        given = {"language": language, "style": style, "model": model}
        changes = [self._setting(what, value) for what, value in given.items() if value is not None]
        if private is not None:
            changes.append(lambda before: replace(before, private=private))
        await self._change(interaction, changes)

    @settings.autocomplete("style")
    async def _styles(self, interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return _fitting(self._style_options(interaction.locale, None), current)

    @settings.autocomplete("model")
    async def _model_names(self, interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return _fitting(self._model_options(interaction.locale, None), current)

    async def chosen(self, interaction: discord.Interaction, what: str, value: str) -> None:
        """Take over a choice, and show it."""
        await self._change(interaction, [self._setting(what, value)], in_place=True)

    async def pressed(self, interaction: discord.Interaction, act: str) -> None:
        """Switch private drafts on or off, or forget everything."""

        def change(before: Preference) -> Preference:
            return NO_PREFERENCE if act == "reset" else replace(before, private=act == "private")

        await self._change(interaction, [change], in_place=True)

    def _setting(self, what: str, value: str) -> Change:
        """Return the change that a value makes; raise UserFacing where there is no such thing."""
        if value == UNSET:
            return lambda before: _with(before, what, None)
        known: Sequence[str] = LOCALES
        if what != "language":
            known = self._style_names() if what == "style" else [able.name for able in self._models()]
            if not known:
                raise UserFacing("error-settings-not-said")
        if value not in known:
            raise UserFacing(f"error-settings-{what}", name=escape_markdown(clean(value)[:40]), known=", ".join(known))
        return lambda before: _with(before, what, value)

    async def _change(
        self, interaction: discord.Interaction, changes: Sequence[Change], *, in_place: bool = False
    ) -> None:
        how = {} if in_place else {"ephemeral": True, "thinking": True}

        async def go(current: discord.Interaction, member: Member) -> None:
            await acknowledge(current, **how)
            before = after = self._preferences.of(current.user.id)
            for change in changes:
                after = change(after)
            if after != before:
                await self._preferences.change(member, after)
                speak(current, after.language)
            text, view = self._card(current.locale, after)
            await current.edit_original_response(content=text, view=view)

        await self._consent.then(interaction, go, making=False)

    # --- how it looks ------------------------------------------------------------------------

    def _card(self, locale: discord.Locale, it: Preference) -> tuple[str, discord.ui.View]:
        """Return the settings in words, and what changes them."""
        unset = self._texts(locale, "settings-unset")
        text = self._texts(
            locale,
            "settings-shown",
            language=self._texts(locale, f"settings-language-{it.language or 'auto'}"),
            style=escape_markdown(style_name(self._texts, locale, it.style) if it.style else unset),
            model=escape_markdown(it.model or unset),
            private="yes" if it.private else "no",
        )
        view = discord.ui.View(timeout=None)
        options = {
            "language": self._language_options(locale, it.language),
            "style": self._style_options(locale, it.style)[:_OPTIONS],
            "model": self._model_options(locale, it.model)[:_OPTIONS],
        }
        for what, offered in options.items():
            view.add_item(SettingsSelect(what, self._texts(locale, f"settings-choose-{what}"), offered))
        turn = "public" if it.private else "private"
        view.add_item(SettingsButton(turn, self._texts(locale, f"settings-turn-{turn}")))
        view.add_item(SettingsButton("reset", self._texts(locale, "settings-reset"), discord.ButtonStyle.danger))
        return text, view

    def _language_options(self, locale: discord.Locale, chosen: str | None) -> list[discord.SelectOption]:
        names = {UNSET: self._texts(locale, "settings-language-auto")}
        names |= {each: self._texts(locale, f"settings-language-{each}") for each in LOCALES}
        return _options(names, chosen)

    def _style_options(self, locale: discord.Locale, chosen: str | None) -> list[discord.SelectOption]:
        names = {UNSET: self._texts(locale, "settings-unset-style")}
        names |= {style: style_name(self._texts, locale, style) for style in _with_chosen(chosen, self._style_names())}
        return _options(names, chosen)

    def _model_options(self, locale: discord.Locale, chosen: str | None) -> list[discord.SelectOption]:
        names = {UNSET: self._texts(locale, "settings-unset-model")}
        names |= {name: name for name in _with_chosen(chosen, [able.name for able in self._models()])}
        return _options(names, chosen)

    def _style_names(self) -> list[str]:
        """Return the styles of all models, each once."""
        return list(dict.fromkeys(style for able in self._models() for style in able.styles))


def _with(before: Preference, what: str, value: str | None) -> Preference:
    match what:
        case "language":
            return replace(before, language=value)
        case "style":
            return replace(before, style=value)
        case _:
            return replace(before, model=value)


def _with_chosen(chosen: str | None, names: Sequence[str]) -> list[str]:
    """Return names, and first of all the chosen one, which the server may have lost."""
    return list(dict.fromkeys([*([] if chosen is None else [chosen]), *names]))


def _options(names: dict[str, str], chosen: str | None) -> list[discord.SelectOption]:
    return [
        discord.SelectOption(label=name[:_NAME_SHOWN], value=value, default=value == (chosen or UNSET))
        for value, name in names.items()
        if len(value) <= _NAME_SHOWN
    ]


def _fitting(options: Sequence[discord.SelectOption], typed: str) -> list[app_commands.Choice[str]]:
    typed = typed.casefold()
    fitting = [each for each in options if typed in each.label.casefold() or typed in each.value.casefold()]
    return [app_commands.Choice(name=each.label, value=each.value) for each in fitting[:_OPTIONS]]
