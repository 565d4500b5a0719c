"""A typeface with Chinese is found, or the film is refused: never a box in place of a word."""

import shutil
from pathlib import Path

import pytest

from storage.evidence.film import typeface as looking
from storage.evidence.film.typeface import NoTypeface, Typeface, find_typeface


def test_it_has_both_alphabets_and_a_bold(typeface: Typeface) -> None:
    assert not any(typeface.lacks(c) for c in "Colophon 落款 é ，。“”…")
    assert typeface.lacks("\U0001f600")
    assert typeface.lacks("\u0351"), "a mark without a glyph is lacking too, though it could stand on something"
    assert typeface.bold.at(40).getlength("落款 Colophon") > typeface.regular.at(40).getlength("落款 Colophon")


def test_without_one_there_is_no_film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "_PACKAGE", "no_such_package")
    with pytest.raises(NoTypeface, match="no typeface with Chinese"):
        find_typeface([tmp_path, tmp_path / "nowhere"])


def test_a_file_of_a_known_name_that_lacks_chinese_is_passed_over(
    tmp_path: Path, typeface: Typeface, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "_PACKAGE", "no_such_package")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "NotoSansCJK-Regular.ttc").write_bytes(b"no font at all")
    with pytest.raises(NoTypeface):
        find_typeface([tmp_path])
    (tmp_path / "b").mkdir()
    shutil.copy(typeface.regular.file, tmp_path / "b" / "wqy-microhei.ttc")
    found = find_typeface([tmp_path])
    assert found.regular.file.name == "wqy-microhei.ttc"
    assert found.regular.index == typeface.regular.index, "the mainland's forms"
