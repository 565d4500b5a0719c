"""A dossier as PDF (PDF/A-2a and PDF/UA-1), set by typst in a process of its own.

Everybody's words go there as JSON, never as source of a program.
"""

import asyncio
import json
import logging
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from storage.errors import StorageError
from storage.evidence.dossier.document import Chart, Document, Entry, Figure, Look, Section, Span, Table, Timeline
from storage.evidence.dossier.legible import breakable
from storage.evidence.dossier.plot import key, plot

log = logging.getLogger(__name__)

PATIENCE_S: Final = 60.0
_HERE: Final = "storage.evidence.dossier"
_LEADS_TO: Final = {Look.EVENT: "event", Look.LEAF: "leaf", Look.CITATION: "source"}
MAX_LINKS: Final = 8
"""In a line with more numbers of events than this none is a link: each costs a kilobyte, and time."""
_MAX_SAID: Final = 500


class PdfFailed(StorageError):
    """The PDF could not be set; the HTML says the same."""


async def render_pdf(document: Document) -> bytes:
    """Return the file; raise PdfFailed."""
    try:
        place = await asyncio.to_thread(TemporaryDirectory, prefix="colophon-dossier-")
        try:
            folder = Path(place.name)
            await asyncio.to_thread(_lay_out, document, folder)
            await _typeset(folder)
            return await asyncio.to_thread((folder / "dossier.pdf").read_bytes)
        finally:
            await asyncio.to_thread(place.cleanup)
    except OSError as error:
        raise PdfFailed(f"typesetting has no room or cannot start: {error.strerror}") from error


async def _typeset(folder: Path) -> None:
    # -I: nothing of the environment, nor of the folder that it is started in, is imported.
    command = [sys.executable, "-I", str(files(_HERE) / "typeset.py"), str(folder)]
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            _, said = await process.communicate()
    except TimeoutError as error:
        raise PdfFailed(f"typesetting took longer than {PATIENCE_S:.0f} s") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        # The error may quote a member's words, so only its last line's kind is told.
        raise PdfFailed(f"typesetting ended with status {process.returncode}: {_kind(said)}")


def _kind(said: bytes) -> str:
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return lines[-1].partition(":")[0][:_MAX_SAID] if lines else "nothing was said"


def _lay_out(document: Document, folder: Path) -> None:
    """Write what the typesetter reads: the template, the data, the pictures."""
    (folder / "template.typ").write_bytes((files(_HERE) / "template.typ").read_bytes())
    for name, picture in document.pictures.items():
        (folder / f"{name}.jpg").write_bytes(picture.jpeg)
    (folder / "dossier.json").write_text(json.dumps(_data(document)), encoding="utf-8")


def _data(document: Document) -> dict[str, Any]:
    drawing = _Drawing(document)
    return {
        "language": document.language,
        "title": breakable(document.title),
        "subtitle": breakable(document.subtitle),
        "labels": dict(document.labels),
        "cover": drawing.plain(document.cover),
        "sections": drawing.plain(document.sections),
    }


class _Drawing:
    """Turns the parts of a document into plain data; knows which anchors there are to lead to."""

    def __init__(self, document: Document) -> None:
        self._pictures = document.pictures
        self._anchors = set(_anchors(document.sections))

    def plain(self, value: Any) -> Any:
        match value:
            case str():
                return breakable(value)
            case tuple():
                led = sum(isinstance(each, Span) and each.look is Look.EVENT for each in value) <= MAX_LINKS
                return [self._span(each, led=led) if isinstance(each, Span) else self.plain(each) for each in value]
            case Figure(name, alternative, caption):
                return {
                    "picture": f"{name}.jpg",
                    "width": self._pictures[name].width,
                    "alternative": alternative,
                    "caption": self.plain(caption),
                }
            case Chart():
                return self._fields(value) | self._drawn(value)
            case Table(rows=rows, anchors=anchors):
                return self._fields(value) | {"anchors": list(anchors or [""] * len(rows))}
            case Entry(seqs=seqs):
                return self._fields(value) | {"anchors": [f"event-{seq}" for seq in seqs]}
            case _ if is_dataclass(value):
                return self._fields(value)
        return value

    def _drawn(self, chart: Chart) -> dict[str, Any]:
        """Return the pictures of a chart, and what is written beside them."""
        drawn = plot(chart)
        return {
            "svg": drawn.standing_alone(),
            "across": drawn.width / drawn.height,
            "scale": [{"at": at, "number": str(number)} for at, number in drawn.scale],
            "legend": [{"svg": key(sign).standing_alone(), "text": breakable(text)} for sign, text in chart.legend],
        }

    def _fields(self, value: Any) -> dict[str, Any]:
        plain = {field.name: self.plain(getattr(value, field.name)) for field in fields(value)}
        return {"kind": type(value).__name__.lower(), **plain}

    def _span(self, span: Span, *, led: bool) -> Mapping[str, Any]:
        anchor = f"{_LEADS_TO[span.look]}-{span.target}" if span.look in _LEADS_TO else ""
        return {
            "text": breakable(span.text),
            "look": span.look,
            "to": anchor if led and anchor in self._anchors else None,
            "lang": span.language,
        }


def _anchors(sections: tuple[Section, ...]) -> list[str]:
    found: list[str] = []
    for section in sections:
        for block in section.blocks:
            if isinstance(block, Table):
                found += block.anchors
            elif isinstance(block, Timeline):
                found += [f"event-{seq}" for entry in block.entries for seq in entry.seqs]
        found += _anchors(section.parts)
    return found
