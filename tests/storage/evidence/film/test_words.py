"""Words in frames: what changed is marked, anything becomes legible, and no line leaves its box."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.evidence.film.lettering import legible, set_in_lines
from storage.evidence.film.spans import Mark, Span, changed, marked, plain, shortened
from storage.evidence.film.typeface import NOTO, Typeface

HOSTILE = (
    "word " * 30
    + "\u202eevil\u202c 😀👨\u200d👩\u200d👧 مرحبا بكم "
    + "x" * 300
    + " Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘ \x00\x1b[31m\ufeff "
    + "落款" * 800
)[:2000]


def words(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("a red boat", "a red boat", [("kept", "a red boat")]),
        ("a red boat", "a blue boat", [("kept", "a "), ("dropped", "red "), ("added", "blue "), ("kept", "boat")]),
        ("红色的船", "蓝色的船", [("dropped", "红"), ("added", "蓝"), ("kept", "色的船")]),
        ("a boat", "a boat, at dusk", [("kept", "a boat"), ("added", ", at dusk")]),
        ("a boat", "鱼", [("kept", "鱼")]),
        ("", "a boat", [("kept", "a boat")]),
    ],
)
def test_changes_are_marked_word_by_word(before: str, after: str, told: list[tuple[str, str]]) -> None:
    assert [(span.mark.value, span.text) for span in marked(before, after)] == told


@given(st.text(max_size=80), st.text(max_size=80))
def test_the_later_text_can_be_read_off_the_marks(before: str, after: str) -> None:
    spans = marked(before, after)
    assert words("".join(s.text for s in spans if s.mark is not Mark.DROPPED)) == words(after)
    if changed(spans):
        assert words("".join(s.text for s in spans if s.mark is not Mark.ADDED)) == words(before)


def test_a_long_text_is_shortened_around_what_changed() -> None:
    long = "the quiet sea and the sky above it " * 30
    spans = shortened(marked(long + "red", long + "blue"), 300)
    assert sum(len(s.text) for s in spans) < 120
    assert [s.text.strip() for s in spans if s.mark is not Mark.KEPT] == ["red", "blue"]
    assert shortened(plain(long), 10) == plain(long), "what has no change is clipped where it is drawn"


def test_hostile_words_become_legible(typeface: Typeface) -> None:
    text = legible(HOSTILE, typeface.lacks)
    assert "[U+202E]evil[U+202C]" in text
    assert "[grinning face, man, woman, …]" in text
    assert "[arabic ×8]" in text
    assert "ZALGO" in text, "letters stay, towers go"
    assert not any(ord(c) < 32 for c in text)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_nothing_that_would_be_an_empty_box_is_left(text: str) -> None:
    assert not any(NOTO.lacks(c) for c in legible(text, NOTO.lacks) if c != "\n")


@given(
    st.lists(
        st.tuples(st.text(alphabet="ab落款，。（“ \n-", max_size=60), st.sampled_from(Mark)).map(lambda s: Span(*s)),
        max_size=6,
    ),
    st.integers(60, 400),
    st.integers(1, 6),
)
def test_no_line_is_longer_than_its_box(spans: list[Span], width: int, lines: int) -> None:
    measure = NOTO.regular.at(20).getlength
    block = set_in_lines(spans, measure, width, lines)
    assert len(block.lines) <= lines
    for line in block.lines:
        assert sum(measure(text) for text, _ in line) <= width + 1
    set_ = words("".join(text for line in block.lines for text, _ in line))
    given_ = words("".join(span.text for span in spans))
    if block.fits:
        assert set_ == given_, "nothing is lost"
    elif set_ != given_:
        assert set_.endswith("…") and given_.startswith(set_[:-1]), "what is left out is said"


def measure_by_count(text: str) -> float:
    return len(text)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("one two three", 8, ["one two", "three"]),
        ("他说：“你好。”然后走了", 5, ["他说：“你", "好。”然后", "走了"]),
        ("他说：“你好。”", 4, ["他说：", "“你", "好。”"]),
        ("a\n\n\nb", 9, ["a", "b"]),
        ("  a   b  ", 9, ["a b"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("", 9, []),
    ],
)
def test_lines_break_where_a_reader_expects_it(text: str, width: int, lines: list[str]) -> None:
    block = set_in_lines(plain(text), measure_by_count, width, 9)
    assert ["".join(run for run, _ in line) for line in block.lines] == lines


def test_what_has_no_room_ends_in_an_ellipsis() -> None:
    block = set_in_lines(plain("one two three four"), measure_by_count, 8, 1)
    assert [run for run, _ in block.lines[0]] == ["one two…"]
    assert not block.fits


def test_a_word_across_a_mark_is_not_broken() -> None:
    spans = (Span("a light"), Span("house", Mark.ADDED))
    block = set_in_lines(spans, measure_by_count, 10, 9)
    assert [[run for run, _ in line] for line in block.lines] == [["a"], ["light", "house"]]
