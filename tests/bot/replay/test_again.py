"""The request of a replay is that of the draft, and the record tells what is otherwise."""

import io
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.draft.request import Given, request_of
from bot.replay.again import Verdict, compared, model_of, place_of, request_again, threads_of
from bot.replay.differences import ABSENT, Difference, differences
from bot.replay.likeness import Nearness
from models.drafting import DraftRequest
from storage.briefs import BriefParams, Input, InputRole
from storage.evidence.pixels import pixels_sha256
from storage.evidence.visible import VisibleLabel, labelled
from storage.recorded import RecordedCandidate

MADE: dict[str, Any] = {
    "model": "tiny",
    "revision": "1",
    "steps": 12,
    "guidance": 1.0,
    "bucket": 4,
    "libraries": {"torch": "2.13", "diffusers": "0.42"},
    "drawn_from": ["boat"],
    "extra": {
        "buckets": [[[4, 0, 12]], [[4, 1, 11], [2, 1, 1]], [[4, 2, 12]]],
        "compute": {"threads": 2, "instructions": "AVX2"},
        "size": [512, 512],
        "safety": {"checker": None, "withheld": [0]},
        "choices": [{"style": "flat"}, {"style": "bold"}, {"style": "ink"}],
        "seeds": [7, 8, 9],
    },
}
CANDIDATE = RecordedCandidate(
    seq=12,
    project="p",
    draft_id="d",
    prompt="a boat",
    negative="rain",
    params=BriefParams("redraw", (7, 8, 9), style="flat", strength=0.4),
    seed=8,
    image="0" * 64,
    pixels="",
    visible=VisibleLabel.OFF,
    generation=MADE,
    inputs=(Input(InputRole.IMAGE, 9, "1" * 64),),
)
GIVEN = (Given(InputRole.IMAGE, b"picture"),)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def test_it_asks_what_the_draft_asked_for_one_candidate_alone() -> None:
    params = CANDIDATE.params
    asked = request_of("d", CANDIDATE.prompt, CANDIDATE.negative, params, GIVEN, interval_s=1.5)
    again = request_again(CANDIDATE, GIVEN)
    otherwise = {each.name for each in fields(DraftRequest) if getattr(asked, each.name) != getattr(again, each.name)}
    told = {"steps", "guidance", "width", "height", "model"}
    assert otherwise == told | {"draft_id", "seeds", "replay", "preview_interval_s"}
    assert again.seeds == (8,)
    assert again.replay == (((4, 1, 11), (2, 1, 1)),)
    assert (again.steps, again.guidance, again.size, again.model) == (12, 1.0, (512, 512), "tiny")
    assert again.draft_id != request_again(CANDIDATE, ()).draft_id


def test_withheld_candidates_have_their_place() -> None:
    assert place_of(CANDIDATE) == 1
    assert threads_of(CANDIDATE) == 2


@pytest.mark.parametrize("generation", [{}, {"model": "unknown", "steps": None, "extra": {"left_out": ["seeds"]}}])
def test_a_record_that_says_nothing_is_asked_for_as_it_was(generation: dict[str, Any]) -> None:
    again = request_again(replace(CANDIDATE, generation=generation), ())
    assert (again.model, again.steps, again.guidance, again.size, again.replay) == (None, None, None, None, ())
    assert model_of(replace(CANDIDATE, generation=generation)) is None


@given(
    st.dictionaries(st.sampled_from([*MADE, "other"]), JSON), st.dictionaries(st.sampled_from([*MADE["extra"]]), JSON)
)
def test_whatever_a_record_says_makes_a_request_of_the_right_form(said: dict[str, Any], extra: dict[str, Any]) -> None:
    candidate = replace(CANDIDATE, generation={**MADE, **said, "extra": extra})
    again = request_again(candidate, ())
    assert again.steps is None or 1 <= again.steps <= 150
    assert all(isinstance(n, int) for runs in again.replay for run in runs for n in run)
    threads_of(candidate)
    differences(candidate.generation, MADE, 1)
    differences(MADE, candidate.generation, 1)


def now(**changes: Any) -> dict[str, Any]:
    """Return the record of a replay of the second candidate, under other circumstances."""
    extra = MADE["extra"] | {"buckets": [[[4, 1, 11], [2, 1, 1]]], "choices": [{"style": "bold"}], "seeds": [8]}
    return {**MADE, "bucket": 2, "extra": extra | changes.pop("extra", {}), **changes}


def test_the_same_circumstances_are_no_difference() -> None:
    made = now(extra={"safety": {"checker": None, "withheld": []}})
    assert differences(MADE, made, 1) == ()


def test_what_explains_most_comes_first() -> None:
    made = now(
        drawn_from=["ship"],
        revision="2",
        libraries={"torch": "2.14", "diffusers": "0.42"},
        extra={"compute": {"threads": 4, "instructions": "AVX2"}, "buckets": [[[1, 0, 12]]]},
    )
    found = differences(MADE, made, 1)
    names = [each.what for each in found]
    assert names == ["revision", "compute.threads", "libraries.torch", "buckets", "drawn_from"]
    assert found[0] == Difference("revision", "1", "2")


def test_what_one_record_does_not_say_is_told_as_absent() -> None:
    (found,) = differences(MADE, now(repo="maker/tiny"), 1)
    assert found == Difference("repo", ABSENT, "maker/tiny")


@pytest.mark.parametrize("visible", list(VisibleLabel))
def test_the_same_pixels_are_bit_equal_with_the_label_that_was_drawn(visible: VisibleLabel) -> None:
    drawn = png(Image.effect_noise((128, 128), 50).convert("RGB"))
    delivered = drawn if visible is VisibleLabel.OFF else labelled(drawn, visible)
    with Image.open(io.BytesIO(delivered)) as image:
        candidate = replace(CANDIDATE, visible=visible, pixels=pixels_sha256(image))
    found = compared(candidate, drawn, now(), delivered)
    assert (found.verdict, found.likeness, found.differences) == (Verdict.BIT_EQUAL, None, ())
    assert found.pixels == candidate.pixels


def test_other_pixels_are_measured() -> None:
    recorded = Image.new("RGB", (64, 64), "white")
    drawn = recorded.copy()
    drawn.putpixel((3, 3), (255, 255, 254))
    candidate = replace(CANDIDATE, pixels=pixels_sha256(recorded))
    found = compared(candidate, png(drawn), now(revision="2"), png(recorded))
    assert found.verdict is Verdict.DIFFERENT
    assert found.likeness is not None and found.likeness.nearness is Nearness.SAME
    assert [each.what for each in found.differences] == ["revision"]


@pytest.mark.parametrize("recorded", [None, b"", b"no picture", png(Image.new("RGB", (32, 64)))])
def test_without_a_picture_to_compare_with_there_is_no_distance(recorded: bytes | None) -> None:
    found = compared(replace(CANDIDATE, pixels="0" * 64), png(Image.new("RGB", (64, 64))), now(), recorded)
    assert (found.verdict, found.likeness) == (Verdict.DIFFERENT, None)
