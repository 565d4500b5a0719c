"""The border where errors become replies: the one place that answers for what went wrong."""

import logging
import secrets
from collections.abc import Awaitable
from io import BytesIO

import aiohttp
import discord
from discord import app_commands

from bot.chat.texts import Texts
from bot.errors import TextTooLong, explain

log = logging.getLogger(__name__)


class ErrorBorder:
    """Tells a person in their language what happened, what was kept and what to do."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    async def answer(self, interaction: discord.Interaction, error: BaseException) -> None:
        """Reply to an interaction that failed; an unexpected error gets a short id that is also logged."""
        if isinstance(error, app_commands.CommandInvokeError):
            error = error.original
        if isinstance(error, (discord.NotFound, discord.DiscordServerError, aiohttp.ClientError)):
            # The platform itself failed or forgot the interaction: there is nobody to tell.
            log.warning("interaction %s could not be answered: %s", interaction.id, type(error).__name__)
            return
        files = []
        if isinstance(error, TextTooLong):
            files = [discord.File(BytesIO(error.text.encode()), "text.txt")]
        try:
            await self._send(interaction, self.sentence(interaction.locale, error, interaction.id), files)
        except (discord.HTTPException, aiohttp.ClientError, OSError) as failure:
            log.warning("interaction %s: the error could not be told: %s", interaction.id, failure)

    async def guard(self, interaction: discord.Interaction, press: Awaitable[None]) -> None:
        """Await what a button or form does, and answer for whatever it raises."""
        try:
            await press
        except Exception as error:  # noqa: BLE001 - the border is where every error ends
            await self.answer(interaction, error)

    def sentence(self, locale: object, error: BaseException, interaction_id: int) -> str:
        """Return the sentence for the person, and log what only the operator should see."""
        known = explain(error)
        if known is not None:
            log.info("interaction %s: %s", interaction_id, known.key)
            return self._texts(locale, known.key, **known.arguments)
        code = secrets.token_hex(3)
        log.error("interaction %s: unexpected error %s", interaction_id, code, exc_info=error)
        return self._texts(locale, "error-unexpected", code=code)

    async def _send(self, interaction: discord.Interaction, text: str, files: list[discord.File]) -> None:
        if not interaction.response.is_done():
            await interaction.response.send_message(text, ephemeral=True, files=files)
        else:
            await interaction.followup.send(text, ephemeral=True, files=files)


class ColophonTree(app_commands.CommandTree[discord.Client]):
    """The command tree; whatever a command raises ends at the border."""

    border: ErrorBorder

    async def on_error(self, interaction: discord.Interaction, error: app_commands.AppCommandError) -> None:
        """Hand the error to the border."""
        await self.border.answer(interaction, error)
