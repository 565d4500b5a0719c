"""From a brief to what the drafts server is asked: the one place, for those that are drawn and those drawn again."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.drafting import DraftRequest, Margins
from storage.briefs import BriefParams, InputRole


@dataclass(frozen=True, slots=True)
class Given:
    """A picture that goes into a brief, encoded, and what it is for."""

    role: InputRole
    data: bytes


def request_of(
    draft_id: str, text: str, negative: str, params: BriefParams, given: Sequence[Given] = (), *, interval_s: float
) -> DraftRequest:
    """Return the request of a brief; `interval_s` is the time between two previews."""
    return DraftRequest(
        draft_id=draft_id,
        prompt=", ".join(words for words in (text, params.added) if words),
        negative=negative,
        style=params.style,
        seeds=params.seeds,
        model=params.model,
        operation=params.work,
        image=_of(given, InputRole.IMAGE),
        line=_of(given, InputRole.LINE),
        mask=_of(given, InputRole.MASK),
        reference=_of(given, InputRole.REFERENCE),
        images=tuple(each.data for each in given if each.role is InputRole.BLENDED),
        strength=params.strength,
        aspect=params.aspect,
        regions=params.regions,
        margins=None if params.margins is None else Margins(*params.margins),
        scale=params.scale,
        steps=params.steps,
        control=params.control,
        control_scale=params.control_scale,
        preview_interval_s=interval_s,
    )


def _of(given: Sequence[Given], role: InputRole) -> bytes | None:
    return next((each.data for each in given if each.role is role), None)
