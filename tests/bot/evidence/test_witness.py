"""The witness channels: what is shown when, on a real store; and at the pocket server, as a member would copy it."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import discord
import pytest

from bot.chat.board import WitnessBoard, WitnessCog
from bot.chat.client import ColophonBot, point_at
from bot.chat.texts import Texts
from bot.evidence import witness as witness_module
from bot.evidence.pasted import unpasted
from bot.evidence.witness import DAY_MS, GAP_MS, BoardAway, BoardClosed, BoardError, Shown, Witness
from bot.pocket.errors import DiscordRefusal
from bot.pocket.server import PocketServer
from bot.pocket.world import WITNESS_CHANNEL_ID
from storage.clock import now_ms
from storage.errors import StorageFull
from storage.evidence.bundle import ExportRequest
from storage.evidence.notes import Checkpoint
from storage.evidence.posts import Posts
from storage.evidence.rotation import rotate
from storage.evidence.verify import Outcome, Verdict, render_report, verify_bundle
from storage.mandate import Mandate
from storage.members import Member
from storage.projects import Project
from storage.servers import ServerSettings
from storage.store import StorageConfig, Store, open_store
from tests.bot.pocket_member import PocketMember
from tests.storage.evidence.forging import Forged

CHANNEL = "900000000000000001"
BEGUN = 3
"""The size of a log in which a member has opened a project."""


class Wall:
    """A board that keeps what it is shown; `mood` is what it raises instead."""

    def __init__(self, now: Callable[[], int] = now_ms) -> None:
        self.now = now
        self.shown: list[tuple[str, int]] = []
        self.mood: BoardError | None = None
        self.asked = 0

    async def show(self, channel: str, checkpoint: Checkpoint) -> Shown:
        self.asked += 1
        if self.mood is not None:
            raise self.mood
        if (channel, checkpoint.size) not in self.shown:
            self.shown.append((channel, checkpoint.size))
        return Shown(str(len(self.shown)), self.now())

    @property
    def sizes(self) -> list[int]:
        return [size for _, size in self.shown]


class Clock:
    """A clock that the test turns on; both kinds of time follow."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead_ms = 0
        monkeypatch.setattr(witness_module, "now_ms", self.now)
        monkeypatch.setattr(witness_module, "monotonic", lambda: self.now() / 1000)

    def now(self) -> int:
        return now_ms() + self.ahead_ms

    def pass_ms(self, ms: int) -> None:
        self.ahead_ms += ms


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(StorageConfig(tmp_path / "data"), init=True)
    yield opened
    await opened.close()


@pytest.fixture
async def ann(store: Store) -> Member:
    return await store.members.meet("discord", "1001", "Ann")


@pytest.fixture
async def project(store: Store, ann: Member) -> Project:
    opened, _ = await store.projects.open(ann, "Boats", guild_id="9")
    return opened


def witness_of(store: Store, wall: Wall, *channels: str) -> Witness:
    return Witness(store.ledger, store.posts, wall, channels or [CHANNEL])


async def export(store: Store, project: Project, target: Path) -> int:
    request = ExportRequest({project.id: project.actor}, {"by": "owner"})
    return (await store.exporter.export(request, target)).size


async def test_the_first_checkpoint_is_shown_and_recorded(store: Store, project: Project, tmp_path: Path) -> None:
    wall = Wall()
    await witness_of(store, wall).round()
    assert wall.shown == [(CHANNEL, BEGUN)]
    assert await store.ledger.disclosed(BEGUN) == {"message": {"size": BEGUN, "channel": CHANNEL, "id": "1"}}
    await export(store, project, tmp_path / "b.zip")
    report = verify_bundle(tmp_path / "b.zip", vkeys=[store.ledger.vkey])
    assert report.verdict is Verdict.VERIFIED, render_report(report)
    assert b"checkpoint.posted" in Forged(tmp_path / "b.zip").files["data/log.txt"]


async def test_a_channel_that_a_server_chose_sees_it_too_from_then_on(store: Store) -> None:
    wall = Wall()
    witness = Witness(store.ledger, store.posts, wall, [CHANNEL], of_servers=store.servers.witness_channels)
    mandate = Mandate("9", "3003", "for everyone to keep")
    await store.servers.set(mandate, "witness_channel", ServerSettings(witness_channel="77"))
    await witness.round()
    assert [channel for channel, _ in wall.shown] == [CHANNEL, "77"]
    await store.servers.set(mandate, "witness_channel", ServerSettings(witness_channel=CHANNEL))
    await witness.round()
    assert [channel for channel, _ in wall.shown] == [CHANNEL, "77"]


async def test_a_day_later_the_newest_is_shown_if_there_is_anything_new(
    store: Store, ann: Member, project: Project, clock: Clock
) -> None:
    wall = Wall(clock.now)
    witness = witness_of(store, wall)
    await witness.round()
    clock.pass_ms(DAY_MS - 60_000)
    await store.projects.open(ann, "More", guild_id="9")
    await witness.round()
    assert wall.sizes == [BEGUN]
    clock.pass_ms(60_000)
    await witness.round()
    size = await store.ledger.size()
    assert wall.sizes == [BEGUN, size - 1]
    # The event of the post itself is no news.
    clock.pass_ms(3 * DAY_MS)
    await witness.round()
    assert wall.sizes == [BEGUN, size - 1]


async def test_exports_are_shown_soon_with_just_their_size_and_share_a_post(
    store: Store, ann: Member, project: Project, clock: Clock, tmp_path: Path
) -> None:
    wall = Wall(clock.now)
    witness = witness_of(store, wall)
    await witness.round()
    sizes = []
    for at in range(3):
        sizes.append(await export(store, project, tmp_path / f"{at}.zip"))
        await witness.round()
    assert wall.sizes == [BEGUN]
    await store.projects.open(ann, "More", guild_id="9")
    clock.pass_ms(GAP_MS)
    await witness.round()
    assert wall.sizes == [BEGUN, sizes[-1]]
    clock.pass_ms(GAP_MS)
    await witness.round()
    assert wall.sizes == [BEGUN, sizes[-1]]


async def test_a_hand_over_is_shown_after_the_restart(store: Store, project: Project, clock: Clock) -> None:
    wall = Wall(clock.now)
    await witness_of(store, wall).round()
    since = await rotate(store.ledger, store.config.keys_dir)
    clock.pass_ms(GAP_MS)
    await witness_of(store, wall).round()
    assert wall.sizes == [BEGUN, since]


async def test_several_channels_each_have_their_own(store: Store, project: Project) -> None:
    wall = Wall()
    await witness_of(store, wall, CHANNEL, "900000000000000002", CHANNEL).round()
    assert [channel for channel, _ in wall.shown] == [CHANNEL, "900000000000000002"]


async def test_after_a_restart_nothing_is_shown_twice(store: Store, project: Project) -> None:
    wall = Wall()
    for _ in range(3):
        await witness_of(store, wall).round()
    assert wall.asked == 1


async def test_a_post_that_could_not_be_recorded_is_found_again(
    store: Store, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    wall = Wall()
    witness = witness_of(store, wall)

    async def full(*_: object) -> None:
        raise StorageFull("full")

    with monkeypatch.context() as patched:
        patched.setattr(Posts, "record", full)
        with pytest.raises(StorageFull):
            await witness.round()
    await witness.round()
    assert (wall.asked, wall.sizes) == (2, [BEGUN])


async def test_a_post_that_fails_is_tried_again_less_and_less_often(
    store: Store, project: Project, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    wall = Wall(clock.now)
    witness = witness_of(store, wall)
    wall.mood = BoardAway("status 503")
    for _ in range(100):
        await witness.round()
        clock.pass_ms(60_000)
    assert 5 < wall.asked < 12
    wall.mood = None
    clock.pass_ms(DAY_MS)
    await witness.round()
    assert wall.sizes == [BEGUN]
    assert caplog.text.count("status 503") == wall.asked - 1


async def test_a_closed_channel_is_one_line_for_the_operator_and_stops_no_other(
    store: Store, project: Project, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    class HalfClosed(Wall):
        async def show(self, channel: str, checkpoint: Checkpoint) -> Shown:
            if channel == CHANNEL:
                raise BoardClosed("404 Unknown Channel")
            return await super().show(channel, checkpoint)

    wall = HalfClosed(clock.now)
    witness = witness_of(store, wall, CHANNEL, "900000000000000002")
    for _ in range(50):
        await witness.round()
        clock.pass_ms(600_000)
    errors = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(errors) == 1
    assert "evidence.witness_channels" in errors[0].getMessage()
    assert wall.sizes == [BEGUN]


# --- at the pocket server ------------------------------------------------------------------------


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[PocketServer]:
    server = PocketServer(tmp_path / "world")
    await server.start()
    point_at(f"{server.url}/api/v10", f"{server.url.replace('http', 'ws', 1)}/gateway/")
    yield server
    await server.stop()


@pytest.fixture
async def client(server: PocketServer) -> AsyncIterator[discord.Client]:
    intents = discord.Intents.none()
    intents.guilds = True
    client = discord.Client(intents=intents, guild_ready_timeout=0.05)
    ready = asyncio.Event()

    @client.event
    async def on_ready() -> None:
        ready.set()

    task = asyncio.create_task(client.start("pocket-test"))
    async with asyncio.timeout(10):
        await ready.wait()
    yield client
    await client.close()
    await asyncio.gather(task, return_exceptions=True)


async def test_what_a_member_copies_is_an_anchor(
    store: Store, project: Project, server: PocketServer, client: discord.Client, tmp_path: Path
) -> None:
    size = await export(store, project, tmp_path / "b.zip")
    witness = Witness(store.ledger, store.posts, WitnessBoard(client, Texts()), [WITNESS_CHANNEL_ID])
    await witness.round()
    (message,) = (m for m in server.world.messages.values() if m["channel_id"] == WITNESS_CHANNEL_ID)
    assert "Checkpoint of the log" in message["content"]
    assert "账本检查点" in message["content"]
    assert message["flags"] == discord.MessageFlags(suppress_notifications=True, suppress_embeds=True).value
    last = await store.posts.last(WITNESS_CHANNEL_ID)
    assert last is not None
    assert last.at_ms == (int(message["id"]) >> 22) + 1_420_070_400_000
    for copied in (message["content"], re.sub(r".*```\n(.*)\n```", r"\1", message["content"], flags=re.DOTALL)):
        report = verify_bundle(tmp_path / "b.zip", vkeys=[store.ledger.vkey], anchors=[unpasted(copied.encode())])
        assert report.verdict is Verdict.VERIFIED, render_report(report)
        assert ("anchors", Outcome.PASSED) in [(check.code, check.outcome) for check in report.checks]
    assert (await store.ledger.checkpoint(size)).note in message["content"]


async def test_a_post_that_is_there_is_found_and_not_repeated(
    store: Store, project: Project, server: PocketServer, client: discord.Client
) -> None:
    checkpoint = await store.ledger.checkpoint()
    first = await WitnessBoard(client, Texts()).show(WITNESS_CHANNEL_ID, checkpoint)
    server.world.nonces.clear()
    assert await WitnessBoard(client, Texts()).show(WITNESS_CHANNEL_ID, checkpoint) == first
    assert len(server.world.messages) == 1


async def test_a_community_speaks_its_own_language(
    store: Store, project: Project, server: PocketServer, client: discord.Client
) -> None:
    (guild,) = client.guilds
    guild.features.append("COMMUNITY")
    guild.preferred_locale = discord.Locale.chinese
    await WitnessBoard(client, Texts()).show(WITNESS_CHANNEL_ID, await store.ledger.checkpoint())
    (message,) = server.world.messages.values()
    assert message["content"].startswith("**账本检查点")
    assert "Checkpoint" not in message["content"]


@pytest.mark.parametrize(
    ("channel", "refusal", "error"),
    [
        ("900000000000000001", None, BoardClosed),
        (WITNESS_CHANNEL_ID, DiscordRefusal(403, 50013, "Missing Permissions"), BoardClosed),
        (WITNESS_CHANNEL_ID, DiscordRefusal(400, 50035, "Invalid Form Body"), BoardAway),
    ],
)
async def test_what_discord_refuses_is_told_apart(
    store: Store,
    server: PocketServer,
    client: discord.Client,
    monkeypatch: pytest.MonkeyPatch,
    channel: str,
    refusal: DiscordRefusal | None,
    error: type[BoardError],
) -> None:
    if refusal is not None:

        def refuse(*_: object, **__: object) -> None:
            raise refusal

        monkeypatch.setattr(server.world, "add_message", refuse)
    with pytest.raises(error):
        await WitnessBoard(client, Texts()).show(channel, await store.ledger.checkpoint())


async def test_the_bot_keeps_its_channel_from_its_start_to_its_end(
    store: Store, project: Project, server: PocketServer, tmp_path: Path
) -> None:
    async def ready() -> tuple[bool, str]:
        return True, "ready"

    texts = Texts()
    bot = ColophonBot(texts=texts, state_dir=tmp_path, status_line=ready, guild_ready_timeout_s=0.05)
    witness = Witness(store.ledger, store.posts, WitnessBoard(bot, texts), [WITNESS_CHANNEL_ID])
    bot.with_cogs([WitnessCog(witness)])
    running = asyncio.create_task(bot.start("pocket-test"))
    async with PocketMember(server.url, channel=WITNESS_CHANNEL_ID, patience_s=20) as member:
        await member.saying("Checkpoint of the log")
    await bot.close()
    await asyncio.gather(running, return_exceptions=True)
    assert witness._rounds._task is None
