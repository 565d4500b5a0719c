"""Our verifier and the single file give one answer to what could be read in several ways, the one in the list."""

from types import ModuleType

import pytest

from storage.evidence.verify import Verdict
from tests.storage.evidence.tamperings import Scene
from tests.verifier.test_single_file import code_of, single
from tests.verifier.trials import SOUND, TRIALS, Trial

__all__ = ["single"]


@pytest.mark.parametrize("trial", TRIALS, ids=str)
def test_ours(scene: Scene, trial: Trial) -> None:
    report = trial.bring(scene).check()
    assert (report.code if report.verdict is Verdict.REFUSED else SOUND) == trial.code


@pytest.mark.parametrize("trial", TRIALS, ids=str)
def test_the_single_file(scene: Scene, single: ModuleType, trial: Trial) -> None:
    brought = trial.bring(scene)
    code = code_of(single, brought.file, vkeys=tuple(brought.trust.vkeys), anchors=tuple(brought.trust.anchors))
    assert code == (SOUND if trial.by_stamp else trial.code)
