"""What is wrong with a folder of facts: every mistake at once, and what has grown old."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from bot.ask.facts import Fact, FactError, Language, load_facts, read_fact

STALE_MONTHS: Final = 6
_LEAST_ASKS: Final = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a person should look at; only an `error` keeps a fact from being used."""

    where: str
    message: str
    error: bool

    def __str__(self) -> str:
        return f"{'error' if self.error else 'warning'}: {self.where}: {self.message}"


def check_folder(folder: Path, today: date, *, beside: Path | None = None) -> tuple[tuple[Fact, ...], list[Finding]]:
    """Read all facts of a folder; return the good ones, and what is wrong with others or should be mended.

    `beside` is a folder whose facts may be named as related, and whose ids are taken.
    """
    facts, findings = [], []
    taken = {fact.id: fact for fact in load_facts(beside)} if beside is not None else {}
    keys = {fact.key: fact.id for fact in taken.values()}
    for path in sorted(folder.glob("*/*.md"), key=lambda each: each.stem):
        try:
            fact = read_fact(path)
        except (FactError, UnicodeDecodeError, OSError) as error:
            findings.append(_error(path, str(error).removeprefix(f"{path.parent.name}/{path.name}: ")))
            continue
        if fact.key in keys:
            findings.append(_error(path, f"id: {fact.id} is taken, or too like {keys[fact.key]}; choose another"))
            continue
        keys[fact.key] = fact.id
        facts.append(fact)
    if not facts and not findings:
        findings.append(Finding(str(folder), "there are no facts; each is a file <area>/<id>.md", error=True))
    known = {fact.id for fact in facts} | set(taken)
    for fact in facts:
        findings += _remarks(fact, known, today)
    return tuple(facts), findings


def _remarks(fact: Fact, known: set[str], today: date) -> Iterator[Finding]:
    where = f"{fact.area}/{fact.id}.md"
    for other in fact.related:
        if other not in known:
            yield Finding(where, f"related: there is no fact {other}", error=True)
    age = _months(fact.as_of, today)
    if age > STALE_MONTHS:
        yield Finding(where, f"as_of: {fact.as_of} is {age} months ago; look whether it is still so", error=False)
    if age < 0:
        yield Finding(where, f"as_of: {fact.as_of} has not come yet", error=True)
    for language in Language:
        asks = fact.wording(language).asks
        if len(asks) < _LEAST_ASKS:
            yield Finding(
                where, f"asks: {len(asks)} in {language.code}; with {_LEAST_ASKS} it is found better", error=False
            )


def _months(moment: str, today: date) -> int:
    """Return how many whole months ago a year, month or day was; a year counts from its end."""
    parts = [int(part) for part in moment.split("-")]
    year, month = parts[0], parts[1] if len(parts) > 1 else 12 if parts[0] < today.year else today.month
    return (today.year - year) * 12 + today.month - month


def _error(path: Path, message: str) -> Finding:
    return Finding(f"{path.parent.name}/{path.name}", message, error=True)
