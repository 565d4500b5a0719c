"""What a replay found, for a person and for a program; never a member's words."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from bot.chat.texts import Texts
from bot.replay.again import Replayed
from bot.replay.differences import ABSENT, Difference
from bot.replay.finding import Found

_WORDS: Final = frozenset({"drawn_from", "unknown", "nearest", "choices", "tints"})
"""Parts of a record that repeat a member's words, or what was made of them."""
_LONGEST: Final = 80


def as_object(found: Found, replayed: Replayed) -> Mapping[str, Any]:
    """Return everything as what JSON can say."""
    likeness = replayed.likeness
    return {
        "verdict": replayed.verdict.name.lower().replace("_", "-"),
        "exit": replayed.verdict.value,
        "event": found.candidate.seq,
        "record": found.trust.value,
        "look": found.look,
        "pixels": {"then": found.candidate.pixels, "now": replayed.pixels},
        "likeness": None if likeness is None else {**asdict(likeness), "nearness": likeness.nearness.value},
        "differences": _told(replayed.differences),
    }


def as_text(found: Found, replayed: Replayed, texts: Texts, language: str) -> str:
    """Return the report as it reads in a shell: what differs comes before the verdict, since it explains it."""
    lines = [
        texts(language, "replay-candidate", number=found.candidate.seq),
        texts(language, "replay-record", trust=found.trust.value, look=found.look or 0),
    ]
    if replayed.differences:
        lines.append(texts(language, "replay-differences"))
        lines += [_line(each, texts, language) for each in _told(replayed.differences)]
    else:
        lines.append(texts(language, "replay-no-differences"))
    lines.append(texts(language, f"replay-{replayed.verdict.name.lower().replace('_', '-')}"))
    likeness = replayed.likeness
    if likeness is not None:
        numbers: dict[str, str | int] = {
            "structure": "> 0.99999" if 0.99999 < likeness.structure < 1 else f"{likeness.structure:.5f}",
            "colour": _small(likeness.colour, 5),
            "visible": _small(likeness.visible * 100, 2),
            "largest": likeness.largest,
            "changed": _small(likeness.changed * 100, 2),
        }
        lines.append(texts(language, "replay-likeness", nearness=likeness.nearness.value, **numbers))
    elif replayed.verdict.value:
        lines.append(texts(language, "replay-no-likeness"))
    return "\n".join([*lines, texts(language, "replay-limits")])


def _small(value: float, digits: int) -> str:
    """Return a number with some digits; what is there and too small for them is not called nothing."""
    least = 10**-digits
    return f"< {least:.{digits}f}" if 0 < value < least else f"{value:.{digits}f}"


def _line(told: Mapping[str, Any], texts: Texts, language: str) -> str:
    if "then" not in told:
        return f"  {told['what']}: {texts(language, 'replay-of-words')}"
    absent = texts(language, "replay-absent")
    then, now = (absent if told[name] is ABSENT else _short(told[name]) for name in ("then", "now"))
    return f"  {told['what']}: {then} → {now}"


def _told(found: Sequence[Difference]) -> list[Mapping[str, Any]]:
    """Return the differences; of those that are words, only that there are some."""
    told: dict[str, Mapping[str, Any]] = {}
    for each in found:
        top = each.what.partition(".")[0]
        if top in _WORDS:
            told[top] = {"what": top}
        else:
            told[each.what] = asdict(each)
    return list(told.values())


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    printable = "".join(c if c.isprintable() else "�" for c in text)
    return printable if len(printable) <= _LONGEST else printable[: _LONGEST - 1] + "…"
