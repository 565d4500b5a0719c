"""What differs between two pictures: how much of it, and where."""

from PIL import Image, ImageDraw

from storage.evidence.changes import MAX_REGIONS, Region, picture_change


def paper(size: tuple[int, int] = (640, 320)) -> Image.Image:
    return Image.new("RGB", size, "white")


def with_boxes(*boxes: tuple[int, int, int, int]) -> Image.Image:
    image = paper()
    for box in boxes:
        ImageDraw.Draw(image).rectangle(box, fill="black")
    return image


def test_the_same_picture_has_no_change() -> None:
    change = picture_change(paper(), paper())
    assert (change.share_ppm, change.regions, change.resized) == (0, (), False)


def test_two_places_that_were_painted_are_two_regions() -> None:
    change = picture_change(paper(), with_boxes((100, 100, 199, 149), (500, 10, 519, 29)))
    assert change.share_ppm == round((100 * 50 + 20 * 20) / (640 * 320) * 1_000_000)
    first, second = change.regions
    assert first == Region(100, 100, 100, 50)
    assert (second.left, second.top) == (500, 10)


def test_what_saving_again_does_is_no_change() -> None:
    grey = Image.new("RGB", (64, 64), (100, 100, 100))
    assert picture_change(grey, Image.new("RGB", (64, 64), (108, 96, 100))).share_ppm == 0


def test_another_size_is_told() -> None:
    change = picture_change(paper((320, 160)), with_boxes((0, 0, 63, 63)))
    assert change.resized and change.regions


def test_regions_stay_inside_and_are_not_too_many() -> None:
    boxes = [(x, y, x + 3, y + 3) for x in range(0, 640, 40) for y in range(0, 320, 40)]
    change = picture_change(paper(), with_boxes(*boxes, (630, 310, 639, 319)))
    assert len(change.regions) == MAX_REGIONS
    assert all(r.left + r.width <= 640 and r.top + r.height <= 320 for r in change.regions)
