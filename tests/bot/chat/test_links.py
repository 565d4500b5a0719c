"""Fetching by a link: only from where the platform keeps its files."""

from typing import Any, cast

import discord
import pytest
from discord.http import Route

from bot.chat.uploads import fetch_link
from bot.errors import UserFacing


class Cdn:
    """A client that fetches anything, and remembers what."""

    def __init__(self) -> None:
        self.http = self
        self.fetched: list[str] = []

    async def get_from_cdn(self, link: str) -> bytes:
        """Return something."""
        self.fetched.append(link)
        return b"bytes"


@pytest.mark.parametrize(
    "link",
    [
        "http://169.254.169.254/latest/meta-data",
        "https://cdn.discordapp.com.evil.example/a.png",
        "https://evil.example/?cdn.discordapp.com",
        "https://cdn.discordapp.com@evil.example/a.png",
        "file:///etc/passwd",
        "",
    ],
)
async def test_other_places_are_not_asked(link: str) -> None:
    cdn = Cdn()
    with pytest.raises(UserFacing) as refused:
        await fetch_link(cast(Any, cdn), link)
    assert refused.value.key == "error-upload-elsewhere"
    assert not cdn.fetched


@pytest.mark.parametrize(
    "host", ["https://cdn.discordapp.com", "https://media.discordapp.net", "http://127.0.0.1:8080"]
)
async def test_the_platforms_own_files_are_fetched(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Route, "BASE", "http://127.0.0.1:8080/api/v10")
    client = cast(discord.Client, Cdn())
    assert await fetch_link(client, f"{host}/attachments/1/2/a.png?ex=1&is=2&hm=3") == b"bytes"
