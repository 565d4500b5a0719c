"""Preferences in memory: what is set counts at once and after a start, and a lost style is no error."""

import pytest

from bot.members.preferences import Preferences, offered
from storage.members import Member
from storage.preferences import NO_PREFERENCE, Preference

INK = Preference(language="zh-CN", style="ink")


class Rows:
    """The table, in memory."""

    def __init__(self) -> None:
        self.rows: dict[str, Preference] = {}

    async def all(self, platform: str) -> dict[str, Preference]:
        return dict(self.rows)

    async def set(self, member: Member, preference: Preference) -> None:
        self.rows[member.platform_user_id] = preference


ANN = Member("m", "discord", "1001", "Ann", 1)


async def test_a_change_counts_at_once_and_after_a_start() -> None:
    rows = Rows()
    before = Preferences(rows, "discord")  # type: ignore[arg-type]  # the two verbs it uses
    await before.change(ANN, INK)
    after = Preferences(rows, "discord")  # type: ignore[arg-type]
    assert after.of(1001) == NO_PREFERENCE
    await after.load()
    assert before.of(1001) == after.of(1001) == INK
    assert (after.language_of(1001), after.language_of(1002)) == ("zh-CN", None)


async def test_whoever_is_forgotten_prefers_nothing() -> None:
    preferences = Preferences(Rows(), "discord")  # type: ignore[arg-type]
    await preferences.change(ANN, INK)
    preferences.forget(1001)
    assert preferences.of(1001) == NO_PREFERENCE


@pytest.mark.parametrize(
    ("chosen", "names", "used"),
    [("ink", ["flat", "ink"], "ink"), ("ink", ["flat"], None), ("ink", [], "ink"), (None, ["flat"], None)],
)
def test_what_the_server_has_lost_is_left_out(chosen: str | None, names: list[str], used: str | None) -> None:
    assert offered(chosen, names) == used
