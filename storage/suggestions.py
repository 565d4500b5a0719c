"""Words that a model suggested, kept verbatim, and their being taken over: nobody shall mistake them for a person's."""

from dataclasses import dataclass

from storage.acts import Act
from storage.evidence.commitments import JsonValue
from storage.evidence.kinds import Kind
from storage.evidence.ledger import Ledger, Receipt
from storage.evidence.sealing import NewEvent
from storage.projects import Project


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a language model wrote for a member, on which request, and which model it was."""

    text: str
    model: str
    request: str

    def as_fields(self) -> dict[str, JsonValue]:
        """Return the fields of its event."""
        return {"text": self.text, "model": self.model, "request": self.request}


class Suggestions:
    """The repository of suggestions; they live in the log alone."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def made(self, project: Project, suggestion: Suggestion, act: Act, *, about: tuple[int, ...] = ()) -> Receipt:
        """Record a suggestion before the member sees it, with the act that asked for it, and the events it is about."""
        fields = suggestion.as_fields() | act.as_fields()
        event = NewEvent(project.id, Kind.SUGGESTION_MADE, "bot", fields, refs=about, subject=project.actor)
        return (await self._ledger.append(event)).receipts[0]

    async def of_event(self, seq: int) -> Suggestion | None:
        """Return the suggestion that an event holds; None where it holds none, or it was erased."""
        told = await self._ledger.disclosed(seq)
        text, model, request = (told.get(name) for name in ("text", "model", "request"))
        if not (isinstance(text, str) and isinstance(model, str) and isinstance(request, str)):
            return None
        return Suggestion(text, model, request)

    async def taken(self, project: Project, suggested: int, act: Act) -> Receipt:
        """Record that the member takes over the suggestion of an event, as it stands."""
        told = await self._ledger.disclosed(suggested)
        event = taken_over(project, suggested, str(told.get("text", "")), act)
        return (await self._ledger.append(event)).receipts[0]


def taken_over(project: Project, suggested: int, text: str, act: Act) -> NewEvent:
    """Return the event of a member's taking over the words that a model suggested."""
    fields: dict[str, JsonValue] = {"text": text, **act.as_fields()}
    return NewEvent(project.id, Kind.SUGGESTION_TAKEN, project.actor, fields, refs=(suggested,))
