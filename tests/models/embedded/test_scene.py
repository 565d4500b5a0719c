"""Several things on one sheet: each can be seen, a scene stands behind them, and paper leaves no rim."""

from PIL import Image, ImageDraw

from models.embedded.drafts.scene import composed, tilted

SIDE = 256


def disc(colour: str, *, eye: str | None = None) -> Image.Image:
    tile = Image.new("RGB", (SIDE, SIDE), "white")
    draw = ImageDraw.Draw(tile)
    draw.ellipse((40, 40, SIDE - 40, SIDE - 40), fill=colour)
    if eye is not None:
        draw.ellipse((110, 110, 146, 146), fill=eye)
    return tile


def share(picture: Image.Image, colour: tuple[int, int, int]) -> float:
    """Return the share of pixels that are nearly of this colour."""
    pixels: list[tuple[int, ...]] = list(picture.get_flattened_data())  # type: ignore[arg-type]
    return sum(max(abs(a - b) for a, b in zip(p, colour, strict=True)) < 40 for p in pixels) / len(pixels)


def test_one_thing_stays_as_it_is() -> None:
    assert composed([disc("red")]).tobytes() == disc("red").tobytes()


def test_two_and_three_things_are_all_seen() -> None:
    colours = {"red": (255, 0, 0), "blue": (0, 0, 255), "lime": (0, 255, 0)}
    for count in (2, 3):
        sheet = composed([disc(colour) for colour in list(colours)[:count]])
        assert sheet.size == (SIDE, SIDE)
        for rgb in list(colours.values())[:count]:
            assert share(sheet, rgb) > 0.08
        assert share(sheet, (255, 255, 255)) > 0.2


def test_a_scene_stands_behind_a_thing_whichever_was_named_first() -> None:
    scene = Image.new("RGB", (SIDE, SIDE), "teal")
    for tiles in ([disc("red"), scene], [scene, disc("red")]):
        sheet = composed(tiles)
        assert sheet.getpixel((2, 2)) == sheet.getpixel((SIDE - 2, 2)) == (0, 128, 128)
        assert share(sheet, (255, 0, 0)) > 0.1
        assert share(sheet, (255, 255, 255)) < 0.005, "the thing's paper is gone, without a rim"


def test_white_inside_a_thing_stays_white() -> None:
    sheet = composed([disc("red", eye="white"), Image.new("RGB", (SIDE, SIDE), "teal")])
    assert 0.002 < share(sheet, (255, 255, 255)) < 0.02


def test_scenes_only_are_set_side_by_side() -> None:
    sheet = composed([Image.new("RGB", (SIDE, SIDE), "teal"), Image.new("RGB", (SIDE, SIDE), "maroon")])
    assert share(sheet, (0, 128, 128)) > 0.1 and share(sheet, (128, 0, 0)) > 0.1


def test_a_thing_is_turned_on_white_paper_and_a_scene_stays_level() -> None:
    bar = Image.new("RGB", (SIDE, SIDE), "white")
    ImageDraw.Draw(bar).rectangle((60, 120, 196, 136), fill="black")
    turned = tilted(bar, 20.0)
    assert turned.tobytes() != bar.tobytes()
    assert turned.getpixel((0, 0)) == (255, 255, 255)
    scene = Image.new("RGB", (SIDE, SIDE), "teal")
    assert tilted(scene, 20.0) is scene
