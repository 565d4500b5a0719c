"""Offers in ids: what was written is read back, and nothing else is an offer."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.offers.cards import OfferButton, OfferForm
from bot.offers.offer import IDS, Offer, What, known_style

_LONGEST = Offer(What.BRAINSTORM, 10**16 - 1, "9" * 20, "x" * 32)


@given(
    what=st.sampled_from(What),
    seq=st.integers(0, 10**16 - 1),
    user=st.integers(0, 10**20 - 1).map(str),
    style=st.none() | st.from_regex(r"[\w .-]{1,32}", fullmatch=True),
)
def test_an_offer_is_read_back_from_its_id(what: What, seq: int, user: str, style: str | None) -> None:
    offer = Offer(what, seq, user, style)
    match = re.fullmatch(IDS, offer.id)
    assert match is not None
    assert Offer.of(match) == offer


@pytest.mark.parametrize("id_", ["draft:1", "erase:1:2", "draft:x:2", "draft:1:2:", "draft:1:2:a:b", ""])
def test_what_is_no_offer_is_not_read(id_: str) -> None:
    assert re.fullmatch(IDS, id_) is None


def test_the_longest_offer_fits_an_id() -> None:
    assert len(f"offer:take:{_LONGEST.id}") <= 100
    assert len(f"offer-form:{_LONGEST.id}") <= 100
    assert re.fullmatch(OfferForm.template, f"offer-form:{_LONGEST.id}")
    assert OfferButton.__discord_ui_compiled_template__.fullmatch(f"offer:edit:{_LONGEST.id}")


@pytest.mark.parametrize(
    ("style", "known"), [("ink", "ink"), (" INK ", "ink"), ("oil", None), (None, None), ("a:b", None), ("x" * 33, None)]
)
def test_a_style_is_one_that_the_server_knows_and_an_id_holds(style: str | None, known: str | None) -> None:
    assert known_style(style, ("ink", "a:b", "x" * 33)) == known
