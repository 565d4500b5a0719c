"""An event with its words opened, wherever they come from."""

from collections.abc import Mapping
from dataclasses import dataclass

from storage.evidence.commitments import JsonValue


@dataclass(frozen=True, slots=True)
class OpenedEvent:
    """An event and those of its fields that can be opened; the others were withheld or erased."""

    seq: int
    type: str
    project: str
    refs: tuple[int, ...]
    fields: Mapping[str, JsonValue]
