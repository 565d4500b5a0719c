"""`python -m tests.faults`: run every test that has a row, and write docs/faults.md if all of them passed."""

import sys

import pytest

from tests.faults.table import MARK, MODULES, PAGE, ROOT, Row, page, row_of, rows


class Passed:
    """Which rows' tests have passed in this run."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._row: dict[str, Row] = {}
        self._called: set[str] = set()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Know each test's row."""
        self._row = {item.nodeid: row for item in items if (row := row_of(item)) is not None}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that passed; its teardown fails where a part of its row was not asserted."""
        if report.when == "teardown" and report.passed and report.nodeid in self._called:
            self.rows.append(self._row[report.nodeid])
        if report.when == "call" and report.passed:
            self._called.add(report.nodeid)


def main() -> int:
    """Run them; return the exit status."""
    passed = Passed()
    # Not imported here: pytest rewrites the assertions of what it imports itself.
    files = [str(ROOT.joinpath(*module.split(".")).with_suffix(".py")) for module in MODULES]
    status = pytest.main(["-m", MARK, *sys.argv[1:], *files], plugins=[passed])
    missing = [row for row in rows() if row not in passed.rows]
    if status or missing:
        print(f"not written: {', '.join(row.what for row in missing) or 'a test failed'}")
        return int(status) or 1
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE}: {len(passed.rows)} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
