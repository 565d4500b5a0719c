"""The draft card: whatever a member wrote, it stays within what Discord takes."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.texts import Texts
from bot.draft.cards import DraftCards
from bot.draft.delivery import Card
from bot.draft.progress import Making
from bot.pocket.limits.messages import check_message
from storage.drafts import BriefParams, Candidate, DraftView
from storage.evidence.ledger import Receipt
from storage.jobs import Delivery, Job, JobState
from storage.projects import Project

CARDS = DraftCards(Texts())
RECEIPT = Receipt(12345, b"h" * 32, 12346, b"r" * 32)
JOB = Job("j", "d" * 20, "m", JobState.RUNNING, 1, Delivery("1", "2", "zh-CN"), None, 0)
# The worst that Markdown has: marks that are escaped one by one, and empty lines.
_WORDS = st.text(st.sampled_from("*_~|>`\\\na苹果🍎 "), max_size=2000)


def view(
    text: str,
    negative: str = "",
    style: str | None = "flat",
    chosen: int | None = None,
    generation: Mapping[str, Any] | None = None,
) -> DraftView:
    candidates = tuple(Candidate(f"c{i}", i, 2**31 - 2, "0" * 64, i) for i in (1, 2, 3, 4))
    params = BriefParams("text", (2**31 - 2,) * 4, style=style)
    project = Project("p_" + "0" * 32, "m", "u_" + "0" * 32, "First", 1)
    return DraftView(
        "0123456789abcdef0123",
        *(project, "2", 7, text, negative, params, None, "m", 1234, candidates, chosen),
        generation or {},
    )


def body_of(post: Any) -> dict[str, Any]:
    """Return what would be sent."""
    body: dict[str, Any] = {"content": post.content or None}
    if post.embed is not None:
        body["embeds"] = [post.embed.to_dict()]
    if post.view is not None:
        body["components"] = post.view.to_components()
    body["attachments"] = [{"id": i, "description": a.alt} for i, a in enumerate(post.attachments)]
    return body


@given(_WORDS, _WORDS, st.sampled_from([None, 0, 1, 4]))
def test_a_card_fits_discord(text: str, negative: str, chosen: int | None) -> None:
    for locale in ("en-US", "zh-CN"):
        post = CARDS.finished(locale, Card(view(text, negative, chosen=chosen), (b"png",) * 4, RECEIPT))
        check_message(body_of(post), range(4))


@given(_WORDS, st.lists(_WORDS, max_size=6), st.dictionaries(_WORDS, _WORDS, max_size=3))
def test_a_card_fits_discord_whatever_the_server_tells(text: str, words: list[str], nearest: dict[str, str]) -> None:
    generation = {
        "drawn_from": [*nearest, *words],
        "unknown": words,
        "extra": {"nearest": nearest, "choices": [{"style": "soft"}] * 4},
    }
    for locale in ("en-US", "zh-CN"):
        told = view(text, text, style=None, generation=generation)
        check_message(body_of(CARDS.finished(locale, Card(told, (b"png",) * 4, RECEIPT))), range(4))


def fields(locale: str, generation: Mapping[str, Any], style: str | None = None) -> dict[str | None, str | None]:
    embed = CARDS.embed(locale, view("apple", style=style, generation=generation), RECEIPT)
    return {field.name: field.value for field in embed.fields}


def test_a_card_says_what_was_drawn_from_and_what_was_left_aside() -> None:
    generation = {
        "drawn_from": ["sailboat", "sunset"],
        "unknown": ["quantum"],
        "extra": {"nearest": {"sailboat": "yacht"}},
    }
    assert fields("en-US", generation)["Drawn from"] == (
        "sailboat (the nearest to “yacht”), sunset\nLeft aside, not known to this model: quantum"
    )
    assert "sailboat（最接近“yacht”）、sunset" in (fields("zh-CN", generation)["画的是"] or "")


def test_a_card_names_the_styles_that_the_seeds_chose() -> None:
    choices = [{"style": "soft"}, {"style": "ink"}]
    assert fields("en-US", {"extra": {"choices": choices}})["Style"] == "① soft ② ink"
    assert fields("zh-CN", {"extra": {"choices": choices}})["风格"] == "① 柔和 ② 墨线"
    assert fields("zh-CN", {"extra": {"choices": choices}}, style="flat")["风格"] == "扁平"


@pytest.mark.parametrize(
    "generation", [{}, {"drawn_from": None}, {"extra": 3}, {"extra": {"choices": [1, {}], "nearest": []}}]
)
def test_a_server_that_tells_nothing_or_nonsense_is_no_matter(generation: Mapping[str, Any]) -> None:
    found = fields("en-US", generation)
    assert "Style" not in found and "Drawn from" not in found


@given(st.integers(0, 4), st.floats(0, 1))
def test_progress_fits_discord(previews: int, share: float) -> None:
    making = Making(dict.fromkeys(range(4), share), dict.fromkeys(range(previews), b"jpeg"), 4)
    post = CARDS.making(JOB, view("apple"), making)
    check_message(body_of(post), range(previews))
    assert all(a.name.endswith(".jpg") for a in post.attachments)


def test_every_way_to_fail_has_its_sentence() -> None:
    for locale in ("en-US", "zh-CN"):
        for reason in ("nothing-known", "model-failed", "unknown-style"):
            assert "7" in (CARDS.failed(locale, view("apple"), reason).content or "")
