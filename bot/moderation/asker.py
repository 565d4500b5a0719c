"""Who asks, and where, as the chat platform says it."""

import discord

from bot.moderation.limits import Asker
from storage.members import Member


def asker_of(interaction: discord.Interaction, member: Member) -> Asker:
    """Return whose rules an interaction has to keep."""
    if interaction.guild_id is None:
        return Asker(member, None)
    user, channel = interaction.user, interaction.channel
    above = channel.parent_id if isinstance(channel, discord.Thread) else None
    return Asker(
        member,
        str(interaction.guild_id),
        frozenset(str(role.id) for role in user.roles) if isinstance(user, discord.Member) else frozenset(),
        tuple(str(id_) for id_ in (interaction.channel_id, above) if id_),
        _is_age_restricted(channel),
    )


def _is_age_restricted(channel: object) -> bool:
    if isinstance(channel, discord.Thread):
        return channel.parent is not None and channel.parent.is_nsfw()
    return bool(getattr(channel, "nsfw", False))
