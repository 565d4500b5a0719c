"""What `make audit` says of the database's answer: nothing passes without a reason, and no reason lasts for ever."""

import importlib.util
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

FILE = Path(__file__).parents[1] / "scripts" / "audit.py"
TODAY = date(2027, 1, 10)
ANSWER: dict[str, Any] = {
    "dependencies": [
        {"name": "sound", "version": "1", "vulns": []},
        {"name": "holed", "version": "2", "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-1", "GHSA-1"]}]},
        {"name": "private", "skip_reason": "Dependency not found on PyPI"},
    ]
}


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", FILE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def accepted(until: date = date(2027, 2, 1), package: str = "holed", id_: str = "CVE-1") -> list[dict[str, Any]]:
    return [{"id": id_, "package": package, "why": "nothing of it is called", "until": until}]


def test_an_answer_is_read_with_every_name_of_a_hole(audit: ModuleType) -> None:
    outcome = audit.read(ANSWER)
    assert (outcome.asked, outcome.unasked) == (2, ("private",))
    assert [(hole.package, hole.names) for hole in outcome.holes] == [("holed", {"PYSEC-1", "CVE-1", "GHSA-1"})]


@pytest.mark.parametrize(
    ("explained", "said"),
    [
        ([], "not explained"),
        (accepted(package="another"), "not explained"),
        (accepted(id_="CVE-2"), "not explained"),
        (accepted(until=date(2027, 1, 9)), "looked at again by 2027-01-09"),
    ],
)
def test_a_hole_without_a_reason_that_holds_is_named(
    audit: ModuleType, explained: list[dict[str, Any]], said: str
) -> None:
    (line,) = audit.unexplained(audit.read(ANSWER), explained, TODAY)
    assert line.startswith("holed 2: CVE-1, GHSA-1, PYSEC-1: ") and line.endswith(said)


def test_a_hole_with_a_reason_is_printed_with_it(audit: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.unexplained(audit.read(ANSWER), accepted(), TODAY) == []
    assert "accepted until 2027-02-01: nothing of it is called" in capsys.readouterr().out
