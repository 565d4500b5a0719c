"""What was honestly made, for forgers to work on."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from storage.evidence.verify import Trust
from tests.storage.evidence.authority import LocalAuthority
from tests.storage.evidence.cases import (
    Case,
    Gallery,
    Rotated,
    build,
    build_gallery,
    build_rotated,
    build_stamped,
)
from tests.storage.evidence.forgeries.section import Brought
from tests.storage.evidence.forging import Forged

T = TypeVar("T")


class Scene:
    """Each of it is built when it is first needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = 0

    def _build(self, name: str, how: Callable[[Path], Awaitable[T]]) -> T:
        place = self._folder / name
        place.mkdir()

        async def built() -> T:
            return await how(place)

        return asyncio.run(built())

    @cached_property
    def alone(self) -> Case:
        """The bundle of the only project of a log: nothing is hidden in it."""
        return self._build("alone", lambda place: build(place, with_another=False))

    @cached_property
    def among(self) -> Case:
        """The bundle of one of two projects: the other is hidden in it."""
        return self._build("among", lambda place: build(place, with_another=True))

    @cached_property
    def rotated(self) -> Rotated:
        """The bundle of a log that changed its key."""
        return self._build("rotated", build_rotated)

    @cached_property
    def gallery(self) -> Gallery:
        """A bundle with pictures that carry every mark."""
        return self._build("gallery", build_gallery)

    @cached_property
    def authority(self) -> LocalAuthority:
        """A time-stamping authority."""
        return LocalAuthority.make(self._folder / "authority")

    @cached_property
    def stamped(self) -> Case:
        """A bundle with time stamps."""
        return self._build("stamped", lambda place: build_stamped(place, self.authority))

    @cached_property
    def stranger(self) -> LocalAuthority:
        """A time-stamping authority that nobody trusts."""
        return LocalAuthority.make(self._folder / "stranger")

    @cached_property
    def early(self) -> Case:
        """The stamped bundle of an operator whose clock is an hour ahead."""
        return self._build("early", lambda place: build_stamped(place, self.authority, ahead_s=3600))

    @cached_property
    def late(self) -> Case:
        """The stamped bundle of an operator whose clock is an hour behind."""
        return self._build("late", lambda place: build_stamped(place, self.authority, ahead_s=-3600))

    def place(self, suffix: str = ".zip") -> Path:
        """Return where the next file may lie."""
        self._files += 1
        return self._folder / f"{self._files}{suffix}"

    def packed(self, forged: Forged, case: Case, names: str, **trust: object) -> Brought:
        """Return a forged bundle with every checksum mended and the true signature."""
        return Brought(forged.pack(self.place(), case.key), names, trusting(case, **trust))

    def picture(self, data: bytes, names: str, *, alone: bool = False) -> Brought:
        """Return a picture to be held against the gallery's bundle."""
        path, case = self.place(".png"), self.gallery.case
        path.write_bytes(data)
        return Brought(path, names, trusting(case), None if alone else case.bundle)


def trusting(case: Case, **more: object) -> Trust:
    """Return what somebody believes who has the log's key from elsewhere."""
    return Trust(vkeys=(case.vkey,), **more)  # type: ignore[arg-type]  # the fields of Trust, by name
