"""What the chat platform itself says of an act."""

import discord

from storage.acts import Act


def act_of(interaction: discord.Interaction) -> Act:
    """Return the ids that witness when an act happened."""
    return Act(
        str(interaction.id),
        str(interaction.channel_id),
        str(interaction.guild_id) if interaction.guild_id else None,
    )
