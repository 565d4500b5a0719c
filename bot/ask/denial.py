"""Whether a text denies: by its words alone, which is as far as one can see without understanding it."""

import re
from typing import Final

from bot.ask.facts import Language

_DENIAL: Final = {
    Language.EN: re.compile(
        r"\b(not|no|never|none|neither|nor|without|cannot|nobody|nothing|refus\w+|den(?:y|ied|ies)|reject\w*|fail\w*|lacks?"
        r"|lost|forbid\w*|prohibit\w*|except|ruled out|dismiss\w*|declin\w+)\b|n['’]t\b",
        re.IGNORECASE,
    ),
    Language.ZH: re.compile(
        r"不(?!仅|但|同|少|断|过|管|论)|没|未|无(?!论)|非(?!常)|勿|拒|驳回|否认|禁止|除外|缺乏|败诉|排除"
    ),
}
# "..., isn't it?" and "是不是" ask for a yes, and what goes on without something still goes on.
_ASKED: Final = {
    Language.EN: re.compile(
        r"\bwithout\b|,?\s*\b(or not|(is|does|do|are|was|did|has|have|can|wo|would|should)n['’]?t\s+\w+)\s*\?*\s*$",
        re.I,
    ),
    Language.ZH: re.compile(
        r"不用|不必|不需|无需|不经|不再|是不是|有没有|能不能|可不可以|会不会|要不要|算不算|对不对|不是(?=.{0,40}[吗嘛么]\W*$)|不(?=[？?]*$)|没(?=[？?]*$)"
    ),
}


def denials(text: str, language: Language) -> int:
    """Return how many words of a text deny something."""
    return len(_DENIAL[language].findall(text))


def denies(text: str, language: Language) -> bool:
    """Tell whether a statement, or the question of a yes to it, denies something: two denials are none."""
    return denials(_ASKED[language].sub("", text), language) % 2 == 1
