"""Discord's limits on application commands, checked when a bot syncs them."""

import unicodedata
from collections.abc import Iterable
from typing import Any

from bot.pocket.codes import CommandType, Json, OptionType
from bot.pocket.limits.problems import Path, Problems

LOCALES = frozenset(
    # One line of words reads better than thirty quoted ones.
    [
        "id",
        "da",
        "de",
        "en-GB",
        "en-US",
        "es-ES",
        "es-419",
        "fr",
        "hr",
        "it",
        "lt",
        "hu",
        "nl",
        "no",
        "pl",
        "pt-BR",
        "ro",
        "fi",
        "sv-SE",
        "vi",
        "tr",
        "cs",
        "el",
        "bg",
        "ru",
        "uk",
        "hi",
        "th",
        "zh-CN",
        "ja",
        "zh-TW",
        "ko",
    ]
)
MAX_COMMANDS = {CommandType.SLASH: 100, CommandType.USER: 15, CommandType.MESSAGE: 15}
MAX_COMMAND_TEXT = 8000
_NESTED = frozenset({OptionType.SUBCOMMAND, OptionType.GROUP})


def check_commands(commands: Any) -> list[Json]:
    """Return the commands of one scope, or refuse them."""
    problems = Problems()
    found = problems.objects((), commands, 0, sum(MAX_COMMANDS.values()))
    counts: dict[CommandType, int] = dict.fromkeys(CommandType, 0)
    names: set[tuple[int, str]] = set()
    for path, command in found:
        if not problems.choice((*path, "type"), command.get("type", 1), set(CommandType)):
            continue
        kind = CommandType(command.get("type", 1))
        counts[kind] += 1
        _check_command(problems, path, command, kind)
        if (kind, str(command.get("name"))) in names:
            problems.add(path, "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
        names.add((kind, str(command.get("name"))))
    for kind, count in counts.items():
        if count > MAX_COMMANDS[kind]:
            problems.add((), "APPLICATION_COMMAND_TOO_MANY", f"Over {MAX_COMMANDS[kind]} of type {int(kind)}")
    problems.raise_if_any()
    return [command for _, command in found]


def _check_command(problems: Problems, path: Path, command: Json, kind: CommandType) -> None:
    if kind is CommandType.SLASH:
        _check_names(problems, path, command)
        _check_options(problems, (*path, "options"), command.get("options"), depth=0)
    else:
        problems.text((*path, "name"), command.get("name"), 1, 32)
        _check_localisations(problems, (*path, "name_localizations"), command.get("name_localizations"), 32)
    if _longest_text(command) > MAX_COMMAND_TEXT:
        problems.add(path, "APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({MAX_COMMAND_TEXT})")


def _check_names(problems: Problems, path: Path, of: Json) -> None:
    names = of.get("name_localizations")
    problems.text((*path, "name"), of.get("name"), 1, 32)
    problems.text((*path, "description"), of.get("description"), 1, 100)
    _check_localisations(problems, (*path, "name_localizations"), names, 32)
    _check_localisations(problems, (*path, "description_localizations"), of.get("description_localizations"), 100)
    for name in (of.get("name"), *(names.values() if isinstance(names, dict) else ())):
        if isinstance(name, str) and not _command_name(name):
            problems.add((*path, "name"), "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _command_name(name: str) -> bool:
    r"""Match Discord's `^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$` and its lower-case rule."""
    marks = ("L", "N", "M")
    return name == name.lower() and all(c in "-_'" or unicodedata.category(c)[0] in marks for c in name)


def _check_localisations(problems: Problems, path: Path, texts: Any, high: int) -> None:
    for locale, text in (texts or {}).items() if isinstance(texts, dict | None) else ():
        problems.choice((*path, locale), locale, LOCALES)
        problems.text((*path, locale), text, 1, high)


def _check_options(problems: Problems, path: Path, options: Any, *, depth: int) -> None:
    names: set[str] = set()
    optional_seen = False
    for where, option in problems.objects(path, options, 0, 25, required=False):
        if not problems.choice((*where, "type"), option.get("type"), set(OptionType)):
            continue
        _check_names(problems, where, option)
        name = str(option.get("name"))
        if name in names:
            problems.add(where, "APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATE", "Option names must be unique")
        names.add(name)
        if option["type"] in _NESTED:
            _check_nested(problems, where, option, depth)
            continue
        required = bool(option.get("required"))
        if required and optional_seen:
            problems.add(
                where,
                "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                "Required options must be placed before non-required options",
            )
        optional_seen = optional_seen or not required
        _check_option_choices(problems, where, option)


def _check_nested(problems: Problems, path: Path, option: Json, depth: int) -> None:
    deepest = 1 if option["type"] == OptionType.SUBCOMMAND else 0
    if depth > deepest:
        problems.add(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-commands nest at most two levels deep")
        return
    _check_options(problems, (*path, "options"), option.get("options"), depth=depth + 1)


def _check_option_choices(problems: Problems, path: Path, option: Json) -> None:
    choices = problems.objects((*path, "choices"), option.get("choices"), 0, 25, required=False)
    if choices and option.get("autocomplete"):
        problems.add(
            path,
            "APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES",
            "Autocomplete and choices are mutually exclusive",
        )
    for where, choice in choices:
        _check_choice(problems, where, choice)


def check_choices(choices: Any) -> None:
    """Refuse the choices of an autocomplete answer that break a limit."""
    problems = Problems()
    for path, choice in problems.objects(("data", "choices"), choices, 0, 25, required=False):
        _check_choice(problems, path, choice)
    problems.raise_if_any()


def _check_choice(problems: Problems, path: Path, choice: Json) -> None:
    problems.text((*path, "name"), choice.get("name"), 1, 100)
    _check_localisations(problems, (*path, "name_localizations"), choice.get("name_localizations"), 100)
    value = choice.get("value")
    if isinstance(value, str):
        problems.text((*path, "value"), value, 1, 100)
    elif not isinstance(value, int | float):
        problems.add((*path, "value"), "BASE_TYPE_REQUIRED", "This field is required")


def _longest_text(of: Json) -> int:
    """Count names, descriptions and values, the longest localisation of each."""
    total = sum(
        max(len(text) for text in (str(of.get(key) or ""), *_texts(of.get(f"{key}_localizations"))))
        for key in ("name", "description")
    )
    total += len(of["value"]) if isinstance(of.get("value"), str) else 0
    for key in ("options", "choices"):
        inner = of.get(key)
        total += sum(_longest_text(each) for each in inner if isinstance(each, dict)) if isinstance(inner, list) else 0
    return total


def _texts(localisations: Any) -> Iterable[str]:
    return (str(text) for text in localisations.values()) if isinstance(localisations, dict) else ()
