"""`/about`: what runs here, under which licences, and what anybody needs to check the log."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import discord
from discord import app_commands
from discord.ext import commands
from discord.utils import escape_markdown

from bot.ask.facts import Fact
from bot.chat.acts import acknowledge
from bot.chat.client import ColophonBot
from bot.chat.texts import Texts
from bot.chat.translator import named
from bot.members.models import Told, told_of_drafts, told_of_language
from models.drafting import ModelAbilities
from storage.evidence.ledger import VERSION, Ledger

_INK_BLUE: Final = 0x2F4B66
_MODELS_SHOWN: Final = 12
_NAME_SHOWN: Final = 80

Models = Callable[[], Sequence[ModelAbilities]]
"""Returns what the drafts server's models can do, the default one first; nothing while it has not said."""


@dataclass(frozen=True, slots=True)
class Answering:
    """What answers questions: the language model as the settings name it, and whether it may write about law."""

    model: str
    writes: bool
    embeddings: str | None
    facts: Sequence[Fact]


class AboutCog(commands.Cog, name="about"):
    """Tells what everybody may know of this Colophon."""

    def __init__(self, bot: ColophonBot, texts: Texts, *, ledger: Ledger, models: Models, answering: Answering) -> None:
        self._bot = bot
        self._texts = texts
        self._ledger = ledger
        self._models = models
        self._answering = answering

    @app_commands.command(
        name=named("about", "cmd-about"),
        description=named("Versions, models and licences, the facts, and the log's public key", "cmd-about-desc"),
    )
    async def about(self, interaction: discord.Interaction) -> None:
        """Show all of it to whoever asks."""
        await acknowledge(interaction, ephemeral=True, thinking=True)
        size = await self._ledger.size()
        await interaction.edit_original_response(view=self._page(interaction.locale, size))

    def _page(self, locale: discord.Locale, size: int) -> discord.ui.LayoutView:
        parts = [
            self._texts(locale, "about-head", version=VERSION),
            self._drafts(locale),
            self._answers(locale),
            self._texts(locale, "about-log", origin=self._ledger.origin, vkey=self._ledger.vkey, size=size),
            self._texts(locale, "about-privacy", privacy=self._bot.mention("privacy show")),
        ]
        page = discord.ui.LayoutView(timeout=None)
        inside: list[discord.ui.Item[discord.ui.LayoutView]] = []
        for part in parts:
            inside += [discord.ui.Separator(), discord.ui.TextDisplay(part)]
        page.add_item(discord.ui.Container(*inside[1:], accent_colour=_INK_BLUE))
        return page

    def _drafts(self, locale: discord.Locale) -> str:
        models = self._models()
        lines = [self._texts(locale, "about-drafts")]
        lines += [self._model(locale, told_of_drafts(able)) for able in models[:_MODELS_SHOWN]]
        if not models:
            lines.append(self._texts(locale, "about-not-said"))
        if len(models) > _MODELS_SHOWN:
            lines.append(self._texts(locale, "about-more", count=len(models) - _MODELS_SHOWN))
        return "\n".join(lines)

    def _answers(self, locale: discord.Locale) -> str:
        answering = self._answering
        lines = [self._texts(locale, "about-answers", writes="yes" if answering.writes else "no")]
        names = [answering.model, *([] if answering.embeddings is None else [answering.embeddings])]
        lines += [self._model(locale, told_of_language(name)) for name in names]
        newest = max((fact.as_of for fact in answering.facts), default="?")
        lines.append(self._texts(locale, "about-facts", count=len(answering.facts), newest=newest))
        return "\n".join(lines)

    def _model(self, locale: discord.Locale, told: Told) -> str:
        """Return a line about a model; what nobody said is said to be unknown."""
        unknown = self._texts(locale, "about-unknown")
        return self._texts(
            locale,
            "about-model",
            name=escape_markdown(told.name[:_NAME_SHOWN]),
            revision=escape_markdown((told.revision or unknown)[:_NAME_SHOWN]),
            licence=told.licence or unknown,
            source=self._texts(locale, "about-embedded") if told.embedded else told.source or unknown,
            reported="yes" if told.licence and not told.verified else "no",
        )
