"""Two processes' worth of bot at one Discord and one PostgreSQL database, each with its own share of the servers."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from bot.app import build
from bot.pocket.gateway import Gateway
from bot.pocket.server import PocketServer
from bot.pocket.world import World
from bot.settings import DiscordSettings, DraftsSettings, LanguageSettings, Settings, StorageSettings
from storage.evidence.audit import audit
from storage.postgres import Server
from storage.store import Store
from tests.bot.pocket_member import ANN, BO, Json, PocketMember, buttons_of
from tests.fixtures_postgres import PrivateServer, postgres  # noqa: F401
from tests.models.fake_images import KEY, Seen, omni, serve_app
from tests.pocket.two_servers import TwoServers

pytestmark = pytest.mark.slow

OTHERS, ANNS = 0, 1
"""The shards: of the other server, to which direct messages go too, and of the one that Ann is in."""


@dataclass(slots=True)
class Town:
    """What all shards share."""

    folder: Path
    database: Server
    pocket: PocketServer
    gateway: TwoServers
    seen: Seen

    def settings(self, shard: int) -> Settings:
        """Return what one of two processes is told."""
        url = self.pocket.url
        return Settings(
            discord=DiscordSettings(
                token=cast(Any, "pocket-test"),
                shard=shard,
                shards=2,
                api=f"{url}/api/v10",
                gateway=f"{url.replace('http', 'ws', 1)}/gateway/",
            ),
            drafts=DraftsSettings(url=f"unix:{self.folder / 'drafts'}", key=cast(Any, KEY)),
            language=LanguageSettings(url=f"unix:{self.folder / 'language'}"),
            storage=StorageSettings(data=self.folder / "data", database=cast(Any, self.database.url)),
        )


@pytest.fixture
def database(postgres: PrivateServer) -> Server:  # noqa: F811
    return postgres.new()


@pytest.fixture
async def town(tmp_path: Path, database: Server) -> AsyncIterator[Town]:
    gateways: list[TwoServers] = []

    def gateway(world: World) -> Gateway:
        gateways.append(TwoServers(world))
        return gateways[0]

    pocket, seen = PocketServer(tmp_path / "pocket", gateway=gateway), Seen()
    await pocket.start()
    async with serve_app(omni(seen), tmp_path / "drafts"):
        yield Town(tmp_path, database, pocket, gateways[0], seen)
    await pocket.stop()


@asynccontextmanager
async def serving(town: Town, shard: int) -> AsyncIterator[Store]:
    """Run one process's part."""
    async with build(town.settings(shard), init=True) as bot:
        running = asyncio.create_task(bot.start("pocket-test"), name=f"shard {shard}")
        try:
            async with asyncio.timeout(20):
                while not bot.is_ready():  # noqa: ASYNC110 - wait_until_ready needs a client that has logged in
                    await asyncio.sleep(0.01)
            yield cast(Any, bot.get_cog("project"))._store
        finally:
            await bot.close()
            await asyncio.gather(running, return_exceptions=True)


async def begins(member: PocketMember, brief: str) -> Json:
    """Ask for a draft, after the notice where it comes; return the message that becomes the card."""
    answer = await member.answer(await member.command("draft", brief=brief, count=1))
    agree = buttons_of(answer).get("I agree")
    if agree is not None:
        await member.press(answer, agree)
        answer = await member.message(lambda m: is_of(member, m) and "recorded (#" in m["content"])
    return answer


def is_of(member: PocketMember, message: Json) -> bool:
    """Tell whether a message answers what a member did."""
    return str(message["interaction_metadata"]["user"]["id"]) == member.id


async def comes(member: PocketMember, message: Json) -> None:
    """Wait for the card."""
    await member.message(lambda m: m["id"] == message["id"] and "①" in buttons_of(m))


async def kinds(store: Store) -> Counter[str]:
    """Count the events of the log, by their kinds."""
    async with store.database.read() as connection:
        rows = await connection.exec_driver_sql("SELECT type FROM evidence_event")
        return Counter(row.type for row in rows)


async def test_each_serves_its_own_and_all_is_in_one_log(town: Town) -> None:
    town.gateway.elsewhere = {BO}
    async with (
        serving(town, ANNS) as store,
        serving(town, OTHERS),
        PocketMember(town.pocket.url, ANN, patience_s=20) as ann,
        PocketMember(town.pocket.url, BO, patience_s=20) as bo,
    ):
        begun = [await begins(member, brief) for member, brief in ((ann, "a boat"), (bo, "a barn"))]
        await asyncio.gather(comes(ann, begun[0]), comes(bo, begun[1]))
        await asyncio.gather(
            *(member.command("draft", brief=f"{i}", count=1) for member in (ann, bo) for i in range(4))
        )
        for member in (ann, bo):
            cards = await cards_of(member, 5)
            assert len(cards) == 5
        counted = await kinds(store)
        assert counted["prompt.submit"] == counted["draft.made"] == len(town.seen.requests) == 10
        await audit(store.database, store.config.keys_dir)


async def cards_of(member: PocketMember, count: int) -> list[Json]:
    """Wait until so many cards are there; return all there are."""

    def there() -> list[Json] | None:
        found = [m for m in member.seen.messages.values() if "①" in buttons_of(m)]
        mine = [m for m in found if is_of(member, m)]
        return mine if len(mine) >= count else None

    found: list[Json] = await member._until(there)
    return found


async def test_what_a_shard_had_in_hand_waits_for_it_and_comes_once(town: Town) -> None:
    town.gateway.elsewhere = {BO}
    async with (
        serving(town, OTHERS) as store,
        PocketMember(town.pocket.url, ANN, patience_s=20) as ann,
        PocketMember(town.pocket.url, BO, patience_s=20) as bo,
    ):
        async with serving(town, ANNS):
            town.seen.hold = asyncio.Event()
            mine = await begins(ann, "a boat")
            await town.seen.holding.wait()
        town.seen.hold.set()
        await comes(bo, await begins(bo, "a barn"))
        async with serving(town, ANNS):
            await comes(ann, mine)
        counted = await kinds(store)
        assert counted["draft.made"] == 2


async def test_two_for_one_shard_are_refused(town: Town) -> None:
    async with serving(town, ANNS):
        with pytest.raises(Exception, match="already serves shard 1"):
            async with serving(town, ANNS):
                pass
