"""Views of a bundle for people and spreadsheet programs; they are conveniences, never evidence."""

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

CSV_HEADER = ("seq", "time", "project", "number", "actor", "type", "refers_to", "fields")
_CSV_BOM = b"\xef\xbb\xbf"
# What a spreadsheet program would run as a formula; the full-width forms count in some of them.
_FORMULA = frozenset("=+-@\t\r\n|%＝＋－＠")


def csv_head() -> bytes:
    """Return the byte order mark and the header row."""
    return _CSV_BOM + _row(CSV_HEADER)


def csv_row(leaf: Mapping[str, Any], fields: Mapping[str, Any]) -> bytes:
    """Return one event as a row of quoted cells, none of which a spreadsheet program runs."""
    words = "; ".join(f"{name}: {_plain(value)}" for name, value in fields.items())
    refs = " ".join(map(str, leaf["refs"]))
    cells = (leaf["seq"], leaf["ts"], leaf["project"], leaf["pseq"], leaf["actor"], leaf["type"], refs, words)
    return _row([str(cell) for cell in cells])


def json_row(leaf: Mapping[str, Any], fields: Mapping[str, Any]) -> bytes:
    """Return one event as a line of JSON with its opened fields, words untouched."""
    shown = {key: leaf[key] for key in ("seq", "ts", "project", "pseq", "actor", "type", "refs")}
    return json.dumps(shown | {"fields": dict(fields)}, ensure_ascii=False).encode() + b"\n"


def safe_cell(text: str) -> str:
    """Return a cell's text with an apostrophe before what would start a formula."""
    return f"'{text}" if text.lstrip(" ")[:1] in _FORMULA and text.strip(" ") else text


def _row(cells: Any) -> bytes:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerow([safe_cell(cell) for cell in cells])
    return out.getvalue().encode()


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
