"""What comes of a select is one of what was offered, whoever sends it."""

from enum import Enum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.chosen import chosen
from bot.errors import UserFacing


class Size(Enum):
    SMALL = "small"


def test_what_was_offered_is_read() -> None:
    assert chosen(Size, ["small"]) is Size.SMALL
    assert chosen(int, ["2", "3"]) == 2


@given(st.lists(st.text().filter(lambda text: text != "small"), max_size=2))
def test_anything_else_is_told_and_no_accident(values: list[str]) -> None:
    with pytest.raises(UserFacing, match="error-press-forgotten"):
        chosen(Size, values)
