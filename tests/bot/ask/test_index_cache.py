"""The index on disk is the index that would be built, and never of other facts."""

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from bot.ask.facts import Fact, Language
from bot.ask.index_cache import cached_index
from bot.ask.retrieval import FactIndex

QUESTIONS = (("Who owns an AI pictre in the US?", Language.EN), ("提示词能算作品吗", Language.ZH))


def found(index: FactIndex) -> list[list[tuple[str, float]]]:
    return [[(hit.fact.id, hit.score) for hit in index.search(*question)] for question in QUESTIONS]


def test_what_is_read_back_finds_the_same(index: FactIndex, facts: tuple[Fact, ...], tmp_path: Path) -> None:
    first, again = cached_index(facts, tmp_path), cached_index(facts, tmp_path)
    assert found(first) == found(again) == found(index)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_changed_fact_is_indexed_anew(facts: tuple[Fact, ...], tmp_path: Path) -> None:
    cached_index(facts, tmp_path)
    wordings = {key: replace(wording, text=f"{wording.text} Zyzzyva.") for key, wording in facts[0].wordings.items()}
    changed = replace(facts[0], wordings=MappingProxyType(wordings))
    hits = cached_index((changed, *facts[1:]), tmp_path).rank("zyzzyva", Language.EN).hits
    assert [hit.fact.id for hit in hits] == [changed.id]


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 cut off", b"not an archive"])
def test_a_damaged_file_is_replaced(facts: tuple[Fact, ...], tmp_path: Path, damage: bytes) -> None:
    good = found(cached_index(facts, tmp_path))
    (file,) = tmp_path.iterdir()
    file.write_bytes(damage)
    assert found(cached_index(facts, tmp_path)) == good
    assert file.stat().st_size > len(damage)


def test_old_indexes_do_not_pile_up(facts: tuple[Fact, ...], tmp_path: Path) -> None:
    for count in range(3, 10):
        cached_index(facts[:count], tmp_path)
    assert len(list(tmp_path.iterdir())) == 3


def test_a_folder_that_cannot_be_written_costs_only_time(facts: tuple[Fact, ...], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert found(cached_index(facts, tmp_path / "file"))
