"""What a sudden end may not do: lose a record, a draft or a delivery."""

import os
import signal

import pytest

from storage.evidence.verify import Verdict, verify_bundle
from tests.bot.pocket_member import PocketMember, buttons_of
from tests.e2e.studio import Studio
from tests.e2e.test_main_job import export

pytestmark = pytest.mark.slow


async def test_a_bot_killed_between_record_and_delivery_delivers_after_its_restart(
    ann: PocketMember, studio: Studio, tmp_path_factory: pytest.TempPathFactory
) -> None:
    drafts = studio.child("drafts")
    os.kill(drafts, signal.SIGSTOP)
    try:
        await ann.command("draft", brief="strawberry", count=2)
        waiting = await ann.saying("Your brief is recorded")
        os.kill(studio.child("bot"), signal.SIGKILL)
        await ann.frame(lambda f: f["t"] == "PRESENCE" and not f["d"]["online"])
    finally:
        os.kill(drafts, signal.SIGCONT)
    card = await ann.message(lambda m: m["id"] == waiting["id"] and "①" in buttons_of(m))
    assert len(card["attachments"]) == 2
    await ann.bot_ready()
    bundle, vkey = await export(ann)
    path = tmp_path_factory.mktemp("bundle") / "after.zip"
    path.write_bytes(bundle)
    assert verify_bundle(path, vkeys=(vkey,)).verdict is Verdict.VERIFIED


async def test_the_buttons_of_an_old_card_work_after_a_restart(ann: PocketMember, studio: Studio) -> None:
    await ann.command("draft", brief="butterfly", count=2)
    card = await ann.message(lambda m: "butterfly" in str(m["embeds"]) and "②" in buttons_of(m))
    ann.seen.frames.clear()
    os.kill(studio.child("bot"), signal.SIGKILL)
    await ann.frame(lambda f: f["t"] == "PRESENCE" and not f["d"]["online"])
    await ann.bot_ready()
    await ann.press(card, buttons_of(card)["②"])
    await ann.saying("Candidate 2 is chosen")


async def test_a_drafts_server_killed_in_the_middle_is_replaced_and_the_draft_comes(
    ann: PocketMember, studio: Studio
) -> None:
    drafts = studio.child("drafts")
    os.kill(drafts, signal.SIGSTOP)
    await ann.command("draft", brief="banana", count=1)
    await ann.message(lambda m: "Your brief is recorded" in m["content"])
    os.kill(drafts, signal.SIGKILL)
    await ann.message(lambda m: "banana" in str(m["embeds"]) and "①" in buttons_of(m))
