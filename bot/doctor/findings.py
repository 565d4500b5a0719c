"""What an examination finds."""

from dataclasses import dataclass
from enum import Enum


class Mark(Enum):
    """How grave a finding is; the values are what is printed in front of it."""

    FINE = "ok"
    ODD = "!"
    """It works, but not as well as it could, or not for long."""
    WRONG = "WRONG"
    """It does not work."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, how it is, and for what is not fine how to mend it."""

    subject: str
    mark: Mark
    said: str
    mend: str = ""

    def __str__(self) -> str:
        line = f"{self.mark.value:>5}  {self.subject}: {self.said}"
        return f"{line}\n       -> {self.mend}" if self.mend else line


def fine(subject: str, said: str) -> Finding:
    """Return a finding that needs nothing."""
    return Finding(subject, Mark.FINE, said)


def odd(subject: str, said: str, mend: str) -> Finding:
    """Return a finding that should be mended some time."""
    return Finding(subject, Mark.ODD, said, mend)


def wrong(subject: str, said: str, mend: str) -> Finding:
    """Return a finding that has to be mended."""
    return Finding(subject, Mark.WRONG, said, mend)
