"""The witness channels at Discord: a checkpoint as a message that anyone can copy."""

import asyncio
from typing import Final

import aiohttp
import discord
from discord.ext import commands

from bot.chat.texts import LOCALES, Texts
from bot.evidence.witness import BoardAway, BoardClosed, Shown, Witness
from storage.evidence.notes import Checkpoint

SHOW_S: Final = 60.0
"""How long a post may take; discord.py waits inside where Discord asks it to go slower."""
LOOKED_THROUGH: Final = 20
"""So many messages back a checkpoint is looked for that was posted but not recorded any more."""

Place = discord.TextChannel | discord.Thread


class WitnessBoard:
    """Shows checkpoints as messages without a ping, in the language of the server."""

    def __init__(self, client: discord.Client, texts: Texts) -> None:
        self._client = client
        self._texts = texts

    async def show(self, channel: str, checkpoint: Checkpoint) -> Shown:
        """Show a checkpoint in a channel, or find it there already; raise BoardClosed or BoardAway."""
        await self._client.wait_until_ready()
        try:
            async with asyncio.timeout(SHOW_S):
                place = await self._place(int(channel))
                message = await self._found(place, checkpoint) or await self._posted(place, checkpoint)
        except (discord.NotFound, discord.Forbidden, discord.InvalidData) as error:
            raise BoardClosed(str(error)) from error
        except (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError) as error:
            raise BoardAway(f"{type(error).__name__}: {error}") from error
        # The upper bits of a message's number are the time at which Discord took it in.
        return Shown(str(message.id), (message.id >> 22) + discord.utils.DISCORD_EPOCH)

    async def _place(self, channel: int) -> Place:
        place = self._client.get_channel(channel) or await self._client.fetch_channel(channel)
        if not isinstance(place, (discord.TextChannel, discord.Thread)):
            raise BoardClosed("it is no text channel of a server")
        return place

    async def _found(self, place: Place, checkpoint: Checkpoint) -> discord.Message | None:
        """Look for the checkpoint among our latest messages; where the history is closed, take it as not there."""
        try:
            async for message in place.history(limit=LOOKED_THROUGH):
                if message.author == self._client.user and checkpoint.note in message.content:
                    return message
        except discord.Forbidden:
            return None
        return None

    async def _posted(self, place: Place, checkpoint: Checkpoint) -> discord.Message:
        return await place.send(
            self._words(place.guild, checkpoint),
            # Discord drops a second copy that follows at once.
            nonce=f"witness-{checkpoint.size}",
            silent=True,
            suppress_embeds=True,
            allowed_mentions=discord.AllowedMentions.none(),
        )

    def _words(self, guild: discord.Guild, checkpoint: Checkpoint) -> str:
        # Only a community server says which language it speaks; of any other Discord says English.
        spoken = (str(guild.preferred_locale),) if "COMMUNITY" in guild.features else LOCALES
        lines = [self._texts(locale, "witness-post", size=checkpoint.size) for locale in spoken]
        return "\n".join([*lines, f"```\n{checkpoint.note}```"])


class WitnessCog(commands.Cog, name="witness"):
    """Keeps the witness channels for as long as the client is there."""

    def __init__(self, witness: Witness) -> None:
        self._witness = witness

    async def cog_load(self) -> None:
        """Begin."""
        self._witness.start()

    async def cog_unload(self) -> None:
        """Stop."""
        await self._witness.close()
