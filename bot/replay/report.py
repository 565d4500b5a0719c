"""What a replay found, for a person and for a program; never a member's words."""

import json
from collections.abc import Mapping
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
        "differences": [_told(each) for each in replayed.differences],
    }


def as_text(found: Found, replayed: Replayed, texts: Texts, language: str) -> str:
    """Return the report as it reads in a shell: what differs comes before the verdict, since it explains it."""
    lines = [
        texts(language, "replay-candidate", number=found.candidate.seq),
        texts(language, "replay-record", trust=found.trust.value, look=found.look or 0),
    ]
    if replayed.differences:
        lines.append(texts(language, "replay-differences"))
        lines += [_line(each, texts, language) for each in replayed.differences]
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


def _line(each: Difference, texts: Texts, language: str) -> str:
    told = _told(each)
    if "then" not in told:
        return f"  {each.what}: {texts(language, 'replay-of-words')}"
    absent = texts(language, "replay-absent")
    then, now = (absent if value is ABSENT else _short(value) for value in (each.then, each.now))
    return f"  {each.what}: {then} → {now}"


def _told(each: Difference) -> Mapping[str, Any]:
    """Return a difference; where it is one of words, only that there is one."""
    if each.what.partition(".")[0] in _WORDS:
        return {"what": each.what.partition(".")[0]}
    return asdict(each)


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    printable = "".join(c if c.isprintable() else "�" for c in text)
    return printable if len(printable) <= _LONGEST else printable[: _LONGEST - 1] + "…"
