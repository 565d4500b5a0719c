"""An act on the chat platform: what the platform says of it, and telling its member that it was heard."""

import discord

from storage.acts import Act


def act_of(interaction: discord.Interaction, on: str | None = None) -> Act:
    """Return the ids that witness when an act happened; `on` is the message that it was done on, where it was one."""
    return Act(
        str(interaction.id),
        str(interaction.channel_id),
        str(interaction.guild_id) if interaction.guild_id else None,
        on,
    )


def said_in(message: discord.Message) -> Act:
    """Return the ids that witness when something was said."""
    return Act(str(message.id), str(message.channel.id), str(message.guild.id) if message.guild else None)


async def acknowledge(interaction: discord.Interaction, *, ephemeral: bool = False, thinking: bool = False) -> None:
    """Say within the three seconds that an act was heard, before anything is looked up; once is enough."""
    if not interaction.response.is_done():
        await interaction.response.defer(ephemeral=ephemeral, thinking=thinking)


def began_by_same(interaction: discord.Interaction) -> bool:
    """Tell whether the message of a button answers an act of whoever presses it, as the platform itself has it."""
    message = interaction.message
    began = None if message is None else message.interaction_metadata
    return began is not None and began.user.id == interaction.user.id
