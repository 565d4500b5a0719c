"""Files of other programs are recognised by their bytes, kept unopened, and give at most a preview drawn anew."""

import zipfile
from io import BytesIO
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.projects.filetypes import MAX_NAME, FileType, plain_name, recognise
from bot.projects.previews import preview_of
from bot.projects.zipped import MAX_ENTRIES, Zip
from storage.darkroom.darkroom import Darkroom
from tests.bot.projects.files import SAMPLES, document, drawn, krita, photoshop, thumbnail, zipped
from tests.models.drafts.test_server import png_bomb

_WITH_PREVIEW: Final = (FileType.PHOTOSHOP, FileType.KRITA, FileType.PROCREATE)


@pytest.mark.parametrize("kind", SAMPLES, ids=lambda kind: kind.name)
def test_a_file_is_what_its_first_bytes_say(kind: FileType) -> None:
    assert recognise(SAMPLES[kind]) is kind


@pytest.mark.parametrize(
    "data",
    [b"", b"   ", b"MZ\x90\x00", b"\x7fELF", b"text\x00more", b"\xff\xfeu\x00", b"GIF89a\x01\x00\xff", b"\x1b[31m"],
)
def test_what_is_none_of_the_kinds_is_not_taken(data: bytes) -> None:
    assert recognise(data) is None


def test_a_script_that_calls_itself_a_picture_is_text() -> None:
    assert recognise(b"<html><svg></svg></html>") is FileType.TEXT
    assert recognise(b"<svgfoo>") is FileType.TEXT


@given(st.binary(max_size=400))
def test_no_bytes_break_the_recognition(data: bytes) -> None:
    recognise(data)


# A darkroom keeps nothing of one file for the next.
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(sorted(SAMPLES, key=lambda kind: kind.name)), data=st.data())
async def test_damaged_files_are_something_or_nothing_and_never_an_error(
    darkroom: Darkroom, kind: FileType, data: st.DataObject
) -> None:
    sample = bytearray(SAMPLES[kind])
    for _ in range(data.draw(st.integers(1, 6))):
        sample[data.draw(st.integers(0, len(sample) - 1))] = data.draw(st.integers(0, 255))
    damaged = bytes(sample[: data.draw(st.integers(0, len(sample)))])
    found = recognise(damaged)
    for each in {found, kind} - {None, FileType.PICTURE, FileType.TEXT}:
        assert each is not None
        preview = await preview_of(darkroom, document(each, damaged))
        assert preview is None or preview.mime == "image/png"


@pytest.mark.parametrize("kind", _WITH_PREVIEW, ids=lambda kind: kind.name)
async def test_a_preview_is_drawn_anew(darkroom: Darkroom, kind: FileType) -> None:
    preview = await preview_of(darkroom, document(kind, SAMPLES[kind]))
    assert preview is not None
    with Image.open(BytesIO(preview.data)) as image:
        assert (image.format, image.size) == ("PNG", (8, 6))


@pytest.mark.parametrize("kind", [k for k in SAMPLES if k not in _WITH_PREVIEW], ids=lambda kind: kind.name)
async def test_what_would_have_to_be_rendered_has_none(darkroom: Darkroom, kind: FileType) -> None:
    assert await preview_of(darkroom, document(kind, SAMPLES[kind])) is None


async def test_nothing_that_was_hidden_in_a_preview_goes_on(darkroom: Darkroom) -> None:
    out = BytesIO()
    Image.new("RGB", (8, 6)).save(out, "PNG", exif=b"Exif\0\0secret", icc_profile=b"secret profile")
    preview = await preview_of(darkroom, document(FileType.KRITA, krita(preview=out.getvalue())))
    assert preview is not None and b"secret" not in preview.data and b"eXIf" not in preview.data


async def test_the_merged_picture_comes_first_and_a_broken_one_gives_way(darkroom: Darkroom) -> None:
    large, small = drawn("PNG", (40, 30)), drawn("PNG", (4, 3))
    for merged, size in ((large, (40, 30)), (large[:60], (4, 3)), (png_bomb(20_000), (4, 3))):
        preview = await preview_of(darkroom, document(FileType.KRITA, krita(mergedimage=merged, preview=small)))
        assert preview is not None
        with Image.open(BytesIO(preview.data)) as image:
            assert image.size == size


@pytest.mark.parametrize(
    "data",
    [
        photoshop(),
        photoshop((1036, b"")),
        photoshop(thumbnail(drawn("JPEG"), form=0)),
        photoshop(thumbnail(b"not a picture")),
        photoshop(thumbnail(drawn("JPEG")))[:-40],
        photoshop((1000, b"x" * 5), thumbnail(drawn("JPEG")), colours=b"c" * 768)[:800],
        b"8BPS\x00\x01" + b"\xff" * 60,
    ],
)
async def test_a_photoshop_file_without_a_sound_thumbnail_has_none(darkroom: Darkroom, data: bytes) -> None:
    assert await preview_of(darkroom, document(FileType.PHOTOSHOP, data)) is None


async def test_the_thumbnail_is_found_behind_other_resources_and_a_colour_table(darkroom: Darkroom) -> None:
    data = photoshop((1000, b"odd"), (1005, b"even"), thumbnail(drawn("JPEG")), colours=b"c" * 768)
    assert await preview_of(darkroom, document(FileType.PHOTOSHOP, data)) is not None


# --- zips ----------------------------------------------------------------------------------------


@given(st.dictionaries(st.text("abc/.", min_size=1, max_size=8), st.binary(max_size=200), max_size=5), st.booleans())
def test_what_the_standard_library_writes_is_read_back(files: dict[str, bytes], packed: bool) -> None:
    archive = Zip.open(zipped(files, zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED))
    assert archive is not None and archive.names == set(files)
    for name, data in files.items():
        assert archive.read(name, limit=200) == data
        assert archive.read(name, limit=len(data) - 1) is None if data else True


@given(st.binary(max_size=300), st.binary(max_size=60))
def test_no_bytes_break_the_reading_of_a_zip(before: bytes, after: bytes) -> None:
    for data in (before, b"PK\x03\x04" + before + b"PK\x05\x06" + after, before + zipped({"a": b"a"})[20:] + after):
        archive = Zip.open(data)
        for name in archive.names if archive else ():
            assert archive is not None
            archive.read(name, limit=10)


def test_a_bomb_is_unpacked_up_to_the_limit() -> None:
    archive = Zip.open(zipped({"preview.png": bytes(50_000_000)}))
    assert archive is not None and archive.read("preview.png", limit=1_000_000) is None


def test_of_two_files_of_one_name_none_is_believed() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("preview.png", b"one")
        archive.writestr("preview.png", b"two")
    found = Zip.open(out.getvalue())
    assert found is not None and found.read("preview.png", limit=10) is None


def test_a_list_without_end_is_looked_at_for_a_while() -> None:
    found = Zip.open(zipped({f"{i}": b"" for i in range(MAX_ENTRIES + 50)}))
    assert found is not None and len(found.names) == MAX_ENTRIES


# --- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ("boat.psd", "boat.psd"),
        ("../../etc/passwd", "passwd"),
        ("C:\\work\\船.kra", "船.kra"),
        ("\u202egnp.exe\u0000", "gnp.exe"),
        ("...", "file"),
        ("", "file"),
        ("a\nb.txt", "a b.txt"),
    ],
)
def test_a_name_is_a_name_and_no_path(given_: str, kept: str) -> None:
    assert plain_name(given_) == kept


@given(st.text(max_size=300))
def test_every_name_can_be_written(name: str) -> None:
    kept = plain_name(name)
    assert 1 <= len(kept) <= MAX_NAME and not set(kept) & set("/\\\n\0")
