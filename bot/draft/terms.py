"""What no model is asked for: a check of the words before anything is drawn.

Two lists. What is never drawn: sexual pictures of minors, in any words we could think of. What is not drawn while
age-restricted output is off, which it is everywhere for now: sexual pictures of anybody. Operators add terms of their
own, and moderators those of their server. A list of words is a fence, not a judge: the check of the finished picture
stands behind it, and a member whose brief is refused wrongly can say it in other words or appeal.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final


class Rule(Enum):
    """Why a brief is not drawn; the values are stable, and keys of sentences."""

    MINORS = "minors"
    AGE_RESTRICTED = "age-restricted"
    OPERATOR = "operator"
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rule that a brief breaks; of a server's own list also the term, so that one can say it in other words."""

    rule: Rule
    term: str = ""


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


OfServer = Callable[[str | None], tuple[str, ...]]
"""Returns the terms of a server, folded."""


class Terms:
    """The lists: ours, the operator's, and those of servers."""

    def __init__(self, operator: Iterable[str] = (), of_server: OfServer = lambda _: ()) -> None:
        self._minor = words_pattern(_MINOR)
        self._sexual = words_pattern(_SEXUAL)
        own = [folded(term) for term in operator if term.strip()]
        self._own = words_pattern(own) if own else None
        self._of_server = of_server
        self._patterns: dict[str | None, tuple[tuple[str, ...], re.Pattern[str]]] = {}

    def check(self, text: str, guild: str | None = None) -> Refusal | None:
        """Return the gravest rule that words break in a server, or None."""
        words = folded(text)
        if self._sexual.search(words):
            return Refusal(Rule.MINORS if self._minor.search(words) else Rule.AGE_RESTRICTED)
        if self._own is not None and self._own.search(words):
            return Refusal(Rule.OPERATOR)
        found = self._found(words, guild)
        return None if found is None else Refusal(Rule.SERVER, found)

    def _found(self, words: str, guild: str | None) -> str | None:
        terms = self._of_server(guild)
        if not terms:
            return None
        known = self._patterns.get(guild)
        if known is None or known[0] != terms:
            known = self._patterns[guild] = (terms, words_pattern(terms))
        found = known[1].search(words)
        return None if found is None else found[0]


def folded(text: str) -> str:
    """Return text as it is compared: compatibility forms and cases made one, invisible characters taken out."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in plain if unicodedata.category(c) not in ("Cf", "Mn"))


def words_pattern(terms: Sequence[str]) -> re.Pattern[str]:
    """Match whole words of Latin letters, and Chinese anywhere, which has no spaces."""
    parts = [rf"(?<![a-z]){re.escape(t)}(?![a-z])" if t.isascii() else re.escape(t) for t in terms]
    return re.compile("|".join(parts))
