"""The pocket server with a watch over it, and a hand on every line."""

from collections.abc import Sequence
from pathlib import Path

from bot.pocket.gateway import Gateway
from bot.pocket.server import PocketServer
from bot.pocket.world import PEOPLE, Person, World
from tests.pocket.faults import Faults, FaultyGateway
from tests.pocket.watch import Watch


class DisturbedPocket(PocketServer):
    """A Discord that can be made to fail; while nobody does, it only watches."""

    gateway: FaultyGateway

    def __init__(self, folder: Path, *, people: Sequence[Person] = PEOPLE) -> None:
        self.faults = Faults()
        self.watch = Watch.of_this_machine()
        # What a fault keeps from arriving, Discord has not seen either.
        middlewares = (self.faults.middleware, self.watch.middleware)
        super().__init__(folder, people=people, middlewares=middlewares, gateway=self._make_gateway)
        self.faults.world = self.world

    def _make_gateway(self, world: World) -> Gateway:
        self.gateway = FaultyGateway(world)
        return self.gateway
