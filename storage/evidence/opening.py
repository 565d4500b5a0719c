"""Which fields of an export are opened: selective disclosure by field, as the owner or the rules want it.

A field that is not opened stays in the log as its commitment: a bundle shows that there is one, and proves it later if
its owner opens it then.
"""

from dataclasses import dataclass, field
from typing import Final

from storage.evidence.kinds import Kind


@dataclass(frozen=True, slots=True)
class Opening:
    """A choice of fields; each name is a field's (`discord`) or a kind's and a field's (`note.add:text`).

    `only`, where it is given, names all that is opened; `withheld` is kept back from that.
    """

    name: str
    withheld: frozenset[str] = field(default=frozenset())
    only: frozenset[str] | None = None

    def shows(self, kind: str, name: str) -> bool:
        """Tell whether a field of an event is opened."""
        names = {name, f"{kind}:{name}"}
        return not names & self.withheld and (self.only is None or bool(names & self.only))

    @property
    def fields(self) -> frozenset[str] | None:
        """Return the names of all fields that may be opened, whatever the kind; None where any may."""
        return None if self.only is None else frozenset(name.rpartition(":")[2] for name in self.only)


EVERYTHING: Final = Opening("all")
"""Every field that was not erased."""
PUBLIC: Final = Opening(
    "public",
    frozenset({"identity", "discord", "agreed_at", "scope", f"{Kind.NOTE_ADDED}:text", f"{Kind.APPEAL_MADE}:text"}),
)
"""What one may show around: the work and its making, without who and where, private notes and appeals."""
HASHES: Final = Opening("hashes", only=frozenset({f"{Kind.EXPORT_MADE}:bundle"}))
"""Nothing but what the format needs: what kind of act happened when, and commitments to everything else."""
SEEN: Final = Opening(
    "seen",
    only=frozenset(
        {
            "discord",
            f"{Kind.ACTOR_BOUND}:identity",
            f"{Kind.GENERATION_REFUSED}:rule",
            f"{Kind.GENERATION_FAILED}:reason",
            f"{Kind.ERASURE_DONE}:basis",
        }
    ),
)
"""What moderators see without reading: who, where, and why something came to nothing; no words and no pictures."""

OPENINGS: Final = {opening.name: opening for opening in (EVERYTHING, PUBLIC, HASHES)}
