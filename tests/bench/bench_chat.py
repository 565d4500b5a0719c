"""Measure the chat face with 300 members who press at the same moment.

    python -m tests.bench.bench_chat [--members 300]

Three crowds, one after the other: all of them draft, all of them choose a candidate, all of them ask. The bot runs in a
process of its own, so that the lag of its loop is its own; the pocket server, the crowd and a slow drafts server share
another one. A stall counts for every moment that it lasts, not once. Writes build/bench/chat.json.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

import aiohttp
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.app import build, favour_the_loop
from bot.pocket import page_api
from bot.pocket.gateway import Gateway
from bot.pocket.server import PocketServer
from bot.pocket.world import PEOPLE, Person, World
from bot.settings import DiscordSettings, DraftsSettings, LanguageSettings, Settings, StorageSettings
from models.drafts.app import create_app
from storage.acts import Act
from storage.drafts import BriefParams, NewBrief, NewCandidate
from storage.jobs import Delivery
from storage.store import StorageConfig, Store, open_store
from tests.bench.report import Figure, report
from tests.bot.pocket_member import GENERAL, LOADING, Json
from tests.models.drafts.fake_engine import FakeDrawing, FakeEngine, FakePlan, encoded
from tests.models.fake_images import serve_app
from tests.models.fake_language import KEY, serve_fake

MEMBERS: Final = 300
PROBE_S: Final = 0.005
STEP_S: Final = 0.3
QUESTION: Final = "Can an AI be the author of a picture in the US?"


# --- the bot's process ---------------------------------------------------------------------------


class LagProbe:
    """Asks the loop to wake it every few milliseconds, and notes how late it does."""

    def __init__(self) -> None:
        self.late_s: list[float] = []

    async def run(self) -> None:
        """Probe until cancelled."""
        due = time.perf_counter() + PROBE_S
        while True:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            now = time.perf_counter()
            # Whoever had come at any moment of a stall would have waited for the rest of it.
            while due <= now:
                self.late_s.append(now - due)
                due += PROBE_S

    def take(self) -> list[float]:
        """Return what was noted since the last time."""
        taken, self.late_s = self.late_s, []
        return taken


async def run_bot(url: str, folder: Path) -> None:
    """Run the bot; on each line from the parent, tell it the lag since the line before."""
    probe, lines = LagProbe(), asyncio.StreamReader()
    async with build(_settings(url, folder), init=False) as bot:
        favour_the_loop()
        running = asyncio.create_task(bot.start("pocket-bench"))
        await bot.wait_until_ready()
        protocol = asyncio.StreamReaderProtocol(lines)
        await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
        probing = asyncio.create_task(probe.run())
        while await lines.readline():
            print(json.dumps(probe.take()), flush=True)
        probing.cancel()
        await bot.close()
        await asyncio.gather(running, probing, return_exceptions=True)


def _settings(url: str, folder: Path) -> Settings:
    return Settings(
        discord=DiscordSettings(
            token=cast(Any, "pocket-bench"), api=f"{url}/api/v10", gateway=f"{url.replace('http', 'ws', 1)}/gateway/"
        ),
        drafts=DraftsSettings(url=f"unix:{folder / 'drafts'}", key=cast(Any, KEY)),
        language=LanguageSettings(url=f"unix:{folder / 'language'}", key=cast(Any, KEY)),
        storage=StorageSettings(data=folder / "data"),
    )


# --- everything around it ------------------------------------------------------------------------


class SlowEngine(FakeEngine):
    """Draws like a model on a small card: four steps, a second and a bit for each draft."""

    def plan(self, order: Any, model: str | None = None) -> "SlowPlan":
        return SlowPlan(self, super().plan(order, model).order)


class SlowPlan(FakePlan):
    """A draft that takes its time."""

    def start(self, listener: Any) -> FakeDrawing:
        drawing = SlowDrawing(self.engine, self.order, listener)
        drawing.thread.start()
        return drawing


class SlowDrawing(FakeDrawing):
    """Sleeps at each step."""

    def check(self) -> None:
        time.sleep(STEP_S)
        super().check()


class HeldGateway(Gateway):
    """Keeps interactions back until the whole crowd has pressed."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.held: list[Json] = []

    def dispatch(self, event: str, data: Json) -> None:
        """Send an event, or keep it."""
        if event == "INTERACTION_CREATE":
            self.held.append(data)
        else:
            super().dispatch(event, data)

    def release(self) -> list[str]:
        """Let all of them go at once; return their tokens."""
        held, self.held = self.held, []
        for data in held:
            super().dispatch("INTERACTION_CREATE", data)
        return [data["token"] for data in held]


@dataclass(slots=True)
class Crowd:
    """The members, and when each of them was answered."""

    server: PocketServer
    gateway: HeldGateway
    http: aiohttp.ClientSession
    acked_s: dict[str, float] = field(default_factory=dict)

    @web.middleware
    async def watch(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Note when a first answer has arrived."""
        response = await handler(request)
        if request.path.endswith("/callback") and response.status < 300:
            self.acked_s[request.match_info["token"]] = time.perf_counter()
        return response

    async def press(self, bodies: Sequence[Json]) -> tuple[list[float], list[str]]:
        """Let everybody do something at the same moment; return how long each acknowledgement took."""
        await asyncio.gather(*map(self._pressed, self.server.world.people, bodies))
        began = time.perf_counter()
        tokens = self.gateway.release()
        async with asyncio.timeout(60):
            while not all(token in self.acked_s for token in tokens):  # noqa: ASYNC110 - noted by the middleware
                await asyncio.sleep(0.01)
        return [self.acked_s[token] - began for token in tokens], tokens

    async def _pressed(self, person: str, body: Json) -> None:
        query = {"member": person, "locale": "en-US"}
        whole = {"channel_id": GENERAL, "nonce": person, **body}
        async with self.http.post(f"{self.server.url}/pocket/interactions", params=query, json=whole) as answer:
            assert answer.status == 202, await answer.text()

    async def settled(self, tokens: Sequence[str]) -> None:
        """Wait until nobody's answer says "thinking" any more."""
        world = self.server.world
        originals = [world.interactions[token].original_id for token in tokens]
        async with asyncio.timeout(120):
            while any(world.messages[id_]["flags"] & LOADING for id_ in originals if id_):  # noqa: ASYNC110
                await asyncio.sleep(0.02)


async def prepare(folder: Path, people: Sequence[Person]) -> list[str]:
    """Put a finished draft of everybody on record; return their ids."""
    store = await open_store(StorageConfig(folder / "data"), init=True)
    picture = await store.media.put_picture(encoded("red", 64, "PNG"), "image/png")
    drafts = []
    for person in people:
        member = await store.privacy.agree(await store.members.meet("discord", person.id, person.name), [])
        project, _ = await store.projects.open(member, "Boats", guild_id=None)
        delivery = Delivery(channel_id=GENERAL, user_id=person.id, locale="en-US")
        brief, act = NewBrief("a boat", "", BriefParams("draft", (7, 8))), Act(person.id, GENERAL, None)
        submitted = await store.drafts.submit(member, project, brief, act, delivery)
        drafts.append(submitted.draft_id)
        await finish(store, picture)
    await store.close()
    return drafts


async def finish(store: Store, picture: Any) -> None:
    """Play the worker that draws and delivers the newest draft."""
    job = await store.jobs.lease("bench", 60_000)
    assert job is not None
    await store.drafts.made(job, [NewCandidate(7, picture), NewCandidate(8, picture)], {"model": "m"}, 12)
    await store.jobs.delivered(job)


@asynccontextmanager
async def bot_process(url: str, folder: Path) -> AsyncIterator["subprocess.Popen[str]"]:
    """Run the bot in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.bench_chat", "--bot", url, str(folder)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: ASYNC220
    try:
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await asyncio.to_thread(process.wait, 30)


async def lag_of(process: "subprocess.Popen[str]") -> list[float]:
    """Ask the bot for the lag of its loop since the last time."""
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write("lag\n")
    process.stdin.flush()
    late: list[float] = json.loads(await asyncio.to_thread(process.stdout.readline))
    return late


def cards(world: World, drafts: Sequence[str]) -> list[Json]:
    """Show everybody's card in the channel, as the bot would have; return the presses on it."""
    presses = []
    for draft in drafts:
        button = {"type": 2, "style": 1, "label": "①", "custom_id": f"draft:{draft}:choose:1", "id": 2}
        row = {"type": 1, "id": 1, "components": [button]}
        message = world.add_message(GENERAL, _BOT, {"components": [row]})
        data = {"component_type": 2, "custom_id": button["custom_id"]}
        presses.append({"type": 3, "message_id": message["id"], "data": data})
    return presses


_BOT: Final = {"id": "1100000000000000001", "username": "colophon", "discriminator": "0", "avatar": None, "bot": True}


def command(world: World, name: str, **options: Any) -> Json:
    """Return the use of a slash command."""
    id_ = next(c["id"] for c in world.commands if c["name"] == name)
    types = {str: 3, int: 4}
    given = [{"type": types[type(value)], "name": key, "value": value} for key, value in options.items()]
    return {"type": 2, "data": {"id": id_, "name": name, "type": 1, "options": given}}


async def measure(folder: Path, count: int) -> list[Figure]:
    """Let the crowds press, and take the figures."""
    # The pocket counts from the press; here everybody has pressed before anybody is heard.
    page_api.ANSWER_WITHIN_S = 60.0
    permissions = PEOPLE[0].permissions
    people = [Person(str(1100000000000001000 + i), f"M{i}", "member", permissions, "#000") for i in range(count)]
    drafts = await prepare(folder, people)
    gateways: list[HeldGateway] = []

    def gateway(world: World) -> Gateway:
        gateways.append(HeldGateway(world))
        return gateways[0]

    middlewares: list[Any] = []
    server = PocketServer(folder / "pocket", people=people, middlewares=middlewares, gateway=gateway)
    figures: list[Figure] = []
    acks: list[float] = []
    lags: list[float] = []
    async with (
        aiohttp.ClientSession() as http,
        serve_fake(folder / "language"),
        serve_app(create_app(SlowEngine, KEY), folder / "drafts"),
    ):
        crowd = Crowd(server, gateways[0], http)
        middlewares.append(crowd.watch)
        await server.start()
        async with bot_process(server.url, folder) as bot:
            async with asyncio.timeout(60):
                while server.world.presence["status"] != "online":  # noqa: ASYNC110 - it is only a word there
                    await asyncio.sleep(0.05)
            bodies = {
                "draft": [command(server.world, "draft", brief=f"boat {i}", count=2) for i in range(count)],
                "choose": cards(server.world, drafts),
                "ask": [command(server.world, "ask", question=QUESTION)] * count,
            }
            for name, presses in bodies.items():
                await asyncio.sleep(1.0)
                await lag_of(bot)
                acked, tokens = await crowd.press(presses)
                began = time.perf_counter()
                await crowd.settled(tokens)
                took, late = time.perf_counter() - began, await lag_of(bot)
                figures += [
                    Figure(f"{name}: ack_p50_ms", _at(acked, 0.5), "ms", ""),
                    Figure(f"{name}: ack_p99_ms", _at(acked, 0.99), "ms", "< 500"),
                    Figure(f"{name}: loop_lag_p99_ms", _at(late, 0.99), "ms", "< 50, until all are answered"),
                    Figure(f"{name}: loop_lag_max_ms", max(late) * 1000, "ms", ""),
                    Figure(f"{name}: all answered after", took + max(acked), "s", ""),
                ]
                acks += acked
                lags += late
        await server.stop()
    figures.append(Figure("ack_p99_ms", _at(acks, 0.99), "ms", f"< 500, {count} members at once"))
    figures.append(Figure("loop_lag_p99_ms", _at(lags, 0.99), "ms", f"< 50, {count} members at once"))
    return figures


def _at(seconds: Sequence[float], share: float) -> float:
    return sorted(seconds)[min(len(seconds) - 1, int(len(seconds) * share))] * 1000


def main() -> None:
    """Measure, and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=MEMBERS)
    parser.add_argument("--bot", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.bot:
        asyncio.run(run_bot(given.bot[0], Path(given.bot[1])))
        return
    with tempfile.TemporaryDirectory() as folder:
        report("chat", "The chat face", asyncio.run(measure(Path(folder), given.members)))


if __name__ == "__main__":
    main()
