"""What somebody brings to be checked: hostile until proven otherwise."""

import io
import resource
import struct
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import UserFacing
from bot.evidence import checking
from bot.evidence.checking import Checker
from storage.drafts import NewCandidate
from storage.evidence.certificates import signing_identity
from storage.evidence.credentials import Credentials
from storage.evidence.rotation import rotate
from storage.privacy import Basis
from storage.store import StorageConfig, Store, open_store
from tests.models.drafts.test_server import png_bomb
from tests.storage.evidence.cases import export, marked, paint, png
from tests.storage.evidence.retouching import (
    CREDENTIALS,
    LABELS,
    encoded,
    one_pixel_changed,
    opened,
    under_marks_of,
)
from tests.storage.evidence.test_credentials import PNG, picture, said_of
from tests.storage.test_drafts import submit


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(StorageConfig(tmp_path / "data"), init=True)
    yield opened
    await opened.close()


@pytest.fixture
def checker(store: Store) -> Checker:
    identity = signing_identity(store.config.keys_dir, store.ledger.origin)
    return Checker(store, identity.authority)


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


async def test_a_zip_that_is_nothing_but_a_list_ends_its_process_and_not_the_bot(checker: Checker) -> None:
    """A million files of no bytes: their list alone takes a gigabyte, in whoever reads it."""
    entry = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    listed = entry * 1_350_000
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1_350_000, 1_350_000, len(listed), 4)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, 4 + len(listed), 1)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    data = b"PK\3\4" + listed + end64 + locator + end
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        assert "REFUSED" in await checker.check(data, "en-US")
    except UserFacing as error:
        assert error.key == "error-check-long"
    # Kibibytes, of this process alone.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < before + 300 * 2**10
    assert "REFUSED" in await checker.check(packed(a=b"b"), "en-US")


async def test_any_other_zip_is_no_bundle(checker: Checker) -> None:
    assert "REFUSED" in await checker.check(packed(a=b"b"), "en-US")
    assert "不予认可" in await checker.check(packed(a=b"b"), "zh-CN")


async def test_a_broken_receipt_is_refused(checker: Checker) -> None:
    assert "REFUSED" in await checker.check(b"c2sp.org/tlog-proof@v1\nnonsense", "en-US")


async def test_what_a_former_key_signed_is_still_the_logs_own(checker: Checker, store: Store) -> None:
    ann = await store.members.meet("discord", "1001", "Ann")
    project, _ = await store.projects.open(ann, "Boats", guild_id=None)
    submitted = await submit(store, ann, project)
    receipt = (await store.ledger.receipt_proof(submitted.receipt.seq)).encode()
    await rotate(store.ledger, store.config.keys_dir)
    bundle = (await export(store, [project], store.config.data_dir / "bundle.zip")).path.read_bytes()
    for data in (receipt, bundle):
        assert (await checker.check(data, "en-US")).startswith("VERIFIED")


# --- pictures, against this operator's own log ---------------------------------------------------


@pytest.fixture
async def delivered(store: Store) -> dict[str, bytes]:
    """Return the candidates of a draft as they were delivered, by the number that their marks carry."""
    identity = signing_identity(store.config.keys_dir, store.ledger.origin)
    credentials = Credentials(identity)
    ann = await store.members.meet("discord", "1001", "Ann")
    project, _ = await store.projects.open(ann, "Boats", guild_id=None)
    submitted = await submit(store, ann, project)
    job = await store.jobs.lease("w", 60_000)
    assert job is not None
    numbers = [f"{submitted.draft_id}-{position}" for position in (1, 2)]
    shown = {number: marked(credentials, paint(seed), number) for seed, number in enumerate(numbers)}
    made = [NewCandidate(7, await store.media.put_picture(data, PNG)) for data in shown.values()]
    await store.drafts.made(job, made, {"model": "m"}, took_ms=1)
    return shown


async def test_a_delivered_picture_is_recognised(checker: Checker, delivered: dict[str, bytes]) -> None:
    for data in delivered.values():
        said = await checker.check(data, "en-US")
        assert said.startswith("VERIFIED\nUnchanged: yes\nComplete: yes\n")
        assert "byte for byte" in said


async def test_a_picture_that_a_chat_saved_again_is_found_by_its_pixels(
    checker: Checker, delivered: dict[str, bytes]
) -> None:
    said = await checker.check(encoded(opened(next(iter(delivered.values())))), "en-US")
    assert "Unchanged: yes" in said
    assert "Complete: no" in said
    assert "[stripped]" in said
    said = await checker.check(encoded(opened(next(iter(delivered.values())))), "zh-CN")
    assert "标识被去除" in said


async def test_marks_on_another_picture_are_called_transplanted(checker: Checker, delivered: dict[str, bytes]) -> None:
    first, second = delivered.values()
    assert "[transplanted]" in await checker.check(under_marks_of(first, second, CREDENTIALS, *LABELS), "en-US")
    assert "[transplanted]" in await checker.check(under_marks_of(first, png(paint(9)), *LABELS), "en-US")


async def test_one_changed_pixel_is_named(checker: Checker, delivered: dict[str, bytes]) -> None:
    said = await checker.check(one_pixel_changed(next(iter(delivered.values()))), "en-US")
    assert "1 of 3072 pixels differ" in said


async def test_an_erased_picture_is_no_longer_found_by_its_pixels(
    checker: Checker, store: Store, delivered: dict[str, bytes]
) -> None:
    first = next(iter(delivered.values()))
    (project,) = await store.projects.list()
    await store.privacy.erase(project, Basis.ASKED)
    assert "NOT RECORDED" in await checker.check(encoded(opened(first)), "en-US")
    assert "byte for byte" in await checker.check(first, "en-US")


async def test_a_picture_of_ours_that_no_event_records(checker: Checker, store: Store) -> None:
    identity = signing_identity(store.config.keys_dir, store.ledger.origin)
    said = await checker.check(Credentials(identity).sign(picture(), PNG, said_of("nowhere-1")), "en-US")
    assert "signed below a certificate that is trusted" in said
    assert "No event of the record names this file" in said


async def test_a_picture_without_credentials_says_so_and_blames_nobody(checker: Checker) -> None:
    said = await checker.check(picture(), "en-US")
    assert "that alone says nothing" in said
    assert "REFUSED" not in said


async def test_a_picture_changed_after_signing(checker: Checker, store: Store) -> None:
    identity = signing_identity(store.config.keys_dir, store.ledger.origin)
    signed = bytearray(Credentials(identity).sign(picture(), PNG, said_of("d-1")))
    signed[-20] ^= 1
    assert "broken" in await checker.check(bytes(signed), "en-US")


async def test_a_picture_with_too_many_pixels_is_refused_in_words(checker: Checker) -> None:
    for side in (9_000, 20_000):
        assert "it has too many pixels" in await checker.check(png_bomb(side), "en-US")
        assert "像素过多" in await checker.check(png_bomb(side), "zh-CN")
