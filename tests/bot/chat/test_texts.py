"""Every sentence exists in both languages, with the same gaps, and every sentence that is asked for exists."""

import re
from pathlib import Path

import pytest
from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor

import bot
import bot.menus.commands
from bot.chat.menus import MAX_NAME, MenuCog
from bot.chat.texts import LOCALES, Texts, nearest

BOT = Path(bot.__file__).parent
_ASKED = re.compile(
    r"""["']((?:error|draft|ask|privacy|appeal|cmd|opt|consent|project|evidence|receipt|check|choice|timeline|event|moderation|share|publish|talk|offer|describe|menu|queue|cancel|settings|help|about)-[a-z0-9-]+)["']"""
)
_NAME = re.compile(r"^[-_'\w]{1,32}$")


class Gaps(Visitor):
    """Collects the variables of a message."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802 - named by the library
        self.found.add(node.id.name)


def messages(locale: str) -> dict[str, set[str]]:
    """Return the gaps of every message by its key; a file that does not parse fails here."""
    found: dict[str, set[str]] = {}
    for file in sorted((BOT / "locales" / locale).glob("*.ftl")):
        for entry in FluentParser().parse(file.read_text(encoding="utf-8")).body:
            assert not isinstance(entry, ast.Junk), f"{file}: {entry.content}"
            if isinstance(entry, ast.Message):
                assert entry.id.name not in found, f"{entry.id.name} is there twice"
                gaps = Gaps()
                gaps.visit(entry)
                found[entry.id.name] = gaps.found
    return found


def test_both_languages_say_the_same_things() -> None:
    english, chinese = (messages(locale) for locale in LOCALES)
    assert english.keys() == chinese.keys()
    assert {key for key in english if english[key] != chinese[key]} == set()


def test_every_sentence_that_is_asked_for_exists() -> None:
    asked = {key for file in BOT.rglob("*.py") for key in _ASKED.findall(file.read_text(encoding="utf-8"))}
    assert asked - messages("en-US").keys() == set()


def test_names_of_commands_fit_discord() -> None:
    for locale in LOCALES:
        texts = Texts()
        for key in messages(locale):
            if key.startswith(("cmd-", "opt-")) and not key.endswith("-desc"):
                name = texts(locale, key)
                assert _NAME.match(name) and name == name.lower(), (locale, key, name)
            elif key.endswith("-desc"):
                assert 1 <= len(texts(locale, key)) <= 100, (locale, key)


def test_names_of_message_commands_fit_discord() -> None:
    entries = [menu for cog in MenuCog.__subclasses__() for menu in cog.menus]
    assert entries
    for locale in LOCALES:
        assert all(1 <= len(Texts()(locale, menu.key)) <= MAX_NAME for menu in entries)
    assert all(Texts()("en-US", menu.key) == menu.name for menu in entries)


@pytest.mark.parametrize(
    ("locale", "spoken"), [("zh-CN", "zh-CN"), ("zh-TW", "zh-CN"), ("en-GB", "en-US"), ("fr", "en-US")]
)
def test_the_nearest_language_is_spoken(locale: str, spoken: str) -> None:
    assert nearest(locale) == spoken


def test_a_missing_sentence_is_a_mistake_of_ours() -> None:
    with pytest.raises(LookupError):
        Texts()("en-US", "no-such-key")
    with pytest.raises(KeyError):
        Texts()("en-US", "error-count")
