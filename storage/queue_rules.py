"""What an operator says of the queues: how much they take in, and whose share is what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

MOST_WEIGHT: Final = 1000


@dataclass(frozen=True, slots=True)
class QueueRules:
    """What an operator says of the queues, one for pictures and one for texts; every number counts drafts not yet made.

    `weights` are servers, by their number at the chat platform, whose share is not 1. Whoever has a `most_*` under way
    is not taken in any more. A job whose drawing failed, or whose worker was lost, `tries` times is set aside.
    """

    weights: Mapping[str, int] = field(default_factory=dict)
    most_of_member: int = 20
    most_of_server: int = 200
    most_of_all: int = 1000
    tries: int = 3
