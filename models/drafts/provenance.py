"""Where networks come from, as evidence needs it; imports neither torch nor diffusers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from models.lineup import Part


@dataclass(frozen=True, slots=True)
class Provenance:
    """A network's name in requests, its repository, the commit or release in it, and one digest of its weights.

    `repo` is "colophon" for what comes with Colophon, and a folder's name for what an operator added.
    """

    name: str
    revision: str
    weights_sha256: str
    repo: str = ""

    @classmethod
    def of(cls, part: Part) -> Self:
        """Return where a part of a line-up comes from."""
        return cls(part.name, part.revision, part.weights_sha256, part.source)

    def about(self) -> Mapping[str, Any]:
        """Return what a record says of it."""
        return {
            "name": self.name,
            "repo": self.repo,
            "revision": self.revision,
            "weights_sha256": self.weights_sha256,
        }
