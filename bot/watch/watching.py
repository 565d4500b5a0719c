"""Keeping the figures fresh, and handing them out: `/metrics` for Prometheus, `/health` for whoever restarts things."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiohttp import web

from bot.errors import OperatorError
from bot.watch.figures import Figures
from models.health import ServerHealth
from storage.database import free_bytes
from storage.errors import StorageError
from storage.evidence.ledger import Ledger
from storage.jobs import Jobs

log = logging.getLogger(__name__)

_SAMPLE_S: Final = 0.25
_REFRESH_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Watched:
    """What is looked at: the queue, the log, the folder of the data, the model servers, and Discord's line."""

    jobs: Jobs
    ledger: Ledger
    data: Path
    servers: Mapping[str, Callable[[], Awaitable[ServerHealth]]]
    connected: Callable[[], bool]


class Watch:
    """Runs from `start` to `close`."""

    def __init__(self, figures: Figures, watched: Watched, host: str, port: int) -> None:
        self._figures = figures
        self._watched = watched
        self._host = host
        self._port = port
        self._tasks: list[asyncio.Task[None]] = []
        self._runner: web.AppRunner | None = None

    async def start(self) -> int:
        """Begin, and return the port; raise OperatorError where it is taken."""
        app = web.Application()
        app.add_routes([web.get("/metrics", self._metrics), web.get("/health", self._health)])
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        try:
            await site.start()
        except OSError as error:
            await self._runner.cleanup()
            raise OperatorError(
                f"metrics.port: {self._host}:{self._port} is in use; stop what uses it, or choose another."
            ) from error
        self._tasks = [
            asyncio.create_task(self._sample(), name="loop lag"),
            asyncio.create_task(self._refresh_forever(), name="figures"),
        ]
        port: int = self._runner.addresses[0][1]
        return port

    async def close(self) -> None:
        """Stop handing out figures."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._runner is not None:
            await self._runner.cleanup()

    async def _metrics(self, _: web.Request) -> web.Response:
        # Its own header: aiohttp would write the charset a second time.
        return web.Response(body=self._figures.text(), headers={"Content-Type": self._figures.media_type})

    async def _health(self, _: web.Request) -> web.Response:
        connected = self._watched.connected()
        return web.json_response({"discord": "connected" if connected else "away"}, status=200 if connected else 503)

    async def _sample(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            before = loop.time()
            await asyncio.sleep(_SAMPLE_S)
            self._figures.lagged(loop.time() - before - _SAMPLE_S)

    async def _refresh_forever(self) -> None:
        while True:
            try:
                await self.refresh()
            except (StorageError, OSError) as error:
                log.warning("some figures are old: %s", type(error).__name__)
            await asyncio.sleep(_REFRESH_S)

    async def refresh(self) -> None:
        """Read anew what lasts."""
        watched, figures = self._watched, self._figures
        figures.show_jobs(await watched.jobs.counted())
        figures.show_failures(await watched.jobs.failures())
        figures.show_log(await watched.ledger.size(), await watched.ledger.signed_size())
        figures.show_disk(await asyncio.to_thread(free_bytes, watched.data))
        figures.show_servers({name: (await health()).ready for name, health in watched.servers.items()})
        figures.show_gateway(connected=watched.connected())
