"""The words of a brief as a card shows them: the member's own plain, an AI's underlined."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from discord.utils import escape_markdown

from storage.evidence.wording import Piece

SHOWN: Final = 1500
"""So many characters of a brief stand on its card."""
LIMIT: Final = 3000
"""So many characters of Markdown: with everything else that may stand on a card, what Discord takes of one."""


@dataclass(frozen=True, slots=True)
class ShownWords:
    """A quotation in Discord's Markdown, and the key of the line that explains its marks, if it needs one."""

    quoted: str
    legend: str | None


def shown_words(text: str, pieces: Sequence[Piece]) -> ShownWords:
    """Return a brief as it is shown; where the marks have no room, it is said that there are such words."""
    suggested = any(piece.by_machine for piece in pieces)
    if suggested:
        marked = _quoted("".join(_marked(piece) for piece in _shortened(pieces)))
        if len(marked) <= LIMIT:
            return ShownWords(marked, "draft-words-underlined")
    plain = _quoted("".join(escape_markdown(piece.text) for piece in _shortened([Piece(text, by_machine=False)])))
    # Escaping and quoting can more than double a text of nothing but marks and line breaks.
    plain = plain if len(plain) <= LIMIT else plain[: LIMIT - 1] + "…"
    return ShownWords(plain, "draft-words-some" if suggested else None)


def _shortened(pieces: Sequence[Piece]) -> Iterator[Piece]:
    room = SHOWN - 1 if sum(len(piece.text) for piece in pieces) > SHOWN else SHOWN
    for piece in pieces:
        if len(piece.text) > room:
            yield Piece(piece.text[:room] + "…", piece.by_machine)
            return
        yield piece
        room -= len(piece.text)


def _marked(piece: Piece) -> str:
    """Return a piece in Markdown; a mark may neither begin nor end in a space, nor go over a line's end."""
    if not piece.by_machine:
        return escape_markdown(piece.text)
    return "\n".join(_underlined(line) for line in piece.text.split("\n"))


def _underlined(line: str) -> str:
    words = line.strip()
    if not words:
        return line
    before, after = line[: len(line) - len(line.lstrip())], line[len(line.rstrip()) :]
    return f"{before}__{escape_markdown(words)}__{after}"


def _quoted(markdown: str) -> str:
    return "\n".join(f"> {line}" for line in markdown.splitlines())
