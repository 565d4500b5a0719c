"""What can be shown of a history, and what is said of how it came about."""

from bot.publish.cards import Wanted
from bot.publish.pieces import Did, Licence, Name, drawn_by_machine, finished, showable, what_was_done
from storage.evidence.kinds import Kind
from tests.bot.projects.tales import PROJECT, Tale, image


def tale() -> tuple[Tale, int, int]:
    """Tell of a boat that was chosen and then painted over; return the candidate and the edit."""
    told = Tale()
    told.opened()
    _, candidate = told.drawn()
    told.chosen(candidate)
    return told, candidate, told.edit(candidate)


def test_edits_come_first_then_choices_the_newest_first() -> None:
    told, candidate, edit = tale()
    _, other = told.drawn("a heron")
    told.chosen(other)
    assert [event.seq for event in showable(told.history())] == [edit, other, candidate]


def test_what_was_not_chosen_or_is_a_preview_or_was_erased_is_not_shown() -> None:
    told, candidate, edit = tale()
    told.drawn("never chosen")
    told.tell(Kind.EDIT_APPLIED, (edit,), image=image("p"), file={"name": "a.psd"}, declared="own hand")
    told.tell(Kind.EDIT_APPLIED, (edit,), closed=("image",))
    assert [event.seq for event in showable(told.history())] == [edit, candidate]


def test_an_edit_of_an_edit_of_a_candidate_was_drawn_by_a_machine() -> None:
    told, _, edit = tale()
    again = told.edit(edit)
    photograph = told.material("own hand")
    painted = told.edit(photograph)
    history = told.history()
    assert drawn_by_machine(history, history.by_seq[again])
    assert not drawn_by_machine(history, history.by_seq[painted])


def test_what_people_did_is_counted_and_what_others_tools_did_is_not() -> None:
    told, candidate, _ = tale()
    told.edit(candidate, declared="another AI tool")
    assert what_was_done(told.history()) == Did(briefs=1, candidates=1, choices=1, edits=1)


def test_it_is_finished_once_its_title_can_be_shown() -> None:
    told, _, _ = tale()
    assert finished(told.history()) is None
    said = told.tell(Kind.STATEMENT_DECLARED, title="Harbour", text="mine")
    told.tell(Kind.STATEMENT_DECLARED, closed=("title", "text"))
    statement = finished(told.history())
    assert statement is not None and statement.seq == said


def test_what_a_button_wants_fits_its_id_and_comes_back() -> None:
    for licence in Licence:
        for name in Name:
            wanted = Wanted(PROJECT, 10**15, licence, name)
            assert Wanted.unpacked(wanted.packed()) == wanted
            assert len(f"publish-terms:{wanted.packed()}") <= 100
