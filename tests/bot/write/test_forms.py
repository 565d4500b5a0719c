"""A text goes through a form and comes back as it was; paragraphs are picked by letters."""

import discord
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.texts import LOCALES, Texts
from bot.errors import UserFacing
from bot.write.forms import FIELD, FIELDS, EditForm, TextWhyForm, in_fields
from bot.write.picking import NUMERALS, PICKS, offered, picks_of
from bot.write.writing import MAX_PARAGRAPH, read
from storage.evidence.hands import BETWEEN, paragraphs
from tests.bot.write.drafted import draft_of

ID = "0" * 20
PARAGRAPHS = st.lists(
    st.text(st.sampled_from("ab 船."), min_size=1, max_size=900).filter(str.strip), min_size=1, max_size=8
)


@given(PARAGRAPHS)
def test_fields_put_together_are_the_text(parts: list[str]) -> None:
    text = BETWEEN.join(paragraphs(BETWEEN.join(parts)))
    fields = in_fields(text)
    assert BETWEEN.join(fields) == text
    assert len(fields) <= FIELDS and all(len(field) <= FIELD for field in fields)


@settings(max_examples=20)
@given(st.text(st.sampled_from("abc. 船。\n"), min_size=20, max_size=60).map(lambda t: t * 200))
def test_whatever_a_model_writes_fits_into_a_form(said: str) -> None:
    text = read(said, cut=False).text
    assert BETWEEN.join(in_fields(text)) == text


@pytest.mark.parametrize("text", ["a" * (FIELD + 1), BETWEEN.join(["a" * MAX_PARAGRAPH] * (FIELDS + 1))])
def test_what_no_form_takes_is_told(text: str) -> None:
    with pytest.raises(UserFacing) as refused:
        in_fields(text)
    assert refused.value.key == "error-text-form-too-long"


@pytest.mark.parametrize("locale", LOCALES)
def test_forms_keep_discords_limits(locale: str) -> None:
    text = BETWEEN.join(["a" * 2900] * 3)
    whole = EditForm(Texts(), locale, ID, 10**15, text, private=True)
    brief = EditForm(Texts(), locale, ID, 7, "a boat", private=False, limit=2000)
    for form in (whole, brief, TextWhyForm(Texts(), locale, ID, 3)):
        assert len(form.title) <= 45 and len(form.custom_id) <= 100
        for label in form.children:
            assert isinstance(label, discord.ui.Label) and len(label.text) <= 45
            assert isinstance(label.component, discord.ui.TextInput)
            assert len(label.component.default or "") <= (label.component.max_length or 0) <= FIELD
    assert len(whole.children) == 3


def test_every_paragraph_is_offered_under_a_letter() -> None:
    view = draft_of(*(BETWEEN.join(f"{word} {n}" for n in range(8)) for word in ("one", "two", "three")))
    lines = offered(view)
    assert len(lines) == 24 <= len(PICKS)
    assert all(1 <= len(line) <= 100 for _, line in lines)
    assert lines[8] == ((2, 1), f"{NUMERALS[1]} 1 · two 0")
    assert picks_of(view, "iaii") == [(2, 1), (1, 1)]


@pytest.mark.parametrize("letters", ["", "y"])
def test_a_letter_that_stands_for_nothing_is_refused(letters: str) -> None:
    with pytest.raises(UserFacing):
        picks_of(draft_of("one\n\ntwo"), letters)
