"""From a brief to what the drafts server is asked: the one place, for those that are drawn and those drawn again."""

from models.drafting import DraftRequest
from storage.drafts import BriefParams


def request_of(
    draft_id: str, text: str, negative: str, params: BriefParams, reference: bytes | None, *, interval_s: float
) -> DraftRequest:
    """Return the request of a brief; `interval_s` is the time between two previews."""
    return DraftRequest(
        draft_id=draft_id,
        prompt=text,
        negative=negative,
        style=params.style,
        seeds=params.seeds,
        model=params.model,
        image=reference,
        strength=params.strength,
        preview_interval_s=interval_s,
    )
