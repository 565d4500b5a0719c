"""What somebody brings to be checked: hostile until proven otherwise."""

import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.chat.texts import Texts
from bot.errors import UserFacing
from bot.evidence import checking
from bot.evidence.checking import Checker
from storage.evidence.certificates import signing_identity
from storage.evidence.credentials import Credentials
from storage.store import StorageConfig, Store, open_store
from tests.storage.evidence.test_credentials import PNG, picture, said_of


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(StorageConfig(tmp_path / "data"), init=True)
    yield opened
    await opened.close()


@pytest.fixture
def checker(store: Store) -> Checker:
    identity = signing_identity(store.config.keys_dir, store.ledger.origin)
    return Checker(store, Texts(), identity.authority)


def packed(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("data", [b"", b"hello", b"PK\x03\x04", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n"])
async def test_what_is_nothing_of_ours_is_refused_in_words(checker: Checker, data: bytes) -> None:
    with pytest.raises(UserFacing) as caught:
        await checker.check(data, "en-US")
    assert caught.value.key == "error-check-kind"


async def test_a_bomb_is_not_unpacked(checker: Checker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "MAX_UNPACKED_BYTES", 1000)
    with pytest.raises(UserFacing) as caught:
        await checker.check(packed(bomb=bytes(100_000)), "en-US")
    assert caught.value.key == "error-check-long"


async def test_any_other_zip_is_no_bundle(checker: Checker) -> None:
    assert "REFUSED" in await checker.check(packed(a=b"b"), "en-US")
    assert "不予认可" in await checker.check(packed(a=b"b"), "zh-CN")


async def test_a_broken_receipt_is_refused(checker: Checker) -> None:
    assert "REFUSED" in await checker.check(b"c2sp.org/tlog-proof@v1\nnonsense", "en-US")


async def test_a_picture_of_ours_that_no_event_records(checker: Checker, store: Store) -> None:
    identity = signing_identity(store.config.keys_dir, store.ledger.origin)
    signed = Credentials(identity).sign(picture(), PNG, said_of("nowhere-1"))
    said = await checker.check(signed, "en-US")
    assert "signed by this server" in said
    assert "No event of this log records this file" in said


async def test_a_picture_without_credentials_says_so_and_blames_nobody(checker: Checker) -> None:
    assert "that alone says nothing" in await checker.check(picture(), "en-US")


async def test_a_picture_changed_after_signing(checker: Checker, store: Store) -> None:
    identity = signing_identity(store.config.keys_dir, store.ledger.origin)
    signed = bytearray(Credentials(identity).sign(picture(), PNG, said_of("d-1")))
    signed[-20] ^= 1
    assert "broken" in await checker.check(bytes(signed), "en-US")
