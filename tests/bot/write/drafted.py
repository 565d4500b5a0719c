"""A drafted text for tests, without a store."""

from storage.evidence.ledger import Receipt
from storage.jobs import Delivery
from storage.projects import Project
from storage.texts import TextParams, TextState, TextView, TextWork, Version

RECEIPT = Receipt(4182, b"h" * 32, 10_000_000, b"r" * 32)
_PROJECT = Project("p_" + "1" * 32, "m", "u_" + "a" * 32, "Harbour", 0, "m")
POEM = TextParams(TextWork.WRITE, (1, 2, 3), "poem", "warm", "short")
IDEAS = TextParams(TextWork.BRAINSTORM, (1, 2, 3))


def draft_of(*texts: str, params: TextParams = POEM, brief: str = "a boat", schema: str = "kept") -> TextView:
    """Return a draft with these candidates."""
    made = {"structure": "from-the-end", "schema": schema}
    return TextView(
        id="0" * 20,
        project=_PROJECT,
        member_id="m",
        owner_user_id="1001",
        seq=10**9,
        text=brief,
        params=params,
        state=TextState.MADE,
        attempts=1,
        delivery=Delivery("22", "1001", "en-US"),
        took_ms=1234,
        candidates=tuple(Version(10**9 + n, text, n, made) for n, text in enumerate(texts, start=1)),
    )
