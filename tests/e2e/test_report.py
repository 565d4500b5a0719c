"""`/evidence report`: the dossier of what a member made, sent to them alone."""

import pytest

from tests.bot.pocket_member import PocketMember, buttons_of, words_of
from tests.e2e.test_main_job import draft, export

pytestmark = pytest.mark.slow


async def test_the_dossier_comes_as_html_and_pdf_in_the_language_asked_for(ann: PocketMember) -> None:
    card = await draft(ann, brief="a red apple", count=2, style="flat", seed=7)
    chosen = await ann.answer(await ann.press(card, buttons_of(card)["①"]))
    assert "Candidate 1 is chosen" in words_of(chosen)
    message = await ann.answer(await ann.command("evidence", "report"))
    assert message["flags"] & 64, "a dossier is for its owner alone"
    assert "Nothing was filed anywhere" in message["content"]
    page, pdf = [await ann.download(attachment) for attachment in message["attachments"]]
    assert "a red apple" in page.decode()
    assert "For the US Copyright Office" in page.decode()
    assert pdf.startswith(b"%PDF-")
    assert b"pdfaid:part" in pdf

    chinese = await ann.answer(await ann.command("evidence", "report", format="html", language="zh-CN"))
    (attachment,) = chinese["attachments"]
    assert attachment["filename"].endswith(".html")
    page = await ann.download(attachment)
    assert '<html lang="zh-CN">' in page.decode()
    assert "提交登记机构或法院的创作过程说明" in page.decode()
    # Both are on record, and the bundle that comes after them verifies with them.
    bundle, _ = await export(ann)
    assert bundle.startswith(b"PK")
