"""A history becomes frames: in the order of the log, each with its events, and nothing made up where words are gone."""

from itertools import pairwise
from pathlib import Path

import pytest

from storage.evidence.commitments import JsonValue
from storage.evidence.film.cut import cut
from storage.evidence.film.frames import (
    Candidates,
    Edit,
    Finished,
    Frame,
    Material,
    Role,
    State,
    Verdict,
    Words,
    Written,
    frames_of,
    opening_of,
    settled,
)
from storage.evidence.film.spans import Mark
from storage.evidence.kinds import Kind
from tests.storage.evidence.film.stories import PROJECT, Story


def test_a_story_is_told_in_the_order_of_the_log(story: Story) -> None:
    frames = frames_of(story.history)
    assert [type(frame) for frame in frames] == [
        Words,
        Words,
        Candidates,
        Candidates,
        Material,
        Words,
        Candidates,
        Candidates,
        Edit,
        Finished,
    ]
    assert [frame.seqs[0] for frame in frames] == sorted(frame.seqs[0] for frame in frames)
    shown = [seq for frame in frames for seq in frame.seqs]
    assert len(shown) == len(set(shown)), "no event is shown twice"
    by_seq = story.history.by_seq
    assert all(frame.at == by_seq[frame.seqs[0]].at for frame in frames)


def test_a_brief_says_what_changed_and_against_which(story: Story) -> None:
    first, second = (f for f in frames_of(story.history) if isinstance(f, Words) and f.role is Role.BRIEF)
    assert (first.brief, first.against, first.written) == (1, 0, Written.TYPED)
    assert (second.brief, second.against, second.written) == (2, 1, Written.EDITED)
    assert second.spans is not None
    assert {(s.mark, s.text.strip()) for s in second.spans} >= {(Mark.ADDED, "two"), (Mark.DROPPED, "boat")}


def test_a_choice_shows_all_and_dims_what_was_not_taken(story: Story) -> None:
    made, chosen = [f for f in frames_of(story.history) if isinstance(f, Candidates)][:2]
    assert [p.state for p in made.pictures] == [State.OPEN] * 4
    assert [p.state for p in chosen.pictures] == [State.SET_ASIDE, State.SET_ASIDE, State.CHOSEN, State.SET_ASIDE]
    assert (chosen.verdict, chosen.reason) == (Verdict.CHOSEN, "The light falls from the left.")
    assert len(chosen.seqs) == 2, "the rejection belongs to the choice"
    assert [p.seq for p in made.pictures] == [p.seq for p in chosen.pictures]


def test_choosing_none_of_them_dims_all(story: Story) -> None:
    none = [f for f in frames_of(story.history) if isinstance(f, Candidates)][-1]
    assert (none.verdict, none.reason) == (Verdict.NONE, "Too loud.")
    assert {p.state for p in none.pictures} == {State.SET_ASIDE}


def test_changing_ones_mind_is_a_frame_of_its_own(tmp_path: Path) -> None:
    story = Story(tmp_path)
    made = story.candidates(story.brief("a boat"), 2)
    story.choose(made[0], made[1:])
    story.choose(made[1], made[:1])
    chosen = [f for f in frames_of(story.history) if isinstance(f, Candidates) and f.verdict is Verdict.CHOSEN]
    assert [[p.state for p in f.pictures].index(State.CHOSEN) for f in chosen] == [0, 1]


def test_drafts_that_cross_each_other_stay_apart(tmp_path: Path) -> None:
    story = Story(tmp_path)
    one, two = story.brief("a boat"), story.brief("a house on a hill")
    of_two, of_one = story.candidates(two, 2), story.candidates(one, 3)
    story.choose(of_one[0], of_one[1:])
    story.choose(of_two[0], of_two[1:])
    told = [(f.brief, f.verdict, len(f.pictures)) for f in frames_of(story.history) if isinstance(f, Candidates)]
    assert told == [
        (2, Verdict.OPEN, 2),
        (1, Verdict.OPEN, 3),
        (1, Verdict.CHOSEN, 3),
        (2, Verdict.CHOSEN, 2),
    ]


def test_an_edit_has_before_and_after_and_where_it_changed(story: Story) -> None:
    (edit,) = (f for f in frames_of(story.history) if isinstance(f, Edit))
    assert edit.before is not None
    assert edit.before.sha256 != edit.after.sha256
    assert (edit.share_ppm, edit.regions, edit.operation) == (123_456, ((8, 8, 40, 30),), "Repainted the sky")


def test_the_finished_piece_is_the_last_picture_that_was_settled_on(story: Story) -> None:
    edit, finished = frames_of(story.history)[-2:]
    assert isinstance(edit, Edit)
    assert isinstance(finished, Finished)
    assert finished.picture is not None
    assert finished.picture.sha256 == edit.after.sha256
    assert finished.title == "Lamp-lighting hour"


def test_what_was_erased_is_none_and_never_empty_words(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.add(Kind.PROJECT_OPENED, closed=["title"])
    story.add(Kind.INTENT_DECLARED, closed=["text"])
    brief = story.add(Kind.PROMPT_SUBMITTED, closed=["prompt", "source"])
    made = story.add(Kind.DRAFT_MADE, [brief], closed=["image"])
    story.add(Kind.DRAFT_SELECTED, [made], closed=["why"])
    after = story.brief("a boat")
    story.add(Kind.EDIT_APPLIED, [made], closed=["image", "operation", "change"])
    story.add(Kind.STATEMENT_DECLARED, closed=["title", "text"])
    intent, words, drawn, chosen, plain, edit, finished = frames_of(story.history)
    assert isinstance(intent, Words) and intent.spans is None
    assert isinstance(words, Words) and words.spans is None
    assert isinstance(drawn, Candidates) and drawn.pictures[0].sha256 is None
    assert isinstance(chosen, Candidates) and chosen.reason is None
    assert isinstance(plain, Words) and plain.against == 0, f"{after} has nothing to be held against"
    assert isinstance(edit, Edit) and edit.operation is None and edit.share_ppm is None
    assert isinstance(finished, Finished) and finished.title is None and finished.claim is None
    assert opening_of(story.history).title == ""


def test_a_file_that_is_no_picture_is_not_called_erased(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.add(Kind.UPLOAD_ADDED, file={"sha256": "0" * 64}, declared="a layered file")
    story.add(Kind.UPLOAD_ADDED, closed=["image", "declared"])
    other, erased = frames_of(story.history)
    assert isinstance(other, Material) and other.picture.another_file
    assert isinstance(erased, Material) and not erased.picture.another_file


def test_private_notes_and_keeping_the_record_are_no_frames(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.add(Kind.PROJECT_OPENED, title="x")
    for kind in (Kind.NOTE_ADDED, Kind.EXPORT_MADE, Kind.CONSENT_GIVEN, Kind.GENERATION_STARTED, Kind.DRAFT_CANCELLED):
        story.add(kind, text="private")
    assert frames_of(story.history) == ()


@pytest.mark.parametrize("refs", [[], [999], [0]])
def test_a_choice_that_leads_nowhere_is_left_out(tmp_path: Path, refs: list[int]) -> None:
    story = Story(tmp_path)
    story.add(Kind.PROJECT_OPENED, title="x")
    story.add(Kind.DRAFT_SELECTED, refs, why="")
    assert frames_of(story.history) == ()


def test_where_room_is_scarce_a_choice_stands_for_its_candidates(story: Story) -> None:
    frames = frames_of(story.history)
    fewer = settled(frames)
    assert [f.verdict for f in fewer if isinstance(f, Candidates)] == [Verdict.CHOSEN, Verdict.NONE]
    assert _seqs(fewer) == _seqs(frames), "every event is still shown"
    assert [f.seqs[-1] for f in fewer] == sorted(f.seqs[-1] for f in fewer)


def test_the_opening_counts_and_an_empty_project_has_none(story: Story, tmp_path: Path) -> None:
    opening = opening_of(story.history)
    assert (opening.title, opening.briefs, opening.candidates, opening.choices, opening.edits) == (
        "Lamp-lighting hour",
        2,
        6,
        1,
        1,
    )
    assert opening.first < opening.last
    with pytest.raises(ValueError, match=PROJECT):
        opening_of(Story(tmp_path).history)


def _rounds(folder: Path, count: int) -> Story:
    story = Story(folder)
    for number in range(count):
        made = [
            story.add(Kind.DRAFT_MADE, [brief], image={"sha256": "0" * 64, "size": 1, "mime": "image/png"})
            for brief in [story.brief(f"boat number {number}")]
            for _ in range(4)
        ]
        story.choose(made[0], made[1:])
    return story


def test_of_a_thousand_candidates_whole_stories_are_shown_evenly(tmp_path: Path) -> None:
    frames = frames_of(_rounds(tmp_path, 250).history)
    shown = cut(frames, 24)
    assert len(frames) == 750
    assert len(shown.frames) == 24
    assert (shown.shown, shown.left_out) == (8 * 7, 242 * 7)
    parts = list(dict.fromkeys(frame.part for frame in shown.frames))
    assert len(parts) == 8
    assert (parts[0], parts[-1]) == (frames[0].part, frames[-1].part)
    gaps = [b - a for a, b in pairwise(parts)]
    assert max(gaps) - min(gaps) <= 7, "evenly, to a round"
    assert [f.seqs for f in shown.frames] == sorted(f.seqs for f in shown.frames)


def test_what_fits_is_shown_whole(story: Story) -> None:
    frames = frames_of(story.history)
    shown = cut(frames, 24)
    assert (shown.frames, shown.left_out) == (frames, 0)


def test_one_endless_story_is_thinned_too(tmp_path: Path) -> None:
    story = Story(tmp_path)
    made = story.candidates(story.brief("a boat"), 2)
    for number in range(100):
        story.choose(made[number % 2], [made[1 - number % 2]])
    frames = frames_of(story.history)
    shown = cut(frames, 24)
    assert len(shown.frames) == 24
    assert (shown.frames[0], shown.frames[-1]) == (frames[0], frames[-1])
    assert shown.left_out == len(_seqs(frames)) - len(_seqs(shown.frames))


def _seqs(frames: tuple[Frame, ...]) -> set[int]:
    return {seq for frame in frames for seq in frame.seqs}


def test_a_brief_names_the_pictures_that_it_was_made_from(tmp_path: Path) -> None:
    story = Story(tmp_path)
    (made,) = story.candidates(story.brief("a boat"), 1)
    given: JsonValue = [{"event": made, "role": "image"}, {"odd": 1}, "odd"]
    story.add(Kind.PROMPT_SUBMITTED, [made], prompt="", source="typed", inputs=given)
    asked = [frame for frame in frames_of(story.history) if isinstance(frame, Words)]
    assert [frame.inputs for frame in asked] == [(), (made,)]


def test_texts_are_pages_of_words_and_what_became_of_them(tmp_path: Path) -> None:
    story = Story(tmp_path)
    brief = story.brief("a boat at dusk")
    one = story.add(Kind.DRAFT_MADE, [brief], text="The boat sleeps.")
    two = story.add(Kind.DRAFT_MADE, [brief], text="The boat wakes up.")
    none = story.add(Kind.DRAFT_REJECTED, [one, two], why="too calm")
    story.choose(two, [one], "the waking")
    change: JsonValue = [["=", 9], ["-", "wakes"], ["+", "stands"], ["=", 4]]
    typed = story.add(Kind.EDIT_APPLIED, [two], text="The boat stands up.", change=change, params={"how": "typed"})
    gone = story.add(Kind.EDIT_APPLIED, [typed], closed=["text", "change"])
    frames = [frame for frame in frames_of(story.history) if isinstance(frame, Words)]
    assert [(frame.role, frame.seqs) for frame in frames] == [
        (Role.BRIEF, (brief,)),
        (Role.CANDIDATE, (one,)),
        (Role.CANDIDATE, (two,)),
        (Role.NONE, (none,)),
        (Role.CHOSEN, (none + 1, none + 2)),
        (Role.EDIT, (typed,)),
        (Role.EDIT, (gone,)),
    ]
    assert [frame.brief for frame in frames[1:5]] == [1, 1, 1, 1]
    assert (frames[4].reason, frames[5].against) == ("the waking", two)
    marks = {span.mark: span.text.strip() for span in frames[5].spans or ()}
    assert (marks[Mark.DROPPED], marks[Mark.ADDED]) == ("wakes", "stands")
    assert frames[6].spans is None
