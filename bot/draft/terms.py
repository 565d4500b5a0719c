"""What no model is asked for: a check of the words before anything is drawn.

Two lists. What is never drawn: sexual pictures of minors, in any words we could think of. What is not drawn while
age-restricted output is off, which it is everywhere for now: sexual pictures of anybody. Operators add terms of their
own. A list of words is a fence, not a judge: the check of the finished picture stands behind it, and a member whose
brief is refused wrongly can say it in other words or ask a moderator.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final


class Rule(Enum):
    """Why a brief is not drawn; the values are stable, and keys of sentences."""

    MINORS = "minors"
    AGE_RESTRICTED = "age-restricted"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rule that a brief breaks."""

    rule: Rule


_MINOR: Final = (
    *("child", "children", "kid", "kids", "minor", "minors", "underage", "toddler", "infant", "baby", "preteen"),
    *("schoolgirl", "schoolboy", "little girl", "little boy", "loli", "lolita", "shota", "teen", "teenage", "teenager"),
    *("儿童", "小孩", "孩子", "幼女", "幼童", "女童", "男童", "未成年", "小学生", "初中生", "萝莉", "正太", "婴儿"),
    "少女",
)
_SEXUAL: Final = (
    *("nude", "naked", "nudity", "nsfw", "porn", "porno", "pornographic", "hentai", "erotic", "explicit sex", "sex"),
    *("sexual", "sexy", "topless", "genitals", "penis", "vagina", "blowjob", "orgasm", "masturbating", "bondage"),
    *("裸体", "裸露", "全裸", "半裸", "色情", "情色", "性爱", "做爱", "性交", "淫", "露点", "生殖器", "自慰", "黄图"),
)


class Terms:
    """The lists of one community."""

    def __init__(self, operator: Iterable[str] = ()) -> None:
        self._minor = _pattern(_MINOR)
        self._sexual = _pattern(_SEXUAL)
        own = [folded(term) for term in operator if term.strip()]
        self._own = _pattern(own) if own else None

    def check(self, text: str) -> Refusal | None:
        """Return the gravest rule that words break, or None."""
        words = folded(text)
        if self._sexual.search(words):
            return Refusal(Rule.MINORS if self._minor.search(words) else Rule.AGE_RESTRICTED)
        if self._own is not None and self._own.search(words):
            return Refusal(Rule.OPERATOR)
        return None


def folded(text: str) -> str:
    """Return text as it is compared: compatibility forms and cases made one, invisible characters taken out."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in plain if unicodedata.category(c) not in ("Cf", "Mn"))


def _pattern(terms: Sequence[str]) -> re.Pattern[str]:
    """Match whole words of Latin letters, and Chinese anywhere, which has no spaces."""
    parts = [rf"(?<![a-z]){re.escape(t)}(?![a-z])" if t.isascii() else re.escape(t) for t in terms]
    return re.compile("|".join(parts))
