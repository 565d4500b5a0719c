"""Whose words one of several makers may open in a project: their own, and of the others what those have confirmed.

The key that sealed a field says whose it is. In a project of one person everything is theirs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Sight:
    """Who looks, by their pseudonym, and up to which event each of the others has confirmed their own rows."""

    actor: str
    confirmed: Mapping[str, int] = field(default_factory=dict)

    def opens(self, subject: str, seq: int) -> bool:
        """Tell whether a field of an event may be opened that is sealed with somebody's key."""
        return subject == self.actor or seq <= self.confirmed.get(subject, -1)
