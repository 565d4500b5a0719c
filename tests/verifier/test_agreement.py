"""Our verifier and the single file give one answer, and it is the one that the list of trials says."""

import importlib.util
from types import ModuleType

import pytest

from storage.evidence.verify import Verdict, verify_bundle
from tests.verifier.test_single_file import FILE, code_of
from tests.verifier.trials import SOUND, TRIALS, Shelf, Trial

every_trial = pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.name)


@pytest.fixture(scope="module")
def single() -> ModuleType:
    spec = importlib.util.spec_from_file_location("colophon_verify", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@every_trial
def test_ours(shelf: Shelf, trial: Trial) -> None:
    brought = trial.bring(shelf)
    report = verify_bundle(brought.path, vkeys=brought.vkeys, anchors=brought.anchors)
    assert (report.code if report.verdict is Verdict.REFUSED else SOUND) == trial.code


@every_trial
def test_the_single_file(shelf: Shelf, single: ModuleType, trial: Trial) -> None:
    brought = trial.bring(shelf)
    code = code_of(single, brought.path, vkeys=brought.vkeys, anchors=brought.anchors)
    assert code == (SOUND if trial.by_stamp else trial.code)
