"""Plans: they add up on every card, more memory never hurts, and the impossible names what would be possible."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.catalog import CATALOG, ModelRole
from models.errors import RequestRefused
from models.plan import GB, Gpu, Number, PlanImpossible, make_plan, parse_gpu, parse_nvidia_smi

CARDS = st.builds(
    Gpu,
    st.just("card"),
    st.integers(8 * GB, 200 * GB),
    st.sampled_from([(8, 0), (8, 6), (8, 9), (9, 0), (10, 0)]),
)


def card(gigabytes: float, capability: tuple[int, int] = (9, 0)) -> Gpu:
    return Gpu("card", int(gigabytes * GB), capability)


@pytest.mark.parametrize(
    ("gigabytes", "drawn", "spoken"),
    [
        (8, "sdxl-base-1.0", None),
        (12, "sdxl-base-1.0", "qwen3.5-4b"),
        (24, "flux.2-klein-4b", "qwen3.5-4b"),
        (48, "flux.2-klein-4b", "qwen3.5-9b"),
        (80, "qwen-image-2512", "qwen3.6-27b-fp8"),
        (141, "qwen-image-2512", "qwen3.6-27b-fp8"),
    ],
)
def test_one_card_gets_a_line_up_of_its_size(gigabytes: int, drawn: str, spoken: str | None) -> None:
    plan = make_plan([card(gigabytes)])
    assert drawn in plan.drafts.models
    assert (plan.language.models[0] if plan.language else None) == spoken
    assert plan.reasons


def test_two_cards_get_a_server_each() -> None:
    plan = make_plan([card(24), card(48)])
    assert plan.language is not None
    assert not set(plan.drafts.gpus) & set(plan.language.gpus)


def test_a_large_model_is_spread_over_cards_that_divide_its_heads() -> None:
    plan = make_plan([card(24)] * 4, language="qwen3.6-27b-fp8", drafts=["sdxl-base-1.0"])
    assert plan.language is not None
    assert plan.language.tensor_parallel == 2
    assert any("tensor parallel" in reason for reason in plan.reasons)


def test_cards_without_eight_bits_never_get_them() -> None:
    plan = make_plan([card(24, (8, 6))])
    assert plan.drafts.number is not Number.FP8
    assert plan.language is None or plan.language.number is not Number.FP8


def test_what_fits_nowhere_names_what_would() -> None:
    with pytest.raises(PlanImpossible, match=r"nearest possible: .*sdxl") as caught:
        make_plan([card(12)], drafts=["qwen-image-2512"], language="qwen3.6-27b-fp8")
    assert caught.value.nearest is not None
    with pytest.raises(PlanImpossible, match="needs about 4 GB"):
        make_plan([card(3)])
    with pytest.raises(PlanImpossible, match="no GPU"):
        make_plan([])
    with pytest.raises(RequestRefused, match="did you mean"):
        make_plan([card(24)], drafts=["sdxl-base"])


@given(st.lists(CARDS, min_size=1, max_size=8))
def test_every_plan_adds_up_on_every_card(cards: list[Gpu]) -> None:
    plan = make_plan(cards)
    for index, each in enumerate(cards):
        assert plan.taken(index) <= each.usable_bytes
    for placed in (plan.drafts, plan.language):
        if placed is None:
            continue
        if placed.number is Number.FP8:
            assert all(cards[index].has_fp8 for index in placed.gpus)
        cache = CATALOG[placed.models[0]].cache
        assert placed.server is ModelRole.DRAFTS or (cache is not None and cache.heads % len(placed.gpus) == 0)


@given(st.lists(CARDS, min_size=1, max_size=4), st.integers(0, 100), st.sampled_from([None, "qwen3.5-9b"]))
def test_more_memory_never_makes_a_plan_impossible(cards: list[Gpu], more: int, language: str | None) -> None:
    try:
        make_plan(cards, language=language)
    except PlanImpossible:
        return
    larger = [Gpu(c.name, c.memory_bytes + more * GB, c.capability) for c in cards]
    make_plan(larger, language=language)
    make_plan([*cards, card(24)], language=language)


def test_the_driver_s_list_is_read() -> None:
    text = "NVIDIA H200, 143771, 9.0\nNVIDIA GeForce RTX 4090, 24564, 8.9\n"
    first, second = parse_nvidia_smi(text)
    assert (first.name, first.capability, second.has_fp8) == ("NVIDIA H200", (9, 0), True)
    assert first.memory_bytes == 143771 * 2**20
    with pytest.raises(RequestRefused):
        parse_nvidia_smi("NVIDIA-SMI has failed because it couldn't communicate with the driver")


@given(st.text())
def test_any_text_is_a_card_or_the_typed_error(text: str) -> None:
    try:
        assert parse_gpu(text).memory_bytes > 0
    except RequestRefused as error:
        assert error.kind == "bad-gpu"


def test_cards_are_written_as_people_do() -> None:
    assert parse_gpu("24 GB").memory_bytes == 24 * GB
    assert parse_gpu("16gb@8.6").capability == (8, 6)
