"""`/moderation block | suspend | unblock | terms | limits | settings` at the pocket page."""

import asyncio
from typing import Any
from unittest.mock import Mock

import discord
import pytest

from bot.chat.texts import Texts
from bot.errors import UserFacing
from bot.moderation.asked import read_term
from bot.moderation.commands import ModerationCog
from bot.pocket.world import GUILD_ID
from storage.clock import now_ms
from storage.mandate import Mandate
from storage.members import Member
from storage.projects import Project
from storage.servers import EVERYONE, Limit, ServerSettings, of_member
from storage.store import Store
from tests.bot.moderation.using import run
from tests.bot.pocket_member import ANN, BO, GENERAL, MO, PocketMember, SomeChannel, SomeMember, words_of

REASON = "spam in #drafts"
SHOWCASE = "1100000000000000012"
AFTER_DARK = "1100000000000000013"


@pytest.fixture
async def ann(store: Store, project: Project) -> Member:
    """Return Ann, who has agreed."""
    member = await store.members.find("discord", ANN)
    assert member is not None
    return await store.privacy.agree(member, [project])


async def note(member: PocketMember) -> dict[str, Any]:
    return await member.answer(await member.command("project", "note", text="warmer"))


async def told(member: PocketMember, words: str) -> str:
    """Wait for a direct message with these words, and return all of it."""
    frame = await member.frame(lambda f: f["t"] == "MESSAGE_CREATE" and words in f["d"]["content"])
    return str(frame["d"]["content"])


async def test_a_blocked_member_is_told_why_and_makes_nothing_more(
    store: Store, ann: Member, people: dict[str, PocketMember]
) -> None:
    answer = await run(people[MO], "block", member=SomeMember(ANN), reason=REASON)
    assert answer["flags"] & 64 and f"<@{ANN}> can make nothing" in words_of(answer)
    message = await told(people[ANN], "blocked you")
    assert REASON in message and "until they lift it" in message and "/appeal" in message and f"<@{MO}>" in message
    size = await store.ledger.size()
    refused = await note(people[ANN])
    assert refused["flags"] & 64
    assert (
        REASON in words_of(refused) and "Nothing was recorded" in words_of(refused) and "/appeal" in words_of(refused)
    )
    assert await store.ledger.size() == size


@pytest.mark.parametrize(
    ("command", "sub"),
    [("project", "show"), ("project", "list"), ("project", "check"), ("privacy", "show"), ("privacy", "export")],
)
async def test_their_own_record_stays_open_to_them(
    store: Store, ann: Member, people: dict[str, PocketMember], command: str, sub: str
) -> None:
    await store.standings.block(ann, Mandate(GUILD_ID, MO, REASON), None)
    answer = await people[ANN].answer(await people[ANN].command(command, sub))
    assert "Nothing was recorded" not in words_of(answer)
    assert ("blocked" in words_of(answer)) is (sub == "show" and command == "privacy"), "there they see what is kept"


async def test_in_a_direct_message_they_do_not_go_on_with_what_began_in_the_server(
    store: Store, ann: Member, url: str, people: dict[str, PocketMember]
) -> None:
    await store.standings.block(ann, Mandate(GUILD_ID, MO, REASON), None)
    direct = next(c["id"] for c in (await people[ANN].state())["channels"] if c["type"] == 1)
    async with PocketMember(url, ANN, channel=direct) as alone:
        assert "in the server where your current project began" in words_of(await note(alone))
        await store.projects.open(ann, "mine alone", guild_id=None)
        assert "Nothing was recorded" not in words_of(await note(alone))


async def test_a_lifted_block_lets_them_through(store: Store, ann: Member, people: dict[str, PocketMember]) -> None:
    await run(people[MO], "block", member=SomeMember(ANN), reason=REASON)
    assert "make things with Colophon here again" in words_of(
        await run(people[MO], "unblock", member=SomeMember(ANN), reason="they said sorry")
    )
    assert "there again" in await told(people[ANN], "lifted the block")
    assert "recorded" in words_of(await note(people[ANN])) and len(await store.projects.list(ann)) == 1
    assert "is not blocked here" in words_of(
        await run(people[MO], "unblock", member=SomeMember(ANN), reason="once more")
    )


async def test_a_suspension_says_its_end_and_lets_them_through_after_it(
    store: Store, ann: Member, people: dict[str, PocketMember]
) -> None:
    answer = await run(people[MO], "suspend", member=SomeMember(ANN), days=3, reason=REASON)
    standing = store.standings.of(GUILD_ID, "discord", ANN)
    assert standing is not None and standing.until_ms is not None
    assert abs(standing.until_ms - now_ms() - 3 * 86_400_000) < 60_000
    assert f"<t:{standing.until_ms // 1000}:f>" in words_of(answer)
    assert f"<t:{standing.until_ms // 1000}:f>" in await told(people[ANN], "blocked you")
    await store.standings.block(ann, Mandate(GUILD_ID, MO, REASON), now_ms() + 50)
    await asyncio.sleep(0.06)
    assert "blocked" not in words_of(await note(people[ANN]))


@pytest.mark.parametrize(
    ("sub", "whom", "more", "sentence"),
    [
        ("block", MO, {}, "cannot block yourself"),
        ("suspend", MO, {"days": 2}, "cannot block yourself"),
        ("block", ANN, {"until": "2020-01-01"}, "is over already"),
        ("block", ANN, {"until": "soon"}, "is no day or time"),
        ("block", ANN, {"reason": "  "}, "Give the reason"),
    ],
)
async def test_what_makes_no_sense_is_refused_and_not_recorded(
    store: Store, people: dict[str, PocketMember], sub: str, whom: str, more: dict[str, Any], sentence: str
) -> None:
    size = await store.ledger.size()
    given = {"member": SomeMember(whom), "reason": REASON} | more
    assert sentence in words_of(await run(people[MO], sub, **given))
    assert await store.ledger.size() == size


def test_no_moderator_blocks_a_bot_or_another_moderator() -> None:
    store = Mock()
    store.servers.of.return_value.settings.exporters = ()
    cog = ModerationCog(store=store, texts=Texts(), notifier=Mock(), roles=[77])
    interaction = Mock(spec=discord.Interaction, user=Mock(id=1))

    def somebody(*, bot: bool = False, role: int = 5, **may: bool) -> Mock:
        roles, permissions = [Mock(id=role)], discord.Permissions(**may)
        return Mock(spec=discord.Member, id=2, bot=bot, roles=roles, resolved_permissions=permissions)

    cog._refuse_if_above(interaction, somebody())
    for user, key in (
        (somebody(bot=True), "error-moderation-bot"),
        (somebody(manage_guild=True), "error-moderation-colleague"),
        (somebody(administrator=True), "error-moderation-colleague"),
        (somebody(role=77), "error-moderation-colleague"),
    ):
        with pytest.raises(UserFacing) as refused:
            cog._refuse_if_above(interaction, user)
        assert refused.value.key == key


async def test_the_log_tells_all_of_it(store: Store, ann: Member, people: dict[str, PocketMember]) -> None:
    mo = people[MO]
    await run(mo, "block", member=SomeMember(ANN), reason=REASON)
    await run(mo, "unblock", member=SomeMember(ANN), reason="they said sorry")
    await run(mo, "limits", member=SomeMember(BO), **{"drafts-a-day": 3}, reason="too many")
    await run(mo, "limits", lift="day", reason="no need any more")
    await run(mo, "terms", add="ACME", reason="a trade mark")
    await run(mo, "terms", remove="acme", reason="they allowed it")
    await run(mo, "settings", showcase=SomeChannel(SHOWCASE), reason="we have one now")
    english = words_of(await run(mo, "log"))
    for said in (
        f"blocked <@{ANN}> until it is lifted",
        f"lifted the block of <@{ANN}>",
        f"set the limits of <@{BO}>: 3 drafts a day",
        "set the limits of everyone: no limit of drafts a day",
        "added “acme” to what is not drawn",
        "removed “acme”",
        f"Showcase: <#{SHOWCASE}> (before: none)",
        "we have one now",
    ):
        assert said in english
    assert "3 drafts a day" in await told(people[BO], "set limits for you")


async def test_terms_are_listed_for_moderators_alone(store: Store, people: dict[str, PocketMember]) -> None:
    assert "no terms of its own" in words_of(await run(people[MO], "terms"))
    assert "is not drawn here" in words_of(await run(people[MO], "terms", add=" ＡＣＭＥ  mug", reason=REASON))
    assert "acme mug" in words_of(await run(people[MO], "terms"))
    assert "on the list already" in words_of(await run(people[MO], "terms", add="acme mug", reason=REASON))
    assert "is not on the list" in words_of(await run(people[MO], "terms", remove="other", reason=REASON))
    assert "one at a time" in words_of(await run(people[MO], "terms", add="ab", remove="cd", reason=REASON))
    assert "Give the reason" in words_of(await run(people[MO], "terms", add="ab"))
    assert await people[MO].autocomplete("moderation", "remove", "ACM", sub="terms") == ["acme mug"]
    assert await people[BO].autocomplete("moderation", "remove", "ACM", sub="terms") == []
    assert "This is for moderators" in words_of(await run(people[BO], "terms"))
    assert store.servers.of(GUILD_ID).terms == ("acme mug",)


async def test_a_long_list_of_terms_comes_as_a_file(store: Store, people: dict[str, PocketMember]) -> None:
    for i in range(60):
        await store.servers.add_term(Mandate(GUILD_ID, MO, REASON), f"{i:02} " + "x" * 40)
    answer = await run(people[MO], "terms")
    data = await people[MO].download(answer["attachments"][0])
    assert len(data.decode().splitlines()) == 60


async def test_limits_are_set_shown_and_lifted(store: Store, ann: Member, people: dict[str, PocketMember]) -> None:
    mo = people[MO]
    assert "sets no limits" in words_of(await run(mo, "limits"))
    await run(mo, "limits", **{"drafts-a-day": 5, "candidates": 2}, reason=REASON)
    await run(mo, "limits", member=SomeMember(ANN), **{"at-once": 1}, reason=REASON)
    limits = {(EVERYONE, Limit.DAY): 5, (EVERYONE, Limit.COUNT): 2, (of_member(ann.id), Limit.QUEUE): 1}
    assert store.servers.of(GUILD_ID).limits == limits
    shown = words_of(await run(mo, "limits", member=SomeMember(ANN)))
    assert "everyone: 5 drafts a day, 2 candidates a draft" in shown and f"<@{ANN}>: one draft at one time" in shown
    assert "Drafts a day: 5 of 5 left" in shown and "Drafts at one time: 1 of 1 places free" in shown
    assert "Drafts at one time" not in words_of(await run(mo, "limits", member=SomeMember(BO))).partition("Left to")[2]
    await run(mo, "limits", lift="all", reason="no need any more")
    assert store.servers.of(GUILD_ID).limits == {(of_member(ann.id), Limit.QUEUE): 1}


async def test_settings_are_changed_one_by_one_and_shown(store: Store, people: dict[str, PocketMember]) -> None:
    mo = people[MO]
    assert "all channels" in words_of(await run(mo, "settings"))
    given = {"drafts-in": SomeChannel(GENERAL), "keep-days": 90, "age-restricted": False}
    shown = words_of(await run(mo, "settings", showcase=SomeChannel(SHOWCASE), reason=REASON, **given))
    settings = store.servers.of(GUILD_ID).settings
    assert settings == ServerSettings(
        channels=(GENERAL,),
        showcase_channel=SHOWCASE,
        keep_days=90,
        keep_from_ms=settings.keep_from_ms,
        age_restricted=False,
    )
    assert 13.9 < (settings.keep_from_ms - now_ms()) / 86_400_000 < 14.1
    assert f"<#{SHOWCASE}>" in shown and "90 days" in shown and "Nothing is erased by this rule before" in shown
    await run(mo, "settings", **{"drafts-in": SomeChannel(GENERAL)}, reset="keep_days", reason="back again")
    settings = store.servers.of(GUILD_ID).settings
    assert (settings.channels, settings.keep_days) == ((), None)
    assert "It is so already" in words_of(await run(mo, "settings", reset="keep_days", reason=REASON))
    assert "Give the reason" in words_of(await run(mo, "settings", **{"age-restricted": True}))
    assert "This is for moderators" in words_of(await run(people[BO], "settings"))


async def test_the_settings_tell_who_is_blocked_now(store: Store, ann: Member, people: dict[str, PocketMember]) -> None:
    await run(people[MO], "block", member=SomeMember(ANN), reason=REASON)
    await run(people[MO], "suspend", member=SomeMember(BO), days=2, reason=REASON)
    shown = words_of(await run(people[MO], "settings"))
    assert "Blocked now: 2" in shown and f"<@{ANN}> until it is lifted" in shown and f"<@{BO}> until <t:" in shown
    await store.privacy.forget(ann)
    assert "somebody who has erased their record until <t:" in words_of(await run(people[MO], "settings"))


@pytest.mark.parametrize(
    ("roles", "looking", "may"), [([5], True, True), ([5], False, False), ([6], True, False), ([77], False, True)]
)
def test_roles_that_a_server_chose_may_look_and_change_nothing(roles: list[int], looking: bool, may: bool) -> None:
    store = Mock()
    store.servers.of.return_value.settings = ServerSettings(exporters=("5",))
    user = Mock(spec=discord.Member, id=1, roles=[Mock(spec=discord.Role, id=each) for each in roles])
    permissions = discord.Permissions.none()
    interaction = Mock(spec=discord.Interaction, permissions=permissions, guild_id=9, user=user)
    cog = ModerationCog(store=store, texts=Texts(), notifier=Mock(), roles=[77])
    if may:
        assert cog.guild_of_moderator(interaction, looking=looking) == "9"
    else:
        with pytest.raises(UserFacing):
            cog.guild_of_moderator(interaction, looking=looking)


@pytest.mark.parametrize("text", ["", "a", "\u200b", "...", "x" * 61])
def test_a_term_says_something(text: str) -> None:
    with pytest.raises(UserFacing):
        read_term(text)


def test_a_term_is_kept_as_briefs_are_compared() -> None:
    assert (read_term("  ＡＣＭＥ \n mug"), read_term("脸")) == ("acme mug", "脸")
