"""What a dossier tells of drafted texts: each whole, what was chosen, and whose words stand in the end."""

from typing import Any

import pytest

from storage.evidence.changes import word_change
from storage.evidence.dossier.content import Content, Source
from storage.evidence.dossier.pictures import Pictures
from storage.evidence.dossier.statements import drafted
from storage.evidence.dossier.words import LANGUAGES
from storage.evidence.hands import Hand
from storage.evidence.history import History
from storage.evidence.kinds import Kind
from tests.storage.evidence.dossier.telling_events import history, withheld
from tests.storage.evidence.dossier.test_html import HOSTILE, Reader, page
from tests.storage.evidence.dossier.test_statements import IMAGE, text

FIRST, SECOND = "The boat sleeps.\n\nNobody rows.", "Morning comes.\n\nThe boat wakes up."
MADE = {"model": "lm", "revision": "r9", "template": "write/1", "structure": "forward"}
TOGETHER = "The boat wakes up.\n\nThe boat sleeps."
CHANGED = "The red boat wakes up.\n\nThe boat sleeps."


def told(first: str = FIRST) -> History:
    """Return a history in which texts are drafted, chosen among, put together and changed, and one is a brief."""
    params: dict[str, Any] = {"operation": "write", "form": "poem", "length": "short", "seeds": [1, 2]}
    return history(
        (Kind.PROJECT_OPENED, {"title": "Boats"}),
        (Kind.PROMPT_SUBMITTED, {"prompt": "a boat at dusk", "params": params, "source": "typed"}),
        (Kind.GENERATION_STARTED, {"model": "lm", "seed": [1, 2], "params": {}}, [1]),
        (Kind.DRAFT_MADE, {"text": first, "draft_id": "d", "seed": 1, "generation": MADE}, [1]),
        (Kind.DRAFT_MADE, {"text": SECOND, "draft_id": "d", "seed": 2, "generation": MADE}, [1]),
        (Kind.DRAFT_SELECTED, {"why": "the waking"}, [4]),
        (Kind.DRAFT_REJECTED, {"why": ""}, [3]),
        (
            Kind.EDIT_APPLIED,
            {"text": TOGETHER, "params": {"how": "combined", "paragraphs": [[4, 2], [3, 1]]}},
            [3, 4],
        ),
        (
            Kind.EDIT_APPLIED,
            {"text": CHANGED, "params": {"how": "typed"}, "change": word_change(TOGETHER, CHANGED)},
            [7],
        ),
        (Kind.PROMPT_SUBMITTED, {"prompt": SECOND, "params": {"seeds": [5]}, "source": "llm:4"}, [4]),
        (
            Kind.DRAFT_MADE,
            {"image": IMAGE, "pixels": "", "draft_id": "e", "seed": 5, "generation": {"model": "m"}},
            [9],
        ),
        (Kind.DRAFT_SELECTED, {"why": ""}, [10]),
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_told_whole_with_what_became_of_it(language: str) -> None:
    said = page(told(), language).words
    for wanted in ("Nobody rows.", "Morning comes.", "the waking", "✓", "write/1", "poem"):
        assert wanted in said, wanted
    assert ("1 of 8 words" if language == "en-US" else "8 个词中的 1 个") in said
    assert ("paragraph 2 of #4" if language == "en-US" else "#4 的第 2 段") in said


def test_whose_words_they_are_follows_from_the_record() -> None:
    content = Content(told())
    together, changed = content.text_edits
    assert set(together.hands) == {Hand.MACHINE} and together.paragraphs == ((4, 2), (3, 1))
    assert changed.letters == {Hand.MACHINE: len(TOGETHER), Hand.PERSON: len("red ")}
    assert content.briefs[1].source is Source.TAKEN and content.briefs[1].letters[Hand.PERSON] == 0
    assert content.work == (10, 8)
    assert [event.seq for event in content.written] == [3, 4]


def test_the_statements_speak_of_pictures_alone_and_say_so() -> None:
    pictures = Content(told()).of_pictures
    assert [event.seq for event in pictures.drafts] == [10] and pictures.chosen == (10,) and not pictures.edits
    assert "1 picture was" in text(pictures.history, "us")
    assert drafted(pictures, Pictures())
    assert "speak of the pictures alone" in page(told()).words
    assert "speak of the pictures alone" not in page(history((Kind.PROJECT_OPENED, {"title": "x"}))).words


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_erased_is_said_to_be_closed(language: str) -> None:
    said = page(withheld(told()), language).words
    assert "boat" not in said and ("not opened here" if language == "en-US" else "未公开") in said


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_a_model_writes_can_do_nothing_to_the_page(hostile: str) -> None:
    read: Reader = page(told(hostile))
    assert hostile in read.words
    assert not [tag for tag, attributes in read.tags if tag == "script" or "onmouseover" in attributes]


def test_a_dossier_without_texts_has_no_such_chapter() -> None:
    assert "what became of them" not in page(history((Kind.PROJECT_OPENED, {"title": "x"}))).words
