"""The facts: one Markdown file each, read strictly.

A file is `<area>/<id>.md`. Its front matter (YAML) holds what is known about the fact, its body the
text in both languages, each with one quoted line of advice:

    ---
    id: us-example-2025            # equals the file's name
    area: us-eu-uk                 # equals the folder's name
    kind: case                     # a value of Kind
    jurisdictions: [US]            # codes of Place, or `any` for what no law decides
    date: '2025-01-29'             # year, month or day; absent where there is none
    date_note: {en: decision, zh: 裁决}    # optional: what happened on that date
    as_of: '2026-11'               # when the fact was last known to be true
    confidence: high               # high, medium or low
    title: {en: ..., zh: ...}
    cite: the official citation
    sources: [{title: ..., url: ..., note: ...}]     # url and note are optional
    keywords: {en: [...], zh: [...]}                 # optional: what people call it
    asks: {en: [...], zh: [...]}   # optional: questions it answers, in the words of those who ask; found by these
    myths:                         # optional: what people take for granted that it puts right, and how it is
    - claim: {en: ..., zh: ...}
      truth: {en: ..., zh: ...}
    related: [us-other-2024]       # optional: what one would want to read beside it, by id
    ---
    # English
    ...
    > advice
    # 简体中文
    ...
    > advice
"""

import hashlib
import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeVar, cast

import yaml

FOLDER = Path(__file__).parent
"""Where the facts of Colophon lie."""
_DATE = re.compile(r"\d{4}(-\d{2}){0,2}")
_CODE = re.compile(r"any|INT|[A-Z]{2}")
_BODY = re.compile(
    r"\s*# English\n\n(?P<en>\S.*?)\n\n> (?P<en_advice>[^\n]+)\n\n"
    r"# 简体中文\n\n(?P<zh>\S.*?)\n\n> (?P<zh_advice>[^\n]+)\s*",
    re.DOTALL,
)
_REQUIRED = ("id", "area", "kind", "jurisdictions", "as_of", "confidence", "title", "cite", "sources")
_OPTIONAL = ("date", "date_note", "keywords", "asks", "myths", "related")
E = TypeVar("E", bound=Enum)
ANY = "any"
INTERNATIONAL = "INT"


class FactError(ValueError):
    """A fact file breaks the format; the message names the file and the key."""


class Language(Enum):
    """A language in which facts are written; the value is the locale of the sentences around them."""

    EN = "en-US"
    ZH = "zh-CN"

    @property
    def code(self) -> str:
        """The key used in fact files."""
        return self.value[:2]


class Kind(Enum):
    """What sort of thing a fact rests on."""

    STATUTE = "statute"
    REGULATION = "regulation"
    CASE = "case"
    GUIDANCE = "guidance"
    REPORT = "report"
    STANDARD = "standard"
    PRACTICE = "practice"
    LICENCE = "licence"
    POLICY = "policy"
    ART = "art"
    TECHNIQUE = "technique"


class Confidence(Enum):
    """How well a fact is supported: two sources or an official text, one good source, a lead."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact was read."""

    title: str
    url: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Myth:
    """What people take for granted, and how it really is."""

    claim: str
    truth: str


@dataclass(frozen=True, slots=True)
class Wording:
    """A fact in one language."""

    title: str
    text: str
    advice: str
    date_note: str | None = None
    """What happened on the fact's date."""
    keywords: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    """Questions that the fact answers, in the words of those who ask."""
    myths: tuple[Myth, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """One curated, dated, cited statement."""

    id: str
    area: str
    kind: Kind
    jurisdictions: tuple[str, ...]
    """Codes of places; empty where no law decides (art, technique, licences of models)."""
    date: str | None
    as_of: str
    confidence: Confidence
    cite: str
    sources: tuple[Source, ...]
    wordings: Mapping[Language, Wording]
    related: tuple[str, ...] = ()
    """Ids of what one would want to read beside it."""

    @property
    def key(self) -> str:
        """Eight hex characters that stand for the id where space is scarce."""
        return hashlib.sha256(self.id.encode()).hexdigest()[:8]

    def wording(self, language: Language) -> Wording:
        """Return the fact in a language; every fact has all."""
        return self.wordings[language]


def load_facts(folder: Path = FOLDER) -> tuple[Fact, ...]:
    """Read all facts in the order of their ids; raise FactError at the first mistake."""
    facts: dict[str, Fact] = {}
    keys: dict[str, str] = {}
    for path in sorted(folder.glob("*/*.md"), key=lambda p: p.stem):
        fact = read_fact(path)
        if fact.id in facts:
            raise FactError(f"{path}: id: {fact.id} exists twice")
        if other := keys.get(fact.key):
            raise FactError(f"{path}: id: its short key collides with that of {other}; choose another id")
        facts[fact.id] = fact
        keys[fact.key] = fact.id
    if not facts:
        raise FactError(f"{folder}: there are no facts")
    return tuple(facts.values())


def read_fact(path: Path) -> Fact:
    """Read one fact file; raise FactError."""
    where = f"{path.parent.name}/{path.name}"
    head, body = _split(path.read_text(encoding="utf-8"), where)
    keys = set(head)
    for key in _REQUIRED:
        if key not in keys:
            raise FactError(f"{where}: {key}: missing")
    if unknown := sorted(keys - {*_REQUIRED, *_OPTIONAL}):
        raise FactError(f"{where}: {unknown[0]}: unknown key")
    for key, expected in (("id", path.stem), ("area", path.parent.name)):
        if head[key] != expected:
            raise FactError(f"{where}: {key}: is {head[key]!r}, the file's place says {expected!r}")
    return Fact(
        id=_text(head, "id", where),
        area=_text(head, "area", where),
        kind=_member(Kind, head, "kind", where),
        jurisdictions=_jurisdictions(head, where),
        date=_date(head, "date", where) if "date" in head else None,
        as_of=_date(head, "as_of", where),
        confidence=_member(Confidence, head, "confidence", where),
        cite=_text(head, "cite", where),
        sources=_sources(head["sources"], where),
        wordings=_wordings(head, body, where),
        related=_related(head, where),
    )


# Written in C where PyYAML was built with libyaml, as its wheels are: a start reads hundreds of these.
_SafeLoader: Final[type[yaml.SafeLoader]] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SafeLoader):  # type: ignore[misc, valid-type]  # which of the two is known at run time only
    """YAML in which every scalar stays text and no key may stand twice."""

    yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012 - the name and type are PyYAML's

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Build a mapping; raise FactError for a key that stands twice."""
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise FactError(f"{key.value}: stands twice")
            seen.add(key.value)
        return cast(dict[Hashable, Any], super().construct_mapping(node, deep))


def _split(text: str, where: str) -> tuple[dict[str, Any], re.Match[str]]:
    parts = text.split("---\n", 2)
    if len(parts) != 3 or parts[0]:
        raise FactError(f"{where}: front matter: must stand between two lines of ---")
    try:
        head = yaml.load(parts[1], _Loader)  # noqa: S506  # nosec B506 # the loader is a SafeLoader
    except yaml.YAMLError as error:
        raise FactError(f"{where}: front matter: {error}") from error
    except FactError as error:
        raise FactError(f"{where}: {error}") from error
    if not isinstance(head, dict):
        raise FactError(f"{where}: front matter: must be keys with values")
    body = _BODY.fullmatch(parts[2])
    if body is None:
        raise FactError(f"{where}: body: must be `# English` and `# 简体中文`, each a text and one quoted line")
    return head, body


def _text(values: Mapping[str, Any], key: str, where: str) -> str:
    value = values.get(key)
    if not isinstance(value, str) or not value.strip():
        raise FactError(f"{where}: {key}: must be text")
    return value


def _date(values: Mapping[str, Any], key: str, where: str) -> str:
    value = _text(values, key, where)
    if not _DATE.fullmatch(value):
        raise FactError(f"{where}: {key}: {value!r} is no year, month or day")
    return value


def _member(kind: type[E], values: Mapping[str, Any], key: str, where: str) -> E:
    value = _text(values, key, where)
    try:
        return kind(value)
    except ValueError as error:
        raise FactError(f"{where}: {key}: {value!r} is none of {', '.join(e.value for e in kind)}") from error


def _list(value: object, key: str, where: str) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise FactError(f"{where}: {key}: must be a list with something in it")
    return value


def _jurisdictions(head: Mapping[str, Any], where: str) -> tuple[str, ...]:
    codes = _list(head["jurisdictions"], "jurisdictions", where)
    for code in codes:
        if not isinstance(code, str) or not _CODE.fullmatch(code):
            raise FactError(f"{where}: jurisdictions: {code!r} is no code of two capitals, INT or any")
    return () if codes == [ANY] else tuple(codes)


def _sources(value: object, where: str) -> tuple[Source, ...]:
    sources = []
    for item in _list(value, "sources", where):
        if not isinstance(item, dict) or set(item) - {"title", "url", "note"}:
            raise FactError(f"{where}: sources: each has a title and may have url and note, nothing else")
        source = Source(_text(item, "title", where), item.get("url"), item.get("note"))
        if source.url is not None and not source.url.startswith(("https://", "http://")):
            raise FactError(f"{where}: sources: {source.url!r} is no web address")
        sources.append(source)
    return tuple(sources)


def _related(head: Mapping[str, Any], where: str) -> tuple[str, ...]:
    ids = _list(head["related"], "related", where) if "related" in head else []
    if not all(isinstance(each, str) for each in ids) or len(set(ids)) < len(ids) or head["id"] in ids:
        raise FactError(f"{where}: related: must be ids of other facts, each once")
    return tuple(ids)


def _wordings(head: Mapping[str, Any], body: re.Match[str], where: str) -> Mapping[Language, Wording]:
    titles = _both(head, "title", where)
    notes = _both(head, "date_note", where) if "date_note" in head else {}
    keywords, asks = _lists(head, "keywords", where), _lists(head, "asks", where)
    myths = _myths(head, where)
    return MappingProxyType(
        {
            language: Wording(
                title=_text(titles, language.code, where),
                text=body[language.code],
                advice=body[f"{language.code}_advice"],
                date_note=_text(notes, language.code, where) if notes else None,
                keywords=keywords[language],
                asks=asks[language],
                myths=myths[language],
            )
            for language in Language
        }
    )


def _lists(head: Mapping[str, Any], key: str, where: str) -> Mapping[Language, tuple[str, ...]]:
    """Return a list of texts for each language; empty ones where the key is absent."""
    lists = _both(head, key, where) if key in head else {language.code: [] for language in Language}
    for texts in lists.values():
        if not isinstance(texts, list) or not all(isinstance(text, str) and text.strip() for text in texts):
            raise FactError(f"{where}: {key}: must be lists of texts")
    return {language: tuple(lists[language.code]) for language in Language}


def _myths(head: Mapping[str, Any], where: str) -> Mapping[Language, tuple[Myth, ...]]:
    myths = _list(head["myths"], "myths", where) if "myths" in head else []
    for myth in myths:
        if not isinstance(myth, dict) or set(myth) != {"claim", "truth"}:
            raise FactError(f"{where}: myths: each has a claim and a truth, nothing else")
        for key in ("claim", "truth"):
            _both(myth, key, where)
    return {
        language: tuple(
            Myth(_text(myth["claim"], language.code, where), _text(myth["truth"], language.code, where))
            for myth in myths
        )
        for language in Language
    }


def _both(head: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
    """Return a value that stands in both languages."""
    value, codes = head[key], sorted(language.code for language in Language)
    if not isinstance(value, dict) or sorted(value) != codes:
        raise FactError(f"{where}: {key}: must have exactly {', '.join(codes)}")
    return value
