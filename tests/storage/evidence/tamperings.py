"""Every tampering that we know of, in one list: how it is done, and the check that has to find and name it.

    python -m tests.storage.evidence.tamperings      writes docs/tamperings.md from it

All verifiers run it, each what it can look at (`Tampering.needs`): ours, the single file, the page. Where the owner of
the log's key is the forger, every checksum is mended and everything is signed anew, or only the list of files would be
tested.
"""

import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from storage.evidence.verify import Outcome, Report
from storage.evidence.verify.sentences import sentence
from tests.storage.evidence.forgeries import histories, inside, pictures, shell, times, unrefused
from tests.storage.evidence.forgeries.inside import CHANGES, Change, replace_text
from tests.storage.evidence.forgeries.scene import Scene
from tests.storage.evidence.forgeries.section import Ability, Brought, Tampering

__all__ = ["CHANGES", "SECTIONS", "TAMPERINGS", "Ability", "Brought", "Change", "Scene", "Tampering", "replace_text"]

SECTIONS: Final = tuple(each.SECTION for each in (shell, inside, histories, times, pictures, unrefused))
TAMPERINGS: Final = tuple(tampering for section in SECTIONS for tampering in section.rows)

# --- the page ------------------------------------------------------------------------------------

PAGE: Final = Path(__file__).parents[3] / "docs" / "tamperings.md"
_HEAD = """# Tamperings, and what finds them

<!-- Written by `python -m tests.storage.evidence.tamperings`; a test fails when it is stale. -->

Every row was tried: the forger does it, and the verifiers have to find it and to name it. Where the owner of the log's
key forges, every checksum is mended and everything is signed anew with the true key: what they cannot mend is what
other people hold. `colophon verify` prints the code and the sentence; [the format](evidence-format.md) says what each
code means. Numbers are those of the example.
"""
_COLUMNS = "| what is done | by | verdict | code | what is said |\n| --- | --- | --- | --- | --- |"
# Chosen by chance, and too long for a table: what is left of it, and what a table may not hold.
_SHORTER = (
    (r"p_[0-9a-f]{32}", "p_…"),
    (r"[0-9a-f]{64}", "…"),
    (r"colophon-[0-9a-f]{8}/", "…/"),
    (r"[0-9a-f]{20}-", "…-"),
    (r"\d{4}-\d\d-\d\dT[\d:.]+Z", "…"),
    (r"\|", r"\\|"),
)


def page(check: Callable[[Tampering], Report]) -> str:
    """Return the page, from what a verifier says of each."""
    lines = [_HEAD]
    for section in SECTIONS:
        rows = [_row(tampering, check(tampering)) for tampering in section.rows]
        lines += [f"## {section.title}", "", _COLUMNS, *rows, ""]
    return "\n".join(lines)


def said(tampering: Tampering, report: Report) -> str:
    """Return the sentence of the check that has to find a tampering; "" where it did not."""
    wanted = Outcome.FAILED if tampering.refused else Outcome.NOT_CHECKED
    return next((sentence(c) for c in report.checks if (c.code, c.outcome) == (tampering.found, wanted)), "")


def _row(tampering: Tampering, report: Report) -> str:
    words = said(tampering, report)
    for pattern, shorter in _SHORTER:
        words = re.sub(pattern, shorter, words)
    return f"| {tampering.name} | {tampering.by} | {report.verdict.value} | `{tampering.found}` | {words} |"


def main() -> None:
    """Write the page."""
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(Path(folder))
        PAGE.write_text(page(lambda tampering: tampering.make(scene).check()), encoding="utf-8")


if __name__ == "__main__":
    main()
