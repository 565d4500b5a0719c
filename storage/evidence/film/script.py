"""Shots as JSON and back: how a film is told to the process that draws it."""

from collections.abc import Sequence
from typing import Final, Literal

from pydantic import TypeAdapter

from storage.evidence.film.frames import Candidates, Closing, Edit, Finished, Material, Opening, Shot, Words

_Line = (
    tuple[Literal["Opening"], Opening]
    | tuple[Literal["Words"], Words]
    | tuple[Literal["Candidates"], Candidates]
    | tuple[Literal["Material"], Material]
    | tuple[Literal["Edit"], Edit]
    | tuple[Literal["Finished"], Finished]
    | tuple[Literal["Closing"], Closing]
)
"""A shot behind its name, since some have fields of the same names."""
_WRITTEN: Final[TypeAdapter[list[tuple[str, Shot]]]] = TypeAdapter(list[tuple[str, Shot]])
_READ: Final[TypeAdapter[list[_Line]]] = TypeAdapter(list[_Line])


def written(shots: Sequence[Shot]) -> bytes:
    """Return shots as JSON."""
    return _WRITTEN.dump_json([(type(shot).__name__, shot) for shot in shots])


def read(script: bytes) -> tuple[Shot, ...]:
    """Return the shots of a script; raise ValueError for what is none."""
    return tuple(shot for _, shot in _READ.validate_json(script))
