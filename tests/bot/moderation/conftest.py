"""A pocket server with everything that moderators and members need, except models."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.chat.client import ColophonBot, point_at
from bot.chat.texts import Texts
from bot.members.commands import PLATFORM, Consent
from bot.members.preferences import Preferences
from bot.moderation.appeal_button import AppealButton, AppealForm
from bot.moderation.appealing import AppealCog
from bot.moderation.commands import DirectNotices, ModerationCog
from bot.moderation.deciding import DecideButton, DecideForm, ReviewButton
from bot.moderation.notices import Notifier
from bot.pocket.server import PocketServer
from bot.pocket.world import GUILD_ID
from bot.privacy.commands import PrivacyCog
from bot.projects.commands import ProjectCog
from storage.projects import Project
from storage.store import StorageConfig, Store, open_store
from tests.bot.pocket_member import ANN, BO, MO, PocketMember


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(StorageConfig(tmp_path / "data"), init=True)
    yield opened
    await opened.close()


@pytest.fixture
async def project(store: Store) -> Project:
    ann = await store.members.meet("discord", ANN, "Ann")
    opened, _ = await store.projects.open(ann, "Boats", guild_id=GUILD_ID)
    return opened


@pytest.fixture
async def url(store: Store, tmp_path: Path) -> AsyncIterator[str]:
    """Return the address of a pocket server with the real client on it."""
    server = PocketServer(tmp_path / "pocket")
    await server.start()
    point_at(f"{server.url}/api/v10", f"{server.url.replace('http', 'ws', 1)}/gateway/")
    texts = Texts()

    async def status() -> tuple[bool, str]:
        return True, "ready"

    bot = ColophonBot(texts=texts, state_dir=tmp_path, status_line=status, guild_ready_timeout_s=0.05)
    consent = Consent(store, texts)
    notifier = Notifier(store.notices, DirectNotices(bot, texts).tell, pause_s=0)
    moderation = ModerationCog(store=store, texts=texts, notifier=notifier, roles=[77])
    projects = ProjectCog(store=store, texts=texts, consent=consent, facts={}, default_country=None)
    privacy = PrivacyCog(
        store=store,
        texts=texts,
        consent=consent,
        keep_days=None,
        preferences=Preferences(store.member_settings, PLATFORM),
    )
    bot.with_cogs([consent, privacy, projects, AppealCog(store=store, texts=texts, consent=consent), moderation])
    bot.add_dynamic_items(AppealButton, ReviewButton, DecideButton)
    bot.add_forms(AppealForm, DecideForm)
    running = asyncio.create_task(bot.start("pocket-test"))
    await bot_ready(bot, running)
    yield server.url
    await bot.close()
    await asyncio.gather(running, return_exceptions=True)
    await server.stop()


async def bot_ready(bot: ColophonBot, running: "asyncio.Task[None]") -> None:
    """Wait until the client is ready, or has failed."""
    while not bot.is_ready():
        assert not running.done(), running.exception()
        await asyncio.sleep(0.01)


@pytest.fixture
async def people(url: str) -> AsyncIterator[dict[str, PocketMember]]:
    async with AsyncExitStack() as stack:
        yield {who: await stack.enter_async_context(PocketMember(url, who)) for who in (ANN, BO, MO)}
