"""Everything that a darkroom's process can be asked for, by name; each answers with JSON and perhaps some bytes.

What only one of them needs is imported when it is asked for, so that a process is there at once.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from storage.darkroom import pictures
from storage.darkroom.found import FileRefused, Traces, Why

if TYPE_CHECKING:
    from storage.evidence.film.making import Making
    from storage.evidence.pictures import Recorded

Answer = tuple[object, Sequence[bytes]]
Work = Callable[[Mapping[str, Any], Sequence[bytes]], Answer]


def _check(how: Mapping[str, Any], parts: Sequence[bytes]) -> Answer:
    return pictures.check(parts[0], mask=how["mask"]), ()


def _pixels(_: Mapping[str, Any], parts: Sequence[bytes]) -> Answer:
    return pictures.pixels(parts[0]), ()


def _redrawn(_: Mapping[str, Any], parts: Sequence[bytes]) -> Answer:
    return None, (pictures.redrawn(parts[0]),)


def _small(how: Mapping[str, Any], parts: Sequence[bytes]) -> Answer:
    return None, (pictures.small(parts[0], how["side"]),)


def _compare(_: Mapping[str, Any], parts: Sequence[bytes]) -> Answer:
    from storage.evidence.changes import picture_change

    with pictures.opened(parts[0]) as before, pictures.opened(parts[1]) as after:
        return picture_change(before, after), ()


def _marks(how: Mapping[str, Any], parts: Sequence[bytes]) -> Answer:
    from storage.evidence.marking import said_of_input

    return said_of_input(parts[0], how["mime"]), ()


def _look(how: Mapping[str, Any], parts: Sequence[bytes]) -> Answer:
    """Return by what a picture can be found; what is refused is a report already."""
    from storage.evidence.pictures import NotAPicture, look
    from storage.evidence.verify.report import Checks, Refusal

    try:
        looked = look(parts[0], how["authority"].encode())
    except NotAPicture as error:
        raise FileRefused(Why.TYPE) from error
    except Refusal as refusal:
        return {"report": Checks().refused(refusal)}, ()
    return {"traces": Traces(looked.sha256, looked.pixels_sha256, looked.ids)}, ()


def _judge(how: Mapping[str, Any], parts: Sequence[bytes]) -> Answer:
    from storage.evidence.pictures import Leads, judge, look

    exact, like, named = (list(map(_recorded, how["leads"][name])) for name in ("exact", "same_pixels", "named"))
    return judge(look(parts[0], how["authority"].encode()), Leads(exact, like, named)), ()


def _recorded(lead: Mapping[str, Any]) -> "Recorded":
    from storage.evidence.pictures import Recorded

    return Recorded(lead["seq"], lead["sha256"], lead["produce_id"], partial(_stored, Path(lead["path"])))


def _stored(path: Path) -> bytes | None:
    """Return a stored picture, None where it was erased."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _bundle(how: Mapping[str, Any], _: Sequence[bytes]) -> Answer:
    from zipfile import BadZipFile, ZipFile

    from storage.evidence.verify import is_moderation_export, verify_bundle, verify_moderation

    path = Path(how["path"])
    # The list of files alone can take memory without end, so it is read here too.
    try:
        with ZipFile(path) as archive:
            unpacked = sum(info.file_size for info in archive.infolist())
    except (BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise FileRefused(Why.TYPE) from error
    if unpacked > how["most_bytes"]:
        raise FileRefused(Why.BOMB)
    verify = verify_moderation if is_moderation_export(path) else verify_bundle
    return verify(path, vkeys=tuple(how["vkeys"])), ()


def _film(how: Mapping[str, Any], parts: Sequence[bytes]) -> Answer:
    """Return a film; an empty file where no quality makes it small enough."""
    from storage.evidence.film.reel import FilmTooLarge
    from storage.evidence.film.script import read

    try:
        return None, (_making(how).film(read(parts[0])),)
    except FilmTooLarge:
        return None, (b"",)


def _sheet(how: Mapping[str, Any], parts: Sequence[bytes]) -> Answer:
    from storage.evidence.film.script import read

    return None, (_making(how).sheet(read(parts[0])),)


def _making(how: Mapping[str, Any]) -> "Making":
    from storage.evidence.film.making import Making
    from storage.evidence.film.typeface import NOTO

    paths = how["paths"]
    return Making(NOTO, how["language"], lambda digest: Path(paths[digest]))


def _chart(how: Mapping[str, Any], _: Sequence[bytes]) -> Answer:
    from pydantic import TypeAdapter

    from storage.darkroom.chart import Chart, draw_chart

    return None, (draw_chart(TypeAdapter(Chart).validate_python(how["chart"])),)


WORK: Final[Mapping[str, Work]] = {
    "check": _check,
    "pixels": _pixels,
    "redrawn": _redrawn,
    "small": _small,
    "compare": _compare,
    "marks": _marks,
    "look": _look,
    "judge": _judge,
    "bundle": _bundle,
    "film": _film,
    "sheet": _sheet,
    "chart": _chart,
}
