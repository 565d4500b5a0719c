"""A block holds where and as long as it should: over a restart, past an erasure for a while, and then no more."""

import asyncio

import pytest

from storage.clock import now_ms
from storage.evidence.kinds import Kind
from storage.mandate import Mandate
from storage.members import Member
from storage.projects import Project
from storage.standing import AFTER_ERASURE_MS, Standing
from storage.store import StorageConfig, Store, open_store

GUILD, ELSEWHERE = "9", "8"
MO = Mandate(GUILD, "3003", "spam in #drafts")


def held(store: Store, member: Member, guild: str = GUILD) -> Standing | None:
    return store.standings.of(guild, member.platform, member.platform_user_id)


async def test_a_block_is_of_one_server_with_its_reason_and_act(store: Store, ann: Member) -> None:
    assert held(store, ann) is None
    receipt = await store.standings.block(ann, MO, None)
    assert held(store, ann) == Standing(GUILD, ann.id, None, "spam in #drafts", receipt.seq)
    assert held(store, ann, ELSEWHERE) is None
    assert store.standings.of(GUILD, "discord", "1002") is None
    (act,) = await store.moderation.acts(GUILD, before=None, limit=5)
    assert (act.act, act.reason, act.member, act.who) == ("block", "spam in #drafts", "1001", "3003")


async def test_the_member_is_told_once_of_each_act(store: Store, ann: Member) -> None:
    await store.standings.block(ann, MO, None)
    await store.standings.unblock(ann, Mandate(GUILD, "3003", "they said sorry"))
    blocked, lifted = await store.notices.due()
    assert (blocked.user_id, blocked.act, blocked.kind) == ("1001", "block", Kind.MODERATION_ACTED)
    assert (lifted.act, lifted.scope["reason"]) == ("unblock", "they said sorry")


async def test_whoever_has_erased_themselves_is_told_nothing_more(store: Store, ann: Member) -> None:
    await store.standings.block(ann, MO, None)
    await store.privacy.forget(ann)
    assert await store.notices.due() == []
    assert await store.notices.next_due() is None


async def test_a_lifted_block_is_lifted_and_one_that_is_not_there_is_no_act(store: Store, ann: Member) -> None:
    assert await store.standings.unblock(ann, MO) is None
    await store.standings.block(ann, MO, None)
    assert await store.standings.unblock(ann, MO) is not None
    assert held(store, ann) is None
    assert len(await store.moderation.acts(GUILD, before=None, limit=5)) == 2


async def test_a_suspension_ends_by_itself(store: Store, ann: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    end = now_ms() + 60_000
    await store.standings.block(ann, MO, end)
    monkeypatch.setattr("storage.standing.now_ms", lambda: end - 1)
    assert held(store, ann) is not None and await store.standings.at_work(ann, GUILD) is not None
    monkeypatch.setattr("storage.standing.now_ms", lambda: end)
    assert held(store, ann) is None and await store.standings.at_work(ann, GUILD) is None


async def test_the_last_word_counts(store: Store, ann: Member) -> None:
    await store.standings.block(ann, MO, None)
    until = now_ms() + 60_000
    receipt = await store.standings.block(ann, Mandate(GUILD, "3003", "a day is enough"), until)
    assert held(store, ann) == Standing(GUILD, ann.id, until, "a day is enough", receipt.seq)


async def test_a_block_survives_a_restart_and_what_has_ended_is_forgotten(config: StorageConfig) -> None:
    store = await open_store(config, init=True)
    ann, bo = [await store.members.meet("discord", number, "") for number in ("1001", "1002")]
    await store.standings.block(ann, MO, None)
    await store.standings.block(bo, MO, now_ms() + 20)
    await store.close()
    await asyncio.sleep(0.03)
    again = await open_store(config)
    standing = held(again, ann)
    assert standing is not None and (standing.reason, standing.member) == ("spam in #drafts", ann.id)
    assert (again.standings.here(GUILD), again.standings.here(ELSEWHERE)) == ([standing], [])
    assert await people(again) == 1
    await again.close()


async def people(store: Store) -> int:
    async with store.database.read() as connection:
        return int((await connection.exec_driver_sql("SELECT count(*) FROM standings")).scalar_one())


async def test_in_a_direct_message_the_server_of_the_work_counts(store: Store, ann: Member, project: Project) -> None:
    await store.standings.block(ann, MO, None)
    assert await store.standings.at_work(ann, None) is not None
    await store.projects.open(ann, "Elsewhere", guild_id=ELSEWHERE)
    assert await store.standings.at_work(ann, None) is None
    assert await store.standings.at_work(ann, GUILD) is not None


async def test_to_erase_oneself_lifts_no_block_but_gives_it_an_end(store: Store, ann: Member) -> None:
    await store.standings.block(ann, MO, None)
    await store.standings.block(ann, Mandate(ELSEWHERE, "3003", "once"), now_ms() + 60_000)
    await store.privacy.forget(ann)
    back = await store.members.meet("discord", "1001", "Ann again")
    assert back.id != ann.id
    kept = held(store, back)
    assert kept is not None and kept.until_ms is not None
    assert now_ms() + AFTER_ERASURE_MS - kept.until_ms < 60_000
    shorter = held(store, back, ELSEWHERE)
    assert shorter is not None and shorter.until_ms is not None and shorter.until_ms < now_ms() + 61_000


@pytest.mark.parametrize("name", ["1001", "discord:1001"])
async def test_nothing_on_the_disk_names_a_blocked_account(store: Store, ann: Member, name: str) -> None:
    await store.standings.block(ann, MO, None)
    async with store.database.read() as connection:
        rows = (await connection.exec_driver_sql("SELECT person FROM standings")).all()
    assert [name in row.person for row in rows] == [False]
    assert store.subject_keys.hidden("discord:1001") == rows[0].person
