"""The whole bot in this process: the real composition root, at the pocket server, a small drafts server behind it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from bot.app import build
from bot.chat.client import ColophonBot
from bot.pocket.server import PocketServer
from bot.settings import DiscordSettings, DraftsSettings, LanguageSettings, Settings, StorageSettings
from storage.store import Store
from tests.models.fake_images import KEY, Seen, omni, serve_app

REFUSED_TERM = "zyzzyva"
# Ignored by git: the index of the facts is kept here between runs, which is most of what a start takes.
CACHE = Path(__file__).resolve().parents[2] / "build" / "cache" / "facts"


@dataclass(slots=True)
class House:
    """A running bot, the page's address, and what its drafts server was asked."""

    bot: ColophonBot
    store: Store
    url: str
    seen: Seen


@asynccontextmanager
async def open_house(folder: Path) -> AsyncIterator[House]:
    """Start everything, and stop it in order."""
    pocket, seen = PocketServer(folder / "pocket"), Seen()
    if not (folder / "data" / "cache").exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        (folder / "data").mkdir()
        (folder / "data" / "cache").symlink_to(CACHE)
    await pocket.start()
    try:
        async with serve_app(omni(seen), folder / "drafts"), build(_settings(folder, pocket.url), init=True) as bot:
            task = asyncio.create_task(bot.start("pocket-test"), name="bot")
            try:
                async with asyncio.timeout(20):
                    while not bot.is_ready():  # noqa: ASYNC110 - wait_until_ready needs a client that has logged in
                        await asyncio.sleep(0.01)
                yield House(bot, cast(Any, bot.get_cog("project"))._store, pocket.url, seen)
            finally:
                await bot.close()
                await asyncio.gather(task, return_exceptions=True)
    finally:
        await pocket.stop()


def _settings(folder: Path, url: str) -> Settings:
    return Settings(
        discord=DiscordSettings(
            token=cast(Any, "pocket-test"), api=f"{url}/api/v10", gateway=f"{url.replace('http', 'ws', 1)}/gateway/"
        ),
        drafts=DraftsSettings(url=f"unix:{folder / 'drafts'}", key=cast(Any, KEY), refused_terms=[REFUSED_TERM]),
        language=LanguageSettings(url=f"unix:{folder / 'language'}"),
        storage=StorageSettings(data=folder / "data"),
    )
