"""`/privacy` from end to end: what is kept is told, paused, taken away and erased, and old cards say so."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.evidence.verify import Verdict, verify_bundle
from tests.bot.pocket_member import MO, PocketMember, buttons_of, words_of
from tests.e2e.conftest import agree
from tests.e2e.studio import Studio
from tests.e2e.test_main_job import draft

pytestmark = pytest.mark.slow


@pytest.fixture
async def mo(studio: Studio) -> AsyncIterator[PocketMember]:
    async with PocketMember(studio.url, MO) as member:
        await member.bot_ready()
        await agree(member)
        yield member


async def test_a_member_decides_about_their_record(mo: PocketMember, tmp_path: Path) -> None:
    card = await draft(mo, brief="watermelon", count=2)
    shown = await mo.answer(await mo.command("privacy", "show"))
    assert "You agreed to be recorded" in words_of(shown)

    bundle = await mo.answer(await mo.command("privacy", "export"))
    path = tmp_path / "all.zip"
    path.write_bytes(await mo.download(bundle["attachments"][0]))
    assert verify_bundle(path).verdict is Verdict.SELF_CONSISTENT
    looked = words_of(await mo.answer(await mo.command("privacy", "who-looked")))
    assert "you, an export" in looked

    await mo.answer(await mo.command("privacy", "pause"))
    notice = await mo.answer(await mo.command("draft", brief="apple"))
    assert "I agree" in buttons_of(notice)

    explained = await mo.answer(await mo.command("privacy", "erase", what="all"))
    assert "Nobody can bring them back" in words_of(explained)
    nonce = await mo.press(explained, buttons_of(explained)["Erase for good"])
    await mo.message(lambda m: m["id"] == explained["id"] and "erased" in words_of(m))
    assert nonce
    gone = await mo.answer(await mo.command("privacy", "show"))
    assert "Nothing" in words_of(gone)
    redo = next(custom_id for label, custom_id in buttons_of(card).items() if "Redo" in label)
    refused = await mo.answer(await mo.press(card, redo))
    assert "erased" in words_of(refused) or "somebody else" in words_of(refused) or "not yours" in words_of(refused)
