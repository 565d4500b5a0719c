"""The check of what was drawn, before anybody sees it; every decision goes into the record.

It fails closed: a picture that cannot be checked is not let out. It is off only where the operator said so in the
line-up, with a reason, and the record then says by whom and by what reason.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import torch
from PIL import Image
from torch import Tensor

from models.drafts.craft.canvas import on_white
from models.drafts.provenance import Provenance
from models.errors import GenerationFailed, RequestRefused

REFUSED: Final = ("nsfw", "porn", "hentai", "sexy")
"""Labels of known classifiers that are not let out where nobody says which; those it has of them count."""
_LABELS_APART: Final = "multi_label_classification"


class CheckFailed(GenerationFailed):
    """The check itself went wrong; what it was to judge is not let out."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check says of one picture: the weightiest refused label, and how probable a refused one is (0 to 1)."""

    allowed: bool
    label: str = ""
    score: float = 0.0


class SafetyChecker(Protocol):
    """Looks at finished pictures."""

    @property
    def name(self) -> str:
        """What the record calls it."""
        ...

    def check(self, images: Sequence[Image.Image]) -> list[Verdict]:
        """Judge pictures, one verdict each; raise what goes wrong, which keeps all of them in."""
        ...

    def about(self) -> Mapping[str, Any]:
        """Return what the record says of the check."""
        ...


@dataclass(frozen=True, slots=True)
class Unchecked:
    """No check, for a stated reason, by somebody's decision; raise RequestRefused where either is missing."""

    reason: str
    by: str = "operator"

    def __post_init__(self) -> None:
        if not self.reason.strip() or not self.by.strip():
            raise RequestRefused("no-reason", "the safety check is off only with a reason, and by somebody's decision")

    @property
    def name(self) -> str:
        """What the record calls it."""
        return "unchecked"

    def check(self, images: Sequence[Image.Image]) -> list[Verdict]:
        """Let everything out."""
        return [Verdict(True) for _ in images]

    def about(self) -> Mapping[str, Any]:
        """Return why nothing was checked, and who said so."""
        return {"checker": None, "by": self.by, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Preparation:
    """How a classifier wants pictures: width and height, a factor for numbers of 0..255, and what they lie around."""

    size: tuple[int, int]
    resample: Image.Resampling
    scale: float
    mean: tuple[float, ...]
    spread: tuple[float, ...]

    @classmethod
    def read(cls, folder: Path) -> "Preparation":
        """Read the preprocessor_config.json of a model; raise RequestRefused "bad-classifier" for one without sense."""
        try:
            stated = json.loads((folder / "preprocessor_config.json").read_text(encoding="utf-8"))
            prepared = cls._of(stated)
            Image.new("RGB", (1, 1)).resize(prepared.size, prepared.resample)
        except (OSError, ValueError, TypeError, LookupError, AttributeError) as error:
            raise RequestRefused("bad-classifier", "the classifier's preprocessor_config.json has no sense") from error
        return prepared

    @classmethod
    def _of(cls, stated: Mapping[str, Any]) -> "Preparation":
        size = stated.get("crop_size") if stated.get("do_center_crop") else None
        size = size or stated["size"]
        sides = size if isinstance(size, Mapping) else {"shortest_edge": size}
        normal = stated.get("do_normalize", True)
        return cls(
            size=(
                int(sides.get("width") or sides["shortest_edge"]),
                int(sides.get("height") or sides["shortest_edge"]),
            ),
            resample=Image.Resampling(stated.get("resample", Image.Resampling.BILINEAR)),
            scale=float(stated.get("rescale_factor", 1 / 255)) if stated.get("do_rescale", True) else 1.0,
            mean=_three(stated["image_mean"]) if normal else (0.0,) * 3,
            spread=_three(stated["image_std"]) if normal else (1.0,) * 3,
        )

    def apply(self, image: Image.Image) -> Tensor:
        """Return a picture as channels, rows and columns.

        The whole picture is squeezed into the size and never cut, whatever the model's own processor does: what is at
        the edge is to be seen as well.
        """
        small = on_white(image).resize(self.size, self.resample)
        flat = torch.frombuffer(bytearray(small.tobytes()), dtype=torch.uint8)
        pixels = flat.reshape(small.height, small.width, 3).permute(2, 0, 1).float() * self.scale
        mean, spread = (torch.tensor(numbers).reshape(3, 1, 1) for numbers in (self.mean, self.spread))
        return (pixels - mean) / spread


class ClassifierChecker:
    """An image classifier of transformers with labels that are not let out."""

    def __init__(
        self,
        model: Any,
        preparation: Preparation,
        *,
        refuse: Sequence[str] | None,
        threshold: float,
        provenance: Provenance,
    ) -> None:
        if not 0 < threshold <= 1:
            raise RequestRefused("bad-threshold", "the threshold is a probability above 0")
        self._model = model
        self._preparation = preparation
        labels = {int(index): str(label) for index, label in model.config.id2label.items()}
        self._refused = _chosen(labels, refuse, provenance.name)
        # Where each label is judged for itself, probabilities do not add up to one.
        self._apart = getattr(model.config, "problem_type", None) == _LABELS_APART
        self._threshold = threshold
        self._provenance = provenance
        self.name = provenance.name

    @classmethod
    def load(
        cls,
        folder: Path,
        *,
        device: torch.device,
        provenance: Provenance,
        refuse: Sequence[str] | None = None,
        threshold: float = 0.5,
    ) -> "ClassifierChecker":
        """Load from a folder of safetensors, from this machine only.

        `refuse` names labels in any case; None means those of REFUSED that it has. From `threshold` on, a picture is
        not let out. Raise RequestRefused "no-such-label" for labels it has not, "bad-classifier" and "bad-threshold".
        """
        from transformers import AutoModelForImageClassification

        preparation = Preparation.read(folder)
        model = AutoModelForImageClassification.from_pretrained(  # nosec B615 # a folder, nothing is downloaded
            folder, local_files_only=True, use_safetensors=True
        )
        return cls(
            model.eval().to(device),
            preparation,
            refuse=refuse,
            threshold=threshold,
            provenance=provenance,
        )

    def check(self, images: Sequence[Image.Image]) -> list[Verdict]:
        """Judge pictures; raise CheckFailed where that is impossible.

        OutOfMemoryError passes as it is: who gets it may make room and ask again, and has no verdict meanwhile.
        """
        if not images:
            return []
        try:
            return [self._verdict(row) for row in self._probabilities(images)]
        except torch.OutOfMemoryError:
            raise
        except (RuntimeError, ValueError, TypeError, LookupError, AttributeError, OSError) as error:
            raise CheckFailed(f"the safety check {self.name} failed") from error

    def about(self) -> Mapping[str, Any]:
        """Return what was asked and how strictly."""
        whence = dict(self._provenance.about())
        return {
            "checker": whence.pop("name"),
            **whence,
            "refused": sorted(self._refused.values()),
            "threshold": self._threshold,
        }

    @torch.inference_mode()
    def _probabilities(self, images: Sequence[Image.Image]) -> Tensor:
        """Return a row of probabilities, one a label, for each picture."""
        parameter = next(self._model.parameters())
        batch = torch.stack([self._preparation.apply(image) for image in images])
        logits = self._model(pixel_values=batch.to(parameter)).logits.float().cpu()
        if len(logits) != len(images):
            raise CheckFailed(f"the safety check {self.name} judged {len(logits)} pictures of {len(images)}")
        probabilities: Tensor = logits.sigmoid() if self._apart else logits.softmax(-1)
        return probabilities

    def _verdict(self, probabilities: Tensor) -> Verdict:
        each = {label: float(probabilities[index]) for index, label in self._refused.items()}
        label = max(each, key=lambda name: each[name])
        score = each[label] if self._apart else min(math.fsum(each.values()), 1.0)
        if not all(math.isfinite(value) for value in each.values()):
            # Not a number is not above any threshold.
            raise CheckFailed(f"the safety check {self.name} came to no number")
        return Verdict(score < self._threshold, label, score)


def _chosen(labels: Mapping[int, str], refuse: Sequence[str] | None, name: str) -> dict[int, str]:
    """Return the labels that are not let out, by their index; raise RequestRefused "no-such-label"."""
    known = {label.casefold() for label in labels.values()}
    wanted = {label.casefold() for label in (REFUSED if refuse is None else refuse)}
    if refuse is None:
        wanted &= known
    if not wanted or not wanted <= known:
        there = ", ".join(labels.values())
        raise RequestRefused("no-such-label", f"the classifier {name} knows only the labels {there}")
    return {index: label for index, label in labels.items() if label.casefold() in wanted}


def _three(numbers: Sequence[float]) -> tuple[float, ...]:
    """Return a number a channel."""
    red, green, blue = (float(number) for number in numbers)
    return red, green, blue
