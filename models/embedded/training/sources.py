"""The openly licensed icon sets the model learns from, and which picture in each of them shows which concept.

All sets draw the same list of things, Unicode's emoji, each in a manner of its own: the concept is the thing, the
style is the set. A concept is known by its hexcode, "1f431" for a cat, without the variation selectors.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class IconSet:
    """One icon set of the npm scope @iconify-json, and the neutral name of its style."""

    package: str
    style: str
    licence: str
    author: str
    upstream: str


SETS: Final = (
    IconSet("fluent-emoji-flat", "flat", "MIT", "Microsoft Corporation", "fluentui-emoji, flat"),
    IconSet("fluent-emoji", "glossy", "MIT", "Microsoft Corporation", "fluentui-emoji, color"),
    IconSet("fluent-emoji-high-contrast", "ink", "MIT", "Microsoft Corporation", "fluentui-emoji, high contrast"),
    IconSet("noto", "soft", "Apache-2.0", "Google", "noto-emoji"),
    IconSet("noto-v1", "rounded", "Apache-2.0", "Google", "noto-emoji, version 1"),
    IconSet("twemoji", "bold", "CC-BY-4.0", "Twitter and contributors", "twemoji, the jdecked fork"),
    IconSet("emojione", "classic", "CC-BY-4.0", "EmojiTwo contributors, Emoji One", "emojitwo"),
    IconSet("fxemoji", "plain", "Apache-2.0", "Mozilla", "fxemoji"),
    IconSet("streamline-emojis", "outlined", "CC-BY-4.0", "Streamline (Webalys)", "Streamline emojis"),
)
"""Left out on purpose: sets with share-alike licences (OpenMoji, EmojiOne 1), sets of logos, national flags."""

DRAWN: Final = ("flat", "glossy", "ink", "soft", "rounded", "bold", "outlined")
"""The styles that can be asked for; the autoencoder learns from the others as well."""

_LEFT_OUT_GROUPS: Final = (2, 9)
"""Of emojibase: components, flags."""
_PERSONS: Final = 1
_SYMBOLS: Final = 8
_TIME_OF_DAY: Final = re.compile(r"o’clock$|-thirty$")
_NO_PICTURE: Final = re.compile(r"skin tone|keycap|button$|^family")
_SKIN_TONE: Final = re.compile(r"skin-?tone|tone-?[1-5]$|-(dark|light|medium|medium-dark|medium-light)$")
_CODE_IN_NAME: Final = re.compile(r"u([0-9a-f]{4,6})-")
_NAMED_LOOSELY: Final = ("plain", "outlined")
"""Sets whose names lack hyphens or say no code."""


@dataclass(frozen=True, slots=True)
class Concept:
    """A thing that can be drawn, by its hexcode; `group` is emojibase's (3 animals and nature, 4 food ...)."""

    hexcode: str
    name_en: str
    name_zh: str
    group: int


@dataclass(frozen=True, slots=True)
class Icon:
    """One drawing of a concept; `svg` is a whole document without a size."""

    concept: str
    style: str
    svg: str

    def sized(self, side: int) -> str:
        """Return the document for a square of this many pixels; what is not square stands in the middle."""
        return self.svg.replace("<svg ", f'<svg width="{side}" height="{side}" ', 1)


def is_drawn(concept: Concept) -> bool:
    """Tell what people may want drawn from mere symbols and the faces of clocks."""
    return concept.group != _SYMBOLS and not _TIME_OF_DAY.search(concept.name_en)


class Packages:
    """The npm packages, installed below `folder`/node_modules."""

    def __init__(self, folder: Path) -> None:
        self._modules = folder / "node_modules"
        names = {locale: self._emojibase(locale) for locale in ("en", "zh")}
        self.concepts: Final = {
            code: Concept(code, entry["label"], names["zh"].get(code, entry)["label"], entry["group"])
            for code, entry in sorted(names["en"].items(), key=lambda item: item[1].get("order", 1 << 20))
            if _is_concept(code, entry)
        }
        self._codes_by_name = self._known_names(names["en"])

    def version(self, package: str) -> str:
        """Return the installed version of a package."""
        about = json.loads((self._modules / package / "package.json").read_text(encoding="utf-8"))
        return str(about["version"])

    def icons(self, icon_set: IconSet) -> Iterator[Icon]:
        """Yield the drawings of one set, at most one a concept, in the concepts' order."""
        drawn = self._read(icon_set, "icons.json")
        names = self._names_by_concept(icon_set, drawn)
        for concept in self.concepts:
            name = names.get(concept)
            svg = _svg(drawn, name) if name is not None else None
            if svg is not None:
                yield Icon(concept, icon_set.style, svg)

    def _read(self, icon_set: IconSet, file: str) -> dict[str, Any]:
        path = self._modules / "@iconify-json" / icon_set.package / file
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found

    def _emojibase(self, locale: str) -> dict[str, Any]:
        path = self._modules / "emojibase-data" / locale / "data.json"
        return {_plain(entry["hexcode"]): entry for entry in json.loads(path.read_text(encoding="utf-8"))}

    def _known_names(self, english: Mapping[str, Any]) -> dict[str, str]:
        """Return codes by the names that any set uses: few sets say the code of each of their icons."""
        known: dict[str, str] = {}
        for code, entry in english.items():
            known.setdefault(_hyphened(entry["label"]), code)
        for icon_set in SETS:
            for code, name in self._read(icon_set, "chars.json").items():
                known.setdefault(name, _plain(code))
        return known

    def _names_by_concept(self, icon_set: IconSet, drawn: Mapping[str, Any]) -> dict[str, str]:
        loose = {name.replace("-", ""): code for name, code in self._codes_by_name.items()}
        found: dict[str, str] = {}
        for name in [*drawn["icons"], *drawn.get("aliases", {})]:
            code = self._code_of(name)
            if code is None and icon_set.style in _NAMED_LOOSELY:
                code = loose.get(re.sub(r"^u[0-9a-f]+", "", name.replace("-", "")))
            if code is not None and not _SKIN_TONE.search(name):
                found.setdefault(code, name)
        stated = self._read(icon_set, "chars.json")
        return found | {_plain(code): name for code, name in stated.items()}

    def _code_of(self, name: str) -> str | None:
        stated = _CODE_IN_NAME.match(name)
        if stated:
            return _plain(stated[1])
        for spelled in (name, re.sub(r"-\d$", "", name), name.replace("-", "")):
            if spelled in self._codes_by_name:
                return self._codes_by_name[spelled]
        return None


def _is_concept(code: str, entry: Mapping[str, Any]) -> bool:
    """Tell what can be drawn by itself: no skin tones, flags, keys of a keyboard, families, persons at work."""
    group = entry.get("group")
    if group is None or group in _LEFT_OUT_GROUPS or _NO_PICTURE.search(entry["label"]):
        return False
    return not ("200d" in code and group == _PERSONS)


def _svg(drawn: Mapping[str, Any], name: str) -> str | None:
    """Return an icon as a document with a small margin; None for what is only a turned or mirrored other icon."""
    aliases: Mapping[str, Any] = drawn.get("aliases", {})
    if aliases.get(name, {}).keys() & {"hFlip", "vFlip", "rotate"}:
        return None
    while name not in drawn["icons"] and name in aliases:
        name = aliases[name]["parent"]
    icon = drawn["icons"].get(name)
    if icon is None:
        return None
    width, height = (icon.get(side, drawn.get(side, 16)) for side in ("width", "height"))
    left, top, margin = icon.get("left", 0), icon.get("top", 0), 0.04 * max(width, height)
    box = f"{left - margin} {top - margin} {width + 2 * margin} {height + 2 * margin}"
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    body = icon["body"].replace("currentColor", "#111111")
    return f'<svg {names} viewBox="{box}">{body}</svg>'


def _plain(code: str) -> str:
    return "-".join(part for part in code.lower().split("-") if part not in ("fe0f", "fe0e"))


def _hyphened(label: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", re.sub("[’']", "", label.lower())).strip("-")
