"""What a client knows about the server it speaks to; shared by the language and the drafts client."""

from dataclasses import dataclass
from enum import Enum


class Health(Enum):
    """How far a model server is from doing work."""

    STARTING = "starting"
    """It is reachable, or about to be, and still loading its model."""
    READY = "ready"
    """It takes requests."""
    FAILED = "failed"
    """It is reachable and says that it cannot work."""
    AWAY = "away"
    """Nothing answers at its address."""


@dataclass(frozen=True, slots=True)
class ServerHealth:
    """One reading of a server's health; `detail` is a sentence for the operator, never shown to members."""

    state: Health
    detail: str

    @property
    def ready(self) -> bool:
        """Tell whether the server takes requests."""
        return self.state is Health.READY
