"""Going on from a candidate: by which model, how far from it, and what is said of that."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.draft.onward import FINISH, finished, own, refined, retouched, upscaled, varied
from bot.errors import BriefTooLong, UserFacing
from models.drafting import ModelAbilities
from storage.drafts import Candidate
from tests.bot.draft.test_cards import view

SMALL = ModelAbilities(
    "colophon-embedded-drafts", ("draft", "redraw", "vary", "upscale"), steps=12, sizes=((512, 512),)
)
LARGE = ModelAbilities("flux.2-klein-9b", ("draft", "redraw", "inpaint"), steps=4, sizes=((1024, 1024),))
WORDS_ONLY = ModelAbilities("words", ("draft", "upscale"))
SECOND = Candidate("c2", 2, 77, "0" * 64, 9)
MADE = replace(view("a boat", "rain"), model=SMALL.name)


def test_a_stronger_model_finishes_what_a_small_one_drew() -> None:
    onward = finished(MADE, SECOND, (SMALL, LARGE))
    params = onward.brief.params
    assert (onward.note, onward.model) == ("draft-finish-stronger", LARGE.name)
    assert (params.operation, params.model, params.strength, params.steps) == ("redraw", LARGE.name, FINISH, 8)
    assert (params.seeds, params.derived_from) == ((77,), 9)
    assert (onward.brief.text, onward.brief.negative) == ("a boat", "rain")


def test_where_there_is_none_that_is_said() -> None:
    onward = finished(MADE, SECOND, (SMALL,))
    assert (onward.note, onward.model, onward.brief.params.steps) == ("draft-finish-same", SMALL.name, 24)
    assert onward.brief.params.model is None, "the default model needs no name"


def test_where_no_model_redraws_it_is_only_enlarged_and_that_is_said() -> None:
    onward = finished(MADE, SECOND, (WORDS_ONLY,))
    assert (onward.note, onward.brief.params.operation) == ("draft-finish-enlarged", "upscale")
    with pytest.raises(UserFacing):
        finished(MADE, SECOND, (ModelAbilities("words", ("draft",)),))


def test_a_server_that_has_not_said_decides_itself() -> None:
    assert finished(MADE, SECOND, ()).note is None
    assert varied(MADE, SECOND, 0.25, ()).brief.params.operation == "vary"


@given(st.integers(0, 500))
def test_steps_stay_within_what_a_server_takes(steps: int) -> None:
    asked = finished(MADE, SECOND, (replace(SMALL, steps=steps),)).brief.params.steps
    assert asked is None if steps == 0 else 1 <= (asked or 0) <= 150


def test_variations_are_as_many_as_there_were_and_new() -> None:
    params = varied(MADE, SECOND, 0.55, (SMALL,)).brief.params
    assert len(set(params.seeds)) == len(MADE.params.seeds) == 4
    assert (params.strength, params.derived_from) == (0.55, 9)
    assert params.style is None, "a style that the model does not have is left out"


def test_a_retouch_has_its_own_words_and_its_fields() -> None:
    brief = retouched(SECOND, " a lantern ", frozenset({9, 2}), (SMALL, LARGE)).brief
    assert (brief.text, brief.params.regions, brief.params.model) == ("a lantern", (2, 9), LARGE.name)
    with pytest.raises(UserFacing):
        retouched(SECOND, "a lantern", frozenset({2}), (SMALL,))


def test_a_refined_brief_changes_its_words_alone() -> None:
    brief = refined(MADE, "two boats", "").brief
    assert (brief.text, brief.negative) == ("two boats", "")
    assert replace(brief.params, seeds=()) == replace(MADE.params, seeds=())
    with pytest.raises(BriefTooLong):
        refined(MADE, "a" * 2001, "")


def test_what_no_model_can_do_is_said() -> None:
    with pytest.raises(UserFacing):
        upscaled(MADE, SECOND, (LARGE,))
    with pytest.raises(UserFacing):
        own("a heron", (WORDS_ONLY,))
