"""The pocket server: assembled, started on loopback, and stopped with its world saved."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Middleware

from bot.pocket.codes import REQUEST_LIMIT_BYTES, Json
from bot.pocket.gateway import Gateway
from bot.pocket.page_api import PageApi, loopback_only
from bot.pocket.rest import Rest, discord_errors
from bot.pocket.world import PEOPLE, Interaction, Person, World

HOST = "127.0.0.1"
SAVE_INTERVAL_S = 2.0


class PocketServer:
    """A Discord of one's own, on this machine only.

    `middlewares` stand before every handler, and `gateway` makes the gateway: so others can watch, and disturb.
    """

    def __init__(
        self,
        folder: Path,
        port: int = 0,
        *,
        people: Sequence[Person] = PEOPLE,
        middlewares: Sequence[Middleware] = (),
        gateway: Callable[[World], Gateway] = Gateway,
    ) -> None:
        self.world = World(folder, people)
        self._port = port
        self._middlewares = middlewares
        self._gateway = gateway(self.world)
        self._page = PageApi(self.world, self._gateway)
        self._runner: web.AppRunner | None = None
        self._saver: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Return the page's address."""
        return self.world.base_url

    async def start(self) -> None:
        """Listen; raise OSError where the port is taken."""
        middlewares = [loopback_only, *self._middlewares, discord_errors]
        app = web.Application(middlewares=middlewares, client_max_size=REQUEST_LIMIT_BYTES)
        rest = Rest(self.world, self._answered)
        app.add_routes([*rest.routes(), *self._page.routes()])
        for path in ("/gateway", "/gateway/"):
            app.router.add_get(path, self._gateway.handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, self._port)
        await site.start()
        port = self._runner.addresses[0][1]
        self.world.move_to(f"http://{HOST}:{port}")
        self._saver = asyncio.create_task(self._save_often(), name="pocket saver")

    def _answered(self, interaction: Interaction, state: str, data: Json) -> None:
        self._page.answered(interaction, state, data)

    async def _save_often(self) -> None:
        while True:
            await asyncio.sleep(SAVE_INTERVAL_S)
            if self.world.dirty:
                # On the loop on purpose: the world must not change while it is written; it is small.
                self.world.save()

    async def stop(self) -> None:
        """Close every connection and save."""
        if self._saver is not None:
            self._saver.cancel()
            await asyncio.gather(self._saver, return_exceptions=True)
        await self._page.close()
        await self._gateway.close()
        if self._runner is not None:
            await self._runner.cleanup()
        self.world.save()
