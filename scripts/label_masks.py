"""Draw the words of the visible label once, so that no font is needed where pictures are labelled.

    python scripts/label_masks.py FONT.ttc INDEX

Shipped: Noto Sans CJK SC Bold (SIL Open Font License 1.1; `fonts-noto-cjk` of Debian, NotoSansCJK-Bold.ttc, index 2).
A mask is a grey PNG, white where there is ink, cut to the words. Its text chunk `letter` is the height in pixels of
the capitals "AI", by which the size of a label is measured: the Chinese characters beside them are higher.
"""

import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

FOLDER = Path(__file__).parents[1] / "storage" / "evidence" / "labels"
WORDS = {"en": "AI-generated", "zh": "AI生成"}
# As large as a label of a picture with a shorter side of 4,096 pixels.
EM = 280


def mask(words: str, font: ImageFont.FreeTypeFont) -> Image.Image:
    """Draw words white on black, cut to their ink."""
    left, top, right, bottom = font.getbbox(words)
    image = Image.new("L", (int(right - left) + 8, int(bottom - top) + 8))
    ImageDraw.Draw(image).text((4 - left, 4 - top), words, 255, font)
    return image.crop(image.getbbox())


def main() -> None:
    """Write the masks."""
    font = ImageFont.truetype(sys.argv[1], EM, index=int(sys.argv[2]))
    letter = mask("AI", font).height
    FOLDER.mkdir(exist_ok=True)
    for name, words in WORDS.items():
        about = PngInfo()
        about.add_text("letter", str(letter))
        mask(words, font).save(FOLDER / f"{name}.png", optimize=True, pnginfo=about)


if __name__ == "__main__":
    main()
