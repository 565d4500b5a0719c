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

README = """This is an evidence bundle of Colophon (format colophon-bundle/1).
这是 Colophon 的证据包（格式 colophon-bundle/1）。

What counts: log.txt (the events, in their order), disclosures.jsonl (the words behind them), blobs/ (the
pictures), checkpoints/ and keys/. Everything in views/ only repeats it for reading and is not evidence.
有效内容：log.txt（按顺序排列的事件）、disclosures.jsonl（事件中的文字）、blobs/（图片）、
checkpoints/ 与 keys/。views/ 中的文件仅便于阅读，不是证据。

To check it, get Colophon and the log's public key from a source other than this bundle, then run
核对方法：请从本证据包以外的来源取得 Colophon 和账本公钥，然后运行

    colophon verify BUNDLE.zip --vkey KEY

It shows what was logged, in what order, and no later than when; not who had the idea.
它表明记录了什么、先后顺序以及最迟时间；不表明构思出自何人。
"""


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
