"""Erasing: the words are gone from every file, the log still verifies and shows that something was erased."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from storage.clock import now_ms
from storage.errors import NotDisclosed, NotFound, StateConflict
from storage.evidence.bundle import ExportRequest
from storage.evidence.kinds import Kind
from storage.evidence.opening import EVERYTHING, HASHES, PUBLIC, Opening
from storage.evidence.verify import Verdict, verify_bundle
from storage.jobs import JobState
from storage.members import Member
from storage.privacy import Basis
from storage.projects import Project
from storage.store import Store
from storage.tables import evidence_event
from tests.storage.test_drafts import ACT, make, submit


async def export(store: Store, projects: list[Project], target: Path, by: str = "owner") -> Path:
    actors = {project.id: project.actor if by == "owner" else "sys" for project in projects}
    return (await store.exporter.export(ExportRequest(actors, {"by": by, "reason": "asked"}), target)).path


async def test_what_was_erased_can_be_opened_by_nobody(store: Store, ann: Member, project: Project) -> None:
    submitted = await submit(store, ann, project)
    await make(store, submitted)
    seq = (await store.drafts.view(submitted.draft_id)).seq
    assert await store.ledger.disclosed(seq)
    await store.privacy.erase(project, Basis.ASKED)
    assert await store.ledger.disclosed(seq) == {}
    assert await store.ledger.disclosed(project.opened_seq) == {}


@pytest.mark.of_a_file
async def test_the_key_is_on_the_disk_no_more(store: Store, ann: Member, project: Project) -> None:
    await submit(store, ann, project)
    wrapped = (store.config.data_dir / "keys.db").with_name("keys.db-wal")
    async with store.subject_keys._database.read() as connection:
        secret = bytes(
            (
                await connection.exec_driver_sql("SELECT wrapped FROM subject_keys WHERE id = ?", (project.actor,))
            ).scalar_one()
        )
    await store.privacy.erase(project, Basis.ASKED)
    for file in store.config.data_dir.glob("keys.db*"):
        assert secret not in file.read_bytes(), file
    assert not wrapped.exists() or wrapped.stat().st_size == 0 or secret not in wrapped.read_bytes()


async def test_pictures_go_unless_another_project_has_them(store: Store, ann: Member, project: Project) -> None:
    submitted = await submit(store, ann, project)
    await make(store, submitted)
    mine = {candidate.sha256 for candidate in (await store.drafts.view(submitted.draft_id)).candidates}
    other, _ = await store.projects.open(ann, "Other", guild_id=None)
    again = await submit(store, ann, other)
    await make(store, again)
    theirs = {candidate.sha256 for candidate in (await store.drafts.view(again.draft_id)).candidates}
    await store.privacy.erase(project, Basis.ASKED)
    assert not any(store.media.path(digest).exists() for digest in mine - theirs)
    assert all(store.media.path(digest).exists() for digest in theirs)


async def test_a_bundle_after_an_erasure_verifies_and_tells_of_it(
    store: Store, ann: Member, project: Project, tmp_path: Path
) -> None:
    await make(store, await submit(store, ann, project))
    receipt = await store.privacy.erase(project, Basis.ASKED)
    told = await store.ledger.disclosed(receipt.seq)
    assert told["basis"] == Basis.ASKED.value
    assert [project.opened_seq, "title"] in told["targets"]  # type: ignore[operator]
    path = await export(store, [project], tmp_path / "b.zip")
    report = verify_bundle(path, vkeys=[store.ledger.vkey])
    assert report.verdict is Verdict.VERIFIED
    assert report.facts["pictures"] == "0"


async def test_erasing_twice_is_harmless(store: Store, ann: Member, project: Project) -> None:
    await submit(store, ann, project)
    first = await store.privacy.erase(project, Basis.ASKED)
    second = await store.privacy.erase(project, Basis.ASKED)
    assert second.seq > first.seq


async def test_what_waits_to_be_drawn_is_cancelled(store: Store, ann: Member, project: Project) -> None:
    submitted = await submit(store, ann, project)
    await store.privacy.erase(project, Basis.ASKED)
    assert (await store.jobs.get(submitted.job_id)).state is JobState.CANCELLED
    assert await store.projects.current(ann) is None


async def test_another_members_words_stay(store: Store, ann: Member, project: Project) -> None:
    bo = await store.members.meet("discord", "2002", "Bo")
    his, _ = await store.projects.open(bo, "Boats too", guild_id=None)
    await store.privacy.erase(project, Basis.ASKED)
    assert (await store.projects.get(his.id)).title == "Boats too"


@pytest.mark.parametrize("by", ["owner", "operator"])
async def test_a_member_sees_who_looked(store: Store, project: Project, tmp_path: Path, by: str) -> None:
    assert await store.privacy.looks([project]) == []
    await export(store, [project], tmp_path / "b.zip", by)
    (look,) = await store.privacy.looks([project])
    assert (look.who, look.reason, look.project) == (by, "asked", project)


async def test_a_member_sees_that_words_were_opened(store: Store, ann: Member, project: Project) -> None:
    submitted = await submit(store, ann, project)
    receipt = await store.privacy.open_words(submitted.receipt.seq, "replay")
    (look,) = await store.privacy.looks([project])
    assert (look.seq, look.who, look.reason, look.opened) == (receipt.seq, "operator", "replay", True)
    leaf = await leaf_of(store, receipt.seq)
    assert (leaf["type"], leaf["actor"], leaf["refs"]) == ("words.opened", "sys", [submitted.receipt.seq])


async def test_words_that_are_not_there_cannot_be_opened_and_that_is_no_look(
    store: Store, ann: Member, project: Project
) -> None:
    submitted = await submit(store, ann, project)
    for seq in (0, 9_999):
        with pytest.raises(NotFound):
            await store.privacy.open_words(seq, "replay")
    await store.privacy.erase(project, Basis.ASKED)
    with pytest.raises(NotDisclosed):
        await store.privacy.open_words(submitted.receipt.seq, "replay")
    assert await store.privacy.looks([project]) == []


async def leaf_of(store: Store, seq: int) -> dict[str, Any]:
    async with store.database.read() as connection:
        found = await connection.scalar(select(evidence_event.c.leaf).where(evidence_event.c.seq == seq))
    leaf: dict[str, Any] = json.loads(found or b"{}")
    return leaf


async def test_what_is_kept_is_counted(store: Store, ann: Member, project: Project) -> None:
    before = await store.privacy.kept([project])
    await make(store, await submit(store, ann, project))
    after = await store.privacy.kept([project])
    assert after.events > before.events
    assert (before.pictures, before.projects) == (0, 1)
    assert after.pictures > 0


async def test_who_was_forgotten_comes_back_as_somebody_new(store: Store, ann: Member, project: Project) -> None:
    await store.privacy.erase(project, Basis.ASKED)
    await store.privacy.forget(ann)
    again = await store.members.meet("discord", ann.platform_user_id, "Ann")
    assert again.id != ann.id
    assert not again.consented


async def test_one_act_is_erased_and_the_rest_stays(
    store: Store, ann: Member, project: Project, tmp_path: Path
) -> None:
    kept, gone = await submit(store, ann, project, "a red boat"), await submit(store, ann, project, "two herons")
    receipt = await store.privacy.erase_event(project, gone.receipt.seq, Basis.ASKED)
    assert await store.ledger.disclosed(gone.receipt.seq) == {}
    assert (await store.ledger.disclosed(kept.receipt.seq))["prompt"] == "a red boat"
    assert (await store.jobs.get(gone.job_id)).state is JobState.CANCELLED
    told = await store.ledger.disclosed(receipt.seq)
    targets = told["targets"]
    assert isinstance(targets, list) and [gone.receipt.seq, "prompt"] in targets
    bundle = await export(store, [project], tmp_path / "b.zip")
    assert verify_bundle(bundle, vkeys=(store.ledger.vkey,)).verdict is Verdict.VERIFIED
    with pytest.raises(StateConflict):
        await store.privacy.erase_event(project, gone.receipt.seq, Basis.ASKED)


@pytest.mark.of_a_file
async def test_the_words_of_one_act_are_on_the_disk_no_more(store: Store, ann: Member, project: Project) -> None:
    gone = await submit(store, ann, project, "two herons")
    async with store.database.read() as connection:
        query = "SELECT ct FROM evidence_disclosure WHERE seq = ?"
        sealed = [bytes(row[0]) for row in await connection.exec_driver_sql(query, (gone.receipt.seq,))]
    await store.privacy.erase_event(project, gone.receipt.seq, Basis.ASKED)
    for file in store.config.data_dir.glob("colophon.db*"):
        assert not any(words in file.read_bytes() for words in sealed), file


async def test_the_picture_of_an_erased_act_goes_unless_it_is_used(store: Store, ann: Member, project: Project) -> None:
    submitted = await submit(store, ann, project)
    await make(store, submitted)
    first, second = (await store.drafts.view(submitted.draft_id)).candidates
    again = await submit(store, ann, project)
    await make(store, again)
    await store.privacy.erase_event(project, first.seq, Basis.ASKED)
    assert store.media.path(first.sha256).exists(), "the second draft has the same picture"
    (same,) = [c for c in (await store.drafts.view(again.draft_id)).candidates if c.sha256 == first.sha256]
    await store.privacy.erase_event(project, same.seq, Basis.ASKED)
    assert not store.media.path(first.sha256).exists()
    assert store.media.path(second.sha256).exists()


async def test_what_nobody_touched_for_long_is_erased_once(store: Store, ann: Member, project: Project) -> None:
    await submit(store, ann, project)
    assert await store.privacy.idle_since(now_ms() - 60_000) == []
    assert [p.id for p in await store.privacy.idle_since(now_ms() + 1)] == [project.id]
    await store.privacy.erase(project, Basis.RETENTION)
    erased = (await store.history(project)).of(Kind.ERASURE_DONE)[0]
    assert erased.text("basis") == Basis.RETENTION.value


@pytest.mark.parametrize(
    ("opening", "shown", "hidden"),
    [
        (EVERYTHING, ("a red boat", "discord:1001", "a secret"), ()),
        (PUBLIC, ("a red boat",), ("discord:1001", "a secret", ACT.interaction)),
        (HASHES, (), ("a red boat", "discord:1001", "a secret")),
    ],
)
async def test_a_bundle_opens_what_its_owner_wants_and_verifies(
    store: Store,
    ann: Member,
    project: Project,
    tmp_path: Path,
    opening: Opening,
    shown: tuple[str, ...],
    hidden: tuple[str, ...],
) -> None:
    submitted = await submit(store, ann, project)
    await make(store, submitted)
    await store.projects.note(project, "a secret", ACT)
    request = ExportRequest({project.id: project.actor}, {"by": "owner"}, opening)
    bundle = (await store.exporter.export(request, tmp_path / "b.zip")).path
    assert verify_bundle(bundle, vkeys=(store.ledger.vkey,)).verdict is Verdict.VERIFIED
    with zipfile.ZipFile(bundle) as archive:
        top = archive.namelist()[0].partition("/")[0]
        opened = archive.read(f"{top}/data/views/events.jsonl").decode()
        pictures = [name for name in archive.namelist() if "/blobs/" in name]
    assert all(words in opened for words in shown)
    assert not any(words in opened for words in hidden)
    assert bool(pictures) == (opening is not HASHES)
