"""A piece that two make: each row is its maker's, sealed with their key, and opened to the other once they say so."""

import asyncio
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.acts import Act
from storage.errors import NotFound, NotYours, StateConflict
from storage.evidence.bundle import ExportRequest
from storage.evidence.commitments import JsonValue, opened
from storage.evidence.kinds import Kind
from storage.evidence.verify import Verdict, verify_bundle
from storage.evidence.verify.moderation import verify_moderation
from storage.mandate import Mandate
from storage.members import Member
from storage.privacy import Basis
from storage.projects import Project
from storage.selecting import Wanted
from storage.sharing import MAX_MAKERS, MakesItAlready, TooManyMakers
from storage.store import Store
from storage.tables import share_offers
from tests.storage.test_drafts import ACT, make, submit
from tests.storage.test_moderation import ALL, GUILD

SINGLE_FILE = Path(__file__).parents[2] / "verifier" / "colophon_verify.py"


@pytest.fixture
async def bo(store: Store) -> Member:
    """Return another member who agreed."""
    return await store.privacy.agree(await store.members.meet("discord", "2002", "Bo"), [])


@pytest.fixture
async def his(store: Store, project: Project, bo: Member) -> Project:
    """Return Ann's project as Bo has it, who joined in."""
    return await join(store, project, bo)


async def join(store: Store, project: Project, member: Member) -> Project:
    offer, _ = await store.sharing.offer(project, member.platform_user_id, ACT)
    return (await store.sharing.accept(offer.id, member, ACT))[0]


async def actor_of(store: Store, seq: int) -> str:
    return str(json.loads((await store.reader.leaves([seq]))[seq])["actor"])


async def bundle(store: Store, project: Project, target: Path) -> dict[int, dict[str, JsonValue]]:
    """Export a project as its maker has it; return what is opened, once both verifiers have passed it."""
    await store.exporter.export(ExportRequest({project.id: project.actor}, {"by": "owner"}, dossier="en-US"), target)
    report = verify_bundle(target, vkeys=[store.ledger.vkey])
    assert report.verdict is Verdict.VERIFIED, report
    command = [sys.executable, str(SINGLE_FILE), str(target), "--vkey", store.ledger.vkey]
    other = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    assert other.returncode == 0, other.stdout + other.stderr
    found: dict[int, dict[str, JsonValue]] = {}
    with zipfile.ZipFile(target) as archive:
        (name,) = [n for n in archive.namelist() if n.endswith("data/disclosures.jsonl")]
        for line in map(json.loads, archive.read(name).splitlines()):
            found.setdefault(line["seq"], {})[line["field"]] = opened(line["d"])
    return found


# --- joining in ----------------------------------------------------------------------------------


async def test_who_joins_in_has_a_pseudonym_of_their_own_and_works_on_it(
    store: Store, ann: Member, project: Project, bo: Member
) -> None:
    offer, asked = await store.sharing.offer(project, "2002", ACT)
    assert (await store.ledger.disclosed(asked.seq))["invitee"] == offer.actor
    assert [(o.id, p.title) for o, p in await store.sharing.offers_to("2002")] == [(offer.id, "Boats")]
    his, joined = await store.sharing.accept(offer.id, bo, ACT)
    assert (his.actor, his.member_id, his.owner_id, his.owned) == (offer.actor, bo.id, ann.id, False)
    assert his.actor != project.actor
    assert await store.projects.current(bo) == his
    assert await store.projects.current(ann) == project
    kinds = [(e.kind, e.actor) for e in (await store.history(project)).events[-3:]]
    assert kinds == [
        (Kind.ACTOR_BOUND, his.actor),
        (Kind.CONSENT_GIVEN, his.actor),
        (Kind.SHARE_ACCEPTED, his.actor),
    ]
    assert json.loads((await store.reader.leaves([joined.seq]))[joined.seq])["refs"] == [asked.seq]
    assert [(m.user_id, m.owner) for m in await store.sharing.makers(his)] == [("1001", True), ("2002", False)]


async def test_asked_twice_is_asked_once_and_nobody_can_answer_for_another(
    store: Store, project: Project, bo: Member
) -> None:
    first, _ = await store.sharing.offer(project, "2002", ACT)
    size = await store.ledger.size()
    assert (await store.sharing.offer(project, "2002", ACT))[0] == first
    assert await store.ledger.size() == size
    cid = await store.members.meet("discord", "3003", "Cid")
    for user in (cid.platform_user_id, "1001"):
        with pytest.raises(NotYours):
            await store.sharing.decline(first.id, user)
    with pytest.raises(NotYours):
        await store.sharing.accept(first.id, cid, ACT)
    await store.sharing.accept(first.id, bo, ACT)
    with pytest.raises(NotFound):
        await store.sharing.accept(first.id, bo, ACT)
    with pytest.raises(MakesItAlready):
        await store.sharing.offer(project, "2002", ACT)


async def test_two_presses_at_once_join_in_once(store: Store, project: Project, bo: Member) -> None:
    offer, _ = await store.sharing.offer(project, "2002", ACT)
    done = await asyncio.gather(*(store.sharing.accept(offer.id, bo, ACT) for _ in range(2)), return_exceptions=True)
    assert [type(each) for each in done if isinstance(each, Exception)] == [NotFound]
    assert len((await store.history(project)).of(Kind.SHARE_ACCEPTED)) == 1


async def test_who_says_no_leaves_nothing_behind(store: Store, project: Project) -> None:
    offer, _ = await store.sharing.offer(project, "2002", ACT)
    size = await store.ledger.size()
    await store.sharing.decline(offer.id, "2002")
    assert await store.ledger.size() == size
    async with store.database.read() as connection:
        assert (await connection.execute(select(share_offers))).all() == []
    with pytest.raises(NotFound):
        await store.sharing.decline(offer.id, "2002")


async def test_there_is_an_end_to_how_many(store: Store, project: Project) -> None:
    for user in range(MAX_MAKERS - 1):
        await store.sharing.offer(project, str(5000 + user), ACT)
    with pytest.raises(TooManyMakers):
        await store.sharing.offer(project, "6000", ACT)


async def test_only_the_owner_asks(store: Store, his: Project) -> None:
    with pytest.raises(NotYours):
        await store.sharing.offer(his, "3003", ACT)


# --- working together ----------------------------------------------------------------------------


async def test_each_act_is_recorded_under_who_did_it(
    store: Store, ann: Member, bo: Member, project: Project, his: Project
) -> None:
    submitted = await submit(store, bo, his, "two herons")
    await make(store, submitted)
    view = await store.drafts.view(submitted.draft_id)
    assert (view.owner_user_id, view.makers) == ("2002", frozenset({"1001", "2002"}))
    by_ann, _ = await store.drafts.choose(submitted.draft_id, 1, ann, "", ACT)
    by_bo, new = await store.drafts.choose(submitted.draft_id, 1, bo, "", ACT)
    again, twice = await store.drafts.choose(submitted.draft_id, 1, bo, "", ACT)
    assert (new, twice, again.seq) == (True, False, by_bo.seq)
    assert [await actor_of(store, r.seq) for r in (submitted.receipt, by_ann, by_bo)] == [
        his.actor,
        project.actor,
        his.actor,
    ]
    with pytest.raises(NotYours):
        await store.drafts.cancel(submitted.draft_id, ann, ACT)


async def test_a_stranger_and_who_left_can_do_nothing(store: Store, bo: Member, his: Project) -> None:
    submitted = await submit(store, bo, his)
    await make(store, submitted)
    cid = await store.members.meet("discord", "3003", "Cid")
    with pytest.raises(NotYours):
        await store.drafts.choose(submitted.draft_id, 1, cid, "", ACT)
    await store.sharing.end(his, ACT)
    with pytest.raises(NotYours):
        await store.drafts.choose(submitted.draft_id, 1, bo, "", ACT)
    with pytest.raises(NotFound):
        await store.projects.own(his.id, bo)
    assert await store.projects.current(bo) is None
    assert await store.projects.listed(bo) == []


async def test_the_owner_goes_on_alone_and_who_comes_back_has_their_old_name(
    store: Store, bo: Member, project: Project, his: Project
) -> None:
    receipt, out = await store.sharing.end(project, ACT)
    assert (out, (await store.ledger.disclosed(receipt.seq))["out"]) == (1, [his.actor])
    with pytest.raises(StateConflict):
        await store.sharing.end(project, ACT)
    with pytest.raises(StateConflict):
        await store.sharing.end(his, ACT)
    assert (await join(store, project, bo)).actor == his.actor


# --- whose words are opened ----------------------------------------------------------------------


async def test_a_bundle_opens_ones_own_rows_until_the_other_confirms(
    store: Store, ann: Member, bo: Member, project: Project, his: Project, tmp_path: Path
) -> None:
    await make(store, await submit(store, ann, project, "Ann's boat"))
    theirs = await submit(store, bo, his, "Bo's heron")
    await make(store, theirs)
    drawn = (await store.drafts.view(theirs.draft_id)).candidates[0].seq
    before = await bundle(store, project, tmp_path / "before.zip")
    assert "Ann's boat" in [fields.get("prompt") for fields in before.values()]
    assert "Bo's heron" not in str(before) and "2002" not in str(before)
    assert drawn not in before

    receipt, until, new = await store.sharing.confirm(his, ACT)
    assert (new, json.loads((await store.reader.leaves([receipt.seq]))[receipt.seq])["refs"]) == (True, [until])
    assert (await store.sharing.confirm(his, ACT))[::2] == (receipt, False)
    after = await bundle(store, project, tmp_path / "after.zip")
    assert after[theirs.receipt.seq]["prompt"] == "Bo's heron"
    assert "image" in after[drawn] and "discord:2002" in str(after)

    later = await store.projects.note(his, "not yet confirmed", ACT)
    assert later.seq not in await bundle(store, project, tmp_path / "later.zip")
    assert (await store.sharing.confirm(his, ACT))[2]
    assert later.seq in await bundle(store, project, tmp_path / "last.zip")
    mine = await bundle(store, his, tmp_path / "his.zip")
    assert "Ann's boat" not in str(mine) and "Bo's heron" in str(mine)


async def test_looking_goes_no_further_than_a_bundle(store: Store, project: Project, his: Project) -> None:
    await store.projects.note(project, "Ann's secret", ACT)
    page = await store.page(his, 3)
    assert "secret" not in str(page.events)
    assert "secret" not in str((await store.history(his)).events)
    assert "secret" in str((await store.history(his, whole=True)).events)
    await store.sharing.confirm(project, ACT)
    assert "secret" in str((await store.page(his, 3)).events)


# --- erasing -------------------------------------------------------------------------------------


@pytest.mark.parametrize("by_owner", [True, False])
async def test_who_erases_erases_their_own_words(
    store: Store, ann: Member, bo: Member, project: Project, his: Project, tmp_path: Path, by_owner: bool
) -> None:
    hers, theirs = await submit(store, ann, project, "a boat"), await submit(store, bo, his, "a heron")
    await store.privacy.erase(project if by_owner else his, Basis.ASKED)
    gone, kept = (hers, theirs) if by_owner else (theirs, hers)
    assert await store.ledger.disclosed(gone.receipt.seq) == {}
    assert (await store.ledger.disclosed(kept.receipt.seq))["prompt"]
    assert await store.projects.current(bo) is None
    assert (await store.projects.current(ann) is None) is by_owner
    await bundle(store, his if by_owner else project, tmp_path / "b.zip")


async def test_pictures_go_with_whoever_they_were_drawn_for(
    store: Store, ann: Member, bo: Member, project: Project, his: Project
) -> None:
    for member, own in ((ann, project), (bo, his)):
        await make(store, await submit(store, member, own, f"a boat for {member.name}"))
    await store.privacy.erase(his, Basis.ASKED)
    # Both were drawn the same two pictures.
    assert all(store.media.path(digest).exists() for digest in await shown(store, project))
    await store.privacy.erase(project, Basis.ASKED)
    assert not any(store.media.path(digest).exists() for digest in await recorded_files(store))


async def shown(store: Store, project: Project) -> list[str]:
    return [e.image_sha256 for e in await store.history(project) if e.image_sha256]


async def recorded_files(store: Store) -> list[str]:
    async with store.database.read() as connection:
        return list((await connection.exec_driver_sql("SELECT sha256 FROM media")).scalars())


async def test_one_act_is_erased_by_who_did_it(store: Store, project: Project, his: Project) -> None:
    note = await store.projects.note(his, "a heron", ACT)
    assert await store.privacy.words_of(project, note.seq) == {}
    with pytest.raises(StateConflict):
        await store.privacy.erase_event(project, note.seq, Basis.ASKED)
    await store.privacy.erase_event(his, note.seq, Basis.ASKED)
    assert await store.ledger.disclosed(note.seq) == {}


async def test_who_is_forgotten_is_asked_no_more(store: Store, project: Project, bo: Member) -> None:
    await store.sharing.offer(project, "2002", ACT)
    await store.privacy.forget(bo)
    assert await store.sharing.offers_to("2002") == []


async def test_retention_ends_the_words_of_all(store: Store, project: Project, his: Project) -> None:
    idle = await store.privacy.idle_since(2**42)
    assert {each.actor for each in idle if each.id == project.id} == {project.actor, his.actor}


# --- who looked ----------------------------------------------------------------------------------


async def test_who_looked_is_told_to_whom_it_concerns(
    store: Store, project: Project, his: Project, tmp_path: Path
) -> None:
    await bundle(store, project, tmp_path / "b.zip")
    assert [(look.who, look.reason) for look in await store.privacy.looks([his])] == [("maker", "")]
    note = await store.projects.note(his, "a heron", ACT)
    await store.privacy.open_words(note.seq, "replay")
    assert [look.who for look in await store.privacy.looks([his])] == ["operator", "maker"]
    assert [look.who for look in await store.privacy.looks([project])] == ["owner"]


async def test_moderators_see_who_acted_and_tell_whom_they_read(
    store: Store, ann: Member, bo: Member, project: Project, his: Project
) -> None:
    mandate = Mandate(GUILD, "3003", "a complaint")
    here = Act("1", "22", GUILD)
    hers = await store.projects.note(project, "Ann's", here)
    theirs = await store.projects.note(his, "Bo's", here)

    async def rows(wanted: Wanted) -> dict[int, str]:
        async with store.moderation.exported(wanted, mandate, words=True, forms=ALL, limit_bytes=2**30) as handed:
            report = verify_moderation(handed.path, vkeys=[store.ledger.vkey])
            assert report.verdict is Verdict.VERIFIED, report
            with zipfile.ZipFile(handed.path) as archive:
                (name,) = [n for n in archive.namelist() if n.endswith("data/rows.jsonl")]
                return {row["seq"]: row["member"] for row in map(json.loads, archive.read(name).splitlines())}

    everybody = await rows(Wanted())
    assert (everybody[hers.seq], everybody[theirs.seq]) == ("1001", "2002")
    told = await store.notices.due()
    assert {notice.user_id for notice in told} == {"1001", "2002"}
    assert hers.seq not in await rows(Wanted(member="2002"))
    opened_ = await store.moderation.open_event(theirs.seq, mandate)
    assert opened_.member == "2002"
    assert [look.who for look in await store.privacy.looks([his])].count("moderator") == 5
