"""Checking what somebody brings: a bundle, a receipt or a picture; in plain words, and never a word of anybody's."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeVar
from zipfile import BadZipFile, ZipFile

from bot.errors import UserFacing
from storage.drafts import RecordedCandidate
from storage.evidence.pictures import Leads, Looked, NotAPicture, Recorded, judge, look
from storage.evidence.verify import (
    Report,
    is_moderation_export,
    is_receipt,
    render_report,
    verify_bundle,
    verify_moderation,
    verify_receipt,
)
from storage.evidence.verify.report import Checks, Refusal
from storage.store import Store

MAX_BYTES: Final = 64 * 2**20
MAX_UNPACKED_BYTES: Final = 512 * 2**20
"""Of a bundle: a thread that reads cannot be stopped, so what would take minutes is not begun."""
PATIENCE_S: Final = 60.0
_ZIP: Final = b"PK\x03\x04"
T = TypeVar("T")


class Checker:
    """Checks files against this operator's log; `authority` is the certificate that its pictures are signed below."""

    def __init__(self, store: Store, authority: bytes) -> None:
        self._store = store
        self._authority = authority
        self._one_at_a_time = asyncio.Semaphore()

    async def check(self, data: bytes, locale: str) -> str:
        """Return what a file turns out to be; raise UserFacing for one that cannot be checked."""
        return render_report(await self._report(data), locale)

    async def _report(self, data: bytes) -> Report:
        vkeys = self._store.ledger.vkeys
        if is_receipt(data):
            return verify_receipt(data, vkeys=vkeys)
        if data.startswith(_ZIP):
            return await self._in_time(partial(_bundle, data, vkeys))
        try:
            looked = await self._in_time(partial(look, data, self._authority))
        except NotAPicture as error:
            raise UserFacing("error-check-kind") from error
        except Refusal as refusal:
            return Checks().refused(refusal)
        leads = await self._leads(looked)
        return await self._in_time(partial(judge, looked, leads))

    async def _in_time(self, doing: Callable[[], T]) -> T:
        try:
            async with asyncio.timeout(PATIENCE_S), self._one_at_a_time:
                return await asyncio.to_thread(doing)
        except TimeoutError as error:
            raise UserFacing("error-check-long") from error

    async def _leads(self, looked: Looked) -> Leads:
        """Return the events of this log that a picture leads to."""
        drafts = self._store.drafts
        exact, like = await drafts.recorded_as(looked.sha256), await drafts.recorded_like(looked.pixels_sha256)
        named = [found for name in looked.ids for found in await drafts.recorded_under(name)]
        return Leads(self._recorded(exact), self._recorded(like), self._recorded(named))

    def _recorded(self, found: Sequence[RecordedCandidate]) -> list[Recorded]:
        paths = {each.sha256: self._store.media.path(each.sha256) for each in found}
        return [Recorded(each.seq, each.sha256, each.produce_id, partial(_bytes, paths[each.sha256])) for each in found]


def _bytes(path: Path) -> bytes | None:
    """Return a stored picture, None where it was erased."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _bundle(data: bytes, vkeys: tuple[str, ...]) -> Report:
    try:
        with ZipFile(BytesIO(data)) as archive:
            unpacked = sum(info.file_size for info in archive.infolist())
    except (BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UserFacing("error-check-kind") from error
    if unpacked > MAX_UNPACKED_BYTES:
        raise UserFacing("error-check-long")
    with TemporaryDirectory(prefix="colophon-") as folder:
        path = Path(folder) / "bundle.zip"
        path.write_bytes(data)
        return (verify_moderation if is_moderation_export(path) else verify_bundle)(path, vkeys=vkeys)
