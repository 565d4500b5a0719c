"""The whole bot in this process, at a pocket server that can be disturbed, with servers that draw and speak at once."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import count
from pathlib import Path
from typing import Any, Final, cast

from bot.app import build, favour_the_loop
from bot.chat.client import ColophonBot
from bot.jobs.dispatcher import Dispatcher
from bot.pocket.world import GUILD_ID, PEOPLE, TOKEN_LIFE_S, Interaction, Person
from bot.settings import DiscordSettings, DraftsSettings, LanguageSettings, Settings, StorageSettings
from models.drafts.app import create_app
from models.drafts.order import Operation
from storage.jobs import Job
from storage.mandate import Mandate
from storage.members import Member
from storage.store import Store
from tests.bot.pocket_member import GENERAL, Json, PocketMember
from tests.models.drafts.fake_engine import OFFER, FakeEngine
from tests.models.fake_images import serve_app
from tests.models.fake_language import KEY, FakeLanguage, serve_fake, speaks_and_writes
from tests.pocket.disturbed import DisturbedPocket

# Ignored by git: the index of the facts is kept here between runs, which is most of what a start takes.
CACHE: Final = Path(__file__).resolve().parents[2] / "build" / "cache" / "facts"
TALKER: Final = "stage/talker"
"""A language model that the catalogue does not know: it may talk, and not write answers about law."""
LOCALES: Final = ("en-US", "zh-CN")
# What the client says when a connection is taken from it; it is taken on purpose here.
_EXPECTED: Final = ("Attempting a reconnect",)


class Role(Enum):
    """Who uses a command."""

    AUTHOR = "author"
    OTHER = "member"
    MODERATOR = "moderator"
    UNCONSENTED = "un-consented"
    BLOCKED = "blocked"


def _people() -> dict[tuple[Role, str], Person]:
    """Make a person of each role for each language, so that all of them can act at once."""
    likes = {Role.AUTHOR: 0, Role.OTHER: 1, Role.MODERATOR: 2, Role.UNCONSENTED: 1, Role.BLOCKED: 1}
    return {
        (role, locale): Person(str(1100000000000000200 + i), f"{role.name.title()}-{locale}", role.value, like, "#000")
        for i, (role, locale, like) in enumerate(
            (role, locale, PEOPLE[likes[role]].permissions) for role in Role for locale in LOCALES
        )
    }


CAST: Final = _people()
MANDATE: Final = Mandate(GUILD_ID, CAST[Role.MODERATOR, "en-US"].id, "#1234")


class ErrorsLogged(logging.Handler):
    """Keeps what a bot that works never logs."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record, with its traceback."""
        if not record.getMessage().startswith(_EXPECTED):
            self.found.append(logging.Formatter("%(name)s: %(message)s").format(record))


@dataclass(slots=True)
class Stage:
    """Everything that is on it."""

    folder: Path
    pocket: DisturbedPocket
    errors: ErrorsLogged = field(default_factory=ErrorsLogged)
    engine: FakeEngine = field(
        default_factory=lambda: FakeEngine(offers=(replace(OFFER, operations=tuple(Operation)),))
    )
    language: FakeLanguage = field(default_factory=FakeLanguage)
    bot: ColophonBot = field(init=False)
    store: Store = field(init=False)
    _bot_stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _numbers: Iterator[int] = field(default_factory=count)

    @property
    def url(self) -> str:
        """Return the page's address."""
        return self.pocket.url

    async def start_bot(self) -> None:
        """Start the bot and wait until it has come online."""
        self.bot = await self._bot_stack.enter_async_context(build(self._settings(), init=True))
        favour_the_loop()
        running = asyncio.create_task(self.bot.start("pocket-test"), name="bot")

        async def stop() -> None:
            await self.bot.close()
            await asyncio.gather(running, return_exceptions=True)

        self._bot_stack.push_async_callback(stop)
        async with asyncio.timeout(30):
            await self.bot.wait_until_ready()
        self.store = cast(Any, self.bot.get_cog("project"))._store

    @property
    def heard(self) -> int:
        """Return the number of the last event that the bot has taken in."""
        return self.bot.ws.sequence or 0

    async def stop_bot(self) -> None:
        """Stop the bot as the launcher would."""
        await self._bot_stack.aclose()

    def calm(self) -> None:
        """End every disturbance."""
        self.pocket.faults.share = 0.0
        self.pocket.faults.down = False
        self.pocket.faults.planned.clear()
        self.pocket.gateway.twice_share = 0.0
        self.pocket.world.token_life_s = TOKEN_LIFE_S
        self.engine.hold = self.engine.fail_with = None
        self.engine.holding.clear()

    def held_token(self) -> str:
        """Return a token of an interaction that is over, for which no job begins: it has to be cancelled."""
        dispatcher: Dispatcher[Job] = cast(Any, self.bot.get_cog("draft")).acts._cancelling._dispatcher
        token = f"held-{next(self._numbers)}"
        self._bot_stack.enter_context(dispatcher.held(token))
        return token

    def take_wrongs(self) -> list[str]:
        """Return all that was seen since the last time and must not be."""
        said, logged = self.pocket.watch.found, self.errors.found
        wrongs = [*said, *logged]
        said.clear()
        logged.clear()
        return wrongs

    def member(self, role: Role, locale: str = "en-US", channel: str = GENERAL) -> PocketMember:
        """Return somebody at the page; open them with `async with`."""
        return PocketMember(self.url, CAST[role, locale].id, locale=locale, channel=channel, patience_s=20)

    async def block(self, locale: str) -> None:
        """Let a moderator block those who are blocked."""
        await self.store.standings.block(await self._blocked(locale), MANDATE, None)

    async def unblock(self, locale: str) -> None:
        """Let them get ready."""
        await self.store.standings.unblock(await self._blocked(locale), MANDATE)

    async def _blocked(self, locale: str) -> Member:
        person = CAST[Role.BLOCKED, locale]
        return await self.store.members.meet("discord", person.id, person.name)

    def interaction(self, nonce: str) -> Interaction:
        """Return what a member's use of something became at Discord; the newest, as nonces begin anew."""
        return next(i for i in reversed(self.pocket.world.interactions.values()) if i.nonce == nonce)

    async def all_delivered(self) -> None:
        """Wait until no job is under way."""
        jobs = "SELECT count(*) FROM jobs WHERE state IN ('queued', 'running', 'made')"
        texts = "SELECT count(*) FROM text_drafts WHERE state IN ('open', 'made')"
        async with asyncio.timeout(40):
            while await self._count(jobs) or await self._count(texts):  # noqa: ASYNC110 - rows of a database
                await asyncio.sleep(0.05)

    async def _count(self, query: str) -> int:
        async with self.store.database.read() as connection:
            return int((await connection.exec_driver_sql(query)).scalar_one())

    async def recorded(self, interaction_id: str) -> Counter[str]:
        """Return the kinds of events that name an interaction as the act they come from."""
        return Counter(kind for kind, act, _ in await self.acts() if act == interaction_id)

    async def acts(self, first: int = 0) -> list[tuple[str, str, str]]:
        """Return the kind of every event from a number on, the interaction it names, and its project."""
        size = await self.store.ledger.size()
        told = await self.store.ledger.disclosed_many(range(first, size))
        query = "SELECT seq, type, project FROM evidence_event WHERE seq >= ? AND seq < ?"
        async with self.store.database.read() as connection:
            rows: Any = (await connection.exec_driver_sql(query, (first, size))).all()
        acts = {seq: cast(Json, fields.get("discord") or {}).get("interaction", "") for seq, fields in told.items()}
        return [(row.type, acts.get(row.seq, ""), row.project) for row in rows]

    async def number_of(self, brief: str) -> int:
        """Return the number of a brief with these words; raise StopIteration where there is none."""
        told = await self.store.ledger.disclosed_many(range(await self.store.ledger.size()))
        return next(seq for seq, fields in told.items() if fields.get("prompt") == brief)

    def _settings(self) -> Settings:
        return Settings(
            discord=DiscordSettings(
                token=cast(Any, "pocket-test"),
                api=f"{self.url}/api/v10",
                gateway=f"{self.url.replace('http', 'ws', 1)}/gateway/",
            ),
            drafts=DraftsSettings(url=f"unix:{self.folder / 'drafts'}", key=cast(Any, KEY)),
            language=LanguageSettings(url=f"unix:{self.folder / 'language'}", key=cast(Any, KEY), model=TALKER),
            storage=StorageSettings(data=self.folder / "data"),
        )


Servers = Callable[["Stage"], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def in_this_process(stage: Stage) -> AsyncIterator[None]:
    """Let a drafts server and a language server run for a stage."""
    async with (
        serve_fake(stage.folder / "language") as stage.language,
        serve_app(create_app(lambda: stage.engine, KEY), stage.folder / "drafts"),
    ):
        stage.language.writes = speaks_and_writes
        yield


@asynccontextmanager
async def open_stage(folder: Path, servers: Servers = in_this_process) -> AsyncIterator[Stage]:
    """Set the stage, and clear it: what was logged as an error, or said against the rules, is for the tests to see."""
    CACHE.mkdir(parents=True, exist_ok=True)
    (folder / "data").mkdir(exist_ok=True)
    (folder / "data" / "cache").symlink_to(CACHE)
    stage = Stage(folder, DisturbedPocket(folder / "pocket", people=tuple(CAST.values())))
    logging.getLogger().addHandler(stage.errors)
    async with AsyncExitStack() as stack:
        stack.callback(logging.getLogger().removeHandler, stage.errors)
        await stage.pocket.start()
        stack.push_async_callback(stage.pocket.stop)
        await stack.enter_async_context(servers(stage))
        stack.push_async_callback(stage.stop_bot)
        await stage.start_bot()
        yield stage
