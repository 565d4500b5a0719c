"""Pictures to begin with, the same at each call; no torch."""

from PIL import Image, ImageDraw, ImageFilter


def line_drawing(size: tuple[int, int] = (64, 64)) -> Image.Image:
    """Return black lines on white: a house with a door under a sun. RGB; `size` is width, height in pixels."""
    width, height = size
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    line = max(1, min(size) // 48)
    left, right, eaves, floor = width * 0.2, width * 0.75, height * 0.45, height * 0.9
    draw.rectangle((left, eaves, right, floor), outline="black", width=line)
    draw.line((left, eaves, (left + right) / 2, height * 0.15, right, eaves), fill="black", width=line)
    draw.rectangle((width * 0.42, height * 0.65, width * 0.53, floor), outline="black", width=line)
    draw.ellipse((width * 0.78, height * 0.05, width * 0.95, height * 0.22), outline="black", width=line)
    return image


def photo(size: tuple[int, int] = (64, 64)) -> Image.Image:
    """Return a coloured scene with soft and hard edges. RGB; `size` is width, height in pixels."""
    width, height = size
    across = Image.linear_gradient("L").rotate(90).resize(size)
    down = Image.linear_gradient("L").resize(size)
    image = Image.merge("RGB", (across, down, Image.new("L", size, 140)))
    draw = ImageDraw.Draw(image)
    draw.ellipse((width * 0.1, height * 0.2, width * 0.5, height * 0.6), fill=(220, 60, 40))
    draw.polygon([(width * 0.6, height * 0.9), (width * 0.75, height * 0.4), (width * 0.9, height * 0.9)], fill="navy")
    return image.filter(ImageFilter.GaussianBlur(min(size) / 128))


def mask(size: tuple[int, int] = (64, 64)) -> Image.Image:
    """Return white where something is to be drawn anew: a box right of the middle. L; `size` as above."""
    width, height = size
    image = Image.new("L", size, 0)
    ImageDraw.Draw(image).rectangle((width // 2, height // 4, width * 7 // 8, height * 3 // 4), fill=255)
    return image
