"""Briefs and uploads at the edge: what passes is clean and bounded, what does not is named."""

import io
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.chat.typed import clean
from bot.chat.uploads import check_declared, check_upload
from bot.draft.brief import MAX_BRIEF, MAX_COUNT, make_brief
from bot.errors import BriefTooLong, UserFacing
from storage.darkroom.darkroom import Darkroom
from tests.models.drafts.test_server import png_bomb


def picture(format_: str = "PNG", size: tuple[int, int] = (32, 32)) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(out, format_)
    return out.getvalue()


@pytest.mark.parametrize(
    ("text", "options", "key"),
    [
        ("", {}, "error-brief-empty"),
        (" \n\u200b\u202e ", {}, "error-brief-empty"),
        ("...", {}, "error-brief-empty"),
        ("apple", {"count": 0}, "error-count"),
        ("apple", {"count": 99}, "error-count"),
        ("apple", {"seed": -1}, "error-seed"),
        ("apple", {"seed": 2**40}, "error-seed"),
        ("apple", {"strength": 3.0}, "error-strength"),
        ("apple", {"style": "baroque", "styles": ("flat",)}, "error-style"),
    ],
)
def test_a_broken_rule_is_named(text: str, options: dict[str, Any], key: str) -> None:
    with pytest.raises(UserFacing) as caught:
        make_brief(text, **options)
    assert caught.value.key == key


def test_a_long_text_is_handed_back_whole() -> None:
    with pytest.raises(BriefTooLong) as caught:
        make_brief("x" * 4000)
    assert caught.value.text == "x" * 4000


def test_a_seed_counts_on_and_no_seed_is_random() -> None:
    assert make_brief("apple", seed=7, count=3).params.seeds == (7, 8, 9)
    assert make_brief("apple").params.seeds != make_brief("apple").params.seeds


def test_a_style_nobody_has_named_yet_is_left_to_the_server() -> None:
    assert make_brief("apple", style="baroque", styles=()).params.style == "baroque"


@given(st.text(max_size=300))
def test_cleaning_is_final_and_leaves_no_controls(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not any(unicodedata.category(c)[0] == "C" for c in cleaned if c != "\n")


@given(st.text(max_size=MAX_BRIEF), st.integers(-2, 10))
def test_a_brief_that_passes_keeps_every_promise(text: str, count: int) -> None:
    try:
        brief = make_brief(text, count=count)
    except UserFacing:
        return
    assert brief.text
    assert len(brief.params.seeds) == count <= MAX_COUNT


@pytest.mark.parametrize(("format_", "mime"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")])
async def test_pictures_are_known_by_their_bytes(darkroom: Darkroom, format_: str, mime: str) -> None:
    assert (await check_upload(darkroom, picture(format_))).mime == mime


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", "error-upload-type"),
        (b"MZ\x90\x00", "error-upload-type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "error-upload-type"),
        (picture("GIF"), "error-upload-type"),
        (picture("JPEG", (300, 300))[:3000], "error-upload-broken"),
        (picture("PNG", (300, 300))[:3000], "error-upload-broken"),
        (png_bomb(9_000), "error-upload-pixels"),
        (png_bomb(20_000), "error-upload-bomb"),
        (bytes(11 * 2**20), "error-upload-large"),
    ],
)
async def test_hostile_uploads_are_refused_by_name(darkroom: Darkroom, data: bytes, key: str) -> None:
    with pytest.raises(UserFacing) as caught:
        await check_upload(darkroom, data)
    assert caught.value.key == key


def test_what_the_platform_says_is_checked_before_a_download() -> None:
    check_declared(1000, "image/png")
    check_declared(1000, None)
    for size, kind in ((11 * 2**20, "image/png"), (10, "application/zip")):
        with pytest.raises(UserFacing):
            check_declared(size, kind)
