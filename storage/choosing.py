"""What a choice among candidates leaves in the record, pictures or texts: what was taken, and what thereby was not."""

from collections.abc import Sequence

from storage.acts import Act
from storage.evidence.commitments import JsonValue
from storage.evidence.kinds import Kind
from storage.evidence.sealing import NewEvent
from storage.projects import Project


class AlreadyChosen(Exception):
    """The same choice is already on record, as event `seq`."""

    def __init__(self, seq: int) -> None:
        super().__init__(seq)
        self.seq = seq


def choice_events(project: Project, among: Sequence[int], chosen: int | None, why: str, act: Act) -> list[NewEvent]:
    """Return the events of a choice among the events of candidates; None is none of them.

    The first one carries the act and the reason.
    """
    fields: dict[str, JsonValue] = {"why": why, **act.as_fields()}
    events = []
    if chosen is not None:
        events.append(NewEvent(project.id, Kind.DRAFT_SELECTED, project.actor, fields, refs=(chosen,)))
    rejected = tuple(seq for seq in among if seq != chosen)
    if rejected:
        own: dict[str, JsonValue] = {"why": ""} if chosen is not None else fields
        events.append(NewEvent(project.id, Kind.DRAFT_REJECTED, project.actor, own, refs=rejected))
    return events
