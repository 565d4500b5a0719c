"""From a recorded candidate to the request that draws it again, and the verdict on what came of it."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from io import BytesIO
from typing import Any, Final

from PIL import Image

from bot.draft.request import Given, request_of
from bot.replay.differences import Difference, differences
from bot.replay.likeness import Likeness, likeness
from models.drafting import UNKNOWN, DraftRequest
from storage.evidence.pixels import pixels_sha256
from storage.evidence.visible import VisibleLabel, labelled
from storage.recorded import RecordedCandidate

# Nobody looks at previews of a replay; this is the longest that the server takes.
_NO_PREVIEWS_S: Final = 60.0
_STEPS, _GUIDANCE, _SIDES = (1, 150), (0.0, 30.0), (64, 2048)


class Verdict(Enum):
    """What a replay found; the value is the exit code."""

    BIT_EQUAL = 0
    """Every pixel is the recorded one."""
    DIFFERENT = 1


@dataclass(frozen=True, slots=True)
class Replayed:
    """A replay that ended; `likeness` is None where the recorded picture is not here, or has another size.

    `picture` is the regenerated one, with the visible label that the recorded one has.
    """

    verdict: Verdict
    pixels: str
    likeness: Likeness | None
    differences: tuple[Difference, ...]
    picture: bytes


def request_again(candidate: RecordedCandidate, given: Sequence[Given]) -> DraftRequest:
    """Return the request of one candidate alone: as it was asked, and in the batches that it went through.

    What the model chose by itself is asked for by name, so that another default does not change the picture.
    """
    params = replace(candidate.params, seeds=(candidate.seed,))
    draft_id = f"replay-{secrets.token_hex(10)}"
    asked = request_of(draft_id, candidate.prompt, candidate.negative, params, given, interval_s=_NO_PREVIEWS_S)
    made = candidate.generation
    found: dict[str, Any] = {
        "model": model_of(candidate),
        "steps": _whole(made.get("steps"), *_STEPS),
        "guidance": _real(made.get("guidance"), *_GUIDANCE),
        "replay": _runs(candidate),
    }
    size = _size(_extra(made).get("size"))
    if size is not None:
        found |= {"width": size[0], "height": size[1]}
    return replace(asked, **{name: value for name, value in found.items() if value is not None})


def compared(candidate: RecordedCandidate, drawn: bytes, made: Mapping[str, Any], recorded: bytes | None) -> Replayed:
    """Compare what was drawn now, and how, with the record; blocking."""
    picture = drawn if candidate.visible is VisibleLabel.OFF else labelled(drawn, candidate.visible)
    with Image.open(BytesIO(picture)) as now:
        pixels = pixels_sha256(now)
        found = None if recorded is None or pixels == candidate.pixels else _likeness(recorded, now)
    verdict = Verdict.BIT_EQUAL if pixels == candidate.pixels else Verdict.DIFFERENT
    return Replayed(verdict, pixels, found, differences(candidate.generation, made, place_of(candidate)), picture)


def place_of(candidate: RecordedCandidate) -> int:
    """Return which of its draft's candidates it is, from 0: those that were withheld count too."""
    seeds = candidate.params.seeds
    return seeds.index(candidate.seed) if candidate.seed in seeds else 0


def model_of(candidate: RecordedCandidate) -> str | None:
    """Return the name of the model that drew it, where the server said so."""
    model = candidate.generation.get("model")
    return model if isinstance(model, str) and model != UNKNOWN else None


def threads_of(candidate: RecordedCandidate) -> int | None:
    """Return how many threads of a processor computed it, where the record says so: they decide the last bits."""
    compute = _extra(candidate.generation).get("compute")
    return _whole(compute.get("threads"), 1, 1024) if isinstance(compute, Mapping) else None


def _likeness(recorded: bytes, now: Image.Image) -> Likeness | None:
    """Compare with the recorded picture; None where it has another size, or a bundle has no picture in its place."""
    try:
        with Image.open(BytesIO(recorded)) as then:
            return likeness(then, now) if then.size == now.size else None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None


def _runs(candidate: RecordedCandidate) -> tuple[tuple[tuple[int, int, int], ...], ...]:
    """Return the recorded batches of a candidate as a replay asks for them; nothing where there are none."""
    buckets, place = _extra(candidate.generation).get("buckets"), place_of(candidate)
    if not isinstance(buckets, list) or place >= len(buckets) or not isinstance(buckets[place], list):
        return ()
    runs = buckets[place]
    if not all(isinstance(run, list) and len(run) == 3 and all(isinstance(n, int) for n in run) for run in runs):
        return ()
    return (tuple((run[0], run[1], run[2]) for run in runs),)


def _extra(made: Mapping[str, Any]) -> Mapping[str, Any]:
    extra = made.get("extra")
    return extra if isinstance(extra, Mapping) else {}


def _size(size: object) -> tuple[int, int] | None:
    """Return a size that can be asked for."""
    if not isinstance(size, list) or len(size) != 2:
        return None
    width, height = (_whole(side, *_SIDES) for side in size)
    return None if width is None or height is None or width % 8 or height % 8 else (width, height)


def _whole(value: object, least: int, most: int) -> int | None:
    return value if isinstance(value, int) and least <= value <= most else None


def _real(value: object, least: float, most: float) -> float | None:
    return float(value) if isinstance(value, (int, float)) and least <= value <= most else None
