"""Operations through the whole bot, by a real engine of tiny networks: what the member is promised holds."""

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops

from models.drafts.app import create_app
from tests.bot.house import House, open_house
from tests.bot.pocket_member import ANN, Json, PocketMember, Upload, buttons_of, words_of
from tests.models.fake_images import KEY

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::FutureWarning:diffusers"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def tiny_engine() -> Any:
    """Return an engine that can do everything, and draws noise."""
    from models.drafts.engine import Engine
    from models.drafts.safety import Unchecked
    from tests.models.drafts.engine.companies import model_of
    from tests.models.drafts.tiny import unet

    return Engine([model_of(unet.sd15())], safety=Unchecked("random weights draw nothing anybody could mind"))


def noise(size: tuple[int, int]) -> Image.Image:
    return Image.effect_noise(size, 60).convert("RGB")


def png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, create_app(tiny_engine, KEY)) as opened:
        yield opened


@pytest.fixture
async def ann(house: House) -> AsyncIterator[PocketMember]:
    async with PocketMember(house.url, ANN, patience_s=90) as member:
        notice = await member.answer(await member.command("project", "new", title="Boats"))
        await member.answer(await member.press(notice, buttons_of(notice)["I agree"]))
        yield member


async def drawn(ann: PocketMember, name: str, **options: object) -> tuple[Json, Image.Image]:
    """Use a command; return the card and its first picture."""
    waiting = await ann.answer(await ann.command(name, None, **options))
    card = await ann.message(lambda m: m["id"] == waiting["id"] and "①" in buttons_of(m))
    return card, Image.open(io.BytesIO(await ann.download(card["attachments"][0]))).convert("RGB")


async def test_outside_the_mask_not_one_pixel_changes(ann: PocketMember) -> None:
    image = noise((150, 100))
    mask = Image.new("L", image.size, 0)
    mask.paste(255, (40, 20, 100, 70))
    masked = {"image": Upload("a.png", png(image)), "mask": Upload("m.png", png(mask)), "brief": "a sail", "count": 1}
    card, retouched = await drawn(ann, "retouch", **masked)
    black = Image.new("RGB", image.size)
    outside = ImageChops.invert(mask)
    assert Image.composite(retouched, black, outside).tobytes() == Image.composite(image, black, outside).tobytes()
    assert ImageChops.difference(retouched, image).getbbox() is not None
    assert "Retouching" in words_of(card) and "mask #" in words_of(card)


async def test_a_region_takes_the_place_of_a_mask_and_a_known_file_is_no_new_material(
    ann: PocketMember, house: House
) -> None:
    image = Upload("a.png", png(noise((90, 90))))
    card, first = await drawn(ann, "retouch", image=image, brief="a sail", region="middle", count=1)
    size = await house.store.ledger.size()
    own = Upload("b.png", await ann.download(card["attachments"][0]))
    again, second = await drawn(ann, "retouch", image=own, brief="a flag", region="top-left", count=1)
    assert second.crop((30, 0, 90, 90)).tobytes() == first.crop((30, 0, 90, 90)).tobytes()
    # A brief, a start and a candidate: the candidate of before is referred to.
    assert await house.store.ledger.size() == size + 3
    (project,) = await house.store.projects.list()
    history = await house.store.history(project)
    asked = history.by_seq[size]
    made = max(seq for seq in asked.refs)
    assert history.by_seq[made].kind == "draft.made"
    assert asked.map("params")["derived_from"] == made
    assert asked.fields["inputs"] == [{"event": made, "role": "image"}]
    assert f"picture #{made}" in words_of(again)


async def test_an_extended_picture_keeps_what_it_was(ann: PocketMember) -> None:
    image = noise((96, 80))
    card, grown = await drawn(
        ann, "extend", image=Upload("a.png", png(image)), brief="the sea", direction="left", amount=50, count=1
    )
    assert grown.size == (144, 80)
    assert grown.crop((48, 0, 144, 80)).tobytes() == image.tobytes()
    assert "Extending" in words_of(card)


async def test_a_picture_is_enlarged_and_its_lines_are_found(ann: PocketMember) -> None:
    image = Upload("a.png", png(noise((40, 30))))
    _, large = await drawn(ann, "upscale", image=image, scale=3)
    assert large.size == (120, 90)
    card, lines = await drawn(ann, "lineart", image=image)
    assert lines.size == (40, 30)
    assert "Line art" in words_of(card)
