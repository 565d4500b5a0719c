"""Hearing each message once: a session that resumes may be told of one again."""

from collections import OrderedDict
from typing import Final

KEPT: Final = 10_000
"""So many ids are remembered. After a restart nothing is told again: the session is another one."""


class Once:
    """A bounded memory of ids."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._ids: OrderedDict[int, None] = OrderedDict()

    def first(self, id_: int) -> bool:
        """Tell whether an id is new, and remember it."""
        if id_ in self._ids:
            return False
        self._ids[id_] = None
        if len(self._ids) > self._kept:
            self._ids.popitem(last=False)
        return True
