"""No false alarm: whatever members and the operator honestly do, in any order, every bundle and receipt verifies."""

import asyncio
import os
import shutil
import tempfile
from enum import Enum
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.evidence.bundle import ExportRequest
from storage.evidence.rotation import rotate
from storage.evidence.timestamps import Authority, Stamper
from storage.evidence.verify import Verdict, render_report, verify_bundle, verify_receipt
from storage.privacy import Basis
from storage.projects import Project
from storage.store import StorageConfig, Store, open_store
from tests.storage.evidence.authority import LocalAuthority
from tests.storage.evidence.test_time import authority
from tests.storage.test_drafts import ACT, make, submit

__all__ = ["authority"]

pytestmark = pytest.mark.slow

HISTORIES = int(os.environ.get("HONEST_HISTORIES", "500"))
# Nothing here is about what survives a power cut: where there is memory to write to, no disk is waited for.
ROOM = "/dev/shm" if Path("/dev/shm").is_dir() else None


class Deed(Enum):
    """What may happen."""

    OPEN = "a member opens another project"
    BRIEF = "a brief that is cancelled"
    DRAW = "a brief, and its candidates"
    CHOOSE = "a brief, its candidates, and a choice"
    EXPORT = "somebody exports"
    ERASE = "a project is erased"
    CHECKPOINT = "a checkpoint is signed"
    ROTATE = "the log gets a new key"
    STAMP = "an authority stamps the log"
    RESTART = "the operator starts again"


Deeds = st.lists(st.tuples(st.sampled_from(Deed), st.integers(0, 2)), max_size=12)


class History:
    """One log, and everything that anybody could hold of it."""

    def __init__(self, folder: Path, fresh: Path, authority: LocalAuthority) -> None:
        shutil.copytree(fresh, folder / "data")
        self._authority = authority
        self._config = StorageConfig(folder / "data", checkpoint_every=2, enclosed_recent=0)
        self._folder = folder
        self.receipts: list[bytes] = []
        self.bundles: list[Path] = []
        self.first_key = self.last_key = ""

    async def live(self, deeds: list[tuple[Deed, int]]) -> None:
        """Go through some deeds, then export everything."""
        store = await open_store(self._config)
        self.first_key = store.ledger.vkey
        for deed, who in deeds:
            store = await self._do(store, deed, who)
        await self._export(store)
        self.last_key = store.ledger.vkey
        await store.close()

    async def _do(self, store: Store, deed: Deed, who: int) -> Store:
        if deed is Deed.RESTART:
            await store.close()
            return await open_store(self._config)
        if deed is Deed.ROTATE:
            await rotate(store.ledger, self._config.keys_dir)
        elif deed is Deed.CHECKPOINT:
            await store.ledger.checkpoint()
        elif deed is Deed.STAMP:
            await self._stamp(store)
        elif deed is Deed.EXPORT:
            await self._export(store)
        else:
            await self._of_member(store, deed, who)
        return store

    async def _stamp(self, store: Store) -> None:
        named = Authority("local", "http://tsa.example", self._authority.roots)
        stamper = Stamper(store.database, store.ledger, [named], send=self._authority.post)
        await stamper.stamp((await store.ledger.checkpoint()).size)

    async def _of_member(self, store: Store, deed: Deed, who: int) -> None:
        member = await store.members.meet("discord", str(who), f"Member {who}")
        project = None if deed is Deed.OPEN else await store.projects.current(member)
        if project is None:
            project, _ = await store.projects.open(member, "Boats 水彩", guild_id=None)
        if deed is Deed.ERASE:
            await store.privacy.erase(project, Basis.ASKED)
        elif deed is not Deed.OPEN:
            submitted = await submit(store, member, project)
            self.receipts.append((await store.ledger.receipt_proof(submitted.receipt.seq)).encode())
            if deed is Deed.BRIEF:
                await store.drafts.cancel(submitted.draft_id, member, ACT)
            else:
                await make(store, submitted)
            if deed is Deed.CHOOSE:
                await store.drafts.choose(submitted.draft_id, 1, member, "the light", ACT)

    async def _export(self, store: Store) -> None:
        owned: list[Project] = await store.projects.list()
        if owned:
            target = self._folder / f"{len(self.bundles)}.zip"
            request = ExportRequest({project.id: project.actor for project in owned}, {"by": "owner"})
            self.bundles.append((await store.exporter.export(request, target)).path)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data of a log that has just begun: making its tables takes longer than a whole history."""

    async def begun(folder: Path) -> Path:
        await (await open_store(StorageConfig(folder), init=True)).close()
        return folder

    return asyncio.run(begun(tmp_path_factory.mktemp("fresh") / "data"))


@pytest.mark.timeout(1200)
@settings(max_examples=HISTORIES, deadline=None, suppress_health_check=list(HealthCheck))
@given(deeds=Deeds)
def test_an_honest_history_always_verifies(
    fresh: Path, authority: LocalAuthority, deeds: list[tuple[Deed, int]]
) -> None:
    with tempfile.TemporaryDirectory(dir=ROOM) as folder:
        history = History(Path(folder), fresh, authority)
        asyncio.run(history.live(deeds))
        for number, bundle in enumerate(history.bundles):
            held = tuple(history.receipts) if number == len(history.bundles) - 1 else ()
            report = verify_bundle(bundle, vkeys=(history.first_key,), anchors=held, tsa_roots=authority.roots)
            assert report.verdict is Verdict.VERIFIED, render_report(report)
        if history.bundles:
            assert verify_bundle(history.bundles[-1], vkeys=(history.last_key,)).verdict is Verdict.VERIFIED
        for receipt in history.receipts:
            assert verify_receipt(receipt).verdict is Verdict.SELF_CONSISTENT
