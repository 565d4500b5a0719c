"""What is in a project's record, and what an office or court of a country would still miss. No score and no promise.

Two steps. `observe` says what is there and what is not, the same for every country, and names the events. `findings`
keeps what the facts of one country speak of, and ties each line to them: `check.toml` says which. What no fact of a
country asks for is not asked for here.
"""

import json
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from storage.evidence.authorship import MadeBy
from storage.evidence.history import History, RecordedEvent
from storage.evidence.kinds import BY_MEMBER, Kind

TABLE: Final = Path(__file__).with_name("check.toml")


class Missing(StrEnum):
    """What is not in a record; its events are those for which it is missing."""

    NO_INTENT = "no-intent"
    LATE_INTENT = "late-intent"
    """The intent was declared after the first brief."""
    ONLY_WORDS = "only-words"
    """Nothing of the member's went in but words: no material, no edit."""
    MACHINE_WORDS = "machine-words"
    """Briefs whose words a model wrote, taken over as they were."""
    SINGLE_ROUND = "single-round"
    """No brief was changed after a first look at what came of it."""
    NOTHING_CHOSEN = "nothing-chosen"
    NO_REASON = "no-reason"
    ONLY_CHOICE = "only-choice"
    """The member chose, and did nothing else to the result."""
    NO_EDIT = "no-edit"
    ORIGIN_UNSAID = "origin-unsaid"
    """Material of which nobody said who made it."""
    NO_STATEMENT = "no-statement"
    NOT_STAMPED = "not-stamped"
    """No third party has confirmed the time."""
    UNLABELLED = "unlabelled"
    """The file does not say that AI took part, though the candidate it was made from did."""
    ERASED = "erased"


class There(StrEnum):
    """What is in a record."""

    PERSON = "person"
    """Whose record it is."""
    INTENT_FIRST = "intent-first"
    TIED = "tied"
    """Candidates recorded together with brief, model, seed, time and file."""
    OWN_WORDS = "own-words"
    REVISED = "revised"
    CHOSEN = "chosen"
    REASONS = "reasons"
    OWN_MATERIAL = "own-material"
    EDITED = "edited"
    STATED = "stated"
    STAMPED = "stamped"
    LABELLED = "labelled"
    PUBLISHED = "published"
    """When it was first shown, as far as the record knows."""


Code = Missing | There

_SAID_BY: Final[Mapping[Missing, frozenset[Missing]]] = {
    Missing.NO_EDIT: frozenset({Missing.ONLY_WORDS, Missing.ONLY_CHOICE}),
    Missing.SINGLE_ROUND: frozenset({Missing.ONLY_CHOICE}),
}
"""What need not be said where one of these is said."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What is known beside the events.

    Below the number `stamped` a third party has confirmed the time; `labelled` holds the hashes of the files that say
    themselves that AI took part.
    """

    stamped: int
    labelled: frozenset[str]


@dataclass(frozen=True, slots=True)
class Country:
    """What the facts of a country speak of: for each code their ids. `places` are those whose facts count there."""

    code: str
    places: frozenset[str]
    facts: Mapping[Code, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a check: what is there or missing, in which events, and the facts that ask for it."""

    code: Code
    events: tuple[int, ...]
    facts: tuple[str, ...]


def load_countries(path: Path = TABLE) -> Mapping[str, Country]:
    """Read the table; raise ValueError for a code that there is none of."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return MappingProxyType({code: _country(code, table) for code, table in tables.items()})


def _country(code: str, table: Mapping[str, Any]) -> Country:
    facts: dict[Code, tuple[str, ...]] = {Missing(key): tuple(ids) for key, ids in table["missing"].items()}
    facts |= {There(key): tuple(ids) for key, ids in table["there"].items()}
    return Country(code, frozenset({code, *table.get("places", ())}), MappingProxyType(facts))


def findings(observed: Mapping[Code, tuple[int, ...]], country: Country) -> list[Finding]:
    """Return what the facts of a country make of what was observed, in the order of its table."""
    named = [code for code in country.facts if code in observed]
    said = [code for code in named if not (isinstance(code, Missing) and _SAID_BY.get(code, frozenset()) & set(named))]
    return [Finding(code, observed[code], country.facts[code]) for code in said]


def observe(history: History, outside: Outside) -> Mapping[Code, tuple[int, ...]]:
    """Return what is in a record and what is not, each with its events; nothing before there is a picture."""
    record = _Record(history, outside)
    if not record.shown:
        return {}
    found = {**record.there(), **record.missing()}
    return {code: events for code, events in found.items() if events}


def pieces(history: History) -> Mapping[int, str]:
    """Return the files that stand for the work, by the event that names them: chosen candidates, and edits."""
    chosen = {ref for event in history.of(Kind.DRAFT_SELECTED) for ref in event.refs}
    events = [*(history.by_seq[seq] for seq in sorted(chosen)), *history.of(Kind.EDIT_APPLIED)]
    # The preview in a document is not the piece.
    shown = [event for event in events if not event.file_name]
    return {event.seq: event.image_sha256 for event in shown if event.image_sha256 is not None}


@dataclass(frozen=True)
class _Record:
    """A history, read for what matters here."""

    history: History
    outside: Outside

    @cached_property
    def briefs(self) -> Sequence[RecordedEvent]:
        return self.history.of(Kind.PROMPT_SUBMITTED)

    @cached_property
    def candidates(self) -> Sequence[RecordedEvent]:
        return self.history.of(Kind.DRAFT_MADE)

    @cached_property
    def choices(self) -> Sequence[RecordedEvent]:
        return self.history.of(Kind.DRAFT_SELECTED)

    @cached_property
    def uploads(self) -> Sequence[RecordedEvent]:
        return self.history.of(Kind.UPLOAD_ADDED)

    @cached_property
    def shown(self) -> Sequence[RecordedEvent]:
        """Return the events that hold a picture or a text, in their order."""
        return self.history.of(Kind.DRAFT_MADE, Kind.UPLOAD_ADDED, Kind.EDIT_APPLIED)

    @cached_property
    def shaping(self) -> Sequence[RecordedEvent]:
        return self.history.of(*BY_MEMBER, Kind.DRAFT_MADE)

    @cached_property
    def own_edits(self) -> Sequence[RecordedEvent]:
        """Return the edits of the member's own hand that changed something: declared ones, and texts they changed."""
        edits = self.history.of(Kind.EDIT_APPLIED)
        own = [e for e in edits if e.text("declared") == MadeBy.OWN_HAND or e.map("params").get("how") == "typed"]
        return [e for e in own if e.map("change").get("regions") != []]

    @cached_property
    def own_material(self) -> Sequence[RecordedEvent]:
        return [e for e in self.uploads if e.text("declared") in (MadeBy.OWN_HAND, MadeBy.OWN_INPUT)]

    @cached_property
    def unsaid(self) -> Sequence[RecordedEvent]:
        """Return the material of which nobody said who made it; saying it once of the same pixels is enough."""
        vague = ("", MadeBy.OWN_INPUT, MadeBy.UNKNOWN)
        said = {e.text("pixels") for e in self.uploads if e.text("declared") not in vague} - {""}
        return [e for e in self.uploads if e.text("declared") in vague and e.text("pixels") not in said]

    @cached_property
    def revisions(self) -> Sequence[RecordedEvent]:
        """Return the briefs that ask for something else than all before, made after a candidate could be looked at."""
        first_look = self.candidates[0].seq if self.candidates else None
        asked: set[str] = set()
        found = []
        for brief in self.briefs:
            wish = _wish(brief)
            if wish not in asked and first_look is not None and brief.seq > first_look:
                found.append(brief)
            asked.add(wish)
        return found

    @cached_property
    def unreasoned(self) -> Sequence[RecordedEvent]:
        """Return the choices of candidates for which no reason was ever given; one that was given later counts."""
        reasoned = {ref for event in self.choices if event.text("why") for ref in event.refs}
        return [event for event in self.choices if not reasoned.intersection(event.refs)]

    @cached_property
    def unlabelled(self) -> Sequence[RecordedEvent]:
        """Return the edits of a candidate, or of another such edit, whose file does not say that AI took part."""
        of_a_draft = {event.seq for event in self.candidates}
        found = []
        for edit in self.history.of(Kind.EDIT_APPLIED):
            if of_a_draft.intersection(edit.refs):
                of_a_draft.add(edit.seq)
                file = None if edit.file_name else edit.image_sha256
                if file is not None and file not in self.outside.labelled:
                    found.append(edit)
        return found

    def intents(self, *, before_the_first_brief: bool) -> Sequence[RecordedEvent]:
        first = self.briefs[0].seq if self.briefs else None
        declared = [event for event in self.history.of(Kind.INTENT_DECLARED) if event.text("text")]
        return [e for e in declared if (first is None or e.seq < first) is before_the_first_brief]

    def there(self) -> dict[Code, tuple[int, ...]]:
        """Return what is in the record."""
        typed = [b for b in self.briefs if b.text("prompt") and not _by_machine(b)]
        reasons = [e for e in self.history.of(Kind.DRAFT_SELECTED, Kind.DRAFT_REJECTED) if e.text("why")]
        stated = [e for e in self.history.of(Kind.STATEMENT_DECLARED) if e.text("text")]
        labelled = [seq for seq, file in pieces(self.history).items() if file in self.outside.labelled]
        return {
            There.PERSON: _seqs([e for e in self.history.of(Kind.ACTOR_BOUND) if e.text("identity")]),
            There.INTENT_FIRST: _seqs(self.intents(before_the_first_brief=True)),
            There.TIED: _seqs(
                [e for e in self.candidates if e.refs and (e.image_sha256 or e.text("text")) and e.map("generation")]
            ),
            There.OWN_WORDS: _seqs(typed),
            There.REVISED: _seqs(self.revisions),
            There.CHOSEN: _seqs(self.choices),
            There.REASONS: _seqs(reasons),
            There.OWN_MATERIAL: _seqs(self.own_material),
            There.EDITED: _seqs(self.own_edits),
            There.STATED: _seqs(stated),
            There.STAMPED: _seqs([e for e in self.shaping if e.seq < self.outside.stamped]),
            There.LABELLED: tuple(labelled),
            There.PUBLISHED: _seqs(self.history.of(Kind.PIECE_SHOWN)[:1]),
        }

    def missing(self) -> dict[Code, tuple[int, ...]]:
        """Return what is not in the record."""
        only_words = not self.own_edits and not self.uploads
        only_choice = bool(self.choices) and only_words and not self.revisions
        early, late = (self.intents(before_the_first_brief=early) for early in (True, False))
        stated = any(e.text("text") for e in self.history.of(Kind.STATEMENT_DECLARED))
        return {
            Missing.NO_INTENT: () if early or late else _seqs(self.briefs[:1]),
            Missing.LATE_INTENT: () if early else _seqs(late),
            Missing.ONLY_WORDS: _seqs(self.briefs) if only_words else (),
            Missing.MACHINE_WORDS: _seqs([b for b in self.briefs if _by_machine(b)]),
            Missing.SINGLE_ROUND: () if self.revisions else _seqs(self.briefs[:1]),
            Missing.NOTHING_CHOSEN: () if self.choices else _seqs(self.candidates),
            Missing.NO_REASON: _seqs(self.unreasoned),
            Missing.ONLY_CHOICE: _seqs(self.choices) if only_choice else (),
            Missing.NO_EDIT: () if self.own_edits else _seqs(self.choices or self.shown),
            Missing.ORIGIN_UNSAID: _seqs(self.unsaid),
            Missing.NO_STATEMENT: () if stated else _seqs(self.shaping[-1:]),
            Missing.NOT_STAMPED: _seqs([e for e in self.shaping if e.seq >= self.outside.stamped]),
            Missing.UNLABELLED: _seqs(self.unlabelled),
            Missing.ERASED: _seqs([e for e in self.history if e.closed]),
        }


def _seqs(events: Sequence[RecordedEvent]) -> tuple[int, ...]:
    return tuple(event.seq for event in events)


def _is_shown(candidate: RecordedEvent) -> bool:
    """Tell whether a candidate's picture or text is on record, and not erased."""
    return candidate.image_sha256 is not None or bool(candidate.text("text"))


def _by_machine(brief: RecordedEvent) -> bool:
    return brief.text("source").startswith("llm:")


def _wish(brief: RecordedEvent) -> str:
    """Return what a brief asks for, so that asking the same again, with other seeds, is the same."""
    params = {name: value for name, value in brief.map("params").items() if name != "seeds"}
    words = [unicodedata.normalize("NFC", brief.text(field)).casefold().strip() for field in ("prompt", "negative")]
    return json.dumps([*words, params], sort_keys=True)
