"""The border where errors become replies: the one place that answers for what went wrong."""

import asyncio
import logging
import secrets
from collections.abc import Coroutine, Iterable, Iterator
from dataclasses import replace
from typing import Any, Final

import aiohttp
import discord
from discord import app_commands

from bot.chat.admission import Admission, is_admitted
from bot.chat.forms import typed_in
from bot.chat.languages import LanguageOf, speak
from bot.chat.offering import Offering
from bot.chat.posting import Attachment, Post, tell_privately
from bot.chat.steady import ACKNOWLEDGED, BROKEN
from bot.chat.texts import Texts
from bot.chat.turns import Turns
from bot.errors import FormForgotten, GivenBack, PlatformAway, UserFacing, explain
from bot.watch.figures import Figures
from models.trace import follow

log = logging.getLogger(__name__)

# Unknown message, webhook and interaction; a token that has run out; answered before, by whom a restart cut off.
_GONE: Final = frozenset({10008, 10015, 10062, 50027, ACKNOWLEDGED})

TELL_S: Final = 2.5
"""So long those who were cut off by a stop may take to be told."""
WORDS: Final = 12
"""An option of so many characters is something that somebody wrote; what is chosen by its name is mostly shorter."""


class ErrorBorder:
    """Tells a person in their language what happened, what was kept and what to do."""

    def __init__(self, texts: Texts, turns: Turns, figures: Figures, language_of: LanguageOf) -> None:
        self._texts = texts
        self._language_of = language_of
        self._turns = turns
        self._figures = figures
        self._admission = Admission()

    async def admit(self, interaction: discord.Interaction) -> bool:
        """Let an interaction in, in its turn and its member's language; a second copy of one that acts stays out."""
        if self._admission.admit(interaction):
            follow(str(interaction.id))
            self._figures.admitted(interaction.type.name)
            speak(interaction, self._language_of(interaction.user.id))
            await self._turns.enter()
            return True
        log.info("interaction %s stays out: it came twice, or too late", interaction.id)
        return False

    async def close(self) -> None:
        """Let nothing more in; return when what is in has ended, and whoever was cut off knows it."""
        cut_off = await self._admission.close()
        try:
            async with asyncio.timeout(TELL_S), asyncio.TaskGroup() as telling:
                for interaction in cut_off:
                    telling.create_task(self._tell_cut_off(interaction))
        except TimeoutError:
            log.warning("not everybody could be told in time that the stop cut them off")

    async def _tell_cut_off(self, interaction: discord.Interaction) -> None:
        if interaction.type is discord.InteractionType.autocomplete:
            return
        words = written_in(interaction)
        error = GivenBack("error-cut-off-words", words, "words.txt") if words else UserFacing("error-cut-off")
        await self.answer(interaction, error)

    async def answer(self, interaction: discord.Interaction, error: BaseException) -> None:
        """Reply to an interaction that failed; an unexpected error gets a short id that is also logged."""
        if isinstance(error, app_commands.CommandInvokeError):
            error = error.original
        if _is_unanswerable(error):
            log.warning("interaction %s could not be answered: %s", interaction.id, error)
            return
        post = Post(self.sentence(interaction.locale, error, interaction.id))
        if isinstance(error, GivenBack):
            post = replace(post, attachments=(Attachment(error.name, error.text.encode()),))
        if isinstance(error, Offering):
            post = replace(post, view=error.view(self._texts, str(interaction.locale)))
        try:
            await tell_privately(interaction, post)
        except (discord.HTTPException, *BROKEN) as failure:
            log.warning("interaction %s: the error could not be told: %s", interaction.id, failure)

    async def guard(self, interaction: discord.Interaction, press: Coroutine[Any, Any, None]) -> None:
        """Await what a button or form does, once, and answer for whatever it raises."""
        if not await self.admit(interaction):
            press.close()
            return
        try:
            await press
        except Exception as error:  # noqa: BLE001 - the border is where every error ends
            await self.answer(interaction, error)

    def sentence(self, locale: object, error: BaseException, interaction_id: int) -> str:
        """Return the sentence for the person, and log what only the operator should see."""
        known = explain(error)
        if known is not None:
            log.info("interaction %s: %s", interaction_id, known.key)
            self._figures.refused(known.key)
            return self._texts(locale, known.key, **known.arguments)
        code = secrets.token_hex(3)
        self._figures.failed()
        log.error("interaction %s: unexpected error %s", interaction_id, code, exc_info=error)
        return self._texts(locale, "error-unexpected", code=code)

    async def missed(self, interaction: discord.Interaction) -> None:
        """Answer a press or a form that nobody took: its button or form is from before a restart."""
        if is_admitted(interaction) or interaction.response.is_done() or not await self.admit(interaction):
            return
        words = written_in(interaction)
        await self.answer(interaction, FormForgotten(words) if words else UserFacing("error-press-forgotten"))


def written_in(interaction: discord.Interaction) -> str:
    """Return what somebody wrote for an interaction: the fields of a form, or the longest option, if it is no name."""
    data: Any = interaction.data or {}
    if interaction.type is discord.InteractionType.modal_submit:
        return "\n\n".join(text for text in typed_in(data["components"]).values() if isinstance(text, str))
    return max((text for text in _strings(data.get("options") or ()) if len(text) >= WORDS), key=len, default="")


def _strings(options: Iterable[Any]) -> Iterator[str]:
    for option in options:
        if option["type"] == discord.AppCommandOptionType.string.value:
            yield option["value"]
        yield from _strings(option.get("options") or ())


def _is_unanswerable(error: BaseException) -> bool:
    """Tell whether the platform itself failed, or forgot the interaction: there is nobody to tell then."""
    if isinstance(error, discord.HTTPException):
        return error.code in _GONE or error.status >= 500
    return isinstance(error, (PlatformAway, aiohttp.ClientError, ConnectionError))


class ColophonTree(app_commands.CommandTree[discord.Client]):
    """The command tree; whatever a command raises ends at the border."""

    border: ErrorBorder

    async def interaction_check(self, interaction: discord.Interaction, /) -> bool:
        """Let a command in once."""
        return await self.border.admit(interaction)

    async def on_error(self, interaction: discord.Interaction, error: app_commands.AppCommandError) -> None:
        """Hand the error to the border."""
        await self.border.answer(interaction, error)
