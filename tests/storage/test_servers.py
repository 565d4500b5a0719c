"""The rules of a server: what is in force is what was last recorded, also after a restart."""

import asyncio
from dataclasses import replace

import pytest

from storage.clock import now_ms
from storage.drafts import BriefParams, NewBrief
from storage.errors import StateConflict
from storage.jobs import Delivery
from storage.mandate import Mandate
from storage.members import Member
from storage.projects import Project
from storage.servers import EVERYONE, Limit, ServerSettings, of_member, of_role
from storage.store import StorageConfig, Store, open_store
from storage.usage import Used
from tests.storage.test_drafts import ACT, DELIVERY, make, submit

GUILD, ELSEWHERE = "9", "8"
MO = Mandate(GUILD, "3003", "too many drafts")


async def test_everything_is_there_again_after_a_restart(config: StorageConfig) -> None:
    store = await open_store(config, init=True)
    servers = store.servers
    await servers.set(MO, "channels", ServerSettings(channels=("22", "23")))
    await servers.set(MO, "keep_days", ServerSettings(keep_days=90, keep_from_ms=5))
    await servers.set(MO, "age_restricted", ServerSettings(age_restricted=False))
    await servers.limit(MO, EVERYONE, {Limit.DAY: 5, Limit.QUEUE: 2})
    await servers.limit(MO, of_role(77), {Limit.DAY: 50})
    await servers.limit(MO, EVERYONE, {Limit.QUEUE: None})
    await servers.add_term(MO, "zyzzyva")
    await servers.add_term(MO, "acme")
    await servers.remove_term(MO, "zyzzyva")
    before = servers.of(GUILD)
    assert before.settings == ServerSettings(channels=("22", "23"), keep_days=90, keep_from_ms=5, age_restricted=False)
    assert before.limits == {(EVERYONE, Limit.DAY): 5, ("role:77", Limit.DAY): 50}
    assert before.terms == ("acme",)
    await store.close()
    again = await open_store(config)
    assert again.servers.of(GUILD) == before
    assert again.servers.of(ELSEWHERE) == again.servers.of(None)
    acts = await again.moderation.acts(GUILD, before=None, limit=20)
    assert [act.act for act in acts[:3]] == ["term-removed", "term-added", "term-added"]
    assert acts[-1].scope["before"] == [] and acts[-1].scope["value"] == ["22", "23"]
    await again.close()


async def test_what_is_so_already_is_no_act(store: Store) -> None:
    size = await store.ledger.size()
    with pytest.raises(StateConflict):
        await store.servers.set(MO, "channels", ServerSettings())
    with pytest.raises(StateConflict):
        await store.servers.remove_term(MO, "acme")
    assert await store.ledger.size() == size


async def test_two_changes_at_once_both_hold(store: Store) -> None:
    await asyncio.gather(
        store.servers.set(MO, "showcase_channel", ServerSettings(showcase_channel="1")),
        store.servers.set(MO, "witness_channel", ServerSettings(witness_channel="2")),
        store.servers.add_term(MO, "acme"),
        store.servers.add_term(MO, "other"),
        store.servers.limit(MO, EVERYONE, {Limit.DAY: 5}),
    )
    server = store.servers.of(GUILD)
    assert (server.settings.showcase_channel, server.settings.witness_channel) == ("1", "2")
    assert server.terms == ("acme", "other") and len(server.limits) == 1
    assert store.servers.witness_channels() == ["2"]


async def test_a_rule_of_retention_holds_only_after_its_notice(store: Store) -> None:
    await store.servers.set(MO, "keep_days", ServerSettings(keep_days=90, keep_from_ms=1000))
    assert (store.servers.keeping(999), store.servers.keeping(1000)) == ({}, {GUILD: 90})


async def test_a_member_is_told_of_their_own_limit_which_goes_with_an_erasure(store: Store, ann: Member) -> None:
    await store.servers.limit(MO, of_member(ann.id), {Limit.DAY: 3}, ann)
    await store.servers.limit(MO, EVERYONE, {Limit.DAY: 5})
    (notice,) = await store.notices.due()
    assert (notice.act, notice.scope["limits"]) == ("limits", {"day": 3})
    await store.privacy.forget(ann)
    assert store.servers.of(GUILD).limits == {(EVERYONE, Limit.DAY): 5}


async def test_drafts_count_where_they_were_asked_for(store: Store, ann: Member, project: Project) -> None:
    here, there = replace(DELIVERY, guild_id=GUILD), replace(DELIVERY, guild_id=ELSEWHERE)
    await ask(store, ann, project, here)
    await ask(store, ann, project, there)
    await submit(store, ann, project)  # in a direct message; the project began here
    assert await counted(store, ann, GUILD) == (2, 2)
    assert await counted(store, ann, ELSEWHERE) == (1, 1)
    assert await counted(store, await store.members.meet("discord", "1002", "Bo"), GUILD) == (0, 0)


async def test_what_was_refused_or_failed_cost_nothing_and_what_is_done_waits_no_more(
    store: Store, ann: Member, project: Project
) -> None:
    await make(store, await submit(store, ann, project))
    assert await counted(store, ann, GUILD) == (1, 0)
    failing = await submit(store, ann, project)
    view = await store.drafts.view(failing.draft_id)
    await store.drafts.failed(await store.jobs.get(failing.job_id), view, "model-failed")
    assert await counted(store, ann, GUILD) == (1, 0)
    since = now_ms() + 1
    assert await store.usage.of(ann, GUILD, since, since + 1) == Used((), 0)


async def ask(store: Store, member: Member, project: Project, delivery: Delivery) -> None:
    brief = (await store.drafts.view((await submit(store, member, project)).draft_id)).id
    await store.jobs.set_delivery((await store.jobs.of_draft(brief)).id, delivery)


async def counted(store: Store, member: Member, guild: str) -> tuple[int, int]:
    used = await store.usage.of(member, guild, 0, now_ms())
    assert list(used.asked_ms) == sorted(used.asked_ms)
    return len(used.asked_ms), used.under_way


async def test_a_refused_brief_is_on_record_and_never_queued(store: Store, ann: Member, project: Project) -> None:
    new = NewBrief("a mug of ACME", "", BriefParams("text", (7,)))
    submitted = await store.drafts.submit(ann, project, new, ACT, DELIVERY, refused="server")
    events = [(event.kind, event.seq) for event in await store.history(project)][-2:]
    assert events == [("prompt.submit", submitted.receipt.seq), ("gen.refused", submitted.receipt.seq + 1)]
    assert (await store.ledger.disclosed(submitted.receipt.seq + 1))["rule"] == "server"
    job = await store.jobs.get(submitted.job_id)
    assert (job.state, job.reason) == ("failed", "server")
    assert await store.jobs.lease("w", 1000) is None
