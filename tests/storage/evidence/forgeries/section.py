"""What a tampering is, and the sections of the list that they are entered in."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Flag, StrEnum, auto
from pathlib import Path
from typing import TYPE_CHECKING

from storage.evidence.pictures import verify_picture
from storage.evidence.verify import Report, Trust, is_receipt, verify_receipt, verify_trusting

if TYPE_CHECKING:
    from tests.storage.evidence.forgeries.scene import Scene


class Ability(Flag):
    """What a verifier must be able to look at, beside bundles."""

    NOTHING_MORE = 0
    RECEIPTS = auto()
    WITNESSES = auto()
    PROOFS = auto()
    TOKENS = auto()
    SIGNERS = auto()
    """Who signed a time stamp, beside what it says."""
    PICTURES = auto()


class Who(StrEnum):
    """Who tampers."""

    ANYBODY = "anybody"
    OWNER = "the owner of the key"


@dataclass(frozen=True, slots=True)
class Brought:
    """What is checked, what must be named, what is believed, and the bundle that a picture is held against."""

    file: Path
    names: str
    trust: Trust
    bundle: Path | None = None

    def check(self) -> Report:
        """Check it with the package's verifier."""
        if self.file.suffix == ".png":
            return verify_picture(self.file.read_bytes(), bundle=self.bundle, trust=self.trust)
        if is_receipt(self.file.read_bytes()[:64]):
            return verify_receipt(self.file.read_bytes(), vkeys=self.trust.vkeys)
        return verify_trusting(self.file, self.trust)


Make = Callable[["Scene"], Brought]


@dataclass(frozen=True, slots=True)
class Tampering:
    """One of them; `found` is the code of the check, which refuses or, where it cannot, says what is NOT CHECKED."""

    name: str
    by: Who
    found: str
    make: Make
    needs: Ability = Ability.NOTHING_MORE
    refused: bool = True

    def __str__(self) -> str:
        return self.name


class Section:
    """A part of the list."""

    def __init__(self, title: str, by: Who, needs: Ability = Ability.NOTHING_MORE) -> None:
        self.title = title
        self.rows: list[Tampering] = []
        self._by = by
        self._needs = needs

    def enter(
        self, name: str, found: str, *, by: Who | None = None, needs: Ability | None = None, refused: bool = True
    ) -> Callable[[Make], Make]:
        """Enter what a function makes, under a name in plain words."""

        def entered(make: Make) -> Make:
            of, able = by or self._by, self._needs if needs is None else needs
            self.rows.append(Tampering(name, of, found, make, able, refused))
            return make

        return entered
