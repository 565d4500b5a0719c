"""The dossier's own sentences, in every language it is written in (`languages/`).

A sentence has gaps in braces. What fills them are pieces of text that keep what they are, so that a member's words can
never become part of a sentence. `{count|picture|pictures}` is one of the two words, by the number. `{@id}` cites a fact
of law by the id under which Colophon's answers know it; `[facts]` says what to cite.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final

from storage.evidence.dossier.document import Line, Look, Span

LANGUAGES: Final = ("en-US", "zh-CN")
_PART: Final = re.compile(
    r"\{@(?P<fact>[a-z0-9-]+)\}|\{(?P<gap>[a-z_]+)(?:\|(?P<one>[^|}]*)\|(?P<many>[^|}]*))?\}|[^{}]+"
)

Filling = str | int | Span | Sequence[Span]


class Words:
    """The sentences of one language; remembers what was cited, in its order."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._texts, self._facts = _load(language)
        self.cited: list[str] = []

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def text(self, key: str, **filling: str | int) -> str:
        """Return a sentence without marks: a heading, a label, an alternative text."""
        return "".join(span.text for span in self.line(key, **filling))

    def line(self, key: str, **filling: Filling) -> Line:
        """Return a sentence; a key or a gap that is missing is a mistake of ours and raises KeyError."""
        spans: list[Span] = []
        for part in _PART.finditer(self._texts[key]):
            if part["fact"]:
                spans.append(self._citation(part["fact"]))
            elif part["many"] is not None:
                spans.append(Span(part["one"] if filling[part["gap"]] == 1 else part["many"]))
            elif part["gap"]:
                spans += _pieces(filling[part["gap"]])
            else:
                spans.append(Span(part[0]))
        return tuple(spans)

    def joined(self, lines: Iterable[Sequence[Span]]) -> Line:
        """Return an enumeration."""
        spans: list[Span] = []
        for line in lines:
            spans += [Span(self._texts["list.comma"]), *line] if spans else line
        return tuple(spans)

    def citations(self) -> list[tuple[int, str, str]]:
        """Return number, id and citation of what was cited."""
        return [(number, fact, self._facts[fact]) for number, fact in enumerate(self.cited, start=1)]

    def _citation(self, fact: str) -> Span:
        if fact not in self._facts:
            raise KeyError(fact)
        if fact not in self.cited:
            self.cited.append(fact)
        number = self.cited.index(fact) + 1
        return Span(f"[{number}]", Look.CITATION, number)


@cache
def _load(language: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
    text = (files("storage.evidence.dossier") / "languages" / f"{language}.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    facts = tables.pop("facts")
    return {f"{table}.{key}": sentence for table, row in tables.items() for key, sentence in row.items()}, facts


def _pieces(value: Filling) -> Sequence[Span]:
    if isinstance(value, Span):
        return (value,)
    return (Span(str(value)),) if isinstance(value, (str, int)) else value
