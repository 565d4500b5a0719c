"""What a replay says: in both languages, with every number, and without a word of the member's."""

import json
from dataclasses import replace

import pytest

from bot.chat.texts import LOCALES, Texts
from bot.replay.again import Replayed, Verdict
from bot.replay.differences import ABSENT, Difference
from bot.replay.finding import Found, Trust
from bot.replay.likeness import Likeness
from bot.replay.report import as_object, as_text
from tests.bot.replay.test_again import CANDIDATE

EQUAL = Replayed(Verdict.BIT_EQUAL, "ab", None, (), b"")
FAR = Likeness(0.71234, 0.03456, 0.4321, 250, 0.5)
WORDS = (
    Difference("drawn_from", ["secret words"], ["others"]),
    Difference("choices.style", "secret words", "flat"),
    Difference("choices.concepts", ["secret words"], []),
)


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("trust", list(Trust))
def test_every_verdict_has_its_words(language: str, trust: Trust) -> None:
    found = Found(CANDIDATE, b"", (), trust, 99)
    texts = Texts()
    different = replace(EQUAL, verdict=Verdict.DIFFERENT)
    said = {as_text(found, each, texts, language) for each in (EQUAL, different, replace(different, likeness=FAR))}
    assert len(said) == 3
    assert any("0.71234" in each and "43.21" in each and "250" in each for each in said)


def test_what_differs_comes_before_the_verdict() -> None:
    found = Found(CANDIDATE, b"", (), Trust.STORE, 99)
    differing = (Difference("revision", "1", "2"), Difference("repo", ABSENT, "maker/x"))
    said = as_text(found, replace(EQUAL, differences=differing), Texts(), "en-US")
    assert said.index("revision: 1 → 2") < said.index("repo: not on record → maker/x") < said.index("BIT-EQUAL")


def test_a_members_words_are_not_repeated() -> None:
    found = Found(CANDIDATE, b"", (), Trust.STORE, 99)
    replayed = replace(EQUAL, differences=WORDS)
    text, told = as_text(found, replayed, Texts(), "en-US"), as_object(found, replayed)
    assert told["differences"] == [{"what": "drawn_from"}, {"what": "choices"}]
    for said in (text, json.dumps(told)):
        assert "secret" not in said and CANDIDATE.prompt not in said


def test_little_is_not_called_nothing() -> None:
    found = Found(CANDIDATE, b"", (), Trust.STORE, 99)
    near = Likeness(0.9999999, 1e-8, 0.0, 1, 1e-6)
    said = as_text(found, replace(EQUAL, verdict=Verdict.DIFFERENT, likeness=near), Texts(), "en-US")
    assert "> 0.99999 of 1" in said and "< 0.00001" in said and "0.00 % of the pixels\n" in said and "< 0.01 %" in said


def test_what_a_record_says_cannot_disturb_a_terminal() -> None:
    found = Found(CANDIDATE, b"", (), Trust.SELF_CONSISTENT)
    odd = (Difference("device", "\x1b[31mred" + "x" * 500, "cpu"),)
    said = as_text(found, replace(EQUAL, differences=odd), Texts(), "en-US")
    assert "\x1b" not in said
    assert max(map(len, said.splitlines())) < 250
