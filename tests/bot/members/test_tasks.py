"""Help by task: every command that there is serves some task, and no task offers one that is not there."""

from typing import Any, cast

import discord
import pytest

from bot.chat.menus import MenuCog
from bot.chat.texts import LOCALES, Texts
from bot.members.help import OVERVIEW, HelpCog
from bot.members.tasks import TASKS, there
from bot.menus.commands import MessageMenuCog
from bot.pocket.limits.components import check_layout
from bot.pocket.limits.problems import Problems
from tests.bot.test_coverage import acts

COMMANDS = [act.removeprefix("/") for act in acts() if act.startswith("/")]
TEXTS = Texts()


class OnMessages(MenuCog):
    """The entries in the menu of a message."""

    menus = MessageMenuCog.menus


class Everything:
    """A bot that has every command."""

    @property
    def tree(self) -> "Everything":
        return self

    def walk_commands(self) -> list[Any]:
        return [type("Command", (), {"qualified_name": name}) for name in COMMANDS]

    @property
    def cogs(self) -> dict[str, MenuCog]:
        return {"menus": OnMessages()}

    def mention(self, path: str) -> str:
        return f"</{path}:1234567890123456789>"


def test_every_command_serves_a_task() -> None:
    served = {name for names in there(COMMANDS).values() for name in names}
    assert sorted(set(COMMANDS) - served) == [], "add them to bot/members/tasks.py"


def test_only_what_is_there_is_offered() -> None:
    assert there(["draft", "privacy show"]) == {
        "draft": ("draft",),
        "sketch": ("draft",),
        "privacy": ("privacy show",),
    }
    assert there([]) == {}


@pytest.mark.parametrize("locale", LOCALES)
def test_every_task_and_command_has_its_words(locale: str) -> None:
    for task in TASKS:
        assert len(TEXTS(locale, f"help-task-{task}")) <= 100
        assert TEXTS(locale, f"help-how-{task}")
    for name in COMMANDS:
        assert TEXTS(locale, f"cmd-{name.replace(' ', '-')}-desc")


@pytest.mark.parametrize("locale", [discord.Locale.american_english, discord.Locale.chinese])
@pytest.mark.parametrize("task", [OVERVIEW, *there(COMMANDS)])
async def test_a_page_is_one_that_discord_takes(locale: discord.Locale, task: str) -> None:
    page = HelpCog(cast(Any, Everything()), TEXTS)._page(locale, task)
    problems = Problems()
    check_layout(problems, ("components",), cast(Any, page).to_components())
    problems.raise_if_any()
