"""Whose words a brief is made of."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from storage.evidence.changes import word_change
from storage.evidence.kinds import Kind
from storage.evidence.wording import Piece, Wording, pieces_of

SUGGESTED = Wording(Kind.SUGGESTION_MADE, "a red boat in the fog")


def brief(text: str, source: str = "typed", before: str = "") -> Wording:
    change = word_change(before, text) if source.startswith("edited:") else ()
    return Wording.of(Kind.PROMPT_SUBMITTED, {"prompt": text, "source": source, "change": list(change)})


def test_what_was_typed_is_all_the_members() -> None:
    assert pieces_of([brief("a boat")]) == (Piece("a boat", by_machine=False),)


def test_what_was_taken_over_is_all_the_machines() -> None:
    assert pieces_of([brief(SUGGESTED.text, "llm:3")]) == (Piece(SUGGESTED.text, by_machine=True),)


def test_what_was_changed_shows_word_by_word() -> None:
    edited = brief("a red boat in the morning fog", "edited:3", SUGGESTED.text)
    assert edited.leans_on == 3
    assert pieces_of([edited, SUGGESTED]) == (
        Piece("a red boat in the ", by_machine=True),
        Piece("morning ", by_machine=False),
        Piece("fog", by_machine=True),
    )


def test_it_goes_back_through_every_edit() -> None:
    first = brief("a red boat in the morning fog", "edited:3", SUGGESTED.text)
    second = brief("two red boats in the morning fog", "edited:4", first.text)
    third = brief("two red boats, morning fog", "edited:5", second.text)
    told = pieces_of([third, second, first, SUGGESTED])
    assert "morning" in "".join(piece.text for piece in told if not piece.by_machine)
    assert [piece.text.strip() for piece in told if piece.by_machine] == ["red boats", "fog"]


def test_an_edit_of_ones_own_words_has_no_machine_in_it() -> None:
    mine = brief("a boat")
    assert pieces_of([brief("a boat at dusk", "edited:4", mine.text), mine]) == (
        Piece("a boat at dusk", by_machine=False),
    )


def test_chinese_is_told_by_the_character() -> None:
    suggested = Wording(Kind.SUGGESTION_MADE, "黄昏的小船")
    edited = brief("黄昏的红色小船", "edited:3", suggested.text)
    assert pieces_of([edited, suggested]) == (
        Piece("黄昏的", by_machine=True),
        Piece("红色", by_machine=False),
        Piece("小船", by_machine=True),
    )


_TEXTS = st.lists(st.text(st.sampled_from("ab c小船\n"), max_size=30), min_size=2, max_size=5)


@given(_TEXTS, st.booleans())
def test_the_pieces_are_the_text(texts: list[str], by_machine: bool) -> None:
    """Whatever was edited into what, nothing is lost; and nobody's words become a machine's by editing."""
    chain = [Wording(Kind.SUGGESTION_MADE, texts[0]) if by_machine else brief(texts[0])]
    for before, after in pairwise(texts):
        chain.insert(0, brief(after, "edited:1", before))
    pieces = pieces_of(chain)
    assert "".join(piece.text for piece in pieces) == texts[-1]
    assert by_machine or not any(piece.by_machine for piece in pieces)


@given(st.text(max_size=20), st.lists(st.one_of(st.integers(), st.text(), st.lists(st.integers(), max_size=3))))
def test_a_change_that_makes_no_sense_is_no_matter(text: str, change: list[object]) -> None:
    told = Wording.of(Kind.PROMPT_SUBMITTED, {"prompt": text, "source": "edited:1", "change": change})  # type: ignore[dict-item]
    assert "".join(piece.text for piece in pieces_of([told, SUGGESTED])) == text
