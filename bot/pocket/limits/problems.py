"""Collects what is wrong with a body, in the nested shape of Discord's error 50035."""

from collections.abc import Collection
from typing import Any

from bot.pocket.codes import Json
from bot.pocket.errors import DiscordRefusal

Path = tuple[str | int, ...]


class Problems:
    """The errors found so far, each under the path of its field."""

    def __init__(self) -> None:
        self._tree: Json = {}

    def add(self, path: Path, code: str, message: str) -> None:
        """Note one error of a field."""
        node = self._tree
        for step in path:
            node = node.setdefault(str(step), {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def raise_if_any(self) -> None:
        """Refuse the body if anything was noted."""
        if self._tree:
            raise DiscordRefusal(400, 50035, "Invalid Form Body", self._tree)

    def text(self, path: Path, value: Any, low: int, high: int, *, required: bool = True) -> None:
        """Check a text and its length in characters, both ends included."""
        if value is None or (value == "" and low > 0):
            if required:
                self.add(path, "BASE_TYPE_REQUIRED", "This field is required")
        elif not isinstance(value, str):
            self.add(path, "BASE_TYPE_STRING", "Must be a string.")
        elif not low <= len(value) <= high:
            self._length(path, low, high)

    def sized(self, path: Path, value: Any, low: int, high: int, *, required: bool = True) -> list[Any]:
        """Check a list and its length; return it, or nothing where it is no list."""
        if value is None:
            if required:
                self.add(path, "BASE_TYPE_REQUIRED", "This field is required")
            return []
        if not isinstance(value, list):
            self.add(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return []
        if not low <= len(value) <= high:
            self._length(path, low, high)
        return value

    def objects(self, path: Path, value: Any, low: int, high: int, *, required: bool = True) -> list[tuple[Path, Json]]:
        """Check a list of objects; return those that are objects, each with its path."""
        found: list[tuple[Path, Json]] = []
        for index, each in enumerate(self.sized(path, value, low, high, required=required)):
            if isinstance(each, dict):
                found.append(((*path, index), each))
            else:
                self.add((*path, index), "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
        return found

    def whole(self, path: Path, value: Any, low: int, high: int) -> None:
        """Check an optional whole number."""
        if value is None:
            return
        if not isinstance(value, int) or isinstance(value, bool):
            self.add(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
        elif not low <= value <= high:
            self.add(path, "NUMBER_TYPE_RANGE", f"int value should be between {low} and {high}.")

    def choice(self, path: Path, value: Any, allowed: Collection[Any]) -> bool:
        """Check that a value is one of a few."""
        if value in allowed:
            return True
        named = ", ".join(str(each) for each in sorted(allowed, key=str))
        self.add(path, "BASE_TYPE_CHOICES", f"Value must be one of {{{named}}}.")
        return False

    def _length(self, path: Path, low: int, high: int) -> None:
        if low == 0:
            self.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {high} or fewer in length.")
        else:
            self.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")
