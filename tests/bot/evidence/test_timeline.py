"""The record in lines and pages: newest first, short, complete, and within what Discord takes."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.texts import LOCALES, Texts
from bot.evidence.cards import TimelineButton, TimelineCards
from bot.evidence.timeline import PAGE_EVENTS, WORDS_SHOWN, Who, around, line_of, shortened
from bot.pocket.limits.messages import check_message
from storage.evidence.history import History, Page
from storage.evidence.kinds import Kind
from tests.bot.projects.tales import ANN, PROJECT, Tale

TEXTS = Texts()
CARDS = TimelineCards(TEXTS)
_WORDS = st.text(st.sampled_from("*_~|>`\\\na苹果🍎 "), max_size=300)


def page(history: History, before: int | None = None) -> Page:
    """Return a page as the store does."""
    events = [event for event in history if before is None or event.pseq < before]
    return Page(history.project, tuple(reversed(events))[:PAGE_EVENTS], len(history))


def test_every_kind_has_a_name_in_both_languages_and_an_unknown_one_keeps_its_own() -> None:
    for locale in LOCALES:
        names = [TEXTS(locale, f"event-{kind.replace('.', '-')}") for kind in Kind]
        assert len(set(names)) == len(names)
    tale = Tale()
    tale.tell("some.thing")  # type: ignore[arg-type]  # what a newer version may write
    assert "some.thing" in CARDS.lines("en-US", tale.events)


def test_a_brief_without_words_says_what_was_asked() -> None:
    tale = Tale()
    tale.tell(Kind.PROMPT_SUBMITTED, prompt="", params={"operation": "upscale"})
    (asked,) = map(line_of, tale.events)
    assert (asked.words, asked.erased) == ("upscale", False)


def test_a_line_says_what_when_by_whom_and_in_which_words() -> None:
    tale = Tale()
    brief = tale.brief("a red\nboat")
    tale.candidate(brief)
    tale.tell(Kind.NOTE_ADDED, closed=("text",))
    asked, made, erased = map(line_of, tale.events)
    assert (asked.who, asked.words, asked.erased) == (Who.MEMBER, "a red boat", False)
    assert (made.who, made.model, made.refs) == (Who.MACHINE, "m", (brief,))
    assert (erased.words, erased.erased) == ("", True)
    english, chinese = (CARDS.lines(locale, tale.events).splitlines() for locale in ("en-US", "zh-CN"))
    assert english[0] == f"`#{brief}` <t:1795867200:f> **Brief** · you · “a red boat”"
    assert "**候选** · m" in chinese[1] and "已删除" in chinese[2]


@pytest.mark.parametrize(
    ("actor", "by", "who"),
    [
        ("sys", "operator", Who.OPERATOR),
        ("sys", "moderator", Who.MODERATOR),
        ("sys", "", Who.OPERATOR),
        (ANN, "owner", Who.MEMBER),
        ("bot", "moderator", Who.MACHINE),
    ],
)
def test_who_did_it(actor: str, by: str, who: Who) -> None:
    tale = Tale()
    tale.tell(Kind.EXPORT_MADE, scope={"by": by})
    (event,) = tale.events
    assert line_of(replace(event, actor=actor)).who is who
    for locale in LOCALES:
        assert TEXTS.has(locale, f"timeline-by-{who.value}")


def test_words_are_shortened() -> None:
    assert shortened("a  b\nc", 10) == "a b c"
    assert shortened("x" * 200, WORDS_SHOWN) == "x" * (WORDS_SHOWN - 1) + "…"


@given(st.integers(1, 45))
def test_turning_pages_meets_every_event_once_and_comes_back(count: int) -> None:
    tale = Tale()
    for _ in range(count):
        tale.tell(Kind.NOTE_ADDED, text="x")
    history, before, met = tale.history(), None, []
    ways = []
    while True:
        shown = page(history, before)
        met += [event.seq for event in shown.events]
        ways.append(around(shown))
        if (before := ways[-1].older) is None:
            break
    assert met == [event.seq for event in reversed(tale.events)]
    assert ways[0].newer is None
    for way in ways[1:]:
        assert way.newer is not None
        newer = page(history, way.newer)
        assert len(newer.events) == min(PAGE_EVENTS, count)


@pytest.mark.parametrize("before", [1, 10**14])
def test_a_button_is_read_back_from_its_id(before: int) -> None:
    button = TimelineButton(PROJECT, before)
    pattern: re.Pattern[str] = TimelineButton.__discord_ui_compiled_template__
    match = pattern.fullmatch(button.custom_id)
    assert match is not None and (match["project"], int(match["before"])) == (PROJECT, before)


@given(st.lists(st.tuples(st.sampled_from(list(Kind)), _WORDS), min_size=1, max_size=25), _WORDS)
def test_a_page_fits_discord(told: list[tuple[Kind, str]], title: str) -> None:
    tale = Tale()
    for kind, words in told:
        refs = tuple(range(10**9, 10**9 + len(tale.events)))
        tale.tell(kind, refs, text=words, prompt=words, why=words, title=words, operation=words, model=words)
    for locale in LOCALES:
        for before in (None, len(told) - 1):
            post = CARDS.page(locale, title, page(tale.history(), before))
            assert post.embed is not None and post.view is not None
            check_message({"embeds": [post.embed.to_dict()], "components": post.view.to_components()}, ())
