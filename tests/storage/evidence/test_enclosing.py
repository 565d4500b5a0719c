"""What goes into a bundle of a log that has signed much more than concerns its project."""

import zipfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from storage.evidence.bundle import ExportRequest
from storage.evidence.timestamps import Authority, Stamper
from storage.evidence.verify import Verdict, render_report, verify_bundle
from storage.members import Member
from storage.projects import Project
from storage.store import StorageConfig, Store, open_store
from tests.storage.evidence.authority import LocalAuthority
from tests.storage.evidence.test_time import authority
from tests.storage.test_drafts import ACT

__all__ = ["authority"]

OTHERS = 30


@pytest.fixture
async def busy(tmp_path: Path) -> AsyncIterator[Store]:
    """Open a log that signs a checkpoint with every act, of which a bundle takes the two newest anyway."""
    store = await open_store(StorageConfig(tmp_path / "data", checkpoint_every=1, enclosed_recent=2), init=True)
    yield store
    await store.close()


async def begun(store: Store, who: str) -> tuple[Member, Project]:
    member = await store.members.meet("discord", who, f"Member {who}")
    project, _ = await store.projects.open(member, "Boats", guild_id=None)
    return member, project


async def passing_time(store: Store, project: Project, stamper: Stamper | None = None) -> None:
    """Let somebody else act, and an authority stamp each of their acts."""
    for number in range(OTHERS):
        await store.projects.note(project, f"note {number}", ACT)
        if stamper is not None:
            await stamper.stamp((await store.ledger.checkpoint()).size)


async def exported(store: Store, project: Project, to: Path) -> Path:
    request = ExportRequest({project.id: project.actor}, {"by": "owner"})
    return (await store.exporter.export(request, to)).path


def named(bundle: Path, suffix: str) -> Sequence[str]:
    with zipfile.ZipFile(bundle) as archive:
        return [name for name in archive.namelist() if "/checkpoints/" in name and name.endswith(suffix)]


async def test_checkpoints_of_other_peoples_acts_stay_outside(busy: Store, tmp_path: Path) -> None:
    _, mine = await begun(busy, "1")
    _, theirs = await begun(busy, "2")
    await passing_time(busy, theirs)
    await busy.projects.note(mine, "half way", ACT)
    await passing_time(busy, theirs)
    bundle = await exported(busy, mine, tmp_path / "mine.zip")
    shown = 4
    assert len(named(bundle, ".note")) <= 2 * shown + 2
    report = verify_bundle(bundle, vkeys=[busy.ledger.vkey])
    assert report.verdict is Verdict.VERIFIED, render_report(report)


async def test_every_receipt_of_the_project_and_every_post_is_met(busy: Store, tmp_path: Path) -> None:
    _, mine = await begun(busy, "1")
    _, theirs = await begun(busy, "2")
    held = []
    for _ in range(3):
        receipt = await busy.projects.note(mine, "a step", ACT)
        await passing_time(busy, theirs)
        held.append((await busy.ledger.receipt_proof(receipt.seq)).encode())
    posted = await busy.ledger.checkpoint()
    await passing_time(busy, theirs)
    await busy.posts.record("123456789012345678", posted.size, "223456789012345678", 1_700_000_000_000)
    await passing_time(busy, theirs)
    bundle = await exported(busy, mine, tmp_path / "mine.zip")
    report = verify_bundle(bundle, vkeys=[busy.ledger.vkey], anchors=[*held, posted.note.encode()])
    assert report.verdict is Verdict.VERIFIED, render_report(report)


async def test_stamps_next_to_the_acts_are_enclosed_and_the_others_not_missed(
    busy: Store, tmp_path: Path, authority: LocalAuthority
) -> None:
    stamper = Stamper(
        busy.database, busy.ledger, [Authority("local", "http://tsa.example", authority.roots)], send=authority.post
    )
    _, mine = await begun(busy, "1")
    _, theirs = await begun(busy, "2")
    await passing_time(busy, theirs, stamper)
    receipt = await busy.projects.note(mine, "half way", ACT)
    await passing_time(busy, theirs, stamper)
    bundle = await exported(busy, mine, tmp_path / "mine.zip")
    sizes = sorted(int(name.rpartition("/")[2].partition("-")[0]) for name in named(bundle, ".tsr"))
    assert len(sizes) <= 2 * 3 + 1
    assert max(size for size in sizes if size <= receipt.seq) == receipt.seq - 1
    assert min(size for size in sizes if size > receipt.seq) == receipt.seq + 2
    report = verify_bundle(bundle, vkeys=[busy.ledger.vkey], tsa_roots=authority.roots)
    assert report.verdict is Verdict.VERIFIED, render_report(report)
    assert "stamps-absent" not in {check.code for check in report.checks}
