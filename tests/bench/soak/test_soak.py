"""A short soak: the machinery itself works, and what is acknowledged holds while things break."""

import json
from pathlib import Path

import pytest

from tests.bench.soak import report
from tests.bench.soak.run import Wanted, soak

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


async def test_a_short_soak_holds_every_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "BUILD", tmp_path)
    found = await soak(tmp_path / "soak", Wanted(seconds=20, members=16, seed=7, think_s=2.0))
    assert found.show() == 0, found.broken
    written = json.loads((tmp_path / "bench" / "soak.json").read_text())
    wanted = ("acknowledged_lost", "delivered_twice", "never_told", "unhandled_exceptions")
    assert {name: written[name] for name in wanted} == dict.fromkeys(wanted, 0)
    assert written["faults_injected"] >= 3 and written["receipts_told"] and written["jobs_by_outcome"]
    assert "rss_growth" in written and written["seed"] == 7
