"""The watch over the studio's pocket server sees what it is there for."""

import aiohttp
import pytest

from tests.bot.pocket_member import GENERAL
from tests.e2e.studio import Studio
from tests.pocket.specification import MISSING, document_path

pytestmark = pytest.mark.slow


async def test_what_discord_would_refuse_and_a_ping_are_seen(studio: Studio) -> None:
    if document_path() is None:
        pytest.skip(MISSING)
    url = f"{studio.url}/api/v10/channels/{GENERAL}/messages"
    body = {"content": "@everyone", "embeds": [{"title": 3}]}
    headers = {"Authorization": "Bot pocket-stranger"}
    async with aiohttp.ClientSession() as http:
        await (await http.post(url, json=body, headers=headers)).read()
    seen = studio.watched.read_text(encoding="utf-8")
    studio.watched.unlink()
    assert "allowed_mentions is missing" in seen
    assert "POST /channels/{channel_id}/messages: body.embeds[0].title: 3 is not of type 'string'" in seen
