"""Turn a prompt into hashed text features; the model needs no vocabulary file.

An English word becomes itself, its stem and its character trigrams; a run of Chinese, Japanese or Korean
characters becomes its bigrams, each with its two characters, and, when longer than two, the run as a whole. Every
feature is a row number: 1 + CRC-32 of its UTF-8 text modulo 12,287. Row 0 means "nothing here".
The weights were trained on exactly these numbers: changing anything here needs a new training run.
"""

import re
import zlib
from itertools import pairwise
from typing import Final

ROWS: Final = 12288
"""Rows of the embedding table, row 0 included."""

MAX_TOKENS: Final = 16
"""Tokens of a prompt that are encoded; the transformer reads the first ten."""

MAX_FEATURES: Final = 8
"""Features of one token that are kept."""

STOP_WORDS: Final = frozenset(
    (
        *("a", "an", "the", "of", "with", "and", "in", "on", "to", "for"),
        *("please", "draw", "picture", "image", "drawing", "icon"),
    )
)
"""English words that were left out in training and therefore carry nothing."""

_CJK: Final = "\u3400-\u9fff\u3040-\u30ff\uac00-\ud7af"
_RUN: Final = re.compile(f"[a-z0-9]+|[{_CJK}]+")
_CJK_RUN: Final = re.compile(f"[{_CJK}]")
_SUFFIXES: Final = (("ies", "y"), ("sses", "ss"), ("ing", ""), ("es", "e"), ("s", ""))

Features = tuple[tuple[int, ...], ...]
"""MAX_TOKENS rows of MAX_FEATURES row numbers, padded with 0."""

NOTHING: Final[Features] = ((0,) * MAX_FEATURES,) * MAX_TOKENS
"""The features of an empty prompt."""


def runs(text: str) -> list[str]:
    """Split a text into lower-case words and unbroken runs of CJK characters."""
    return _RUN.findall(text.lower())


def is_cjk(run: str) -> bool:
    """Tell a run of CJK characters from a word of Latin letters and digits."""
    return _CJK_RUN.match(run) is not None


def stem(word: str) -> str:
    """Cut the commonest English endings, leaving at least three letters."""
    for suffix, replacement in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3 and not word.endswith("ss"):
            return word[: -len(suffix)] + replacement
    return word


def features(text: str) -> Features:
    """Encode a text as the row numbers the transformer looks up."""
    tokens: list[list[int]] = []
    for run in runs(text):
        if is_cjk(run):
            tokens += _cjk_tokens(run)
        elif run not in STOP_WORDS:
            tokens.append(_word_token(run))
    padded = [tuple((*token, *([0] * MAX_FEATURES))[:MAX_FEATURES]) for token in tokens[:MAX_TOKENS]]
    return tuple(padded) + NOTHING[len(padded) :]


def _row(feature: str) -> int:
    return 1 + zlib.crc32(feature.encode()) % (ROWS - 1)


def _word_token(word: str) -> list[int]:
    framed = f"^{word}$"
    trigrams = [_row("t:" + framed[i : i + 3]) for i in range(len(framed) - 2)]
    return [_row("w:" + word), _row("s:" + stem(word)), *trigrams]


def _cjk_tokens(run: str) -> list[list[int]]:
    if len(run) == 1:
        return [[_row("c:" + run)]]
    pairs = [[_row("b:" + a + b), _row("c:" + a), _row("c:" + b)] for a, b in pairwise(run)]
    return [*pairs, [_row("z:" + run)]] if len(run) > 2 else pairs
