"""The safety check: refused labels keep pictures in, and so does whatever goes wrong."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from models.drafts.provenance import Provenance
from models.drafts.safety import CheckFailed, ClassifierChecker, Preparation, SafetyChecker, Unchecked, Verdict
from models.errors import RequestRefused
from tests.models.drafts.tiny import extras, pictures

pytestmark = pytest.mark.slow
CPU = torch.device("cpu")
WHENCE = Provenance("oracle", "1", "ab", "maker/oracle")
PLAIN = Preparation((4, 4), Image.Resampling.BILINEAR, 1 / 255, (0.5,) * 3, (0.5,) * 3)


class Oracle(torch.nn.Module):
    """A classifier that says what it was told to, or breaks."""

    def __init__(
        self,
        labels: Sequence[str],
        logits: Sequence[float],
        *,
        problem: str | None = None,
        breaks: Exception | None = None,
    ) -> None:
        super().__init__()
        self.config = SimpleNamespace(id2label=dict(enumerate(labels)), problem_type=problem)
        self.answer = torch.nn.Parameter(torch.tensor(logits))
        self.breaks = breaks
        self.rows: int | None = None

    def forward(self, pixel_values: torch.Tensor) -> Any:
        if self.breaks is not None:
            raise self.breaks
        return SimpleNamespace(logits=self.answer.expand(self.rows or len(pixel_values), -1))


def checker(oracle: Oracle, threshold: float = 0.5, refuse: Sequence[str] | None = None) -> ClassifierChecker:
    return ClassifierChecker(oracle, PLAIN, refuse=refuse, threshold=threshold, provenance=WHENCE)


@pytest.mark.parametrize(("says", "allowed"), [("normal", True), ("nsfw", False)])
def test_a_loaded_classifier_judges(says: str, allowed: bool, tmp_path: Path) -> None:
    found = ClassifierChecker.load(
        extras.vit_classifier(tmp_path, says=says), device=CPU, provenance=WHENCE, refuse=("NSFW",), threshold=0.7
    )
    verdicts = found.check([pictures.photo(), pictures.line_drawing()])
    assert [verdict.allowed for verdict in verdicts] == [allowed, allowed]
    assert all((verdict.score > 0.9) is not allowed and verdict.label == "nsfw" for verdict in verdicts)
    whence = {"checker": "oracle", "repo": "maker/oracle", "revision": "1", "weights_sha256": "ab"}
    assert found.about() == {**whence, "refused": ["nsfw"], "threshold": 0.7}


def test_nothing_to_judge_is_judged_at_once() -> None:
    assert checker(Oracle(["nsfw"], [0.0], breaks=RuntimeError())).check([]) == []


def test_refused_labels_count_together() -> None:
    logits = [math.log(share) for share in (0.4, 0.35, 0.25)]
    oracle = Oracle(["neutral", "porn", "hentai"], logits)
    (verdict,) = checker(oracle).check([pictures.photo()])
    assert verdict == Verdict(False, "porn", verdict.score)
    assert verdict.score == pytest.approx(0.6)
    assert checker(oracle, threshold=0.7).check([pictures.photo()])[0].allowed
    assert checker(oracle, refuse=["hentai"]).check([pictures.photo()])[0].score == pytest.approx(0.25)


def test_labels_apart_are_judged_each_for_itself() -> None:
    oracle = Oracle(["porn", "hentai"], [-0.5, -0.4], problem="multi_label_classification")
    (verdict,) = checker(oracle).check([pictures.photo()])
    assert verdict == Verdict(True, "hentai", verdict.score)
    assert verdict.score == pytest.approx(1 / (1 + math.exp(0.4)))


def test_the_threshold_itself_is_refused() -> None:
    assert not checker(Oracle(["normal", "nsfw"], [0.0, 0.0])).check([pictures.photo()])[0].allowed


@pytest.mark.parametrize("problem", [None, "multi_label_classification"])
@pytest.mark.parametrize("logits", [[math.nan, math.nan], [0.0, math.nan], [math.inf, math.inf]])
def test_no_number_lets_nothing_out(logits: list[float], problem: str | None) -> None:
    labels = ["porn", "hentai"] if problem else ["normal", "nsfw"]
    if problem and logits[0] == math.inf:
        assert not checker(Oracle(labels, logits, problem=problem)).check([pictures.photo()])[0].allowed
        return
    with pytest.raises(CheckFailed):
        checker(Oracle(labels, logits, problem=problem)).check([pictures.photo()])


@pytest.mark.parametrize(
    "error", [RuntimeError("device lost"), ValueError("shape"), KeyError("logits"), OSError("disk")]
)
def test_an_error_of_the_check_lets_nothing_out_and_says_no_words(error: Exception) -> None:
    with pytest.raises(CheckFailed) as caught:
        checker(Oracle(["nsfw"], [0.0], breaks=error)).check([pictures.photo()])
    assert caught.value.__cause__ is error
    assert str(caught.value) == "the safety check oracle failed"


def test_too_few_verdicts_let_nothing_out() -> None:
    oracle = Oracle(["normal", "nsfw"], [9.0, 0.0])
    oracle.rows = 1
    with pytest.raises(CheckFailed):
        checker(oracle).check([pictures.photo(), pictures.photo()])


def test_lack_of_memory_is_told_as_such_and_may_be_tried_again() -> None:
    with pytest.raises(torch.OutOfMemoryError):
        checker(Oracle(["nsfw"], [0.0], breaks=torch.OutOfMemoryError())).check([pictures.photo()])


@pytest.mark.parametrize("refuse", [("nsfw", "violence"), ("sfw",), (), None])
def test_labels_it_has_not_are_refused_when_it_is_loaded(refuse: tuple[str, ...] | None, tmp_path: Path) -> None:
    labels = ("drawing", "photo") if refuse is None else ("normal", "nsfw")
    folder = extras.vit_classifier(tmp_path, labels)
    with pytest.raises(RequestRefused) as caught:
        ClassifierChecker.load(folder, device=CPU, provenance=WHENCE, refuse=refuse)
    assert caught.value.kind == "no-such-label"


@pytest.mark.parametrize("threshold", [0.0, -1.0, 1.1, math.nan])
def test_a_threshold_is_a_probability(threshold: float) -> None:
    with pytest.raises(RequestRefused, match="bad-threshold"):
        checker(Oracle(["nsfw"], [0.0]), threshold=threshold)


def test_pictures_are_prepared_as_transformers_does(tmp_path: Path) -> None:
    from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

    folder = extras.vit_classifier(tmp_path)
    picture = pictures.photo((90, 60))
    theirs = ViTImageProcessorPil.from_pretrained(folder, local_files_only=True)(picture, return_tensors="np")
    ours = Preparation.read(folder).apply(picture)
    assert np.abs(ours.numpy() - theirs["pixel_values"][0]).max() < 0.02


@pytest.mark.parametrize(
    ("stated", "size", "scale"),
    [
        ({"size": 24}, (24, 24), 1 / 255),
        ({"size": {"shortest_edge": 30}}, (30, 30), 1 / 255),
        (
            {"size": {"shortest_edge": 30}, "do_center_crop": True, "crop_size": {"height": 20, "width": 24}},
            (24, 20),
            1 / 255,
        ),
        ({"size": {"height": 16, "width": 18}, "do_rescale": False}, (18, 16), 1.0),
    ],
)
def test_the_forms_of_a_size_are_read(
    stated: dict[str, Any], size: tuple[int, int], scale: float, tmp_path: Path
) -> None:
    whole = {"image_mean": [0.1, 0.2, 0.3], "image_std": [1, 1, 1], **stated}
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(whole))
    found = Preparation.read(tmp_path)
    assert (found.size, found.scale, found.mean) == (size, scale, (0.1, 0.2, 0.3))


def test_the_edge_of_a_picture_is_judged_as_well() -> None:
    picture = Image.new("RGB", (400, 40), "white")
    picture.paste("black", (0, 0, 100, 40))
    assert PLAIN.apply(picture)[:, :, 0].mean() < -0.5


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "{}",
        '{"size": {}}',
        '{"size": 8}',
        '{"size": 0, "do_normalize": false}',
        '{"size": 8, "image_mean": [0.5], "image_std": [1]}',
        '{"size": 8, "do_normalize": false, "resample": 77}',
    ],
)
def test_settings_without_sense_are_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "preprocessor_config.json").write_text(text)
    with pytest.raises(RequestRefused, match="bad-classifier"):
        Preparation.read(tmp_path)


def test_no_check_is_somebodys_decision_for_a_reason() -> None:
    off: SafetyChecker = Unchecked("a closed room of adults", by="the operator")
    assert [verdict.allowed for verdict in off.check([pictures.photo(), pictures.photo()])] == [True, True]
    assert off.about() == {"checker": None, "by": "the operator", "reason": "a closed room of adults"}
    for reason, by in (("", "operator"), ("  ", "operator"), ("a reason", "")):
        with pytest.raises(RequestRefused):
            Unchecked(reason, by)
