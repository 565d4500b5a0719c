"""The facts themselves, and how strictly they are read."""

from pathlib import Path

import pytest

from bot.ask.facts import INTERNATIONAL, Fact, FactError, Kind, Language, load_facts, read_fact
from bot.ask.places import CODES
from bot.ask.words import Lexicon
from bot.chat.texts import Texts

AREAS = {"art": 50, "china-asia": 76, "licences": 45, "us-eu-uk": 62}
GOOD = """---
id: good
area: art
kind: case
jurisdictions: [US]
date: '2025-01-29'
date_note: {en: decision, zh: 裁决}
as_of: '2026-11'
confidence: high
title: {en: A title, zh: 标题}
cite: A v. B
sources:
- title: A court
  url: https://example.org/a
  note: not re-read
keywords: {en: [word], zh: [词]}
---

# English

Text.

> Advice.

# 简体中文

正文。

> 建议。
"""


def write(folder: Path, text: str, name: str = "good", area: str = "art") -> Path:
    path = folder / area / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_every_fact_is_there(facts: tuple[Fact, ...]) -> None:
    counted = dict.fromkeys(AREAS, 0)
    for fact in facts:
        counted[fact.area] += 1
    # Facts may be added, none may get lost.
    assert all(counted[area] >= count for area, count in AREAS.items()), counted


def test_facts_are_whole(facts: tuple[Fact, ...]) -> None:
    for fact in facts:
        assert fact.cite and fact.sources and fact.as_of, fact.id
        assert fact.kind in (Kind.ART, Kind.TECHNIQUE) or any(s.url for s in fact.sources) or fact.sources, fact.id
        for language in Language:
            wording = fact.wording(language)
            assert wording.title.strip() and len(wording.text) > 30 and wording.advice.strip(), fact.id
            assert not wording.text.startswith("#"), fact.id
        han = sum("\u4e00" <= c <= "\u9fff" for c in fact.wording(Language.ZH).text)
        assert han > 10, fact.id


def test_law_names_its_place_and_can_be_told_in_both_languages(facts: tuple[Fact, ...]) -> None:
    texts = Texts()
    for fact in facts:
        if fact.kind in (Kind.STATUTE, Kind.REGULATION, Kind.CASE):
            assert fact.jurisdictions, fact.id
        for code in fact.jurisdictions:
            for language in Language:
                assert texts.has(language.value, f"ask-place-{code.lower()}"), code


def test_places_of_the_command_of_the_lexicon_and_of_the_facts_agree(facts: tuple[Fact, ...]) -> None:
    used = {code for fact in facts for code in fact.jurisdictions} - {INTERNATIONAL}
    assert set(CODES) == used == Lexicon().codes


def test_short_keys_are_unique(facts: tuple[Fact, ...]) -> None:
    assert len({fact.key for fact in facts}) == len(facts)


def test_a_good_file_is_read(tmp_path: Path) -> None:
    fact = read_fact(write(tmp_path, GOOD))
    assert (fact.id, fact.kind, fact.jurisdictions, fact.date) == ("good", Kind.CASE, ("US",), "2025-01-29")
    assert fact.wording(Language.ZH).advice == "建议。"
    assert fact.wording(Language.EN).date_note == "decision"
    assert fact.wording(Language.EN).keywords == ("word",)
    assert fact.sources[0].note == "not re-read"


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("id: good", "id: other", "id"),
        ("area: art", "area: law", "area"),
        ("kind: case", "kind: rumour", "kind"),
        ("kind: case\n", "", "kind"),
        ("kind: case\n", "kind: case\ncolour: red\n", "colour"),
        ("kind: case\n", "kind: case\nkind: case\n", "kind"),
        ("[US]", "[USA]", "jurisdictions"),
        ("[US]", "[]", "jurisdictions"),
        ("'2025-01-29'", "soon", "date"),
        ("'2026-11'", "now", "as_of"),
        ("confidence: high", "confidence: sure", "confidence"),
        (", zh: 标题", "", "title"),
        ("{en: decision, zh: 裁决}", "decision", "date_note"),
        ("https://example.org/a", "example.org/a", "sources"),
        ("  note:", "  remark:", "sources"),
        ("zh: [词]", "zh: 词", "keywords"),
        ("> Advice.\n", "", "body"),
        ("# 简体中文", "# 中文", "body"),
        ("---\nid", "id", "front matter"),
        ("title: {en", "title: {{en", "front matter"),
    ],
)
def test_a_mistake_is_refused_with_file_and_key(tmp_path: Path, old: str, new: str, named: str) -> None:
    assert old in GOOD
    with pytest.raises(FactError) as caught:
        read_fact(write(tmp_path, GOOD.replace(old, new, 1)))
    assert "good.md" in str(caught.value)
    assert named in str(caught.value)


def test_a_fact_that_exists_twice_is_refused(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    write(tmp_path, GOOD.replace("area: art", "area: law"), area="law")
    with pytest.raises(FactError, match="twice"):
        load_facts(tmp_path)


def test_no_facts_at_all_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(FactError):
        load_facts(tmp_path)
