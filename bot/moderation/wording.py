"""How rules of a server read: limits and what is left of them, and the values of settings, as lines for cards."""

from collections.abc import Mapping, Sequence

from bot.chat.texts import Texts
from bot.moderation.limits import Left
from storage.evidence.commitments import JsonValue
from storage.servers import EVERYONE, Limit


def left_line(texts: Texts, locale: str, left: Sequence[Left]) -> str:
    """Return what is left to a member, one line a limit; empty where no limit holds for them."""
    return "\n".join(
        texts(
            locale,
            f"moderation-left-{each.name.value}",
            limit=each.limit,
            left=each.left,
            free="no" if each.free_ms is None else f"<t:{-(-each.free_ms // 1000)}:R>",
        )
        for each in left
    )


def limits_line(texts: Texts, locale: str, limits: Mapping[str, JsonValue]) -> str:
    """Return limits in one line, as they stand in an act's scope: -1 is one that was taken away."""
    known = [(name, value) for name in Limit if isinstance(value := limits.get(name.value), int)]
    said = [texts(locale, f"moderation-limit-{name.value}", limit=value) for name, value in known]
    return texts(locale, "list-comma").join(said)


def subject_line(texts: Texts, locale: str, subject: str, member: str) -> str:
    """Return whom a limit is for; `member` is the account where it is for one that is still known."""
    kind, _, number = subject.partition(":")
    match kind:
        case "role":
            return f"<@&{number}>"
        case "member":
            return f"<@{member}>" if member else texts(locale, "moderation-somebody")
        case _:
            return texts(locale, f"moderation-{EVERYONE}")


def setting_value(texts: Texts, locale: str, name: str, value: JsonValue) -> str:
    """Return the value of a setting."""
    if isinstance(value, bool):
        return texts(locale, "moderation-yes" if value else "moderation-no")
    if value is None or value == []:
        return texts(locale, f"moderation-none-{name.replace('_', '-')}")
    if isinstance(value, int):
        return texts(locale, "moderation-days", days=value)
    mention = "<@&{}>" if name == "exporters" else "<#{}>"
    return " ".join(mention.format(each) for each in (value if isinstance(value, list) else [value]))
