"""One flipped bit, anywhere: a refusal or the same report, never a traceback; and both verifiers say the same.

FUZZ_FLIPS=2500 python -m pytest tests/storage/evidence/test_fuzz.py      tries more of them
"""

import os
import random
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.evidence.merkle import leaf_hash
from storage.evidence.verify import Outcome, Report, Trust, Verdict, render_report, verify_bundle, verify_trusting
from tests.storage.evidence.forgeries.histories import proof
from tests.storage.evidence.forgeries.times import LATER, WITNESS
from tests.storage.evidence.forging import Forged
from tests.storage.evidence.tamperings import Scene
from tests.verifier.test_single_file import single

__all__ = ["single"]

pytestmark = pytest.mark.slow
FLIPS = int(os.environ.get("FUZZ_FLIPS", "150"))
# The single file leaves these to others.
ELSEWHERE = (".tsr", "tsa-roots.pem", ".ots")


@dataclass(frozen=True, slots=True)
class Everything:
    """A sound bundle that has every kind of file, and what it is trusted by."""

    scene: Scene
    bundle: Path
    trust: Trust
    report: Report

    def forge(self) -> Forged:
        return Forged(self.bundle)

    def packed(self, forged: Forged) -> Path:
        return forged.pack(self.bundle.with_name("flipped.zip"), self.scene.stamped.key)


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Everything:
    scene = Scene(tmp_path_factory.mktemp("scene"))
    forged = scene.stamped.forge()
    size = forged.about["size"]
    note = forged.files[f"data/checkpoints/{size}.note"]
    forged.files[f"data/checkpoints/{size}.cosig"] = WITNESS.cosign(note, LATER)
    forged.files[f"data/checkpoints/{size}.note.ots"] = random.Random(1).randbytes(119)
    forged.files[f"data/consistency/3-{size}.txt"] = proof([leaf_hash(line) for line in forged.lines], 3)
    bundle = forged.pack(scene.place(), scene.stamped.key)
    trust = Trust((scene.stamped.vkey,), (note,), scene.authority.roots, (WITNESS.vkey,))
    report = verify_trusting(bundle, trust)
    assert report.verdict is Verdict.VERIFIED, render_report(report)
    return Everything(scene, bundle, trust, report)


@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
@settings(max_examples=FLIPS, deadline=None)
def test_in_the_zip(everything: Everything, place: float, bit: int) -> None:
    raw = bytearray(everything.bundle.read_bytes())
    raw[int(place * len(raw))] ^= 1 << bit
    path = everything.bundle.with_name("flipped.zip")
    path.write_bytes(raw)
    report = verify_trusting(path, everything.trust)
    assert report.verdict is Verdict.REFUSED or report == everything.report


@given(data=st.data())
@settings(max_examples=FLIPS, deadline=None)
def test_in_a_file_that_is_signed_again(everything: Everything, data: st.DataObject) -> None:
    forged = everything.forge()
    name = flip(forged, data, sorted(name for name in forged.files if name.startswith("data/")))
    report = verify_trusting(everything.packed(forged), everything.trust)
    for language in ("en-US", "zh-CN"):
        render_report(report, language)
    if report.verdict is not Verdict.REFUSED:
        assert told(report) == told(everything.report), name
        # What another file of a third party says may be lost, and is then named; nothing is gained.
        assert passed(report) <= passed(everything.report), name


@given(data=st.data())
@settings(max_examples=FLIPS, deadline=None)
def test_both_verifiers_say_the_same(everything: Everything, single: ModuleType, data: st.DataObject) -> None:
    forged = everything.forge()
    names = [name for name in forged.files if name.startswith("data/") and not name.endswith(ELSEWHERE)]
    flip(forged, data, sorted(names))
    path, trust = everything.packed(forged), everything.trust
    ours = verify_bundle(path, vkeys=trust.vkeys, anchors=trust.anchors, witnesses=trust.witnesses)
    try:
        single.check_bundle(path, trust.vkeys, trust.anchors, trust.witnesses)
        theirs = "verified"
    except single.Refused as refused:
        theirs = str(refused.code)
    assert theirs == ours.code, render_report(ours)


def told(report: Report) -> dict[str, str]:
    """Return the facts that the log itself tells."""
    return {name: value for name, value in report.facts.items() if name != "stamped"}


def passed(report: Report) -> set[str]:
    return {check.code for check in report.checks if check.outcome is Outcome.PASSED}


def flip(forged: Forged, data: st.DataObject, names: list[str]) -> str:
    """Flip one bit of one of some files; return which. The forger reads bundle.json, so that must stay readable."""
    name = data.draw(st.sampled_from(names))
    raw, whole = bytearray(forged.files[name]), forged.files[name]
    at = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[at // 8] ^= 1 << at % 8
    forged.files[name] = bytes(raw)
    try:
        assert forged.about["origin"] and forged.about["id"] and forged.about["size"]
    except (ValueError, KeyError):
        forged.files[name] = whole
    return name
