"""Ask the public database of known holes about every package that constraints.txt pins; fail over any unexplained one.

Exit status: 0 nothing unexplained, 1 a hole that `audit.toml` does not explain, 2 the database could not be asked.
"""

import json
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PINNED = HERE.parent / "constraints.txt"
EXPLAINED = HERE / "audit.toml"
MOST_S = 900


@dataclass(frozen=True, slots=True)
class Hole:
    """A known hole: its package, its version, and every name that it goes by."""

    package: str
    version: str
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the database said; `unasked` are the packages that it does not know."""

    asked: int
    holes: tuple[Hole, ...]
    unasked: tuple[str, ...]


def read(answer: dict[str, Any]) -> Outcome:
    """Read pip-audit's answer."""
    packages = answer["dependencies"]
    holes = tuple(
        Hole(package["name"], package["version"], frozenset([vuln["id"], *vuln.get("aliases", [])]))
        for package in packages
        for vuln in package.get("vulns", [])
    )
    unasked = tuple(package["name"] for package in packages if "skip_reason" in package)
    return Outcome(len(packages) - len(unasked), holes, unasked)


def unexplained(outcome: Outcome, accepted: list[dict[str, Any]], today: date) -> list[str]:
    """Return a line for every hole that is not explained, or not any more; print one for each that is."""
    lines = []
    for hole in outcome.holes:
        what = f"{hole.package} {hole.version}: {', '.join(sorted(hole.names))}"
        found = [one for one in accepted if one["package"] == hole.package and one["id"] in hole.names]
        if not found:
            lines.append(f"{what}: not explained")
        elif found[0]["until"] < today:
            lines.append(f"{what}: its explanation had to be looked at again by {found[0]['until']}")
        else:
            print(f"{what}: accepted until {found[0]['until']}: {found[0]['why']}")
    return lines


def main() -> int:
    """Ask, and say what came of it."""
    command = [sys.executable, "-m", "pip_audit", "--progress-spinner=off", "--disable-pip", "--no-deps"]
    command += ["--format=json", "--requirement", str(PINNED)]
    # pip-audit ends with 1 both over a hole and where it cannot ask: only an answer that can be read tells which.
    asked = subprocess.run(command, capture_output=True, text=True, timeout=MOST_S)  # noqa: S603  # nosec B603 # our own
    try:
        outcome = read(json.loads(asked.stdout))
    except (ValueError, KeyError, TypeError):
        print("audit: the database of known holes could not be asked, so nothing is known either way.", file=sys.stderr)
        return 2
    if len(outcome.unasked) > outcome.asked:
        print(
            f"audit: the database of known holes answered for {outcome.asked} of "
            f"{outcome.asked + len(outcome.unasked)} packages only, so nothing is known either way.",
            file=sys.stderr,
        )
        return 2
    for name in outcome.unasked:
        print(f"{name}: not known to the database")
    accepted = tomllib.loads(EXPLAINED.read_text("utf-8"))["accepted"]
    lines = unexplained(outcome, accepted, date.today())
    for line in lines:
        print(line, file=sys.stderr)
    print(f"audit: {outcome.asked} packages asked about, {len(outcome.holes)} known holes, {len(lines)} unexplained.")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
