"""`/moderation` through the real client and a pocket server; only the models are missing."""

import io
import json
import zipfile
from typing import Any
from unittest.mock import Mock

import discord
import pytest

from bot.chat.texts import Texts
from bot.errors import UserFacing
from bot.moderation.commands import ModerationCog
from bot.pocket.world import GUILD_ID
from storage.acts import Act
from storage.projects import Project
from storage.store import Store
from tests.bot.moderation.using import run
from tests.bot.pocket_member import ANN, BO, GENERAL, MO, PocketMember, SomeChannel, SomeMember, words_of

WORDS = "a very rude boat"
REASON = "a complaint about this"


async def said(store: Store, project: Project) -> int:
    return (await store.projects.note(project, WORDS, Act("175928847299117063", GENERAL, GUILD_ID))).seq


async def test_moderators_see_without_reading(store: Store, project: Project, people: dict[str, PocketMember]) -> None:
    await said(store, project)
    answer = await run(people[MO], "export", reason=REASON, member=SomeMember(ANN), channel=SomeChannel(GENERAL))
    assert answer["flags"] & 64, "an export is for the moderator alone"
    assert "One event of one project" in words_of(answer) and "Words stay sealed" in words_of(answer)
    data = await people[MO].download(answer["attachments"][0])
    assert WORDS.encode() not in data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        (rows,) = (archive.read(name) for name in archive.namelist() if name.endswith("rows.jsonl"))
    (row,) = [json.loads(line) for line in rows.splitlines()]
    assert (row["kind"], row["member"], row["channel"], row["sealed"]) == ("note.add", ANN, GENERAL, ["text"])


async def test_opening_is_told_to_the_member_at_once_and_kept(
    store: Store, project: Project, people: dict[str, PocketMember]
) -> None:
    seq = await said(store, project)
    answer = await run(people[MO], "open", number=seq, reason=REASON)
    assert answer["flags"] & 64
    assert WORDS in words_of(answer) and f"#{seq} Note" in words_of(answer)
    ann = people[ANN]
    direct = next(c["id"] for c in (await ann.state())["channels"] if c["type"] == 1)
    told = await ann.frame(lambda f: f["t"] == "MESSAGE_CREATE" and f["d"]["channel_id"] == direct)
    assert f"opened the words of your act #{seq}" in told["d"]["content"]
    assert REASON in told["d"]["content"] and f"<@{MO}>" in told["d"]["content"]
    looked = words_of(await ann.answer(await ann.command("privacy", "who-looked")))
    assert f"a moderator, <@{MO}>, opened here" in looked and REASON in looked


async def test_the_log_tells_who_did_what(store: Store, project: Project, people: dict[str, PocketMember]) -> None:
    seq = await said(store, project)
    assert "No moderator" in words_of(await run(people[MO], "log"))
    await run(people[MO], "export", reason=REASON, words=True)
    await run(people[MO], "open", number=seq, reason="once more", **{"hold-days": 3, "hold-reason": "not yet"})
    listed = (await run(people[MO], "log"))["content"].splitlines()
    assert "opened the words of" in listed[1] and "the member is told later" in listed[1] and "once more" in listed[1]
    assert "exported 3 events, with words" in listed[2] and REASON in listed[2]


@pytest.mark.parametrize("sub", ["export", "open", "log"])
async def test_nobody_else_may(store: Store, project: Project, people: dict[str, PocketMember], sub: str) -> None:
    seq = await said(store, project)
    size = await store.ledger.size()
    given: dict[str, dict[str, Any]] = {"export": {"reason": REASON}, "open": {"number": seq, "reason": REASON}}
    answer = await run(people[BO], sub, **given.get(sub, {}))
    assert "This is for moderators" in words_of(answer) and answer["flags"] & 64
    assert await store.ledger.size() == size


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"reason": " "}, "Give the reason"),
        ({"reason": REASON, "since": "tomorrow"}, "is no day or time"),
        ({"reason": REASON, "since": "2026-02-01", "until": "2026-01-01"}, "ends before it begins"),
        ({"reason": REASON, "hold-days": 3}, "A hold needs both"),
        ({"reason": REASON, "member": SomeMember(BO)}, "No event of this server"),
        ({"reason": REASON, "format": "xlsx"}, "no such format"),
    ],
)
async def test_what_cannot_be_done_is_said_and_not_recorded(
    store: Store, project: Project, people: dict[str, PocketMember], options: dict[str, Any], sentence: str
) -> None:
    await said(store, project)
    size = await store.ledger.size()
    assert sentence in words_of(await run(people[MO], "export", **options))
    assert await store.ledger.size() == size


async def test_what_is_not_there_is_not_opened(store: Store, project: Project, people: dict[str, PocketMember]) -> None:
    assert "There is no event #999" in words_of(await run(people[MO], "open", number=999, reason=REASON))
    assert "has no words" in words_of(await run(people[MO], "open", number=project.opened_seq + 1, reason=REASON))


async def test_long_words_come_as_a_file(store: Store, project: Project, people: dict[str, PocketMember]) -> None:
    act = Act("175928847299117063", GENERAL, GUILD_ID)
    seq = (await store.projects.note(project, "长" * 2500, act)).seq
    answer = await run(people[MO], "open", number=seq, reason=REASON)
    data = await people[MO].download(answer["attachments"][0])
    assert json.loads(data) == {"text": "长" * 2500}


async def test_the_log_goes_on_where_it_ended(store: Store, project: Project, people: dict[str, PocketMember]) -> None:
    seq = await said(store, project)
    for i in range(9):
        await run(people[MO], "open", number=seq, reason=f"reason {i} " + "x" * 280)
    seen: list[str] = []
    before: dict[str, int] = {}
    while True:
        lines = (await run(people[MO], "log", **before))["content"].splitlines()
        seen += [line for line in lines if line.startswith("- ")]
        if "There is more" not in lines[-1]:
            break
        before = {"before": int(lines[-1].partition("before:")[2].strip("`"))}
    assert [line.partition("reason ")[2][0] for line in seen] == list("876543210")
    assert before
    looked = (await people[ANN].answer(await people[ANN].command("privacy", "who-looked")))["content"].splitlines()
    assert len(looked) < 9 and looked[-1] == f"… and {11 - len(looked)} more, all in your export."


async def test_discord_hides_it_from_members_and_outside_servers(people: dict[str, PocketMember]) -> None:
    command = next(c for c in (await people[MO].state())["commands"] if c["name"] == "moderation")
    assert (str(command["default_member_permissions"]), command["contexts"]) == ("32", [0])


@pytest.mark.parametrize(
    ("permissions", "roles", "guild", "may"),
    [
        (discord.Permissions(manage_guild=True), [], 5, True),
        (discord.Permissions.all(), [], 5, True),
        (discord.Permissions(manage_messages=True, moderate_members=True), [], 5, False),
        (discord.Permissions.none(), [1, 77], 5, True),
        (discord.Permissions.none(), [1], 5, False),
        (discord.Permissions.all(), [77], None, False),
    ],
)
def test_who_may_is_decided_by_what_discord_says_of_them(
    permissions: discord.Permissions, roles: list[int], guild: int | None, may: bool
) -> None:
    user = Mock(spec=discord.Member, id=1, roles=[Mock(spec=discord.Role, id=each) for each in roles])
    interaction = Mock(spec=discord.Interaction, permissions=permissions, guild_id=guild, user=user)
    cog = ModerationCog(store=Mock(), texts=Texts(), notifier=Mock(), roles=[77])
    if may:
        assert cog.guild_of_moderator(interaction) == "5"
    else:
        with pytest.raises(UserFacing):
            cog.guild_of_moderator(interaction)
