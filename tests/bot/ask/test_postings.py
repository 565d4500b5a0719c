"""The index in arrays: what it finds, and how strongly."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from bot.ask.postings import Field, Postings

NAMES, TEXT = Field(3.0, 0.3, True), Field(1.0, 0.75, False)
ROWS = st.lists(st.tuples(*[st.lists(st.sampled_from("abcdefg"), max_size=8)] * 2), min_size=1, max_size=12)


def strength(postings: Postings, term: str) -> dict[int, float]:
    found = postings.find(term)
    return {} if found is None else dict(zip(found.rows.tolist(), found.strengths.tolist(), strict=True))


@given(ROWS)
def test_every_row_that_holds_a_term_is_found_and_no_other(rows: Sequence[Sequence[Sequence[str]]]) -> None:
    postings = Postings.build(rows, (NAMES, TEXT))
    for term in "abcdefgh":
        holding = [number for number, row in enumerate(rows) if any(term in field for field in row)]
        assert list(strength(postings, term)) == holding
        found = postings.find(term)
        if found is not None:
            assert found.named.tolist() == [term in rows[number][0] for number in holding]


def test_a_name_weighs_more_than_the_text_and_often_more_than_once() -> None:
    rows = [(["a", "x", "x"], ["x", "x", "x"]), (["x", "x", "x"], ["a", "x", "x"]), (["x", "x", "x"], ["a", "a", "x"])]
    named, once, twice = strength(Postings.build(rows, (NAMES, TEXT)), "a").values()
    assert named > twice > once > 0


def test_a_word_in_a_short_text_tells_more_than_in_a_long_one() -> None:
    short, long = strength(Postings.build([((), ("a",)), ((), ("a", *"bcdefghijk"))], (NAMES, TEXT)), "a").values()
    assert short > long


def test_nothing_indexed_finds_nothing() -> None:
    assert Postings.build([], (NAMES, TEXT)).find("a") is None
