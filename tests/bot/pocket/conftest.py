"""A pocket server with the showroom's bot, and a browser to look at it: once for each file of tests."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from bot.chat.client import point_at
from bot.pocket.server import PocketServer
from tests.bot.pocket.showroom import Showroom
from tests.browser import chromium, opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server_and_bot(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[PocketServer]:
    server = PocketServer(tmp_path_factory.mktemp("pocket"))
    await server.start()
    point_at(f"{server.url}/api/v10", f"{server.url.replace('http', 'ws', 1)}/gateway/")
    client = Showroom()
    task = asyncio.create_task(client.start("pocket-showroom"))
    async with asyncio.timeout(10):
        await client.ready.wait()
    yield server
    await client.close()
    await asyncio.gather(task, return_exceptions=True)
    await server.stop()


@pytest.fixture
def showroom(server_and_bot: PocketServer) -> PocketServer:
    """Return the server with the bot in it, and nothing said yet."""
    server_and_bot.world.reset()
    return server_and_bot


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, showroom: PocketServer) -> AsyncIterator[Page]:
    """Return the page as Ann sees it."""
    async with opened(browser, showroom.url, patience_ms=10_000) as page:
        await expect(page.get_by_test_id("bot-status")).to_have_attribute("data-status", "online")
        yield page
