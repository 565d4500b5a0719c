"""Every command that there is, used by everyone, in both languages, on a bad day.

The commands come from the bot's own tree at run time. Every interaction must be acknowledged in time and act once; the
bot says nothing that Discord would refuse, pings nobody, and logs no error.
"""

import asyncio
import random
from collections import Counter

import discord
import pytest
from discord import app_commands

from bot.pocket.codes import InteractionType
from storage.evidence.kinds import Kind
from tests.bot.pocket_member import buttons_of, words_of
from tests.pocket.specification import MISSING
from tests.scenarios.actor import Actor
from tests.scenarios.stage import CAST, Role, Stage
from tests.scenarios.table import REASON, SCENARIOS, Scenario

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

SHARE = 0.2
"""So many requests meet a fault."""
TWICE = 0.3
"""So many interactions are delivered twice."""
ACTING = ("CommandTree", "discord-ui")
"""So discord.py names the tasks that act on what a person did."""


@pytest.fixture
def bad_day(stage: Stage, request: pytest.FixtureRequest) -> None:
    """Let everything go wrong, the same way each time."""
    seed = list(SCENARIOS).index(request.node.callspec.params["name"])
    stage.pocket.gateway.begin(seed)
    stage.pocket.faults.begin(seed)
    stage.pocket.faults.share, stage.pocket.gateway.twice_share = SHARE, TWICE


def commands_of(tree: app_commands.CommandTree[discord.Client]) -> set[str]:
    """Return the full name of everything that can be used."""
    slash = {c.qualified_name for c in tree.walk_commands() if not isinstance(c, app_commands.Group)}
    menus = (discord.AppCommandType.user, discord.AppCommandType.message)
    return slash | {command.name for kind in menus for command in tree.get_commands(type=kind)}


async def test_every_command_has_a_scenario(stage: Stage) -> None:
    there = commands_of(stage.bot.tree)
    assert sorted(there - SCENARIOS.keys()) == [], "add them to tests/scenarios/table.py"
    assert sorted(SCENARIOS.keys() - there) == [], "these commands are gone"


@pytest.mark.parametrize("name", SCENARIOS)
async def test_a_command_on_a_bad_day(stage: Stage, bad_day: None, name: str) -> None:
    everyone = [play(stage, SCENARIOS[name], role, locale) for role, locale in CAST]
    # Nobody is torn from their scene because another's failed: whoever is would leave it half set for the next ones.
    ends = await asyncio.gather(*everyone, disturb(stage, name), return_exceptions=True)
    if failed := [end for end in ends if isinstance(end, BaseException)]:
        raise BaseExceptionGroup(name, failed)
    assert stage.take_wrongs() == []


async def disturb(stage: Stage, name: str) -> None:
    """Take the gateway's connection away a few times, each time in another way."""
    gateway, chance = stage.pocket.gateway, random.Random(name)
    for _ in range(3):
        await asyncio.sleep(chance.uniform(0.1, 0.6))
        match chance.choice(("reconnect", "resumable", "dropped")):
            case "reconnect":
                await gateway.reconnect()
            case "resumable":
                await gateway.invalidate(resumable=True)
            case _:
                gateway.drop()


async def play(stage: Stage, scenario: Scenario, role: Role, locale: str) -> None:
    """Let one person use a command, and look at what came of it."""
    async with stage.member(role, locale) as member:
        actor = Actor(stage, role, locale, member)
        agreed = role is not Role.UNCONSENTED
        shut_out = role is Role.BLOCKED and scenario.consent and not scenario.own
        if agreed:
            await get_ready(actor, scenario)
        await actor.begin()
        answer = await scenario.use(actor)
        if scenario.consent and not agreed:
            assert actor.say("consent-agree") in buttons_of(answer)
        elif shut_out:
            assert blocked(actor) in words_of(answer)
        elif scenario.then is not None and (agreed or scenario.open):
            await scenario.then(actor, answer)
        await actor.settled()
        acting = agreed and not shut_out
        assert await actor.recorded() == (Counter({Kind(k): n for k, n in scenario.records.items()}) if acting else {})
        assert list(actor.wrongs()) == []


async def get_ready(actor: Actor, scenario: Scenario) -> None:
    """Agree, and do what has to be there first; whoever is blocked did so before that."""
    if actor.role is Role.BLOCKED:
        await actor.stage.unblock(actor.locale)
    await actor.agree()
    if scenario.before is not None:
        await scenario.before(actor)
    if actor.role is Role.BLOCKED:
        await actor.stage.block(actor.locale)


def blocked(actor: Actor) -> str:
    """Return how the sentence begins that somebody reads who is blocked."""
    return actor.say("error-blocked", place="here", until="no", reason=REASON, number=0).partition(REASON)[0]


async def test_all_of_it_delivered_again_after_a_restart_changes_nothing(stage: Stage) -> None:
    delivered = [i for i in stage.pocket.gateway.interactions if i["type"] != InteractionType.AUTOCOMPLETE]
    await stage.all_delivered()
    await stage.stop_bot()
    await stage.start_bot()
    size, messages = await stage.store.ledger.size(), len(stage.pocket.world.messages)
    for interaction in delivered:
        stage.pocket.gateway.dispatch("INTERACTION_CREATE", interaction)
    async with asyncio.timeout(60):
        while stage.heard < stage.pocket.gateway.sent:  # noqa: ASYNC110 - discord.py says it nowhere else
            await asyncio.sleep(0.05)
        while any(task.get_name().startswith(ACTING) for task in asyncio.all_tasks()):  # noqa: ASYNC110 - not ours
            await asyncio.sleep(0.05)
    async with stage.member(Role.MODERATOR) as mo:
        await mo.answer(await mo.command("privacy", "show"))
    assert await stage.store.ledger.size() == size
    assert len(stage.pocket.world.messages) == messages + 1
    assert stage.take_wrongs() == []


async def test_all_of_it_was_held_against_the_specification(stage: Stage) -> None:
    """Not one violation was found above; here it is said where nobody looked."""
    watch = stage.pocket.watch
    if watch.specification is None:
        pytest.skip(MISSING)
    seen = {name for name, times in watch.requests.items() if times}
    assert {
        "POST /interactions/{interaction_id}/{interaction_token}/callback",
        "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original",
        "PATCH /channels/{channel_id}/messages/{message_id}",
        "PUT /applications/{application_id}/commands",
    } <= seen
