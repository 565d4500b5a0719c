"""What every benchmark prints and writes."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

BUILD = Path(__file__).resolve().parents[2] / "build"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number and what it should be."""

    name: str
    value: float
    unit: str
    aim: str


def report(name: str, title: str, figures: Sequence[Figure]) -> None:
    """Print a table, and write build/bench/<name>.json: {figure: {value, unit, aim}}."""
    print(f"{title}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for figure in figures:
        print(f"  {figure.name:56} {figure.value:10.3g} {figure.unit:10} aim {figure.aim}")
    found = {figure.name: {"value": figure.value, "unit": figure.unit, "aim": figure.aim} for figure in figures}
    path = BUILD / "bench" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
