"""What the embedded model understands: features as in training, and the lexicon in both languages."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.embedded.drafts.lexicon import lexicon
from models.embedded.drafts.text import MAX_FEATURES, MAX_TOKENS, NOTHING, ROWS, features


def test_features_are_those_of_the_training() -> None:
    # 1 + CRC-32 modulo 12,287 of "w:cat", "s:cat" and the trigrams of "^cat$": the weights know only these rows.
    rows = [1 + zlib.crc32(each.encode()) % 12287 for each in ("w:cat", "s:cat", "t:^ca", "t:cat", "t:at$")]
    assert features("a Cat!")[0] == (*rows, 0, 0, 0)
    assert features("a picture of the") == NOTHING


@given(st.text())
def test_any_text_gives_features_of_one_shape(text: str) -> None:
    found = features(text)
    assert len(found) == MAX_TOKENS
    assert all(len(row) == MAX_FEATURES and all(0 <= each < ROWS for each in row) for row in found)


@pytest.mark.parametrize(
    ("prompt", "text", "drawn", "unknown"),
    [
        ("a red apple", "red apple", ("red apple",), ()),
        ("please draw two foxes in the snow", "fox", ("foxes",), ("snow",)),
        ("一只猫", "猫", ("猫",), ()),
        ("画一个西瓜", "西瓜", ("西瓜",), ()),
        ("繁忙的马路", "", (), ("繁忙", "马路")),
        ("quantum bicycle", "", (), ("quantum", "bicycle")),
        ("", "", (), ()),
    ],
)
def test_the_first_known_thing_is_drawn(
    prompt: str, text: str, drawn: tuple[str, ...], unknown: tuple[str, ...]
) -> None:
    reading = lexicon().read(prompt)
    assert (bool(reading.text), reading.drawable) == (bool(text), bool(text))
    assert not text or reading.text == text
    assert set(drawn) <= set(reading.drawn_from)
    assert set(unknown) <= set(reading.unknown)


@given(st.text(max_size=300))
def test_any_text_is_read_without_an_error(text: str) -> None:
    reading = lexicon().read(text)
    assert reading.drawable == bool(reading.drawn_from)


def test_every_listed_name_can_be_drawn() -> None:
    for name in (*lexicon().examples_en, *lexicon().examples_zh):
        assert lexicon().read(name).drawable, name
