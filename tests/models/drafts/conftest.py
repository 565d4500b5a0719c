"""Fixtures: the real server with a fake engine, on a real unix socket, and the real client."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn

from models.drafts.app import create_app
from models.images import ImagesClient
from tests.models.drafts.fake_engine import FakeEngine

KEY = "test-key"


@pytest.fixture
def engine() -> FakeEngine:
    """Return an engine that draws at once."""
    return FakeEngine()


@pytest.fixture
async def socket(tmp_path: Path, engine: FakeEngine) -> AsyncIterator[Path]:
    """Serve; return the socket once the model is loaded."""
    path = tmp_path / "drafts.sock"
    config = uvicorn.Config(create_app(lambda: engine, KEY), uds=str(path), log_config=None)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    async with ImagesClient(uds=path, api_key=KEY) as probe:
        while not (await probe.health()).ready:  # noqa: ASYNC110 - polled like the real process
            await asyncio.sleep(0.01)
    yield path
    server.should_exit = True
    await task


@pytest.fixture
async def client(socket: Path) -> AsyncIterator[ImagesClient]:
    """Return a client with the right key."""
    async with ImagesClient(uds=socket, api_key=KEY) as client:
        yield client
