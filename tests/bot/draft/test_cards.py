"""The draft card: whatever a member wrote, it stays within what Discord takes."""

import io
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.chat.posting import Post
from bot.chat.texts import Texts
from bot.draft.buttons import DraftButton, FieldButton
from bot.draft.cards import DraftCards
from bot.draft.grid import fields_of, pressed, under_grid
from bot.draft.operations import Operation
from bot.draft.progress import Making
from bot.draft.reading import Card
from bot.draft.waiting import Holding, Waiting
from bot.pocket.limits.messages import check_message
from models.drafting import ModelAbilities
from storage.briefs import BriefParams, Input, InputRole
from storage.drafts import Candidate, DraftView
from storage.evidence.ledger import Receipt
from storage.evidence.wording import Piece
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
    params = BriefParams("draft", (2**31 - 2,) * 4, style=style)
    project = Project("p_" + "0" * 32, "m", "u_" + "0" * 32, "First", 1, "m")
    return DraftView(
        "0123456789abcdef0123",
        *(project, "2", 7, text, negative, params, (), "m", 1234, candidates, chosen),
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


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
@pytest.mark.parametrize("operation", [*Operation, "something-new"])
def test_a_card_says_what_was_asked_for(locale: str, operation: str) -> None:
    params = BriefParams(operation, (1,) * 4, regions=tuple(range(1, 10)), added="a *style* " * 40)
    inputs = tuple(Input(role, 40 + i, "0" * 64) for i, role in enumerate(InputRole))
    asked = replace(view(""), params=params, inputs=inputs)
    post = CARDS.finished(locale, Card(asked, (b"png",) * 4, RECEIPT, smaller=True))
    check_message(body_of(post), range(4))
    assert post.embed is not None
    told = {field.name: field.value or "" for field in post.embed.fields}
    texts = Texts()
    assert (texts(locale, "draft-operation") in told) == (operation != "draft")
    assert all(f"#{40 + i}" in told[texts(locale, "draft-inputs")] for i in range(len(InputRole)))
    assert texts(locale, "region-bottom-right") in told[texts(locale, "draft-regions")]
    assert "/" in post.content and all(attachment.alt for attachment in post.attachments)


def test_a_plain_draft_needs_no_such_words() -> None:
    assert {"Operation", "Made from"} & fields("en-US", {}).keys() == set()


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


@given(st.integers(0, 4), st.floats(0, 1), st.none() | st.floats(0, 100_000))
def test_progress_fits_discord(previews: int, share: float, left_s: float | None) -> None:
    making = Making(dict.fromkeys(range(4), share), dict.fromkeys(range(previews), b"jpeg"), 4, left_s)
    post = CARDS.making(JOB, view("apple"), making)
    check_message(body_of(post), range(previews))
    assert all(a.name.endswith(".jpg") for a in post.attachments)


def test_every_way_to_fail_has_its_sentence() -> None:
    for locale in ("en-US", "zh-CN"):
        for reason in ("nothing-known", "model-failed", "unknown-style", "bad-mask", "input-erased", "something-new"):
            assert "7" in (CARDS.failed(locale, view("apple"), reason).content or "")


@pytest.mark.parametrize(
    ("left_s", "told"), [(None, "50 %"), (3.2, "about 4 s"), (21, "about 25 s"), (100, "about 2 min"), (0, "about 2 s")]
)
def test_progress_says_how_long_it_still_takes(left_s: float | None, told: str) -> None:
    job = replace(JOB, delivery=replace(JOB.delivery, locale="en-US"))
    assert CARDS.making(job, view("apple"), Making({0: 0.5}, {}, 1, left_s)).content.endswith(told)


def test_a_line_says_what_holds_a_draft_up() -> None:
    for locale in ("en-US", "zh-CN"):
        lines = {CARDS.waiting(locale, "d" * 20, 7, Waiting(2, h), private=False).content for h in Holding}
        assert len(lines) == len(Holding)
        assert all("7" in line and "2" in line for line in lines)


# --- whose words ---------------------------------------------------------------------------------


def test_words_that_an_ai_suggested_are_marked_and_the_others_are_not() -> None:
    pieces = (Piece("a red *boat* in the ", by_machine=True), Piece("morning ", by_machine=False))
    told = replace(view("a red *boat* in the morning "), pieces=pieces)
    described = CARDS.embed("en-US", told, RECEIPT).description or ""
    assert described.startswith("> __a red \\*boat\\* in the__ morning")
    assert "Underlined" in described
    assert "Underlined" not in (CARDS.embed("en-US", view("apple"), RECEIPT).description or "")


@given(st.lists(st.tuples(_WORDS, st.booleans()), max_size=30))
def test_whoever_wrote_the_words_a_card_fits_discord(written: list[tuple[str, bool]]) -> None:
    pieces = tuple(Piece(text, by_machine) for text, by_machine in written)
    text = "".join(piece.text for piece in pieces)
    for locale in ("en-US", "zh-CN"):
        told = replace(view(text), pieces=pieces)
        check_message(body_of(CARDS.finished(locale, Card(told, (b"png",) * 4, RECEIPT))), range(4))


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_the_fullest_card_fits_discord(locale: str) -> None:
    """Everything at its limit at once: marks in every word, every field there is."""
    pieces = tuple(Piece("*_ " * 30, by_machine) for _ in range(10) for by_machine in (True, False))
    text = "".join(piece.text for piece in pieces)
    generation = {"drawn_from": ["*" * 90] * 9, "unknown": ["_" * 90] * 9}
    asked = view(text, "*" * 2000, generation=generation)
    params = replace(asked.params, operation="inpaint", regions=tuple(range(1, 10)), added="*" * 900, style="*" * 400)
    inputs = tuple(Input(role, 10**9 + i, "0" * 64) for i, role in enumerate(InputRole))
    full = replace(asked, params=params, inputs=inputs, pieces=pieces, model="m" * 100)
    check_message(body_of(CARDS.finished(locale, Card(full, (b"png",) * 4, RECEIPT, smaller=True))), range(4))


def test_who_cannot_see_a_candidate_is_told_what_was_asked_for() -> None:
    post = CARDS.finished("en-US", Card(view("a boat"), (b"png",) * 4, RECEIPT))
    assert post.attachments[1].alt == "AI-generated picture, candidate 2: a boat"
    lines = replace(view(""), params=replace(view("").params, operation="lines"))
    assert CARDS.alternative("en-US", lines, 1) == "AI-generated picture, candidate 1: Line art"


# --- what can be pressed -------------------------------------------------------------------------


def labels(post: Post) -> list[str]:
    assert post.view is not None
    return [item.item.label or "" for item in post.view.children if isinstance(item, DraftButton)]


def able_to(*operations: str, styles: tuple[str, ...] = ("flat",)) -> DraftCards:
    return DraftCards(Texts(), lambda: (ModelAbilities("m", operations, styles=styles),))


def finished(cards: DraftCards, told: DraftView, **how: Any) -> Post:
    return cards.finished("en-US", Card(told, (b"png",) * 4, RECEIPT), **how)


def test_a_card_offers_what_the_model_can_do() -> None:
    assert labels(finished(CARDS, view("a"))) == [*"①②③④", "None of these", "Redo", "Refine…", "Vary", "Evidence"]
    assert "Vary" not in labels(finished(able_to("draft"), view("a")))
    chosen = [labels(able_to(*able).chosen("en-US", view("a", chosen=2), RECEIPT, new=True)) for able in ABLE]
    assert chosen == [
        ["Say why", "Download original"],
        ["Say why", "Finish", "Download original"],
        ["Say why", "Finish", "Retouch", "Restyle", "Upscale", "Download original"],
    ]


ABLE = (("draft",), ("draft", "redraw"), ("draft", "redraw", "inpaint", "restyle", "upscale"))


def test_a_private_card_alone_can_be_shown_in_its_channel() -> None:
    private = replace(view("a"), private=True, home="5")
    assert "Show in channel" in labels(finished(CARDS, private, private=True))
    assert "Show in channel" not in labels(finished(CARDS, replace(private, home=None), private=True))
    assert "Show in channel" not in labels(finished(CARDS, private))


def test_a_candidate_that_is_shown_alone_is_the_only_one_on_its_card() -> None:
    post = finished(CARDS, view("a", chosen=3), only=3)
    assert [a.name for a in post.attachments] == ["candidate-3.png"]
    assert labels(post)[:2] == ["③ ✓", "None of these"]


@pytest.mark.parametrize("private", [True, False])
@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_everything_around_a_card_fits_discord(locale: str, private: bool) -> None:
    told = replace(view("a" * 2000, "b" * 2000, chosen=2), private=private, home="5", chosen_seq=9)
    card = Card(told, (b"png",) * 4, RECEIPT)
    brought = CARDS.private(locale, card)
    many = able_to("restyle", styles=tuple(f"style {i}" for i in range(60)))
    posts = [
        *(brought.card, brought.elsewhere, brought.only_here, brought.to_be_looked_at),
        *(CARDS.chosen(locale, told, RECEIPT, new=new, private=private) for new in (True, False)),
        *(CARDS.vary(locale, told, private=private), CARDS.fields(locale, told.id, 2, b"jpeg", private=private)),
        *(many.styles(locale, told.id, 2, private=private), CARDS.not_yours(locale, told, (1, 2, 3, 4))),
        *(CARDS.shown(locale, RECEIPT, new=new) for new in (True, False)),
        CARDS.original(locale, "colophon-7.png", b"png", 7, "0" * 64),
        Post(CARDS.evidence(locale, told, RECEIPT)),
    ]
    for post in posts:
        check_message(body_of(post), range(len(post.attachments)))


def test_fields_are_turned_on_and_off() -> None:
    on = CARDS.buttons.toggled("en-US", FieldButton("d" * 20, 2, "000", 5, private=True))
    buttons = [item for item in on.children if isinstance(item, FieldButton)]
    assert [button.item.label for button in buttons[3:6]] == ["4", "5 ✓", "6"]
    assert not buttons[-1].item.disabled and buttons[-1].item.custom_id == f"draft-field:{'d' * 20}:2:010:0:p"
    off = CARDS.buttons.toggled("en-US", buttons[4])
    assert [item.item.disabled for item in off.children if isinstance(item, FieldButton)][-1]


@given(st.sets(st.integers(1, 9)))
def test_an_id_carries_the_fields(fields: set[int]) -> None:
    assert fields_of(pressed(fields)) == fields


@pytest.mark.parametrize("size", [(64, 64), (512, 768), (3000, 40)])
def test_a_picture_is_shown_under_its_grid(size: tuple[int, int]) -> None:
    out = io.BytesIO()
    Image.new("RGBA", size, "orange").save(out, "PNG")
    with Image.open(io.BytesIO(under_grid(out.getvalue()))) as grid:
        assert max(grid.size) <= 768 and grid.getcolors(maxcolors=2) is None
