"""Words that are made to look like something else: whatever is typed, nobody is pinged and no line is forged."""

import csv
import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.typed import clean
from bot.projects.filetypes import plain_name
from storage.evidence.verify.report import Checks, Refusal
from storage.evidence.verify.sentences import render_report
from storage.evidence.views import safe_cell

NASTY = (
    "@everyone @here <@1100000000000000102> <@&5> <#7> </draft:1>",
    "\u202eevil\u202c \u2066x\u2069 \u200b\u200c\u200d\ufeff\u00ad",
    "Z\u0335\u0321a\u0336l\u0334g\u0337o" + "\u0301" * 200,
    "pаypal (Cyrillic а)",
    "line one\nVERIFIED\nUnchanged: yes\r\n\u2028Complete: yes\u2029\x85\x0b\x0c",
    "\x1b[2J\x1b[31mred\x1b[0m \x07\x08",
    "```\n# a heading\n> quoted\n-# small\n||hidden|| [link](https://example.invalid)",
    '=HYPERLINK("https://example.invalid")',
    "+1+1|cmd",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "＝1＋1",
)


@pytest.mark.parametrize("text", NASTY)
def test_nothing_invisible_is_kept(text: str) -> None:
    kept = clean(text)
    assert kept.splitlines() == kept.split("\n")
    assert not [c for c in kept if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn")]


@given(st.one_of(st.sampled_from(NASTY), st.text()))
def test_no_cell_of_a_table_is_run_by_a_spreadsheet(text: str) -> None:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerow([safe_cell(text), "next"])
    (row,) = csv.reader(io.StringIO(out.getvalue(), newline=""))
    assert row[1] == "next" and len(row) == 2
    assert not row[0].startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))


@given(st.one_of(st.sampled_from(NASTY), st.text()))
def test_a_hostile_bundle_forges_no_line_of_a_report(text: str) -> None:
    report = Checks().refused(Refusal("archive", why="{path} is there twice", path=text))
    plain = Checks().refused(Refusal("archive", why="{path} is there twice", path="a"))
    for language in ("en-US", "zh-CN"):
        said, honest = (render_report(each, language).splitlines() for each in (report, plain))
        assert len(said) == len(honest)
        assert [line for line in said if line in ("VERIFIED", "Unchanged: yes")] == []


@given(st.one_of(st.sampled_from(NASTY), st.text()))
def test_a_name_of_a_file_is_one_line(text: str) -> None:
    assert len(plain_name(text).splitlines()) == 1
