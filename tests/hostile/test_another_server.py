"""Who moderates another server, and knows the numbers of this one: nothing of it is shown there, and nothing changes.

Discord says in each interaction which server it comes from, so a number is all that somebody there can make up.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from bot.pocket.gateway import Gateway
from bot.pocket.server import PocketServer
from bot.pocket.world import BOT_USER, GUILD_ID, World
from tests.bot.house import REFUSED_TERM, House, open_house
from tests.bot.moderation.using import run
from tests.bot.pocket_member import ANN, GENERAL, MO, Json, PocketMember, SomeMember, buttons_of, words_of
from tests.pocket.two_servers import OTHER_GUILD, TwoServers

pytestmark = pytest.mark.slow

WORDS: Final = "a lighthouse that nobody keeps"
PLEA: Final = "it is a beetle and a word in dictionaries"
WHY: Final = "we want to know"


@pytest.fixture
async def servers(tmp_path: Path) -> AsyncIterator[tuple[House, TwoServers]]:
    made: list[TwoServers] = []

    def gateway(world: World) -> Gateway:
        made.append(TwoServers(world))
        return made[0]

    async with open_house(tmp_path, pocket=PocketServer(tmp_path / "pocket", gateway=gateway)) as house:
        yield house, made[0]


async def drawn_and_appealed(house: House, ann: PocketMember) -> tuple[int, int]:
    """Let Ann draw, and appeal a refusal; return the numbers of her brief and of the one that was refused."""
    asked = await ann.answer(await ann.command("draft", brief=WORDS, count=1))
    await ann.press(asked, next(iter(buttons_of(asked).values())))
    await ann.message(lambda m: "①" in buttons_of(m))
    await ann.answer(await ann.command("draft", brief=f"a {REFUSED_TERM}"))
    await ann.answer(await ann.command("appeal", text=PLEA))
    told = await house.store.ledger.disclosed_many(range(await house.store.ledger.size()))
    drawn, refused = (
        next(seq for seq, fields in told.items() if fields.get("prompt") == brief)
        for brief in (WORDS, f"a {REFUSED_TERM}")
    )
    return drawn, refused


async def test_numbers_of_a_server_say_nothing_in_another(servers: tuple[House, TwoServers]) -> None:
    house, gateway = servers
    async with PocketMember(house.url, ANN) as ann, PocketMember(house.url, MO) as mo:
        drawn, refused = await drawn_and_appealed(house, ann)
        gateway.elsewhere = {MO}
        size = await house.store.ledger.size()
        assert f"There is no event #{drawn} of this server" in words_of(await run(mo, "open", number=drawn, reason=WHY))
        assert "No event of this server is like that" in words_of(await run(mo, "export", reason=WHY, words=True))
        of_ann = await run(mo, "export", reason=WHY, member=SomeMember(ANN))
        assert "No event of this server is like that" in words_of(of_ann)
        assert "Nobody has appealed anything here" in words_of(await run(mo, "review"))
        assert "No brief was refused here" in words_of(await run(mo, "review", show="refused"))
        assert f"no appeal of #{refused} in this server" in await decided(house, mo, refused)
        assert "is not blocked here" in words_of(await run(mo, "unblock", member=SomeMember(ANN), reason=WHY))
        assert "No moderator has done anything here" in words_of(await run(mo, "log"))
        assert await house.store.ledger.size() == size
        gateway.elsewhere = set()
        assert WORDS in words_of(await run(mo, "open", number=drawn, reason=WHY))
        assert PLEA in words_of(await run(mo, "review"))


async def test_a_block_holds_only_where_it_was_spoken(servers: tuple[House, TwoServers]) -> None:
    house, gateway = servers
    async with PocketMember(house.url, ANN) as ann, PocketMember(house.url, MO) as mo:
        await drawn_and_appealed(house, ann)
        gateway.elsewhere = {MO}
        await run(mo, "block", member=SomeMember(ANN), reason=WHY)
        await run(mo, "terms", add="lighthouse", reason=WHY)
        assert house.store.standings.of(OTHER_GUILD, "discord", ANN) is not None
        assert house.store.standings.of(GUILD_ID, "discord", ANN) is None
        before = set(ann.seen.messages)
        await ann.command("draft", brief=WORDS, count=1)
        await ann.message(lambda m: "①" in buttons_of(m) and m["id"] not in before)


async def decided(house: House, mo: PocketMember, about: int) -> str:
    """Grant an appeal with a button that nobody showed, and give the reason; return what is said."""
    button: Json = {"type": 2, "style": 3, "label": "x", "custom_id": f"appeal-decide:{about}:grant"}
    row = {"type": 1, "components": [button]}
    message = house.pocket.world.add_message(GENERAL, BOT_USER, {"content": "x", "components": [row]})
    form = await mo.form(await mo.press(message, button["custom_id"]))
    return words_of(await mo.answer(await mo.submit(form, WHY)))
