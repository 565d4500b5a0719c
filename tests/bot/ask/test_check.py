"""`colophon facts check`: every mistake at once, with the file that has it."""

from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.ask.facts import FOLDER, Fact
from bot.ask.facts.check import STALE_MONTHS, check_folder
from bot.cli import app
from tests.bot.ask.test_facts import GOOD, write

TODAY = date(2026, 11, 23)
ASKS = "asks: {en: [a, b, c], zh: [甲, 乙, 丙]}\n"
WHOLE = GOOD.replace("keywords:", f"{ASKS}keywords:")


def said(folder: Path, beside: Path | None = None) -> list[str]:
    return [str(finding) for finding in check_folder(folder, TODAY, beside=beside)[1]]


def test_our_own_facts_have_no_mistakes() -> None:
    facts, findings = check_folder(FOLDER, date.today())
    assert len(facts) >= 233
    assert [str(finding) for finding in findings if finding.error] == []


def test_every_fact_of_ours_can_be_asked_for(facts: tuple[Fact, ...]) -> None:
    for fact in facts:
        for wording in fact.wordings.values():
            assert len(wording.asks) >= 3, fact.id
            assert len(set(wording.asks)) == len(wording.asks), fact.id


def test_a_good_folder_has_nothing_to_say(tmp_path: Path) -> None:
    write(tmp_path, WHOLE)
    assert said(tmp_path) == []


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, WHOLE)
    write(tmp_path, WHOLE.replace("id: good", "id: second").replace("kind: case", "kind: rumour"), "second")
    write(tmp_path, WHOLE.replace("id: good", "id: third").replace(", zh: 标题", ""), "third")
    facts, findings = check_folder(tmp_path, TODAY)
    assert [fact.id for fact in facts] == ["good"]
    assert [finding.where for finding in findings] == ["art/second.md", "art/third.md"]
    assert all(finding.error for finding in findings)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("as_of: '2026-11'", "as_of: '2026-04'", "warning: art/good.md: as_of: 2026-04 is 7 months ago"),
        ("as_of: '2026-11'", "as_of: '2026-12'", "error: art/good.md: as_of: 2026-12 has not come yet"),
        (
            "keywords:",
            "related: [no-such-fact]\nkeywords:",
            "error: art/good.md: related: there is no fact no-such-fact",
        ),
        ("keywords:", "related: [good]\nkeywords:", "error: art/good.md: related: must be ids of other facts"),
        (ASKS, "", "warning: art/good.md: asks: 0 in en"),
    ],
)
def test_what_should_be_mended_is_named(tmp_path: Path, old: str, new: str, expected: str) -> None:
    write(tmp_path, WHOLE.replace(old, new, 1))
    assert said(tmp_path)[0].startswith(expected)


def test_a_fact_is_fresh_for_half_a_year(tmp_path: Path) -> None:
    write(tmp_path, WHOLE.replace("as_of: '2026-11'", f"as_of: '2026-{11 - STALE_MONTHS:02}'"))
    assert said(tmp_path) == []


def test_ones_own_facts_may_name_ours_and_not_take_their_ids(tmp_path: Path) -> None:
    write(tmp_path, WHOLE.replace("keywords:", "related: [us-fan-art]\nkeywords:"))
    write(tmp_path, WHOLE.replace("id: good", "id: us-fan-art"), "us-fan-art")
    assert said(tmp_path, FOLDER) == [
        "error: art/us-fan-art.md: id: us-fan-art is taken, or too like us-fan-art; choose another"
    ]


def test_the_command_says_how_many_and_fails_for_errors_only(tmp_path: Path) -> None:
    write(tmp_path, WHOLE.replace("as_of: '2026-11'", "as_of: '2025-01'"))
    good = CliRunner().invoke(app, ["facts", "check", str(tmp_path)])
    assert (good.exit_code, good.stdout.splitlines()[-1]) == (0, "1 facts, 0 errors, 1 warnings")
    write(tmp_path, "no front matter", "broken")
    bad = CliRunner().invoke(app, ["facts", "check", str(tmp_path)])
    assert (bad.exit_code, bad.stdout.splitlines()[-1]) == (1, "1 facts, 1 errors, 1 warnings")
