"""Another colour for a drawing: the leading one is turned, and the rest stays."""

import colorsys
from typing import TYPE_CHECKING, cast

import pytest

from models.embedded.drafts import STYLES

if TYPE_CHECKING:  # torch takes seconds to import, also for those who leave the slow tests out
    from torch import Tensor

pytestmark = pytest.mark.slow
SIDE = 32


def sheet(colour: tuple[float, float, float], leaf: tuple[float, float, float] | None = None) -> "Tensor":
    """Return a coloured square on white paper with a black edge, and a small leaf."""
    import torch

    picture = torch.ones(1, 3, SIDE, SIDE)
    picture[:, :, 4:28, 4:28] = -1
    picture[:, :, 6:26, 6:26] = torch.tensor(colour).reshape(1, 3, 1, 1) * 2 - 1
    if leaf is not None:
        picture[:, :, 8:12, 8:12] = torch.tensor(leaf).reshape(1, 3, 1, 1) * 2 - 1
    return picture


def at(picture: "Tensor", row: int, column: int) -> tuple[float, float, float]:
    """Return hue in degrees, saturation and value of a pixel."""
    red, green, blue = ((picture[0, :, row, column] + 1) / 2).tolist()
    hue, saturation, value = colorsys.rgb_to_hsv(red, green, blue)
    return hue * 360, saturation, value


@pytest.mark.parametrize(
    ("tint", "hues"),
    [("red", (340, 380)), ("green", (90, 160)), ("blue", (195, 245)), ("purple", (250, 310)), ("yellow", (35, 65))],
)
@pytest.mark.parametrize("colour", [(0.9, 0.5, 0.1), (0.2, 0.4, 0.9), (0.55, 0.55, 0.6)])
def test_what_was_drawn_takes_the_colour(tint: str, hues: tuple[int, int], colour: tuple[float, float, float]) -> None:
    from models.embedded.drafts.tint import tinted

    hue, saturation, _ = at(tinted(sheet(colour), tint), 20, 20)
    assert hues[0] <= hue <= hues[1] or hues[0] <= hue + 360 <= hues[1]
    assert saturation > 0.3


def test_paper_outlines_and_other_colours_stay() -> None:
    from models.embedded.drafts.tint import tinted

    before = sheet((0.9, 0.2, 0.1), leaf=(0.1, 0.7, 0.2))
    after = tinted(before, "blue")
    for row, column in ((1, 1), (5, 5), (10, 10)):
        assert cast(float, (after - before)[0, :, row, column].abs().max()) < 0.12
    assert 195 <= at(after, 20, 20)[0] <= 245


def test_black_and_white_are_colours_too() -> None:
    from models.embedded.drafts.tint import tinted

    _, _, black = at(tinted(sheet((0.9, 0.5, 0.1)), "black"), 20, 20)
    _, saturation, white = at(tinted(sheet((0.9, 0.5, 0.1)), "white"), 20, 20)
    assert black < 0.35 and white > 0.85 and saturation < 0.15


def test_there_is_a_name_for_every_style_in_both_languages() -> None:
    from bot.chat.texts import LOCALES, Texts

    texts = Texts()
    assert all(texts.has(locale, f"style-{style}") for locale in LOCALES for style in STYLES)
