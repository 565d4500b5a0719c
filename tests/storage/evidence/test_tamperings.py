"""Every tampering is found by the check that should find it, and named in both languages; and the page is not stale."""

from functools import cache

import pytest

from storage.evidence.verify import Answer, Outcome, Report, Verdict, render_report
from storage.evidence.verify.report import QUESTIONS
from tests.storage.evidence.tamperings import PAGE, TAMPERINGS, Brought, Scene, Tampering, page, said


class Trials:
    """Every tampering, done and checked once."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.brought = cache(lambda tampering: tampering.make(scene))
        self.report = cache(lambda tampering: self.brought(tampering).check())


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Trials:
    return Trials(Scene(tmp_path_factory.mktemp("scene")))


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=str)
def test_it_is_found_and_named(trials: Trials, tampering: Tampering) -> None:
    brought: Brought = trials.brought(tampering)
    report: Report = trials.report(tampering)
    assert brought.names in said(tampering, report), render_report(report)
    assert (report.verdict is Verdict.REFUSED) == tampering.refused
    if tampering.refused:
        assert report.code == tampering.found
        assert [c.outcome for c in report.checks].count(Outcome.FAILED) == 1
        question = QUESTIONS.get(tampering.found, "unchanged")
        assert report.answers.as_json()[question] == Answer.NO.value
    for language in ("en-US", "zh-CN"):
        assert f"[{tampering.found}]" in render_report(report, language)


def test_what_the_forgers_began_with_is_sound(trials: Trials) -> None:
    scene = trials.scene
    for case in (scene.alone, scene.among, scene.rotated.case, scene.gallery.case, scene.stamped):
        report = case.check(case.forge())
        assert report.verdict is Verdict.VERIFIED, render_report(report)


def test_each_has_a_name_of_its_own() -> None:
    assert len({tampering.name for tampering in TAMPERINGS}) == len(TAMPERINGS)


def test_the_page_is_not_stale(trials: Trials) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(trials.report), "run: python -m tests.storage.evidence.tamperings"
