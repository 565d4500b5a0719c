"""What can be offered, and how an offer is written into the id of what is pressed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_STYLE: Final = r"[\w .-]{1,32}"
IDS: Final = (
    rf"(?P<what>draft|write|brainstorm|project):(?P<seq>[0-9]{{1,16}}):(?P<user>[0-9]{{1,20}})(?::(?P<style>{_STYLE}))?"
)
"""The pattern of an offer in an id."""


class What(StrEnum):
    """What a suggested text begins when it is pressed; the values stand in ids and are keys of sentences."""

    DRAFT = "draft"
    WRITE = "write"
    BRAINSTORM = "brainstorm"
    PROJECT = "project"


@dataclass(frozen=True, slots=True)
class Offer:
    """Words on record as the suggestion of an event, for one person, and what they begin.

    `style` is one of the drafts server's, for a draft.
    """

    what: What
    seq: int
    user_id: str
    style: str | None = None

    @property
    def id(self) -> str:
        """Return the offer as it stands in an id."""
        style = "" if self.style is None else f":{self.style}"
        return f"{self.what.value}:{self.seq}:{self.user_id}{style}"

    @classmethod
    def of(cls, match: re.Match[str]) -> "Offer":
        """Read an offer back from an id."""
        return cls(What(match["what"]), int(match["seq"]), match["user"], match["style"])


def known_style(style: str | None, styles: Sequence[str]) -> str | None:
    """Return a style as the drafts server calls it; None where it knows none of that name, or an id has no room."""
    wanted = (style or "").casefold().strip()
    found = next((known for known in styles if known.casefold() == wanted), None)
    return found if found is not None and re.fullmatch(_STYLE, found) else None
