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


class Suggestions:
    """The repository of suggestions; they live in the log alone."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def made(self, project: Project, suggestion: Suggestion) -> Receipt:
        """Record a suggestion before the member sees it."""
        fields: dict[str, JsonValue] = {
            "text": suggestion.text,
            "model": suggestion.model,
            "request": suggestion.request,
        }
        return (await self._ledger.append(NewEvent(project.id, Kind.SUGGESTION_MADE, "bot", fields))).receipts[0]

    async def taken(self, project: Project, suggested: int, act: Act) -> Receipt:
        """Record that the member takes over the suggestion of an event, as it stands."""
        told = await self._ledger.disclosed(suggested)
        fields: dict[str, JsonValue] = {"text": told.get("text", ""), **act.as_fields()}
        event = NewEvent(project.id, Kind.SUGGESTION_TAKEN, project.actor, fields, refs=(suggested,))
        return (await self._ledger.append(event)).receipts[0]
