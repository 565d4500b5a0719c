"""Finding a typeface that has both Latin and Chinese, where systems and packages keep them.

A film with boxes instead of words would be worse than none, so without such a typeface there is none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from PIL import ImageFont

from storage.errors import StorageError

FOLDERS: Final = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local/share/fonts",
    Path.home() / ".fonts",
    Path("/Library/Fonts"),
    Path("/System/Library/Fonts"),
)
_PACKAGE: Final = "manimgx_fonts_cjk"
"""A package of the registry that holds such a typeface; used where it is installed."""
NAMES: Final = (
    "NotoSansCJK-VF.otf.ttc",
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKsc-Regular.otf",
    "NotoSansSC-Regular.otf",
    "NotoSansSC-Regular.ttf",
    "NotoSansSC[wght].ttf",
    "SourceHanSans.ttc",
    "SourceHanSansSC-Regular.otf",
    "SourceHanSansCN-Regular.otf",
    "PingFang.ttc",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
)
"""Files of the typefaces that are known to do, the best first."""
_NEEDED: Final = "Aé落款、"
_NO_CHARACTER: Final = "\uffff"
_PROBED_AT: Final = 16
_MAX_FACES: Final = 64
_REGULAR_WEIGHT, _BOLD_WEIGHT = 400, 700


class NoTypeface(StorageError):
    """There is no typeface with Chinese on this machine, so no film can be drawn."""


@dataclass(frozen=True, slots=True)
class Face:
    """One face of a file; `weight` is set where the file holds all weights in one."""

    file: Path
    index: int = 0
    weight: int | None = None

    def at(self, size_px: int) -> ImageFont.FreeTypeFont:
        """Return the face at a size."""
        return _loaded(self, size_px)


@dataclass(frozen=True, slots=True)
class Typeface:
    """What a film is lettered with."""

    regular: Face
    bold: Face

    def lacks(self, character: str) -> bool:
        """Tell whether there is no glyph for a character, which would be drawn as a box."""
        return _lacks(self.regular, character)


def find_typeface(folders: Sequence[Path] = FOLDERS) -> Typeface:
    """Return the best typeface of this machine; blocking. Raise NoTypeface."""
    files: dict[str, Path] = {}
    for folder in (*_package_folders(), *folders):
        for file in sorted(folder.rglob("*")):
            files.setdefault(file.name, file)
    for name in NAMES:
        if name in files:
            face = _simplified(files[name])
            if face is not None:
                return Typeface(face, _bold_of(face, files))
    raise NoTypeface("no typeface with Chinese was found on this machine")


def _package_folders() -> Iterator[Path]:
    found = find_spec(_PACKAGE)
    for folder in () if found is None else found.submodule_search_locations or ():
        yield Path(folder)


def _simplified(file: Path) -> Face | None:
    """Return the face of a file that draws Chinese as the mainland writes it, or its first that has Chinese at all."""
    faces = [face for face in _faces(file) if not any(_lacks(face, character) for character in _NEEDED)]
    ours = [face for face in faces if {"SC", "CN"} & set(str(face.at(_PROBED_AT).getname()[0]).split())]
    return next(iter([*ours, *faces]), None)


def _faces(file: Path) -> Iterator[Face]:
    for index in range(_MAX_FACES):
        try:
            # Not `truetype`, which for a broken file looks for another one of the same name.
            font = ImageFont.FreeTypeFont(file, _PROBED_AT, index)
        except OSError:
            return
        yield Face(file, index, _REGULAR_WEIGHT if _is_variable(font) else None)


def _is_variable(font: ImageFont.FreeTypeFont) -> bool:
    try:
        return len(font.get_variation_axes()) == 1
    except OSError:
        return False


def _bold_of(face: Face, files: dict[str, Path]) -> Face:
    """Return the bold face beside a regular one, or the regular one where there is none."""
    if face.weight is not None:
        return Face(face.file, face.index, _BOLD_WEIGHT)
    bold = files.get(face.file.name.replace("Regular", "Bold"), face.file)
    return Face(bold, face.index)


@lru_cache(maxsize=64)
def _loaded(face: Face, size_px: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.FreeTypeFont(face.file, size_px, face.index)
    if face.weight is not None:
        font.set_variation_by_axes([face.weight])
    return font


@lru_cache(maxsize=8192)
def _lacks(face: Face, character: str) -> bool:
    # What is drawn for a code point that never has a character is what is drawn for a lacking one.
    return not character.isspace() and _drawn(face, character) == _drawn(face, _NO_CHARACTER)


def _drawn(face: Face, character: str) -> tuple[tuple[int, int], bytes]:
    mask = _probe(face).getmask(character)
    return mask.size, bytes(mask)


@lru_cache(maxsize=8)
def _probe(face: Face) -> ImageFont.FreeTypeFont:
    # Without shaping: a lone mark would be given something to stand on.
    return ImageFont.FreeTypeFont(face.file, _PROBED_AT, face.index, layout_engine=ImageFont.Layout.BASIC)
