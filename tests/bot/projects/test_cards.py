"""How a project looks: whatever is in it, it stays within what Discord takes, and says what happened."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ask.facts import load_facts
from bot.chat.texts import Texts
from bot.pocket.limits.messages import check_message
from bot.projects.bringing import Home
from bot.projects.cards import ProjectCards, shown_numbers
from bot.projects.check import Missing, findings, load_countries
from storage.evidence.changes import PictureChange, Region
from storage.evidence.kinds import Kind
from storage.evidence.ledger import Receipt
from storage.projects import Listed, Project
from tests.bot.projects.tales import ANN, PROJECT, Tale

COUNTRIES = load_countries()
CARDS = ProjectCards(Texts(), {fact.id: fact for fact in load_facts()})
RECEIPT = Receipt(12345, b"h" * 32, 12346, b"r" * 32)
# The worst that Markdown has, and the longest titles there can be.
_WORDS = st.text(st.sampled_from("*_~|>`\\a苹果🍎"), min_size=1, max_size=100)
LOCALES = ("en-US", "zh-CN")


def project(title: str = "Harbour") -> Project:
    return Project(PROJECT, "m", ANN, title, 1, "m")


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("country", COUNTRIES)
def test_a_check_fits_discord_even_where_everything_is_missing_and_there(country: str, locale: str) -> None:
    scattered = tuple(range(10**9, 10**9 + 400, 3))
    everything = dict.fromkeys(COUNTRIES[country].facts, scattered)
    found = findings(everything, COUNTRIES[country])
    embeds = CARDS.checked(locale, project("*" * 100), country, found)
    check_message({"embeds": [embed.to_dict() for embed in embeds]}, ())
    text = "".join(embed.description or "" for embed in embeds)
    for id_ in {id_ for each in found for id_ in each.facts}:
        assert CARDS._facts[id_].cite[:30] in text.replace("\\", ""), id_


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en-US", ("Not in the record", "In the record", "not legal advice", "as of 2026-11", "United States")),
        ("zh-CN", ("记录里还没有", "记录里已有", "不构成法律意见", "截至 2026-11", "美国")),
    ],
)
def test_a_check_names_its_facts_with_citation_date_and_link(locale: str, said: tuple[str, ...]) -> None:
    found = findings({Missing.NO_EDIT: (7,), Missing.NO_STATEMENT: (9,)}, COUNTRIES["US"])
    found += findings({code: (3,) for code in COUNTRIES["US"].facts if code == "tied"}, COUNTRIES["US"])
    embeds = CARDS.checked(locale, project(), "US", found)
    text = "\n".join(str(embed.to_dict()) for embed in embeds)
    for words in (*said, "#7", "[1]", "Invoke AI, Inc.", "2025-01-30", "](https://"):
        assert words in text


def test_a_check_that_misses_nothing_promises_nothing() -> None:
    found = findings({code: (3,) for code in COUNTRIES["UK"].facts if code == "tied"}, COUNTRIES["UK"])
    first, _ = CARDS.checked("en-US", project(), "UK", found)
    assert "promises nothing" in (first.description or "")


@given(st.lists(st.tuples(st.sampled_from(list(Kind)), _WORDS), min_size=1, max_size=12), _WORDS)
def test_what_a_project_holds_fits_discord(told: list[tuple[Kind, str]], title: str) -> None:
    tale = Tale()
    for kind, words in told:
        tale.tell(
            kind, tuple(range(10, 10 + 2 * len(tale.events), 2)), text=words, prompt=words, why=words, model=words
        )
    for locale in LOCALES:
        embed = CARDS.holds(locale, project(title), tale.history(), RECEIPT)
        check_message({"embeds": [embed.to_dict()]}, ())


@given(st.lists(_WORDS, min_size=1, max_size=40))
def test_a_list_of_projects_fits_discord(titles: list[str]) -> None:
    listed = [Listed(project(title), 10**6, 1_795_884_130_000, current=True) for title in titles]
    for locale in LOCALES:
        check_message({"content": CARDS.listed(locale, listed)}, ())


def test_what_an_edit_changed_is_said() -> None:
    regions = (Region(10, 20, 300, 200), Region(0, 0, 4, 4))
    home = Home(RECEIPT, 7, PictureChange(138_000, regions, resized=True))
    said = CARDS.home("en-US", home)
    assert "#7" in said and "13.8 %" in said and "2 places" in said and "300 × 200 pixels at 10, 20" in said
    assert "scaled" in said and "receipt #12345" in said
    assert "13.8 %" in CARDS.home("zh-CN", home)
    one_spot = Home(RECEIPT, 7, PictureChange(3, regions[:1], resized=False))
    assert "0.1 %" in CARDS.home("en-US", one_spot) and "in one place" in CARDS.home("en-US", one_spot)
    assert "material" in CARDS.home("en-US", Home(RECEIPT, None, None))


@pytest.mark.parametrize(
    ("events", "shown"),
    [
        ((7,), "#7"),
        ((7, 8, 9, 12), "#7–#9, #12"),
        ((9, 1), "#1, #9"),
        ((1, 3, 5, 7, 9, 11, 12, 20), "#1, #3, #5 (+5)"),
    ],
)
def test_numbers_of_events_are_short(events: tuple[int, ...], shown: str) -> None:
    assert shown_numbers(events) == shown
