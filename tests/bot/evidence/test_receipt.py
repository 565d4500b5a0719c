"""`/evidence receipt`: here or as a direct message, at the pocket server with the unchanged client."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.chat.client import ColophonBot, point_at
from bot.chat.texts import Texts
from bot.evidence.checking import Checker
from bot.evidence.commands import EvidenceCog
from bot.evidence.timelapse import Timelapse
from bot.members.commands import PLATFORM, Consent
from bot.pocket.errors import DiscordRefusal
from bot.pocket.server import PocketServer
from storage.evidence.certificates import signing_identity
from storage.evidence.credentials import Credentials
from storage.evidence.verify import Verdict, verify_receipt
from storage.store import StorageConfig, Store, open_store
from tests.bot.pocket_member import ANN, BO, PocketMember


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(StorageConfig(tmp_path / "data"), init=True)
    yield opened
    await opened.close()


@pytest.fixture
async def server(store: Store, tmp_path: Path) -> AsyncIterator[PocketServer]:
    """Return a pocket server with a bot that knows `/evidence`."""

    async def ready() -> tuple[bool, str]:
        return True, "ready"

    server = PocketServer(tmp_path / "world")
    await server.start()
    point_at(f"{server.url}/api/v10", f"{server.url.replace('http', 'ws', 1)}/gateway/")
    texts = Texts()
    bot = ColophonBot(texts=texts, state_dir=tmp_path, status_line=ready, guild_ready_timeout_s=0.05)
    consent = Consent(store, texts)
    timelapse = Timelapse(store, Credentials(signing_identity(store.config.keys_dir, store.ledger.origin)))
    checker = Checker(store, b"")
    bot.with_cogs([EvidenceCog(store=store, texts=texts, consent=consent, checker=checker, timelapse=timelapse)])
    running = asyncio.create_task(bot.start("pocket-test"))
    yield server
    await bot.close()
    await asyncio.gather(running, return_exceptions=True)
    await server.stop()


@pytest.fixture
async def number(store: Store) -> int:
    """Return the number of an act of Ann's."""
    ann = await store.members.meet(PLATFORM, ANN, "Ann")
    project, _ = await store.projects.open(ann, "Boats", guild_id=None)
    return project.opened_seq


@pytest.fixture
async def ann(server: PocketServer) -> AsyncIterator[PocketMember]:
    async with PocketMember(server.url, patience_s=20) as member:
        await member.bot_ready()
        yield member


def direct_messages(server: PocketServer, member: str) -> list[dict[str, Any]]:
    channel = server.world.direct(member)["id"]
    return [message for message in server.world.messages.values() if message["channel_id"] == channel]


async def checked(store: Store, member: PocketMember, message: dict[str, Any]) -> None:
    """Check the receipt that hangs on a message, alone."""
    (attachment,) = message["attachments"]
    report = verify_receipt(await member.download(attachment), vkeys=[store.ledger.vkey])
    assert report.verdict is Verdict.VERIFIED
    assert store.ledger.vkey in message["content"]


async def test_a_receipt_comes_here_unless_it_is_wanted_elsewhere(
    store: Store, server: PocketServer, ann: PocketMember, number: int
) -> None:
    await checked(store, ann, await ann.answer(await ann.command("evidence", "receipt", number=number)))
    assert direct_messages(server, ANN) == []


async def test_a_receipt_goes_into_a_direct_message(
    store: Store, server: PocketServer, ann: PocketMember, number: int
) -> None:
    answer = await ann.answer(await ann.command("evidence", "receipt", number=number, send="dm"))
    assert "in your direct messages" in answer["content"]
    assert not answer["attachments"]
    (message,) = direct_messages(server, ANN)
    await checked(store, ann, message)


async def test_where_direct_messages_are_closed_it_comes_here_and_says_so(
    store: Store, server: PocketServer, ann: PocketMember, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(_: str) -> None:
        raise DiscordRefusal(403, 50007, "Cannot send messages to this user")

    monkeypatch.setattr(server.world, "direct", closed)
    answer = await ann.answer(await ann.command("evidence", "receipt", number=number, send="dm"))
    assert "No direct message could reach you" in answer["content"]
    await checked(store, ann, answer)


async def test_another_members_act_has_no_receipt_for_me(server: PocketServer, ann: PocketMember, number: int) -> None:
    async with PocketMember(server.url, BO, patience_s=20) as bo:
        answer = await bo.answer(await bo.command("evidence", "receipt", number=number, send="dm"))
        assert "no receipt" in answer["content"]
    assert direct_messages(server, BO) == []
