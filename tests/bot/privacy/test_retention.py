"""The rules of retention: the operator's for all, a server's for what began there, and nothing before its notice."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.privacy.retention import Retention
from storage.clock import now_ms
from storage.mandate import Mandate
from storage.members import Member
from storage.servers import ServerSettings
from storage.store import StorageConfig, Store, open_store

MO = Mandate("9", "3003", "we promised it to our members")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(StorageConfig(tmp_path / "data"), init=True)
    yield opened
    await opened.close()


@pytest.fixture
async def ann(store: Store) -> Member:
    return await store.members.meet("discord", "1001", "Ann")


def after(days: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the rules be applied so many days from now."""
    then = now_ms() + timedelta(days=days) // timedelta(milliseconds=1)
    monkeypatch.setattr("bot.privacy.retention.now_ms", lambda: then)


async def titles(store: Store, member: Member) -> list[str]:
    return [project.title for project in await store.projects.list(member)]


async def test_a_server_decides_over_what_began_there(
    store: Store, ann: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.projects.open(ann, "here", guild_id="9")
    await store.projects.open(ann, "there", guild_id="8")
    notice_ms = now_ms() + timedelta(days=14) // timedelta(milliseconds=1)
    await store.servers.set(MO, "keep_days", ServerSettings(keep_days=30, keep_from_ms=notice_ms))
    retention = Retention(store.privacy, 90, store.servers.keeping)
    after(29, monkeypatch)
    assert await retention.apply() == 0
    after(31, monkeypatch)
    assert await retention.apply() == 1
    assert await titles(store, ann) == ["", "there"]
    after(91, monkeypatch)
    await retention.apply()
    assert await titles(store, ann) == ["", ""]


async def test_before_its_notice_has_passed_a_rule_erases_nothing(
    store: Store, ann: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.projects.open(ann, "here", guild_id="9")
    notice_ms = now_ms() + timedelta(days=41) // timedelta(milliseconds=1)
    await store.servers.set(MO, "keep_days", ServerSettings(keep_days=30, keep_from_ms=notice_ms))
    retention = Retention(store.privacy, None, store.servers.keeping)
    after(40, monkeypatch)
    assert await retention.apply() == 0
    after(42, monkeypatch)
    assert await retention.apply() == 1


async def test_without_a_rule_nothing_goes(store: Store, ann: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    await store.projects.open(ann, "here", guild_id="9")
    after(9999, monkeypatch)
    assert await Retention(store.privacy, None, store.servers.keeping).apply() == 0
