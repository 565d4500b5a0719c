"""What a check sees in a record, and what the facts of a country make of it."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ask.facts import Fact, load_facts
from bot.ask.places import CODES
from bot.chat.texts import LOCALES, Texts
from bot.projects.check import Code, Missing, Outside, There, findings, load_countries, observe
from storage.evidence.authorship import MadeBy
from storage.evidence.commitments import JsonValue
from storage.evidence.kinds import Kind
from tests.bot.projects.tales import Tale, image

COUNTRIES = load_countries()
NOTHING_OUTSIDE = Outside(0, frozenset())


@pytest.fixture(scope="module")
def facts() -> Mapping[str, Fact]:
    return {fact.id: fact for fact in load_facts()}


def seen(tale: Tale, stamped: int = 0, *labelled: str) -> Mapping[Code, tuple[int, ...]]:
    return observe(tale.history(), Outside(stamped, frozenset(labelled)))


# --- the table -----------------------------------------------------------------------------------


@pytest.mark.parametrize("code", COUNTRIES)
def test_every_fact_exists_and_is_one_of_the_country(code: str, facts: Mapping[str, Fact]) -> None:
    country = COUNTRIES[code]
    for ids in country.facts.values():
        assert ids and len(set(ids)) == len(ids)
        for id_ in ids:
            assert country.places.intersection(facts[id_].jurisdictions), id_
            assert any(source.url for source in facts[id_].sources), id_


def test_the_countries_are_places_that_can_be_chosen_and_the_six_are_there() -> None:
    assert {"US", "CN", "EU", "UK", "JP", "KR"} <= COUNTRIES.keys() <= set(CODES)


def test_every_code_is_asked_for_somewhere_and_has_its_sentence() -> None:
    asked = {code for country in COUNTRIES.values() for code in country.facts}
    assert asked == {*Missing, *There}
    texts = Texts()
    for locale in LOCALES:
        for code in asked:
            group = "missing" if isinstance(code, Missing) else "there"
            assert "#7" in texts(locale, f"project-check-{group}-{code.value}", events="#7")


# --- what is seen --------------------------------------------------------------------------------


def test_before_there_is_a_picture_there_is_nothing_to_check() -> None:
    tale = Tale()
    tale.opened()
    tale.brief("a boat")
    assert seen(tale) == {}


def test_a_bare_record() -> None:
    tale = Tale()
    bound = tale.opened()
    brief, candidate = tale.drawn()
    assert seen(tale) == {
        There.PERSON: (bound,),
        There.TIED: (candidate,),
        There.OWN_WORDS: (brief,),
        Missing.NO_INTENT: (brief,),
        Missing.ONLY_WORDS: (brief,),
        Missing.SINGLE_ROUND: (brief,),
        Missing.NOTHING_CHOSEN: (candidate,),
        Missing.NO_EDIT: (candidate,),
        Missing.NO_STATEMENT: (candidate,),
        Missing.NOT_STAMPED: (brief, candidate),
    }


def test_a_full_record_lacks_nothing() -> None:
    tale = Tale()
    tale.opened()
    intent = tale.tell(Kind.INTENT_DECLARED, text="a harbour at dusk")
    own = tale.material(MadeBy.OWN_HAND)
    brief = tale.brief("a boat", refs=(own,))
    candidate = tale.candidate(brief)
    again = tale.brief("a boat at dusk")
    second = tale.candidate(again)
    choice = tale.chosen(second, "the light")
    edit = tale.edit(second)
    stated = tale.tell(Kind.STATEMENT_DECLARED, title="Harbour", text="The sky is mine.")
    shown = tale.tell(Kind.PIECE_SHOWN, (tale.tell(Kind.PIECE_PUBLISHED, (stated, edit)),))
    found = seen(tale, stated + 1, "c", "e")
    assert not [code for code in found if isinstance(code, Missing)]
    assert found[There.PUBLISHED] == (shown,)
    assert found[There.INTENT_FIRST] == (intent,)
    assert found[There.REVISED] == (again,)
    assert found[There.CHOSEN] == found[There.REASONS] == (choice,)
    assert found[There.OWN_MATERIAL] == (own,)
    assert found[There.EDITED] == (edit,)
    assert found[There.LABELLED] == (second, edit)
    assert found[There.STAMPED] == (intent, own, brief, candidate, again, second, choice, edit, stated)
    assert found.keys() >= set(There)


def test_an_intent_after_the_first_brief_is_said_to_be_late() -> None:
    tale = Tale()
    tale.drawn()
    late = tale.tell(Kind.INTENT_DECLARED, text="a harbour")
    assert seen(tale)[Missing.LATE_INTENT] == (late,)
    assert Missing.NO_INTENT not in seen(tale)


def test_words_of_a_model_taken_over_and_words_of_the_member() -> None:
    tale = Tale()
    suggested = tale.tell(Kind.SUGGESTION_MADE, text="a lighthouse", model="m", request="an idea")
    taken, _ = tale.drawn("a lighthouse", source=f"llm:{suggested}")
    edited, _ = tale.drawn("a lighthouse at dusk", source=f"edited:{suggested}")
    assert seen(tale)[Missing.MACHINE_WORDS] == (taken,)
    assert seen(tale)[There.OWN_WORDS] == (edited,)


@pytest.mark.parametrize(
    ("words", "style", "revised"),
    [("a boat", "flat", False), ("A Boat ", "flat", False), ("a red boat", "flat", True), ("a boat", "ink", True)],
)
def test_asking_the_same_again_is_no_revision(words: str, style: str, revised: bool) -> None:
    tale = Tale()
    tale.drawn("a boat")
    again = tale.brief(words, style=style)
    tale.candidate(again)
    assert (There.REVISED in seen(tale)) is revised
    assert (Missing.SINGLE_ROUND in seen(tale)) is not revised


def test_a_second_brief_before_anything_could_be_looked_at_is_no_revision() -> None:
    tale = Tale()
    first = tale.brief("a boat")
    tale.brief("a red boat")
    tale.candidate(first)
    assert Missing.SINGLE_ROUND in seen(tale)


def test_a_reason_given_later_is_a_reason() -> None:
    tale = Tale()
    _, one = tale.drawn()
    _, other = tale.drawn("a barn")
    tale.chosen(one)
    bare = tale.chosen(other)
    why = tale.chosen(one, "the light")
    assert seen(tale)[Missing.NO_REASON] == (bare,)
    assert seen(tale)[There.REASONS] == (why,)


@pytest.mark.parametrize("declared", ["another AI tool", "another person", "not known"])
def test_an_edit_by_somebody_else_is_no_edit_of_the_member(declared: str) -> None:
    tale = Tale()
    _, candidate = tale.drawn()
    choice = tale.chosen(candidate)
    tale.edit(candidate, declared)
    assert There.EDITED not in seen(tale)
    assert seen(tale)[Missing.NO_EDIT] == (choice,)


def test_an_edit_that_changes_nothing_is_none() -> None:
    tale = Tale()
    _, candidate = tale.drawn()
    tale.edit(candidate, changed=False)
    assert There.EDITED not in seen(tale)


def test_material_of_which_nothing_was_said_until_somebody_says_it() -> None:
    tale = Tale()
    put_in = tale.material(MadeBy.OWN_INPUT, pixels="mine")
    found = tale.material(MadeBy.UNKNOWN, pixels="found")
    tale.drawn()
    assert seen(tale)[Missing.ORIGIN_UNSAID] == (put_in, found)
    tale.material(MadeBy.OWN_HAND, pixels="mine")
    assert seen(tale)[Missing.ORIGIN_UNSAID] == (found,)


def test_the_label_is_missed_only_where_ai_took_part() -> None:
    tale = Tale()
    photograph = tale.material(MadeBy.OWN_HAND)
    tale.edit(photograph, file="retouched photograph")
    _, candidate = tale.drawn()
    tale.chosen(candidate)
    first = tale.edit(candidate, file="painted over")
    second = tale.edit(first, file="labelled again")
    found = seen(tale, 0, "c", "labelled again")
    assert found[Missing.UNLABELLED] == (first,)
    assert found[There.LABELLED] == (candidate, second)


def test_time_stamps_cover_what_is_below_them() -> None:
    tale = Tale()
    brief, candidate = tale.drawn()
    assert seen(tale, candidate)[There.STAMPED] == (brief,)
    assert seen(tale, candidate)[Missing.NOT_STAMPED] == (candidate,)


def test_what_was_erased_is_said_and_counts_for_nothing() -> None:
    tale = Tale()
    tale.tell(Kind.INTENT_DECLARED, closed=("text",))
    brief = tale.tell(Kind.PROMPT_SUBMITTED, closed=("prompt", "negative"), params={}, source="typed")
    tale.candidate(brief)
    found = seen(tale)
    assert found[Missing.ERASED] == (10, brief)
    assert There.INTENT_FIRST not in found and There.OWN_WORDS not in found


# --- what a country makes of it ------------------------------------------------------------------


def lines(tale: Tale, country: str) -> dict[Code, tuple[str, ...]]:
    return {each.code: each.facts for each in findings(seen(tale), COUNTRIES[country])}


def test_the_same_record_in_two_countries() -> None:
    tale = Tale()
    tale.opened()
    _, candidate = tale.drawn()
    tale.chosen(candidate, "the light")
    american, chinese = lines(tale, "US"), lines(tale, "CN")
    assert american[Missing.ONLY_WORDS] == ("usco-report-part2-copyrightability-2025",)
    assert Missing.NO_EDIT not in american, "only words says it already"
    assert Missing.SINGLE_ROUND not in american, "no fact of the United States asks for rounds"
    assert chinese[Missing.SINGLE_ROUND] == ("cn-cui-frost-yingtan-2025",)
    assert chinese[Missing.NO_INTENT] == ("cn-authorship-record-checklist",)
    assert Missing.ONLY_WORDS not in chinese, "Li v. Liu was protected on prompts and choices alone"


def test_choosing_alone_is_what_japan_sees() -> None:
    tale = Tale()
    _, candidate = tale.drawn()
    tale.chosen(candidate)
    assert [code for code in lines(tale, "JP") if isinstance(code, Missing)] == [Missing.ONLY_CHOICE]


def test_what_is_missing_comes_before_what_is_there() -> None:
    tale = Tale()
    tale.opened()
    tale.drawn()
    for country in COUNTRIES.values():
        kinds = [isinstance(each.code, Missing) for each in findings(seen(tale), country)]
        assert kinds == sorted(kinds, reverse=True)


_EVENT = st.tuples(
    st.sampled_from(list(Kind)),
    st.booleans(),
    st.sampled_from([*MadeBy, "", "typed", "llm:10", "edited:12"]),
    st.sampled_from(["", "a", "b"]),
)


@given(st.lists(_EVENT, max_size=30), st.integers(0, 80))
def test_any_record_can_be_checked_and_every_line_names_its_events(
    told: list[tuple[Kind, bool, str, str]], stamped: int
) -> None:
    tale = Tale()
    pictures: list[int] = []
    for kind, erased, declared, words in told:
        said: dict[str, JsonValue] = dict.fromkeys(("text", "prompt", "why", "pixels"), words)
        said |= {"declared": declared, "source": declared, "image": image(words)}
        refs = tuple(pictures[-1:])
        seq = tale.tell(kind, refs, tuple(said)) if erased else tale.tell(kind, refs, (), **said)
        if kind in (Kind.DRAFT_MADE, Kind.UPLOAD_ADDED, Kind.EDIT_APPLIED):
            pictures.append(seq)
    known = {event.seq for event in tale.events}
    found = seen(tale, stamped, "a")
    for country in COUNTRIES.values():
        for line in findings(found, country):
            assert line.facts and line.events and known.issuperset(line.events)
    for there, missing in ((There.STATED, Missing.NO_STATEMENT), (There.EDITED, Missing.NO_EDIT)):
        assert not found or (there in found) is not (missing in found)
