"""The draft card: whatever a member wrote, it stays within what Discord takes."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.chat.texts import Texts
from bot.draft.cards import DraftCards
from bot.draft.delivery import Card
from bot.draft.progress import Making
from bot.pocket.limits.messages import check_message
from storage.drafts import BriefParams, Candidate, DraftView
from storage.evidence.ledger import Receipt
from storage.jobs import Delivery, Job, JobState
from storage.projects import Project

CARDS = DraftCards(Texts())
RECEIPT = Receipt(12345, b"h" * 32, 12346, b"r" * 32)
JOB = Job("j", "d" * 20, "m", JobState.RUNNING, 1, Delivery("1", "2", "zh-CN"), None, 0)
# The worst that Markdown has: marks that are escaped one by one, and empty lines.
_WORDS = st.text(st.sampled_from("*_~|>`\\\na苹果🍎 "), max_size=2000)


def view(text: str, negative: str = "", style: str | None = "flat", chosen: int | None = None) -> DraftView:
    candidates = tuple(Candidate(f"c{i}", i, 2**31 - 2, "0" * 64, i) for i in (1, 2, 3, 4))
    params = BriefParams("text", (2**31 - 2,) * 4, style=style)
    project = Project("p_" + "0" * 32, "m", "u_" + "0" * 32, "First", 1)
    return DraftView(
        "0123456789abcdef0123", project, "2", 7, text, negative, params, None, "m", 1234, candidates, chosen
    )


def body_of(post: Any) -> dict[str, Any]:
    """Return what would be sent."""
    body: dict[str, Any] = {"content": post.content or None}
    if post.embed is not None:
        body["embeds"] = [post.embed.to_dict()]
    if post.view is not None:
        body["components"] = post.view.to_components()
    body["attachments"] = [{"id": i, "description": a.alt} for i, a in enumerate(post.attachments)]
    return body


@given(_WORDS, _WORDS, st.sampled_from([None, 0, 1, 4]))
def test_a_card_fits_discord(text: str, negative: str, chosen: int | None) -> None:
    for locale in ("en-US", "zh-CN"):
        post = CARDS.finished(locale, Card(view(text, negative, chosen=chosen), (b"png",) * 4, RECEIPT))
        check_message(body_of(post), range(4))


@given(st.integers(0, 4), st.floats(0, 1))
def test_progress_fits_discord(previews: int, share: float) -> None:
    making = Making(dict.fromkeys(range(4), share), dict.fromkeys(range(previews), b"jpeg"), 4)
    post = CARDS.making(JOB, view("apple"), making)
    check_message(body_of(post), range(previews))
    assert all(a.name.endswith(".jpg") for a in post.attachments)


def test_every_way_to_fail_has_its_sentence() -> None:
    for locale in ("en-US", "zh-CN"):
        for reason in ("nothing-known", "model-failed", "unknown-style"):
            assert "7" in (CARDS.failed(locale, view("apple"), reason).content or "")
