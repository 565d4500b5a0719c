"""A process of its own that sets a dossier in type: `python -I typeset.py FOLDER`.

The folder holds template.typ, dossier.json and the pictures; dossier.pdf appears in it. Nothing else of the disk is
read but the fonts, nothing is fetched. It is a process because typesetting can be made to take for ever, and a process
can be stopped. It imports nothing of Colophon, so that it starts at once.
"""

import json
import re
import resource
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import typst

FONTS: Final = "manimgx_fonts_cjk"
"""The package that brings Noto Sans CJK, the one font of Latin and Chinese alike; the same on every machine."""
MEMORY_BYTES: Final = 4 << 30
CPU_S: Final = 120
MAX_TRIES: Final = 400
# What the font surely has; only the rest is tried out.
_COMMON: Final = re.compile(
    "[ -~\u00a0-\u00ac\u00ae-\u00ff\u3001-\u3011\u4e00-\u9fa5\uff01-\uff5e\u2013-\u201d…•→✓✕#‹›\n\u200b]+"
)
_PROBE: Final = "#for c in json(bytes(sys.inputs.characters)) { par(c) }"


def main(folder: Path) -> None:
    """Write dossier.pdf."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[font_folder()])
    data = json.loads((folder / "dossier.json").read_bytes())
    unusual = _unusual(data)
    try:
        pdf = _set(data, undrawable(sorted(unusual), folder, fonts), folder, fonts)
    except typst.TypstError:
        # Characters that can be drawn alone need not be in each other's company.
        pdf = _set(data, unusual, folder, fonts)
    (folder / "dossier.pdf").write_bytes(pdf)


def _set(data: Any, missing: set[str], folder: Path, fonts: typst.Fonts) -> bytes:
    shown = _coded(data, missing) | {"coded": bool(missing)}
    (folder / "dossier.json").write_text(json.dumps(shown), encoding="utf-8")
    return typst.compile(
        str(folder / "template.typ"),
        root=str(folder),
        font_paths=fonts,
        format="pdf",
        # To be kept for long, and to be read aloud.
        pdf_standards=["a-2a", "ua-1"],
    )


def font_folder() -> str:
    """Return where the font lies."""
    found = find_spec(FONTS)
    if found is None or not found.submodule_search_locations:
        raise SystemExit(f"the package {FONTS} is not installed")
    return found.submodule_search_locations[0]


def undrawable(characters: Sequence[str], folder: Path, fonts: typst.Fonts) -> set[str]:
    """Return which characters no font has, by trying; what is not found out in so many tries counts among them.

    The standard forbids a page with a character that is not drawn, and rightly: a reader would miss it.
    """
    probe = folder / "probe.typ"
    probe.write_text(_PROBE, encoding="utf-8")
    compiler = typst.Compiler(str(probe), root=str(folder), font_paths=fonts)
    missing: set[str] = set()
    waiting = [list(characters)] if characters else []
    for _ in range(MAX_TRIES):
        if not waiting:
            break
        group = waiting.pop()
        if _drawn(group, compiler):
            continue
        if len(group) == 1:
            missing.add(group[0])
        else:
            middle = len(group) // 2
            # The lower half next: what people write stands there, what is left over at last is rare.
            waiting += [group[middle:], group[:middle]]
    return missing.union(*waiting)


def _drawn(characters: Sequence[str], compiler: typst.Compiler) -> bool:
    try:
        compiler.compile(format="pdf", sys_inputs={"characters": json.dumps(characters)}, pdf_standards=["a-2u"])
    except typst.TypstError:
        return False
    return True


def _unusual(value: Any) -> set[str]:
    return {character for text in _texts(value) for character in _COMMON.sub("", text)}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def _coded(value: Any, missing: set[str]) -> Any:
    """Return the same data with what cannot be drawn as ‹U+…›."""
    if isinstance(value, str):
        return "".join(f"‹U+{ord(c):04X}›\u200b" if c in missing else c for c in value)
    if isinstance(value, dict):
        return {name: _coded(each, missing) for name, each in value.items()}
    if isinstance(value, list):
        return [_coded(each, missing) for each in value]
    return value


if __name__ == "__main__":
    main(Path(sys.argv[1]))
