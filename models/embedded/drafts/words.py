"""Words as the lexicon compares them: English by the stem, Chinese by the character."""

import re
from typing import Final

_CJK: Final = "\u3400-\u9fff\uf900-\ufaff"
_RUN: Final = re.compile(f"[a-z0-9]+|[{_CJK}]+")
_CJK_RUN: Final = re.compile(f"[{_CJK}]")
_APOSTROPHE: Final = re.compile(r"(?<=[a-z])['’](?=[a-z])")
_IRREGULAR: Final = {
    "buses": "bus",
    "children": "child",
    "dice": "die",
    "feet": "foot",
    "geese": "goose",
    "knives": "knife",
    "leaves": "leaf",
    "loaves": "loaf",
    "men": "man",
    "mice": "mouse",
    "oxen": "ox",
    "people": "person",
    "scarves": "scarf",
    "teeth": "tooth",
    "wolves": "wolf",
    "women": "woman",
}
_AS_IT_IS: Final = frozenset({"bus", "gas", "glasses", "lens", "news", "octopus", "species", "venus", "christmas"})


def runs(text: str) -> list[str]:
    """Split a text into lower-case words and unbroken runs of Chinese characters."""
    return _RUN.findall(_APOSTROPHE.sub("", text.lower()))


def is_cjk(run: str) -> bool:
    """Tell whether a text begins with a Chinese character."""
    return _CJK_RUN.match(run) is not None


def key_of(text: str) -> tuple[str, ...]:
    """Return the stems of a text's words, by which names are looked up."""
    return tuple(singular(run) for run in runs(text))


def singular(word: str) -> str:
    """Undo an English plural; what only looks like one stays."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word in _AS_IT_IS or len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("xes", "ches", "shes", "oes", "sses", "zes")) else word[:-1]
