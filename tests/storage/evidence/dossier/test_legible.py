"""Other people's words: what hides, reorders or covers is shown as its code, what scripts are written with stays."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.evidence.dossier.legible import breakable, clipped, legible


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("abc\u202etxt.exe", "abc‹U+202E›txt.exe"),
        ("\u2066x\u2069\u200f", "‹U+2066›x‹U+2069›‹U+200F›"),
        ("bell\x07 escape\x1b[31m", "bell‹U+0007› escape‹U+001B›[31m"),
        ("two\u2028lines", "two‹U+2028›lines"),
        ("\ue000\ufffe", "‹U+E000›‹U+FFFE›"),
        ("👩‍👧 مرحبا नमस्ते 中文", "👩‍👧 مرحبا नमस्ते 中文"),
        ("line\nand\ttab", "line\nand\ttab"),
        ("e" + "\u0301" * 6, "e" + "\u0301" * 4 + "‹U+0301›" * 2),
    ],
)
def test_what_hides_is_shown(text: str, expected: str) -> None:
    assert legible(text) == expected


@given(st.text())
def test_nothing_invisible_is_left(text: str) -> None:
    left = set(legible(text)) - set("\n\t\u200c\u200d")
    assert not {c for c in left if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn")}


@given(st.text(st.characters(exclude_characters="\u200b"), max_size=200))
def test_long_words_may_break_and_nothing_is_lost(text: str) -> None:
    broken = breakable(text)
    assert broken.replace("\u200b", "") == text
    assert all(len(word) <= 2000 for word in broken.split())


def test_a_very_long_word_is_broken() -> None:
    assert max(map(len, breakable("x" * 4000).split("\u200b"))) <= 24
    assert breakable("a word") == "a word"


def test_clipping_says_that_it_clips() -> None:
    assert clipped("a  b\nc", 10) == "a b c"
    assert clipped("x" * 20, 5) == "xxxx…"
