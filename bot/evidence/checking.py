"""Checking what somebody brings: a bundle, a receipt or a picture; in plain words, and never a word of anybody's."""

import asyncio
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from zipfile import BadZipFile, ZipFile

from PIL import Image, UnidentifiedImageError

from bot.chat.texts import Texts
from bot.errors import UserFacing
from storage.evidence.credentials import State, read
from storage.evidence.verify import is_receipt, render_report, verify_bundle, verify_receipt
from storage.store import Store

MAX_BYTES: Final = 64 * 2**20
MAX_UNPACKED_BYTES: Final = 512 * 2**20
"""Of a bundle: a thread that reads cannot be stopped, so what would take minutes is not begun."""
PATIENCE_S: Final = 60.0
_ZIP: Final = b"PK\x03\x04"
_PICTURES: Final = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}


class Checker:
    """Checks files against this operator's log; `authority` is the certificate that its pictures are signed below."""

    def __init__(self, store: Store, texts: Texts, authority: bytes) -> None:
        self._store = store
        self._texts = texts
        self._authority = authority
        self._one_at_a_time = asyncio.Semaphore()

    async def check(self, data: bytes, locale: str) -> str:
        """Return what a file turns out to be; raise UserFacing for one that cannot be checked."""
        vkeys = (self._store.ledger.vkey,)
        if is_receipt(data):
            return render_report(verify_receipt(data, vkeys=vkeys), locale)
        if data.startswith(_ZIP):
            return await self._in_time(lambda: _bundle(data, vkeys, locale))
        mime = await self._in_time(lambda: _picture_type(data))
        return await self._picture(data, mime, locale)

    async def _in_time(self, doing: Callable[[], str]) -> str:
        try:
            async with asyncio.timeout(PATIENCE_S), self._one_at_a_time:
                return await asyncio.to_thread(doing)
        except TimeoutError as error:
            raise UserFacing("error-check-long") from error

    async def _picture(self, data: bytes, mime: str, locale: str) -> str:
        """Say what a picture alone tells: its credentials, and the event it leads back to."""
        found = await asyncio.to_thread(read, data, mime, self._authority)
        digest = sha256(data).hexdigest()
        lines = [self._texts(locale, "check-credentials", state=found.state.name.lower(), signer=found.signer or "?")]
        exact = await self._store.drafts.recorded_as(digest)
        named = None
        if not exact and found.draft_id is not None and found.state in (State.TRUSTED, State.VALID):
            named = await self._store.drafts.recorded_under(found.draft_id)
        if exact:
            lines.append(self._texts(locale, "check-exact", number=exact[0]))
        elif named is not None:
            lines.append(self._texts(locale, "check-named", number=named[0]))
        else:
            lines.append(self._texts(locale, "check-unknown"))
        lines.append(self._texts(locale, "check-limits"))
        return "\n".join(lines)


def _bundle(data: bytes, vkeys: tuple[str, ...], locale: str) -> str:
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
        return render_report(verify_bundle(path, vkeys=vkeys), locale)


def _picture_type(data: bytes) -> str:
    """Return the type of a picture by its first bytes; nothing is decoded. Raise UserFacing for what is none."""
    try:
        with Image.open(BytesIO(data), formats=tuple(_PICTURES)) as image:
            return _PICTURES[str(image.format)]
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UserFacing("error-check-kind") from error
