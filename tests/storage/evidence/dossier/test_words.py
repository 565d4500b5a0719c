"""The dossier's sentences: the same in every language, and each fact of law that they cite is one of ours."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

import storage.evidence.dossier as dossier
from storage.evidence.dossier.document import Look, Span
from storage.evidence.dossier.words import LANGUAGES, Words
from storage.evidence.kinds import Kind

FOLDER = Path(dossier.__file__).parent
FACTS = Path(__file__).resolve().parents[4] / "bot" / "ask" / "facts"
_GAP = re.compile(r"\{(@?[a-z0-9_-]+)")


def tables(language: str) -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads((FOLDER / "languages" / f"{language}.toml").read_text(encoding="utf-8"))


def test_both_languages_say_the_same_things() -> None:
    english, chinese = map(tables, LANGUAGES)
    assert english.keys() == chinese.keys()
    for name, table in english.items():
        assert table.keys() == chinese[name].keys(), name
        for key, sentence in table.items():
            assert set(_GAP.findall(sentence)) == set(_GAP.findall(chinese[name][key])), f"{name}.{key}"


def test_every_kind_of_event_has_a_name() -> None:
    for language in LANGUAGES:
        words = Words(language)
        ours = {kind for kind in Kind if not kind.startswith(("log.", "key.", "checkpoint.", "time.", "clock."))}
        missing = {kind for kind in ours if f"kind.{kind}" not in words}
        assert missing <= {Kind.VERSION_CHANGED, Kind.SETTINGS_CHANGED, Kind.MODERATION_ACTED}


def test_every_fact_that_is_cited_is_one_of_ours() -> None:
    known = {re.search(r"^id: (\S+)$", path.read_text(encoding="utf-8"), re.M)[1] for path in FACTS.rglob("*.md")}  # type: ignore[index]  # a fact without an id fails elsewhere
    for language in LANGUAGES:
        cited = set(tables(language)["facts"])
        used = {
            gap[1:]
            for table in tables(language).values()
            for text in table.values()
            for gap in _GAP.findall(text)
            if gap[0] == "@"
        }
        assert used == cited
        assert cited <= known


def test_what_fills_a_gap_is_never_read_as_a_sentence() -> None:
    words = Words("en-US")
    line = words.line(
        "cover.checkpoint-value", size="{root} {@usco-guidance-2023-ai-disclosure}", root=Span("{size}", Look.CODE)
    )
    assert [span.text for span in line] == ["size ", "{root} {@usco-guidance-2023-ai-disclosure}", ", root ", "{size}"]
    assert not words.cited


def test_numbers_choose_their_words() -> None:
    words = Words("en-US")
    assert words.text("us.note-drafts", made=1) == "From them, 1 picture was generated."
    assert words.text("us.note-drafts", made=2) == "From them, 2 pictures were generated."


def test_a_missing_key_or_gap_is_a_mistake_of_ours() -> None:
    words = Words("en-US")
    with pytest.raises(KeyError):
        words.line("cover.nothing")
    with pytest.raises(KeyError):
        words.line("cover.checkpoint-value", size=1)
