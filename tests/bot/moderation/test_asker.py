"""What the chat platform says of who asks and where."""

from unittest.mock import Mock

import discord
import pytest

from bot.moderation.asker import asker_of
from storage.members import Member

ANN = Member("ann", "discord", "1001", "Ann", 1)


def interaction(channel: object, channel_id: int, guild: int | None = 9) -> Mock:
    user = Mock(spec=discord.Member, roles=[Mock(id=77), Mock(id=9)]) if guild else Mock(spec=discord.User)
    return Mock(spec=discord.Interaction, user=user, channel=channel, channel_id=channel_id, guild_id=guild)


def channel(*, nsfw: bool) -> Mock:
    return Mock(spec=discord.TextChannel, nsfw=nsfw, is_nsfw=lambda: nsfw)


@pytest.mark.parametrize("nsfw", [False, True])
def test_a_channel_and_the_roles(nsfw: bool) -> None:
    asker = asker_of(interaction(channel(nsfw=nsfw), 22), ANN)
    assert (asker.guild, asker.channels, asker.roles) == ("9", ("22",), frozenset({"77", "9"}))
    assert asker.age_restricted is nsfw


@pytest.mark.parametrize("nsfw", [False, True])
def test_a_thread_is_as_the_channel_that_it_hangs_on(nsfw: bool) -> None:
    thread = Mock(spec=discord.Thread, parent_id=20)
    thread.parent = channel(nsfw=nsfw)
    asker = asker_of(interaction(thread, 22), ANN)
    assert (asker.channels, asker.age_restricted) == (("22", "20"), nsfw)
    thread.parent = None
    assert not asker_of(interaction(thread, 22), ANN).age_restricted


def test_in_a_direct_message_there_are_no_roles_and_no_channels() -> None:
    asker = asker_of(interaction(Mock(spec=discord.DMChannel), 22, None), ANN)
    assert (asker.guild, asker.channels, asker.roles, asker.age_restricted) == (None, (), frozenset(), False)
