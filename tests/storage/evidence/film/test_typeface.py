"""The typeface has both alphabets, as the mainland writes them, and tells what it lacks."""

from storage.evidence.film.typeface import NOTO


def test_it_has_both_alphabets_and_a_bold() -> None:
    assert not any(NOTO.lacks(c) for c in "Colophon 落款 é ，。“”…")
    assert NOTO.lacks("\U0001f600")
    assert NOTO.lacks("\u0351"), "a mark without a glyph is lacking too, though it could stand on something"
    assert NOTO.bold.at(40).getlength("落款 Colophon") > NOTO.regular.at(40).getlength("落款 Colophon")


def test_it_writes_chinese_as_the_mainland_does() -> None:
    assert "SC" in str(NOTO.regular.at(40).getname()[0])
