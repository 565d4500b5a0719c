"""A Discord with a second server, for what must not reach from one to the other."""

from typing import Final

from bot.pocket.codes import Json
from bot.pocket.gateway import Gateway
from bot.pocket.world import GUILD_ID, World

OTHER_GUILD: Final = str(int(GUILD_ID) + (1 << 22))
"""Of two shards, it is the other one's."""


class TwoServers(Gateway):
    """A gateway whose bot is in two servers; what some people do comes from the other one."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.elsewhere: set[str] = set()

    def dispatch(self, event: str, data: Json) -> None:
        """Send an event."""
        if event == "INTERACTION_CREATE" and data.get("member", {}).get("user", {}).get("id") in self.elsewhere:
            data = data | {"guild_id": OTHER_GUILD, "guild": data["guild"] | {"id": OTHER_GUILD}}
        super().dispatch(event, data)
