"""The whole bot in this process: the real composition root, at the pocket server, a small drafts server behind it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from fastapi import FastAPI

from bot.app import build
from bot.chat.client import ColophonBot
from bot.pocket.server import PocketServer
from bot.settings import DiscordSettings, DraftsSettings, LanguageSettings, Settings, StorageSettings
from storage.store import Store
from tests.models.fake_images import KEY, Seen, omni, serve_app
from tests.models.fake_language import KEY as LANGUAGE_KEY
from tests.models.fake_language import FakeLanguage, serve_fake, speaks_and_writes

REFUSED_TERM = "zyzzyva"
TALKER = "house/talker"
"""A language model that the catalogue does not know: it may talk, and not write answers about law."""
# Ignored by git: the index of the facts is kept here between runs, which is most of what a start takes.
CACHE = Path(__file__).resolve().parents[2] / "build" / "cache" / "facts"


@dataclass(slots=True)
class House:
    """A running bot, the server it is at, and its model servers."""

    bot: ColophonBot
    store: Store
    pocket: PocketServer
    seen: Seen
    language: FakeLanguage

    @property
    def url(self) -> str:
        """Return the page's address."""
        return self.pocket.url


@asynccontextmanager
async def open_house(
    folder: Path, drafts: FastAPI | None = None, *, speaks: bool = False, pocket: PocketServer | None = None
) -> AsyncIterator[House]:
    """Start everything, and stop it in order.

    `drafts` may be another drafts server than the small one; `speaks` names the language model as one that may say
    things.
    """
    pocket, seen = pocket or PocketServer(folder / "pocket"), Seen()
    if not (folder / "data" / "cache").exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        (folder / "data").mkdir()
        (folder / "data" / "cache").symlink_to(CACHE)
    await pocket.start()
    try:
        async with (
            serve_app(drafts or omni(seen), folder / "drafts"),
            serve_fake(folder / "language") as language,
            build(_settings(folder, pocket.url, speaks=speaks), init=True) as bot,
        ):
            language.writes = speaks_and_writes
            task = asyncio.create_task(bot.start("pocket-test"), name="bot")
            try:
                async with asyncio.timeout(20):
                    while not bot.is_ready():  # noqa: ASYNC110 - wait_until_ready needs a client that has logged in
                        await asyncio.sleep(0.01)
                yield House(bot, cast(Any, bot.get_cog("project"))._store, pocket, seen, language)
            finally:
                await bot.close()
                await asyncio.gather(task, return_exceptions=True)
    finally:
        await pocket.stop()


def _settings(folder: Path, url: str, *, speaks: bool) -> Settings:
    language = LanguageSettings(url=f"unix:{folder / 'language'}", key=cast(Any, LANGUAGE_KEY))
    return Settings(
        discord=DiscordSettings(
            token=cast(Any, "pocket-test"), api=f"{url}/api/v10", gateway=f"{url.replace('http', 'ws', 1)}/gateway/"
        ),
        drafts=DraftsSettings(url=f"unix:{folder / 'drafts'}", key=cast(Any, KEY), refused_terms=[REFUSED_TERM]),
        language=language.model_copy(update={"model": TALKER}) if speaks else language,
        storage=StorageSettings(data=folder / "data"),
    )
