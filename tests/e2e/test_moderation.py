"""Moderation from end to end: seen without reading, opened for a reason, told to the member, refused to others."""

import io
import json
import re
import zipfile
from collections.abc import AsyncIterator

import pytest

from tests.bot.pocket_member import ANN, BO, MO, PocketMember, SomeMember, words_of
from tests.e2e.conftest import agree
from tests.e2e.studio import Studio
from tests.e2e.test_main_job import draft

pytestmark = pytest.mark.slow

BRIEF = "a lemon with a secret"
REASON = "a complaint about this lemon"


@pytest.fixture
async def mo(studio: Studio) -> AsyncIterator[PocketMember]:
    """Return the moderator, who has never agreed to be recorded as a member."""
    async with PocketMember(studio.url, MO, patience_s=120) as member:
        await member.bot_ready()
        yield member


async def test_a_moderator_sees_opens_and_is_seen(studio: Studio, ann: PocketMember, mo: PocketMember) -> None:
    card = await draft(ann, brief=BRIEF, count=1)
    number = int(next(iter(re.findall(r"#(\d+)", words_of(card)))))

    export = await mo.answer(await mo.command("moderation", "export", reason=REASON, member=SomeMember(ANN)))
    data = await mo.download(export["attachments"][0])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name.partition("/data/")[2]: archive.read(name) for name in archive.namelist()}
    assert not any(b"secret" in content for content in files.values())
    rows = {row["seq"]: row for row in map(json.loads, files["rows.jsonl"].splitlines())}
    assert (rows[number]["kind"], rows[number]["member"], rows[number]["fields"]) == ("draft.made", ANN, {})
    brief = rows[number]["refs"][0]
    assert rows[brief]["sealed"] == ["negative", "params", "prompt", "source"]

    opened = await mo.answer(await mo.command("moderation", "open", number=number, reason=REASON))
    assert BRIEF in words_of(opened)
    looked = words_of(await ann.answer(await ann.command("privacy", "who-looked")))
    assert f"a moderator, <@{MO}>, opened here" in looked
    assert f"a moderator, <@{MO}>, an export" in looked
    assert looked.count(REASON) >= 2
    direct = next(channel["id"] for channel in (await ann.state())["channels"] if channel["type"] == 1)
    told = await ann.frame(
        lambda f: f["t"] == "MESSAGE_CREATE" and f["d"]["channel_id"] == direct and f"#{brief}" in f["d"]["content"]
    )
    assert REASON in told["d"]["content"]


async def test_a_member_is_refused(studio: Studio, ann: PocketMember) -> None:
    async with PocketMember(studio.url, BO, patience_s=120) as bo:
        await agree(bo)
        answer = await bo.answer(await bo.command("moderation", "export", reason=REASON))
        assert "This is for moderators" in words_of(answer)
        assert not answer["attachments"]
