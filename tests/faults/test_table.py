"""The page of faults is what the tests say, and a row cannot be had for nothing."""

import pytest

from tests.faults.table import BOT, PAGE, Outcome, fault, page, rows


def test_the_page_is_not_stale() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: make faults"


def test_each_row_has_a_name_of_its_own_and_says_everything() -> None:
    found = rows()
    assert len({(row.at, row.what) for row in found}) == len(found)
    for row in found:
        for part in (row.member, row.kept, row.operator):
            assert part.endswith((".", "”")) and "|" not in part, row


def test_a_part_that_nobody_asserted_is_noticed() -> None:
    outcome = Outcome(fault("Nothing", at=BOT, member="a.", kept="b.", operator="c.").mark.args[0])
    with outcome.member:
        assert outcome.unseen == ["member", "kept", "operator"]
    with pytest.raises(AssertionError), outcome.kept:
        raise AssertionError
    assert outcome.unseen == ["kept", "operator"]
