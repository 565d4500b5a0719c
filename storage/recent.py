"""A bounded memory: what a process keeps at hand of what it can look up again, however long it runs."""

from collections import UserDict
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(UserDict[K, V]):
    """A mapping that forgets what was put in first once it holds `kept` entries."""

    def __init__(self, kept: int) -> None:
        super().__init__()
        self._kept = kept

    def __setitem__(self, key: K, item: V) -> None:
        """Keep an entry; the oldest one makes room for it."""
        super().__setitem__(key, item)
        if len(self.data) > self._kept:
            del self.data[next(iter(self.data))]
