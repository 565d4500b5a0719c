"""Checking what somebody brings: a bundle, a receipt or a picture; in plain words, and never a word of anybody's."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bot.errors import Busy, UserFacing
from storage.darkroom.found import DarkroomBusy, FileRefused, FoundLeads, Lead, Traces, Why
from storage.drafts import RecordedCandidate
from storage.evidence.verify import Report, is_receipt, render_report, verify_receipt
from storage.store import Store

MAX_BYTES: Final = 64 * 2**20
MAX_UNPACKED_BYTES: Final = 512 * 2**20
"""Of a bundle: what would take minutes is not begun."""
MAX_WAITING_BYTES: Final = 256 * 2**20
"""Of bundles that wait for their turn; a single one always gets in."""
_ZIP: Final = b"PK\x03\x04"
_SAID: Final = {Why.TYPE: "error-check-kind", Why.BOMB: "error-check-long", Why.COSTLY: "error-check-long"}
"""What is told of a file that could not be checked, by the reason."""


class Checker:
    """Checks files against this operator's log; `authority` is the certificate that its pictures are signed below."""

    def __init__(self, store: Store, authority: bytes) -> None:
        self._store = store
        self._authority = authority
        self._one_bundle = asyncio.Semaphore()
        self._waiting_bytes = 0

    async def check(self, data: bytes, locale: str) -> str:
        """Return what a file turns out to be; raise UserFacing for one that cannot be checked."""
        return render_report(await self._report(data), locale)

    async def _report(self, data: bytes) -> Report:
        vkeys = self._store.ledger.vkeys
        if is_receipt(data):
            return verify_receipt(data, vkeys=vkeys)
        try:
            return await (self._bundle(data, vkeys) if data.startswith(_ZIP) else self._picture(data))
        except FileRefused as error:
            raise UserFacing(_SAID.get(error.why, "error-check-broken")) from error
        except DarkroomBusy as error:
            raise Busy("error-check-busy") from error

    async def _picture(self, data: bytes) -> Report:
        looked = await self._store.darkroom.look(data, self._authority)
        if looked.traces is None:
            assert looked.report is not None, "one of the two is there"
            return looked.report
        return await self._store.darkroom.judge(data, self._authority, await self._leads(looked.traces))

    async def _leads(self, traces: Traces) -> FoundLeads:
        """Return the events of this log that a picture leads to."""
        drafts = self._store.drafts
        exact, like = await drafts.recorded_as(traces.sha256), await drafts.recorded_like(traces.pixels_sha256)
        named = [found for name in traces.ids for found in await drafts.recorded_under(name)]
        return FoundLeads(self._recorded(exact), self._recorded(like), self._recorded(named))

    def _recorded(self, found: Sequence[RecordedCandidate]) -> tuple[Lead, ...]:
        path = self._store.media.path
        return tuple(Lead(each.seq, each.sha256, each.produce_id, str(path(each.sha256).absolute())) for each in found)

    async def _bundle(self, data: bytes, vkeys: Sequence[str]) -> Report:
        """Verify a bundle, one at a time, so that pictures need not wait for it."""
        if self._waiting_bytes and self._waiting_bytes + len(data) > MAX_WAITING_BYTES:
            raise DarkroomBusy(f"{self._waiting_bytes // 2**20} MiB wait already")
        self._waiting_bytes += len(data)
        try:
            async with self._one_bundle:
                return await self._verified(data, vkeys)
        finally:
            self._waiting_bytes -= len(data)

    async def _verified(self, data: bytes, vkeys: Sequence[str]) -> Report:
        """Verify a bundle from a file of its own, which is gone afterwards."""
        folder = await asyncio.to_thread(TemporaryDirectory, prefix="colophon-")
        try:
            path = Path(folder.name) / "bundle.zip"
            await asyncio.to_thread(path.write_bytes, data)
            return await self._store.darkroom.bundle(path, vkeys, MAX_UNPACKED_BYTES)
        finally:
            await asyncio.to_thread(folder.cleanup)
