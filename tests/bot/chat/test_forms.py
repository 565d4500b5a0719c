"""What comes back of a form, and whose form it is."""

import re
from typing import Any

import discord
import pytest

from bot.chat.forms import Forms, StandingForm, Typed, typed_in


class Named(StandingForm, title="A form"):
    template = r"form:(?P<n>[0-9]+)"

    @classmethod
    async def submitted(cls, interaction: discord.Interaction, match: re.Match[str], typed: Typed) -> None:
        raise AssertionError


@pytest.mark.parametrize(
    ("custom_id", "n"), [("form:12", "12"), ("form:", None), ("a form:1", None), ("form:1 ", None)]
)
def test_a_form_is_found_by_the_whole_of_its_id(custom_id: str, n: str | None) -> None:
    forms = Forms()
    forms.add([Named])
    found = forms.find(custom_id)
    assert (None if found is None else found[1]["n"]) == n


@pytest.mark.parametrize(
    ("components", "typed"),
    [
        ([{"type": 18, "component": {"type": 4, "custom_id": "why", "value": "words"}}], {"why": "words"}),
        ([{"type": 1, "components": [{"type": 4, "custom_id": "a", "value": ""}]}], {"a": ""}),
        (
            [
                {"type": 18, "component": {"type": 3, "custom_id": "place", "values": ["CN"]}},
                {"type": 18, "component": {"type": 4, "custom_id": "question", "value": "x"}},
            ],
            {"place": ["CN"], "question": "x"},
        ),
        ([{"type": 10, "content": "only shown"}], {}),
        (None, {}),
    ],
)
def test_what_was_typed_is_read_wherever_it_stands(components: Any, typed: dict[str, Any]) -> None:
    assert typed_in(components) == typed
